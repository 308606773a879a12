"""The caseload page: who first, why, and what each viewer may see of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caseload.models import ContactLogEntry, Student
from caseload.needs import Need
from caseload.queries.lists import in_most_need, student_list
from caseload.registries import columns
from caseload.registries.columns import Column, Filter, Reason, ReasonSource
from core import clock
from tests.college import College

VIEW = "caseload.view_caseload"
ATTENDANCE = "attendance.view_attendance"


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the apps register is left aside; each test registers its own."""
    monkeypatch.setattr(columns, "_registry", columns._Registry())


def reasons_for(college: College, **some: list[Reason]) -> None:
    by_id = {college.student(name).pk: reasons for name, reasons in some.items()}

    def load(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
        return {pk: reasons for pk, reasons in by_id.items() if pk in ids}

    columns.register_reasons(ReasonSource("test", "", load))


def names(college: College, who: Any, **options: Any) -> list[str]:
    students = Student.objects.visible_to(who, VIEW)
    return [row["given_name"] for row in student_list(who, students, permission=VIEW, **options).page]


def test_those_who_need_somebody_most_come_first(college: College) -> None:
    reasons_for(
        college,
        Hugo=[Reason("One thing", Need.CONTACT_TODAY)],
        Ben=[Reason("A small thing", Need.TURNING_18), Reason("Something today", Need.AWAY)],
        Gita=[Reason("One thing", Need.CONTACT_TODAY), Reason("Another", Need.BELOW_TARGET)],
    )
    assert names(college, college.okafor)[:4] == ["Ben", "Gita", "Hugo", "Ada"]
    assert names(college, college.okafor, show="attention") == ["Ben", "Gita", "Hugo"]
    listed = student_list(college.okafor, Student.objects.visible_to(college.okafor, VIEW), permission=VIEW)
    assert [reason.words for reason in listed.page[0]["first_why"]] == ["Something today", "A small thing"]
    assert listed.needing == 3


def test_at_most_two_reasons_are_shown_and_the_rest_counted(college: College) -> None:
    reasons_for(college, Ada=[Reason(word, Need.NOT_SEEN) for word in ("One", "Two", "Three")])
    listed = student_list(college.okafor, Student.objects.visible_to(college.okafor, VIEW), permission=VIEW)
    assert len(listed.page[0]["first_why"]) == 2
    assert listed.page[0]["more_why"] == 1


def test_order_by_name_knows_accents(college: College) -> None:
    assert names(college, college.okafor, sort="name") == [
        "Ada",
        "Ben",
        "Chloe",
        "Dmytro",
        "Finn",
        "Gita",
        "Esra",
        "Hugo",
    ]
    assert names(college, college.okafor, sort="-name")[0] == "Hugo"


def test_chips_count_and_filter(college: College) -> None:
    columns.register_filter(Filter("late", "Late"))
    reasons_for(college, Ada=[Reason("Late", Need.LATE, "late")], Ben=[Reason("Late", Need.LATE, "late")])
    listed = student_list(college.lind, Student.objects.visible_to(college.lind, VIEW), permission=VIEW)
    chips = {chip["label"]: chip["count"] for chip in listed.chips}
    assert chips == {"All": 14, "Needs attention": 0, "Late": 2, "10A": 8, "10B": 6}
    assert names(college, college.lind, show="late") == ["Ada", "Ben"]
    assert len(names(college, college.lind, group="10B")) == 6


def test_sorting_by_a_column_puts_those_without_a_value_last(college: College) -> None:
    values = {college.student("Ben").pk: 80, college.student("Hugo").pk: 95}

    def load(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
        return {pk: {"text": str(value), "sort": value} for pk, value in values.items() if pk in ids}

    columns.register_column(Column("figure", "Figure", 1, "", load))
    assert names(college, college.okafor, sort="figure")[:3] == ["Ben", "Hugo", "Ada"]
    assert names(college, college.okafor, sort="-figure")[:3] == ["Hugo", "Ben", "Ada"]


def test_a_column_may_say_what_it_is_sorted_by_and_is_then_read_for_one_page(
    college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {college.student(name).pk: value for name, value in (("Ben", 80), ("Hugo", 95), ("Ada", 90))}
    asked: list[int] = []

    def load(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
        asked.append(len(ids))
        return {pk: {"text": str(values[pk]), "sort": values[pk]} for pk in ids if pk in values}

    def sorts(ids: Sequence[int], user: Any) -> Mapping[int, int]:
        return {pk: values[pk] for pk in ids if pk in values}

    monkeypatch.setattr("caseload.queries.lists.ROWS_PER_PAGE", 2)
    columns.register_column(Column("figure", "Figure", 1, "", load, sorts=sorts))
    assert names(college, college.okafor, sort="-figure") == ["Hugo", "Ada"]
    assert names(college, college.okafor, sort="figure", number=2)[0] == "Hugo"
    assert asked == [2, 2]


def test_a_column_is_filled_only_for_students_reached_with_its_permission(college: College) -> None:
    """Ms Okafor sees the whole site as attendance officer there; notes only of her own caseload."""
    college.grant(college.okafor, "attendance_officer", "college")
    asked: dict[str, list[int]] = {}

    def remember(key: str) -> Any:
        def load(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
            asked[key] = sorted(ids)
            return {}

        return load

    columns.register_column(Column("marks", "Marks", 1, ATTENDANCE, remember("marks")))
    columns.register_column(Column("notes", "Notes", 2, "interventions.view_pastoral_note", remember("notes")))
    view = "caseload.view_student"
    student_list(college.okafor, Student.objects.visible_to(college.okafor, view), permission=view)
    assert asked["marks"] == sorted(student.pk for student in college.students)
    assert asked["notes"] == sorted(
        college.student(name).pk for name in ("Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo")
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 30])
def test_a_dear_source_is_asked_only_about_those_it_could_bring_among_the_first(college: College, limit: int) -> None:
    ids = list(Student.objects.visible_to(college.okafor, VIEW).order_by("sort_key", "pk").values_list("pk", flat=True))
    needs = (Need.AWAY, Need.CONTACT_OVERDUE, Need.DROP, Need.TURNING_18)
    cheap = {pk: [Reason("Cheap", need)] for pk, need in zip(ids, needs, strict=False)}
    most = Need.DROP_NOT_ACTED_ON
    needs = (Need.CASE_OVERDUE, most, Need.CONTACT_STALE, most)
    dear = {pk: [Reason("Dear", need)] for pk, need in zip(ids[1:], needs, strict=False)}
    asked: list[int] = []

    def load(some: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
        asked.extend(some)
        return {pk: dear[pk] for pk in some if pk in dear}

    def found() -> list[tuple[int, list[str]]]:
        rows = in_most_need(college.okafor, ids, permission=VIEW, limit=limit)
        return [(row["id"], [reason.words for reason in row["first_why"]]) for row in rows]

    columns.register_reasons(ReasonSource("dear", "", load, 1))
    columns.register_reasons(ReasonSource("cheap", "", lambda some, user: cheap, 2))
    everybody = found()
    assert set(asked) == set(ids)
    asked.clear()
    columns._registry.sources["dear"] = ReasonSource("dear", "", load, 1, most=most)
    assert found() == everybody
    assert len(asked) == (
        1 if limit == 1 else len(ids)
    )  # nobody else comes before whoever is away, with the dearest besides


def test_a_contact_to_follow_up_is_a_reason_until_it_is_done(college: College) -> None:
    from caseload.queries.contacts import follow_up_reasons

    ada = college.student("Ada")
    entry = ContactLogEntry.objects.create(
        student=ada,
        channel="call",
        at=clock.now(),
        summary="Rang",
        logged_by=college.okafor,
        follow_up_on=college.today,
    )
    found = follow_up_reasons([student.pk for student in college.students], college.okafor)
    assert {pk: [reason.words for reason in some] for pk, some in found.items()} == {
        ada.pk: ["Follow up a contact today"]
    }
    entry.followed_up_at = clock.now()
    entry.save()
    assert follow_up_reasons([ada.pk], college.okafor) == {}


def test_as_many_queries_for_eight_as_for_thirty(college: College) -> None:
    counts = []
    for who in (college.okafor, college.novak):
        Student.objects.visible_to(who, VIEW).count()
        with CaptureQueriesContext(connection) as captured:
            names(college, who)
        counts.append(len(captured))
    assert counts[0] == counts[1]
