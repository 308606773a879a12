"""One-to-ones, SMART targets, action plans and interventions."""
