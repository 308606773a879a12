"""Who may, by noun."""
