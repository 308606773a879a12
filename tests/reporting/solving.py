"""Solving what a document prints, in another way than the project does: by elimination over fractions."""

from collections.abc import Collection, Sequence, Set
from fractions import Fraction


def follows(wanted: Set[int], shown: Sequence[Set[int]], everybody: Collection[int]) -> bool:
    """Whether a set of students is a sum and difference of sets that are shown."""
    kinds = {tuple(student in group for group in (*shown, wanted)) for student in everybody}
    rows = [[Fraction(int(kind[at])) for kind in kinds] for at in range(len(shown))]
    return not any(_reduced([Fraction(int(kind[-1])) for kind in kinds], _echelon(rows)))


def _echelon(rows: Sequence[list[Fraction]]) -> list[list[Fraction]]:
    found: list[list[Fraction]] = []
    for row in rows:
        left = _reduced(row, found)
        if any(left):
            found.append(left)
    return found


def _reduced(row: list[Fraction], echelon: Sequence[list[Fraction]]) -> list[Fraction]:
    for other in echelon:
        at = next(place for place, value in enumerate(other) if value)
        if row[at]:
            times = row[at] / other[at]
            row = [value - times * away for value, away in zip(row, other, strict=True)]
    return row
