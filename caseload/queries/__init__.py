"""What pages, other apps and reports read about students, groups and the calendar."""
