"""What pages, other apps and reports read about attendance."""
