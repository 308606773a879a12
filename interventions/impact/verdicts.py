"""Which of several verdicts on one page stand, when each alone would be wrong one time in twenty."""

from collections.abc import Sequence

WRONG = 0.05


def stand(chances: Sequence[float]) -> list[bool]:
    """For each comparison, by how often chance alone makes one so large, whether its verdict stands beside the others.

    Of the verdicts that stand, at most one in twenty is wrong on average (Benjamini and Hochberg 1995).
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    enough = [rank for rank, place in enumerate(order, 1) if chances[place] <= WRONG * rank / len(chances)]
    kept = set(order[: max(enough, default=0)])
    return [place in kept for place in range(len(chances))]
