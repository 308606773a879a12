"""How many students of each caseload need attention, as its own tutor sees it, and how many have each reason."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from caseload.models import CaseloadGrant, CaseloadMembership
from caseload.needs import ACT, Need
from caseload.queries.lists import in_order_of_need
from caseload.rules.students import VIEW
from core import clock


@dataclass(frozen=True)
class Share:
    """One caseload: how many students, how many of them need attention, and how many have each row of the table."""

    name: str
    students: int
    needing: int
    rows: Counter[Need]

    @property
    def most(self) -> int:
        """A quarter, rounded down: 7 of 30."""
        return self.students // 4


def shares(day: date | None = None) -> list[Share]:
    """Every caseload that somebody is the tutor of on the day."""
    day = day or clock.today()
    grants = CaseloadGrant.objects.filter(period__contains=day, role__name="tutor").order_by(
        "content_object__name", "pk"
    )
    first = {grant.content_object_id: grant for grant in reversed(grants.select_related("user", "content_object"))}
    found = []
    for number, grant in sorted(first.items()):
        members = CaseloadMembership.objects.filter(group=number, period__contains=day).order_by("student__sort_key")
        rows = in_order_of_need(grant.user, list(members.values_list("student_id", flat=True)), permission=VIEW)
        needs = [{reason.need for reason in row["why"]} for row in rows]
        needing = sum(1 for each in needs if each and max(each) >= ACT)
        found.append(
            Share(grant.content_object.name, len(rows), needing, Counter(need for each in needs for need in each))
        )
    return found


def table(found: list[Share]) -> str:
    """The share of each reason among all students, in the order of need, as the README prints it."""
    students = sum(share.students for share in found)
    rows: Counter[Need] = Counter()
    for share in found:
        rows.update(share.rows)
    return "\n".join(f"| {words(need)} | {100 * rows[need] / students:.1f} |" for need in Need if rows[need])


def words(need: Need) -> str:
    """A row's name in small letters."""
    return re.sub("_", " ", need.name).lower()
