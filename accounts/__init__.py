"""People who sign in, their roles, and the gates in front of every page."""
