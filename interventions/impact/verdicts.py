"""Which of many verdicts stand, when each alone would be wrong one time in twenty."""

from collections.abc import Sequence

WRONG = 0.05


def bar(chances: Sequence[float], others: int = 0) -> float:
    """How seldom chance alone may make a comparison so large, if its verdict is to stand beside these.

    Of the verdicts that stand, at most one in twenty is wrong on average (Benjamini and Hochberg 1995). Where none of these
    stands, the bar is that of the first of them. `others` is the number of comparisons that are looked at where there are fewer.
    """
    number = max(len(chances), others, 1)
    stand = [chance for rank, chance in enumerate(sorted(chances), 1) if chance <= WRONG * rank / number]
    return max(stand, default=WRONG / number)
