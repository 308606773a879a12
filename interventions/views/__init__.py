"""Pages about one-to-ones, targets, notes and what is due."""
