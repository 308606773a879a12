"""“Needs attention” singles out few: at most a quarter, in the small demonstration college. tests/prove asks of whole ones."""

from datetime import date

from core import clock
from tests.caseload.shares import shares


def test_at_most_a_quarter_of_the_small_college_needs_attention(college_db: str) -> None:
    with clock.set_to(clock.at(date(2026, 11, 20), 9)):
        found = shares()
    students, needing = sum(one.students for one in found), sum(one.needing for one in found)
    assert students == 59  # one of the sixty has no tutor group
    assert 0 < needing <= students // 4
