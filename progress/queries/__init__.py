"""What pages, other apps and reports read about grades and effort."""

from progress.queries.grid import Cell, GridColumn, GridRow, grid_columns, grid_rows, groups_to_grade, scale_for
from progress.queries.students import (
    HEAVIEST,
    Below,
    Effort,
    Moved,
    Subject,
    below_target_counts,
    grades_moved_since,
    latest_by_subject,
    points_of,
    reasons,
)
from progress.queries.summary import PointSummary, below_at_points, latest_point, points_with_grades, progress_summary

__all__ = [
    "HEAVIEST",
    "Below",
    "Cell",
    "Effort",
    "GridColumn",
    "GridRow",
    "Moved",
    "PointSummary",
    "Subject",
    "below_target_counts",
    "grades_moved_since",
    "grid_columns",
    "grid_rows",
    "groups_to_grade",
    "latest_by_subject",
    "points_of",
    "latest_point",
    "below_at_points",
    "points_with_grades",
    "progress_summary",
    "reasons",
    "scale_for",
]
