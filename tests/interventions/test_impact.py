"""Impact from what is stored: who is read, what is kept, what pages say of it and what they keep to themselves."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import WeekSummary
from caseload.models import SiteMembership
from core import clock
from interventions.actions import impact as impact_actions
from interventions.impact import METHOD, guards
from interventions.impact_runs import impact_of, print_of
from interventions.impact_words import BY_KEY, Said, cost_of_a_point, left_out, of_grades, says, signed
from interventions.models import (
    ActionPlan,
    BankItem,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionSession,
    InterventionType,
    PlanStage,
)
from interventions.queries import explained
from interventions.queries import impact as impact_queries
from interventions.queries.impact_figures import read_figures
from interventions.views.impact_figures import chances, drawn

ATTENDANCE, LATENESS = BY_KEY["attendance"], BY_KEY["lateness"]
FOUND = {
    "phase": "during", "students": 24, "asked": 24, "early": 0, "before": 80.0, "later": 86.0, "expected": 81.4, "effect": 4.6,
    "low": 0.9, "high": 8.3, "error": 1.8, "chance": 0.015, "record": 42, "without_record": 0, "without_later": 0,
    "out": [], "refusals": [],
}  # fmt: skip


def said(**more):
    """What is said of a comparison of attendance that somebody answered for and that stands."""
    return says(FOUND | more, ATTENDANCE, hidden="none", stands=True)


def test_better_is_said_with_its_interval_and_what_expected_means():
    assert said() == Said(
        "Better",
        "good",
        "Attendance of these 24 was 4.6 points higher than expected (95 % interval +0.9 to +8.3). Expected is what happened to "
        "students whose figures were like theirs, here, at other times, without this help. In made-up colleges where the answer "
        "is known, such intervals held it about 95 times in 100.",
        told=True,
    )
    late = FOUND | {"effect": -4.6, "low": -8.3, "high": -0.9}
    less = says(late, LATENESS, hidden="none", stands=True)
    assert (less.verdict, less.sentence[:52]) == ("Better", "Lateness of these 24 was 4.6 points lower than expec")
    assert says(late, ATTENDANCE, hidden="none", stands=True).verdict == "Worse"


def test_cannot_be_told_says_what_fits_and_what_could_be_told():
    found = said(effect=2.1, low=-2.1, high=6.3, error=2.5)
    assert (found.verdict, found.sentence) == (
        "No clear effect",
        "Anything from −2.1 to +6.3 points fits. With 24 students like these, an effect under about 7.0 points is told less than "
        "8 times in 10.",
    )
    beside = says(FOUND, ATTENDANCE, hidden="none", stands=False, of=9)
    assert (beside.verdict, beside.sentence) == (
        "No clear effect",
        "The interval, +0.9 to +8.3 points, leaves out no change at all. But it is one of 9 comparisons, and among so many one "
        "like it can come by chance alone.",
    )
    assert (beside.short, found.short) == ("may be chance among 9 comparisons", "")


@pytest.mark.parametrize(
    ("code", "more", "words"),
    [
        (guards.TOO_FEW, {"students": 7}, "7 could be compared, and it takes at least 10."),
        (guards.TOO_FEW, {"students": 7, "out": [1]}, "7 could be compared, and it takes at least 10."),
        (
            guards.NO_LATER,
            {"without_later": 4},
            "4 of 24 have no figures for those weeks, and those who leave are not like those who stay.",
        ),
        (
            guards.NOBODY_LIKE,
            {"out": [1] * 9},
            "For 9 of 24 there is nobody to compare them with: no students here had figures like theirs without this help.",
        ),
        (
            guards.NOBODY_LIKE,
            {"out": [1] * 9, "record": 12},
            "For 9 of 24 there is nobody to compare them with: no students here had figures like theirs without this help. Only "
            "12 school weeks were on record before the start; more can be told from 18 on.",
        ),
        (
            guards.ONE_GROUP,
            {},
            "Nearly all are of one tutor group. What else happened to that group can’t be told from the help.",
        ),
        (
            guards.FALL_GOES_ON,
            {},
            "They did worse than students with such figures usually do, but not worse than if their own fall had gone on. If you "
            "chose them because it would last, this says nothing against the help.",
        ),
    ],
)  # fmt: skip
def test_without_a_verdict_the_reason_is_said_and_no_interval(code, more, words):
    found = said(refusals=[code], **more)
    assert (found.verdict, found.sentence, found.told) == ("No verdict", words, False)


@pytest.mark.parametrize(
    "code", [value for name, value in vars(guards).items() if name.isupper() and value.__class__ is str]
)
def test_every_refusal_has_words(code):
    assert said(refusals=[code]).sentence
    assert said(refusals=[code]).short


@pytest.mark.parametrize("hidden", [None, "lasting", "passing", "all_yes", "changed"])
def test_no_verdict_before_the_chooser_has_said_no(hidden):
    found = says(FOUND, ATTENDANCE, hidden=hidden, stands=True)
    assert (found.verdict, found.told, "interval" in found.sentence) == ("No verdict", False, False)


def test_who_is_left_out_is_counted_and_named_as_far_as_the_reader_may_know_them():
    found = FOUND | {"out": [1, 2, 3], "without_later": 2}
    assert left_out(found, ["Ada Byrne", "Ben Cole"]) == [
        "3 are left out, because nobody here is like them: Ada Byrne, Ben Cole and 1 other.",
        "Left out with no figures for those weeks: 2.",
    ]
    assert left_out(found, [])[0] == "3 are left out, because nobody here is like them."
    assert left_out(FOUND, []) == []


def test_grades_are_told_as_they_moved_and_get_no_verdict():
    moved = {"students": 9, "rose": 4, "stayed": 3, "fell": 2}
    assert of_grades(moved).startswith("Of 9 with grades before and since, 4 rose, 3 stayed and 2 fell. ")
    assert of_grades(moved).endswith("so no verdict is given.")


def test_a_cost_is_told_only_of_what_is_better():
    better, unsure = said(effect=5.0), said(low=-1.0)
    assert cost_of_a_point(FOUND | {"effect": 5.0}, better, ATTENDANCE, Decimal(1200)) == (
        "£10.00 for each point of attendance gained by one student (£6.02 to £55.56 with the 95 % interval): £1,200.00 for "
        "24 students compared"
    )
    assert cost_of_a_point(FOUND, unsure, ATTENDANCE, Decimal(600)) == "none, because no gain is sure."
    assert cost_of_a_point(FOUND, better, ATTENDANCE, None) == "No cost is entered."


def test_signs():
    assert [signed(value, ATTENDANCE) for value in (1.26, -1.26, 0.04, -0.04)] == ["+1.3", "−1.3", "0.0", "0.0"]


def test_verdicts_of_a_page_are_corrected_together(college):
    """One of twenty at 0.015 is what chance brings; alone it stands. The page of that one says the same as the overview."""
    figures = {"figures": [{"key": "attendance", "phases": [FOUND], "chart": []}]}
    quiet = {"figures": [{"key": "attendance", "phases": [FOUND | {"chance": 0.5, "low": -3.0}], "chart": []}]}

    def verdicts(overview, page):
        shown = drawn(college.lind, page, chances(overview), all_phases=True)
        return [one[0].main.said.verdict for one in shown]

    own = [(figures, "none")]
    assert verdicts(own, own) == ["Better"]
    assert verdicts([], own) == ["Better"]
    many = [*own, *[(dict(quiet), "none")] * 19]
    assert verdicts(many, many) == ["No clear effect"] * 20
    assert verdicts(many, own) == ["No clear effect"]
    # What nobody answered for gives no verdict and counts for nothing.
    unanswered = [*own, *[(dict(quiet), None)] * 19]
    assert verdicts(unanswered, unanswered) == ["Better", *["No verdict"] * 19]


SERIES = {"school": "session", "college": "lesson"}
WEEKS = 30


def _stored(college, chosen):
    """Weekly summaries of thirty weeks: everybody at 90 %; those chosen fall to 70 % two weeks before the start, then rise."""
    dice = np.random.default_rng(5)
    monday = college.today - timedelta(days=college.today.weekday())
    kinds = dict(SiteMembership.objects.values_list("student_id", "site__kind"))
    rows = []
    for student in sorted(kinds):
        for back in range(WEEKS, 0, -1):
            chance = 0.9 if student not in chosen or back > 10 else 0.7 if back > 8 else 0.97
            present = int(dice.binomial(10, chance))
            rows.append(
                WeekSummary(
                    student_id=student,
                    series=SERIES[kinds[student]],
                    week=monday - timedelta(weeks=back),
                    present=present,
                    unauthorised=10 - present,
                    late=1,
                )  # fmt: skip
            )
    WeekSummary.objects.all().delete()
    WeekSummary.objects.bulk_create(rows)
    return monday - timedelta(weeks=8)


@pytest.fixture
def mentoring(college):
    """An intervention for a third of the college, in which some began one week later than the others."""
    students = list(college.students[::5])
    start = _stored(college, {one.pk for one in students})
    row = Intervention.objects.create(
        type=InterventionType.objects.get(name="Attendance mentoring"), title="Mentoring", area="attendance",
        intended="95 %", figure="attendance", led_by=college.lind, made_by=college.lind, starts_on=start,
        review_on=college.today, cost_per_hour=30,
    )  # fmt: skip
    for number, one in enumerate(students):
        period = DateRange(start + timedelta(days=7 * (number % 2)), None)
        InterventionMember.objects.create(intervention=row, student=one, period=period)
    return row


def test_what_is_stored_is_read_in_a_fixed_number_of_queries(college, mentoring):
    with CaptureQueriesContext(connection) as caught:
        figures = read_figures(college.today)
    assert len(caught) == 10
    assert (len(figures.ids), len(figures.weeks), len(figures.parts)) == (len(college.students), WEEKS, 6)
    assert figures.weeks[-1] == college.today - timedelta(days=7 + college.today.weekday())


def test_weeks_are_numbered_by_school_weeks(college, mentoring):
    figures = read_figures(college.today)
    first = mentoring.starts_on
    assert [figures.weeks[figures.week(first + timedelta(days=days))] for days in (0, 6, 7)] == [
        first, first, first + timedelta(days=7),
    ]  # fmt: skip
    assert figures.week_after(first + timedelta(days=1)) == figures.week(first) + 1
    assert figures.week_after(None) == WEEKS + 1


def test_impact_of_what_is_stored_says_only_that_there_are_too_few(college, mentoring):
    figures, moment = read_figures(college.today), clock.now()
    result = impact_of(figures, figures.parts, snapshot=moment)
    attendance, lateness, grades = result["figures"]
    assert (result["students"], result["method"], result["snapshot"]) == (6, METHOD, moment.isoformat())
    for figure in (attendance, lateness):
        (during,) = figure["phases"]
        assert (during["phase"], during["asked"], during["refusals"][0]) == ("during", 6, guards.TOO_FEW)
    assert attendance["phases"][0]["before"] < 85 < 92 < attendance["phases"][0]["later"]
    assert [point[0] for point in attendance["chart"]][:7] == ["−6", "−5", "−4", "−3", "−2", "−1", "1"]
    assert grades["moved"] == {"students": 0, "rose": 0, "fell": 0, "stayed": 0}


def test_lateness_is_told_as_late_and_not_as_on_time(college, mentoring):
    """One late mark in about nine attended, each week: 11 per cent, before and later."""
    figures = read_figures(college.today)
    (during,) = impact_of(figures, figures.parts, snapshot=clock.now())["figures"][1]["phases"]
    assert 9 < during["before"] < 15
    assert 9 < during["later"] < 12


def test_the_fingerprint_changes_with_a_mark_a_member_and_nothing_else(college, mentoring):
    figures = read_figures(college.today)
    first = print_of(figures, figures.parts)
    assert print_of(read_figures(college.today), read_figures(college.today).parts) == first
    week = WeekSummary.objects.filter(student=college.students[3]).order_by("-week").first()
    WeekSummary.objects.filter(pk=week.pk).update(present=week.present - 1, unauthorised=week.unauthorised + 1)
    changed = read_figures(college.today)
    assert print_of(changed, changed.parts) != first
    WeekSummary.objects.filter(pk=week.pk).update(present=week.present, unauthorised=week.unauthorised)
    InterventionMember.objects.order_by("pk").first().delete()
    fewer = read_figures(college.today)
    assert print_of(fewer, fewer.parts) != first


def test_other_help_is_known_by_its_share_of_the_weeks_and_changes_the_fingerprint(college, mentoring):
    alone = read_figures(college.today)
    own = list(alone.parts)
    first = alone.week(mentoring.starts_on)
    other = Intervention.objects.create(
        type=InterventionType.objects.exclude(pk=mentoring.type_id).first(), title="Other", area="attendance",
        intended="95 %", figure="attendance", led_by=college.lind, made_by=college.lind,
        starts_on=mentoring.starts_on, review_on=college.today,
    )  # fmt: skip
    begins = alone.weeks[first + 1]
    InterventionMember.objects.create(
        intervention=other, student=college.students[0], period=DateRange(begins, begins + timedelta(weeks=1))
    )
    figures = read_figures(college.today)
    row = figures.row_of[college.students[0].pk]
    assert figures.other_help({mentoring.type_id}, first, first + 4)[row].tolist() == [0.25, 0]
    assert figures.other_help({mentoring.type_id}, first, first + 4).sum() == 0.25
    assert figures.other_help({mentoring.type_id}, first + 2, first + 4).sum() == 0
    assert figures.other_help({other.type_id}, first, first + 4)[row, 0] == 1
    assert print_of(figures, own) != print_of(alone, own)


def test_plans_made_from_a_model_plan_are_compared_as_an_intervention_of_the_same_students_is(college, mentoring):
    item, stage = BankItem.objects.plans().first(), PlanStage.objects.get(number=1)
    for one in InterventionMember.objects.all():
        ActionPlan.objects.create(
            student=one.student, title="x", aims="y", stage=stage, owner=college.okafor, made_by=college.okafor,
            stage_by=college.okafor, starts_on=one.period.lower, review_on=college.today, bank_item=item,
        )  # fmt: skip
    impact_actions.explain_choice(college.lind, "none", intervention=mentoring)
    assert impact_actions.work_out_all(college.today) == 3
    kind, template = (ImpactRun.objects.get(scope=scope).result for scope in ("type", "template"))
    assert [one["phases"] for one in kind["figures"][:2]] == [one["phases"] for one in template["figures"][:2]]
    assert template["students"] == 6
    run = impact_actions.ask_for_impact(college.lind, item=item)
    impact_actions.work_out_impact(run.pk)
    assert impact_queries.latest_of(item=item).done == run
    (row,) = impact_queries.templates(college.lind)
    assert (row.item, row.students, row.run) == (item, 6, run)


def test_a_kind_compares_only_interventions_that_were_answered_with_no(college, mentoring):
    other = Intervention.objects.create(
        type=mentoring.type, title="Second", area="attendance", intended="95 %", figure="attendance", led_by=college.lind,
        made_by=college.lind, starts_on=mentoring.starts_on, review_on=college.today,
    )  # fmt: skip
    InterventionMember.objects.create(
        intervention=other, student=college.students[1], period=DateRange(mentoring.starts_on, None)
    )
    impact_actions.explain_choice(college.lind, "none", intervention=mentoring)
    impact_actions.explain_choice(college.lind, "passing", intervention=other)
    impact_actions.work_out_all(college.today)
    result = ImpactRun.objects.get(scope="type").result
    assert (result["students"], result["compared"], result["waiting"], result["hidden"]) == (6, [mentoring.pk], 0, 1)
    answers = explained.by_answer([mentoring.pk, other.pk], explained.explained())
    assert explained.hidden_of_many(result, answers) == "none"


def test_a_better_verdict_stands_on_its_pages_with_estimate_interval_and_plot(college, mentoring, sign_in):
    """And the names of those left out stand only where the reader may know them."""
    found = FOUND | {"out": [college.student("Ada").pk]}
    figures = [{"key": key, "phases": [found], "chart": []} for key in ("attendance", "lateness")]
    result = {"figures": figures, "students": 24, "compared": [mentoring.pk], "waiting": 0, "hidden": 0}
    for of in ({"intervention": mentoring, "scope": "intervention"}, {"type": mentoring.type, "scope": "type"}):
        ImpactRun.objects.create(
            **of, weeks=6, method_version=METHOD, asked_at=clock.now(), snapshot_at=clock.now(), finished_at=clock.now(),
            state="done", result=result,
        )  # fmt: skip
    client = sign_in(college.lind)
    own = reverse("interventions:intervention_impact", args=[mentoring.public_id])
    pages = [
        own,
        reverse("interventions:impact_kind", args=[mentoring.type.public_id]),
        reverse("interventions:impact_list"),
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert ("+4.6" in text, "+0.9 to +8.3" in text, "wm-interval" in text) == (False, False, False), page
    impact_actions.explain_choice(college.lind, "none", intervention=mentoring)
    for page in pages:
        text = client.get(page).content.decode()
        assert ("+4.6 points" in text, "+0.9 to +8.3" in text, '<svg class="wm-interval"' in text) == (
            True,
            True,
            True,
        ), page
    text = client.get(own).content.decode()
    assert f"One is left out, because nobody here is like them: {college.student('Ada').full_name}" in text
    assert text.index("What this can’t see") < text.index("higher than expected")
    impact_actions.explain_choice(college.lind, "lasting", intervention=mentoring)
    for page in pages:
        text = client.get(page).content.decode()
        assert ("+4.6" in text, "+0.9 to +8.3" in text) == (False, False), page


def _run(result, **of):
    (scope,) = of
    return ImpactRun.objects.create(
        **of, scope=scope, weeks=6, method_version=METHOD, asked_at=clock.now(), snapshot_at=clock.now(),
        finished_at=clock.now(), state="done", result=result,
    )  # fmt: skip


@pytest.fixture
def second(college, mentoring):
    """Another intervention of the same kind, with one student who has both and one more."""
    row = Intervention.objects.create(
        type=mentoring.type, title="Second", area="attendance", intended="95 %", figure="attendance", led_by=college.lind,
        made_by=college.lind, starts_on=mentoring.starts_on, review_on=college.today,
    )  # fmt: skip
    for one in (college.students[0], college.students[1]):
        InterventionMember.objects.create(intervention=row, student=one, period=DateRange(mentoring.starts_on, None))
    return row


ASKED = {"compared": [], "waiting": 2, "hidden": 0}


@pytest.mark.parametrize(
    ("answers", "result", "words"),
    [
        ((None, None), ASKED, "not answered yet"),
        (("lasting", None), ASKED, "not answered yet"),
        (("lasting", "passing"), ASKED, "chosen for something else"),
        (("none", "passing"), ASKED, "answers changed since"),
        (("none", None), {"compared": [0], "waiting": 1}, ""),
        (("lasting", "none"), {"compared": [0, 1], "waiting": 0}, "answers changed since"),
        (("lasting", "passing"), {"compared": [0, 1], "waiting": 0}, "chosen for something else"),
    ],
)
def test_the_overview_and_the_page_of_a_kind_say_the_same_right_after_an_answer(
    college, mentoring, second, sign_in, answers, result, words
):
    rows = (mentoring, second)
    figures = [{"key": key, "phases": [FOUND], "chart": []} for key in ("attendance", "lateness")]
    inside = [rows[place].pk for place in result["compared"]]
    _run({"figures": figures, "students": 24} | result | {"compared": inside}, type=mentoring.type)
    for row, answer in zip(rows, answers, strict=True):
        if answer:
            impact_actions.explain_choice(college.lind, answer, intervention=row)
    client = sign_in(college.lind)
    overview = client.get(reverse("interventions:impact_list")).context["rows"][0].figures
    page = client.get(reverse("interventions:impact_kind", args=[mentoring.type.public_id])).context["figures"]
    assert [one.said.short for one in overview] == [words, words]
    answered = client.get(reverse("interventions:impact_list")).context["rows"][0].answers
    assert (len(answered.waiting), len(answered.yes)) == (
        answers.count(None), len([one for one in answers if one in ("lasting", "passing")]),
    )  # fmt: skip
    assert [one.said.sentence for one in overview] == [one["sentence"] for one in page]
    assert [one.said.verdict for one in overview] == [one["verdict"] for one in page]


def test_an_answer_that_was_there_before_is_not_said_to_be_new(college, mentoring, second, sign_in):
    """Both were answered with no when it was worked out; then one of them became a yes."""
    figures = [{"key": "attendance", "phases": [FOUND], "chart": []}]
    for row in (mentoring, second):
        impact_actions.explain_choice(college.lind, "none", intervention=row)
    compared = [mentoring.pk, second.pk]
    _run({"figures": figures, "students": 24, "compared": compared, "waiting": 0, "hidden": 0}, type=mentoring.type)
    impact_actions.explain_choice(college.lind, "lasting", intervention=second)
    text = (
        sign_in(college.lind)
        .get(reverse("interventions:impact_kind", args=[mentoring.type.public_id]))
        .content.decode()
    )
    assert ("Answered with no since this was worked out" in text, "an answer has changed since" in text) == (
        False,
        True,
    )


def test_the_head_of_a_kind_is_of_all_and_what_is_compared_stands_under_it(college, mentoring, second, sign_in):
    """Six students were mentored and two more interventions' students helped, one of them in both: seven in all."""
    figures = [{"key": "attendance", "phases": [FOUND | {"effect": 4.0}], "chart": []}]
    _run(
        {"figures": figures, "students": 16, "compared": [mentoring.pk], "waiting": 1, "hidden": 0}, type=mentoring.type
    )
    impact_actions.explain_choice(college.lind, "none", intervention=mentoring)
    for row, minutes in ((mentoring, 120), (second, 60)):
        session = InterventionSession.objects.create(
            intervention=row, held_at=clock.now(), minutes=minutes, logged_by=college.lind
        )
        session.staff.add(college.lind)
    page = sign_in(college.lind).get(reverse("interventions:impact_kind", args=[mentoring.type.public_id]))
    text = " ".join(page.content.decode().split())
    assert "2 interventions · 7 students · 2 sessions · 3.0 hours of staff · figures of" in text
    assert (
        "<strong>Compared:</strong> 1 intervention · 6 students · 1 session · 2.0 hours of staff · £60.00 · answered with no"
        in text
    )
    # The cost of a point is that of those compared: 60 pounds over 4 points and 24 students.
    assert page.context["figures"][0]["cost"] == (
        "£0.62 for each point of attendance gained by one student (£0.30 to £2.78 with the 95 % interval): £60.00 for 24 "
        "students compared"
    )
    impact_actions.explain_choice(college.lind, "lasting", intervention=mentoring)
    text = " ".join(
        sign_in(college.lind)
        .get(reverse("interventions:impact_kind", args=[mentoring.type.public_id]))
        .content.decode()
        .split()
    )
    assert "None is compared. Left out, because there was another reason: 1. Not answered yet: 1." in text
    assert ("16 students" in text, "<strong>Compared:</strong>" in text) == (False, False)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "First say whether"),
        ("passing", "They were chosen for something that their figures don’t show"),
        ("none", "Of 9 with grades"),
    ],
)
def test_grades_say_nothing_unless_somebody_answered_with_a_no(college, mentoring, sign_in, answer, words):
    moved = {"students": 9, "rose": 4, "stayed": 3, "fell": 2}
    _run(
        {"figures": [{"key": "grades", "phases": [], "chart": [], "moved": moved}], "students": 6},
        intervention=mentoring,
    )
    if answer:
        impact_actions.explain_choice(college.lind, answer, intervention=mentoring)
    page = sign_in(college.lind).get(reverse("interventions:intervention_impact", args=[mentoring.public_id]))
    assert [one["sentence"][: len(words)] for one in page.context["figures"]] == [words]


def test_the_question_stands_open_on_the_page_of_a_kind_for_the_one_who_leads(college, mentoring, second, sign_in):
    Intervention.objects.filter(pk=second.pk).update(led_by=college.okafor)
    _run({"figures": [], "students": 6, "compared": [mentoring.pk], "waiting": 1, "hidden": 0}, type=mentoring.type)
    page = sign_in(college.lind).get(reverse("interventions:impact_kind", args=[mentoring.type.public_id]))
    assert (page.context["several"].mine, page.context["several"].others) == ([mentoring], [second])
    text = page.content.decode().split('id="state"')[1]
    assert "First: why these students?" in text.split("<details")[0]


def test_a_result_of_the_earlier_method_is_not_shown(college, mentoring):
    ImpactRun.objects.create(
        scope="intervention", intervention=mentoring, weeks=6, method_version="matched-did-1", asked_at=clock.now(),
        snapshot_at=clock.now(), finished_at=clock.now(), state="done", result={"figures": []},
    )  # fmt: skip
    assert impact_queries.latest_of(intervention=mentoring).done is None
