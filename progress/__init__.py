"""Grades, effort and assessment points."""
