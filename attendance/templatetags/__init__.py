"""What attendance's own templates draw with."""
