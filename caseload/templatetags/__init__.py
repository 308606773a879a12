"""What caseload's own templates draw with."""
