"""What changes: each function is what staff would call it."""
