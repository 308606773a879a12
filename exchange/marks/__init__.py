"""Marks that come from a site's MIS as a CSV file: read, matched to students and lessons, brought in."""

from exchange.marks.load import MarkResult, load_marks
from exchange.marks.reading import MarkFile, read_marks

__all__ = ["MarkFile", "MarkResult", "load_marks", "read_marks"]
