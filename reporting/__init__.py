"""Dashboards, report runs and subscriptions."""
