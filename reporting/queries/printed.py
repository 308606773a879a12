"""Which groups a document may print beside each other, so that nobody can be told apart by taking one from another.

A reader may add up and take away whatever is printed: the whole less the girls less the boys leaves those who are neither.
A group is printed only when no sum or difference of it and of what is printed already is a group of 1 to 4 students. This
holds for a reader who knows how many students each group has, and for every figure that is added up over students.

Students who are in the same groups can't be told apart, so they count as one. A set of them follows from what is printed when
its row is a sum of the printed rows, that is when it is nought against every vector that all printed rows are nought against.
One such vector, drawn at random over a large prime, tells: a set that does not follow comes to nought once in 10^18 times.
"""

from collections.abc import Iterable, Sequence, Set
from itertools import combinations
from random import Random

from reporting.choices import SMALL

PRIME = 2**61 - 1
Row = list[int]


class Printed:
    """What a document prints about a whole and the groups in it; `groups` are all those that may be asked about."""

    def __init__(self, whole: Set[int], groups: Sequence[Set[int]]) -> None:
        alike: dict[tuple[bool, ...], list[int]] = {}
        for student in sorted(whole):
            alike.setdefault(tuple(student in group for group in groups), []).append(student)
        self.sizes = [len(students) for students in alike.values()]
        self.first = [students[0] for students in alike.values()]
        self.shown: list[Row] = []  # what is printed, as it is: which kinds of students are in it
        self.solved: list[tuple[int, Row]] = []  # the same solved for one kind of students each
        self._keep([1] * len(self.sizes))

    def add(self, group: Set[int]) -> bool:
        """Print this group too, if that gives nobody away; whether it did."""
        before = self.shown, self.solved
        self._keep([int(student in group) for student in self.first])
        if self._gives_away():
            self.shown, self.solved = before
            return False
        return True

    def _keep(self, row: Row) -> None:
        self.shown = [*self.shown, row]
        left = list(row)
        for at, other in self.solved:
            left = _less(left, other, left[at])
        pivot = next((at for at, value in enumerate(left) if value), None)
        if pivot is None:
            return  # it follows from what is printed
        inverse = pow(left[pivot], -1, PRIME)
        left = [value * inverse % PRIME for value in left]
        self.solved = [*((at, _less(other, left, other[pivot])) for at, other in self.solved), (pivot, left)]

    def _gives_away(self) -> bool:
        """Whether some set of 1 to 4 students follows from what is printed."""
        random, solved_for = Random(1), dict(self.solved)
        free = {at: random.randrange(1, PRIME) for at in range(len(self.sizes)) if at not in solved_for}
        drawn = [
            free[at] if at in free else -sum(solved_for[at][one] * value for one, value in free.items()) % PRIME
            for at in range(len(self.sizes))
        ]
        kinds: dict[tuple[int, ...], tuple[int, int]] = {}
        for at, size in enumerate(self.sizes):
            column = tuple(row[at] for row in self.shown)
            students, value = kinds.get(column, (0, 0))
            kinds[column] = students + size, (value + drawn[at]) % PRIME
        return _some_come_to_nought([kind for kind in kinds.values() if kind[0] < SMALL])


def _less(row: Row, other: Row, times: int) -> Row:
    return [(value - times * away) % PRIME for value, away in zip(row, other, strict=True)] if times else row


def _some_come_to_nought(kinds: Sequence[tuple[int, int]]) -> bool:
    """Whether the values of kinds of together fewer than five students add up to nought: one kind, or two, three or four."""
    if any(value == 0 for _, value in kinds):
        return True
    alone: dict[int, list[int]] = {}
    for at, (_, value) in enumerate(kinds):
        alone.setdefault(value, []).append(at)
    pairs: dict[int, list[tuple[int, int]]] = {}
    for one, other in combinations(range(len(kinds)), 2):
        students = kinds[one][0] + kinds[other][0]
        if students >= SMALL:
            continue
        together = (kinds[one][1] + kinds[other][1]) % PRIME
        if together == 0:
            return True
        third = alone.get(-together % PRIME, ())
        if any(at not in (one, other) and students + kinds[at][0] < SMALL for at in third):
            return True
        if students == 2:  # four kinds make fewer than five students only with one in each
            pairs.setdefault(together, []).append((one, other))
    return any(_two_apart(some, pairs.get(-together % PRIME, ())) for together, some in pairs.items())


def _two_apart(some: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> bool:
    return any(not set(one) & set(other) for one in some for other in others)
