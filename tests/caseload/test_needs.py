"""The order of need: a child who is missing comes before any paperwork, and the threshold of “needs attention” stands where it does."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from caseload.models import Student
from caseload.needs import ACT, SOON, TODAY, Need, tone_of
from caseload.queries.lists import student_list
from caseload.registries import columns
from caseload.registries.columns import Reason, ReasonSource
from caseload.rules.students import VIEW
from core.pages import due
from core.pages.due import Harm
from tests.college import College

MISSING = {Need.AWAY_NOT_ACTED_ON, Need.AWAY, Need.SEVERE_ABSENCE}
OVERDUE = {
    Need.TARGETS_LONG_OVERDUE, Need.TARGETS_OVERDUE, Need.CASE_LONG_OVERDUE, Need.CASE_OVERDUE, Need.PLAN_LONG_OVERDUE,
    Need.PLAN_OVERDUE, Need.REVIEW_LONG_OVERDUE, Need.REVIEW_OVERDUE, Need.INTERVENTION_OVERDUE,
    Need.SUPPORT_PLAN_OVERDUE,
}  # fmt: skip
THIS_WEEK = {
    Need.UNAUTHORISED_NOT_ACTED_ON, Need.UNAUTHORISED, Need.DROP_NOT_ACTED_ON, Need.CONTACT_LONG_OVERDUE,
    Need.CONTACT_OVERDUE, Need.CONTACT_TODAY,
}  # fmt: skip
ABSENCE = {
    Need.BELOW_NOT_ACTED_ON, Need.PATTERN_NOT_ACTED_ON, Need.LATE_NOT_ACTED_ON, Need.DROP, Need.BELOW, Need.PATTERN,
    Need.LATE, Need.FALLING, Need.PERSISTENT_ABSENCE,
}  # fmt: skip
# What each kind of My work is as a reason of lists; kinds that are no such reason are left out.
SAME = {
    "alert": Need.AWAY_NOT_ACTED_ON, "follow_up": Need.CONTACT_LONG_OVERDUE, "target": Need.TARGETS_LONG_OVERDUE,
    "case": Need.CASE_LONG_OVERDUE, "plan": Need.PLAN_LONG_OVERDUE, "meeting": Need.REVIEW_LONG_OVERDUE,
    "intervention": Need.INTERVENTION_OVERDUE, "support": Need.SUPPORT_PLAN_OVERDUE,
}  # fmt: skip


def test_a_child_who_is_missing_comes_before_everything() -> None:
    assert {need for need in Need if need >= TODAY} == MISSING
    assert min(MISSING) > max(set(Need) - MISSING)


def test_no_overdue_form_comes_before_any_absence_or_promise() -> None:
    assert max(OVERDUE) < min(MISSING | THIS_WEEK | ABSENCE)


def test_what_needs_attention_this_week() -> None:
    assert {need for need in Need if TODAY > need >= ACT} == THIS_WEEK
    assert {need for need in Need if ACT > need >= SOON} == OVERDUE | ABSENCE | {Need.BELOW_TARGET_IN_MOST}


def test_the_table_stands_in_its_own_order() -> None:
    assert list(Need) == sorted(Need, reverse=True)


def test_colours_follow_the_parts_of_the_table() -> None:
    assert {need: tone_of(need) for need in MISSING | THIS_WEEK} == dict.fromkeys(MISSING, "concern") | dict.fromkeys(
        THIS_WEEK, "watch"
    )
    assert {tone_of(need) for need in set(Need) - MISSING - THIS_WEEK} == {"plain"}


def test_every_row_is_some_apps_and_no_app_weighs_by_itself() -> None:
    apps = ("attendance", "caseload", "interventions", "progress")
    code = "\n".join(
        path.read_text()
        for app in apps
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if path.name != "needs.py"
    )
    assert [need.name for need in Need if f"Need.{need.name}" not in code] == []


def test_my_work_tells_the_same_order_by_harm() -> None:
    sources: dict[str, due.Source] = {key: due._sources[key] for key in SAME}
    by_need = sorted(SAME, key=lambda key: -SAME[key])
    assert [sources[key].harm for key in by_need] == sorted(sources[key].harm for key in by_need)
    assert [sources[key].harm for key in ("alert", "follow_up", "target")] == [Harm.SAFETY, Harm.PROMISE, Harm.PROMISE]


@pytest.fixture
def ordered(college: College, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The first names of 10A by need, and how many need attention, when these students have these reasons."""
    monkeypatch.setattr(columns, "_registry", columns._Registry())

    def read(**needs: set[Need]) -> tuple[list[str], int]:
        given = {college.student(name).pk: [Reason(need.name, need) for need in some] for name, some in needs.items()}

        def load(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
            return {pk: given[pk] for pk in ids if pk in given}

        columns._registry.sources["test"] = ReasonSource("test", "", load)
        students = Student.objects.visible_to(college.okafor, VIEW)
        listed = student_list(college.okafor, students, permission=VIEW)
        return [row["given_name"] for row in listed.page][: len(needs)], listed.needing

    return read


def test_all_the_paperwork_of_one_student_is_not_as_much_as_one_who_is_missing(ordered: Any) -> None:
    everything = set(Need) - MISSING
    for missing in MISSING:
        assert ordered(Ada=everything, Hugo={missing}) == (["Hugo", "Ada"], 2)
    assert ordered(Ada=OVERDUE, Ben={Need.CONTACT_TODAY}, Hugo={Need.SEVERE_ABSENCE}) == (["Hugo", "Ben", "Ada"], 2)


def test_among_the_same_heaviest_reason_the_others_decide(ordered: Any) -> None:
    for one, other in pairwise(sorted(OVERDUE)):
        assert ordered(Ada={Need.AWAY, one}, Hugo={Need.AWAY, other}) == (["Hugo", "Ada"], 2)
    assert ordered(Ada={Need.AWAY}, Hugo={Need.AWAY, Need.TURNING_18}) == (["Hugo", "Ada"], 2)


def test_reasons_below_the_threshold_do_not_add_up_to_attention(ordered: Any) -> None:
    assert ordered(Ada=OVERDUE | ABSENCE)[1] == 0
