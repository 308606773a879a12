"""Plumbing with no school words in it."""
