"""Students, groups, the calendar, and who works with whom."""
