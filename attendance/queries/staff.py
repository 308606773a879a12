"""Who takes which register."""

from collections.abc import Iterable

from accounts.models import User
from attendance.choices import Series
from attendance.sittings import Sitting
from caseload.models import CaseloadGrant
from core import clock


def who_takes(sittings: Iterable[Sitting]) -> dict[tuple[str, int, object, int], str]:
    """The name of whoever takes each register: the lesson's teacher on the timetable, the tutor group's tutor today."""
    wanted = list(sittings)
    caseloads = {sitting.group_id for sitting in wanted if sitting.series == Series.SESSION}
    teachers = {sitting.teacher_id for sitting in wanted if sitting.teacher_id}
    tutors = dict(
        CaseloadGrant.objects.filter(
            content_object_id__in=caseloads, period__contains=clock.today(), role__name="tutor"
        )
        .order_by("-capacity", "-pk")
        .values_list("content_object_id", "user_id")
    )
    people = User.objects.filter(pk__in=teachers | set(tutors.values()))
    names = {person.pk: person.formal_name for person in people}
    return {
        sitting.key: names.get(
            (tutors.get(sitting.group_id) if sitting.series == Series.SESSION else sitting.teacher_id) or 0, ""
        )
        for sitting in wanted
    }
