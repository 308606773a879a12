"""Concerns, triage, actions and chronology. Nothing but config imports it."""
