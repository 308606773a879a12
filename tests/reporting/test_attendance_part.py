"""The attendance officer has the attendance part of reports built and reads coverage and impact: no grades, targets or notes."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.jobs import WorkState
from interventions.impact import METHOD
from interventions.models import ChoiceExplained, ImpactRun, Intervention, InterventionType
from reporting.choices import ATTENDANCE_REPORT
from reporting.forms import NewReportForm
from reporting.models import Delivery, ReportRun
from reporting.queries.term import term_facts
from tests.college import College
from tests.reporting.conftest import WORDS, build, text_of


def test_the_officers_report_holds_attendance_and_nothing_else(full: College, ask: Any) -> None:
    run = build(ask(full.price, recipients=[full.price, full.lind]))
    assert (run.state, run.parts, run.title.partition(":")[0]) == ("done", "attendance", "Attendance")
    facts = term_facts(run.scope, run.term, run.edition, run.parts)
    assert not {"gaps", "progress", "work"} & set(facts)
    text = text_of(run)
    for words in ("Attendance: Year 10", "240 of 280 sessions", "85.7"):
        assert words in text
    for words in ("Progress", "target", "Target", "One-to-ones", "Groups compared", WORDS):
        assert words not in text
    assert set(Delivery.objects.filter(left_out="").values_list("person", flat=True)) == {full.price.pk, full.lind.pk}


def test_the_empty_page_promises_what_this_persons_report_holds(college: College, sign_in: Any) -> None:
    said = {
        who: sign_in(who).get(reverse("reporting:report_list")).content.decode()
        for who in (college.price, college.lind)
    }
    assert "A termly report sets out the attendance of a group, as a PDF." in said[college.price]
    assert "A termly report sets out attendance, progress and one-to-ones of a group, as a PDF." in said[college.lind]


def test_a_leaders_report_stays_whole_and_the_officer_does_not_see_it(full: College, ask: Any) -> None:
    whole, part = ask(full.lind, recipients=[full.price]), ask(full.price)
    assert (whole.parts, part.parts) == ("whole", "attendance")
    assert set(ReportRun.objects.visible_to(full.price, ATTENDANCE_REPORT)) == {part}
    assert set(ReportRun.objects.visible_to(full.lind, ATTENDANCE_REPORT)) == {whole, part}
    assert set(ReportRun.objects.visible_to(full.vance, ATTENDANCE_REPORT)) == set()
    build(whole)
    assert Delivery.objects.get(run=whole).left_out == "No longer has reach to these students."


def test_only_those_who_read_whole_reports_are_offered_and_taken_for_one(college: College) -> None:
    offered = set(NewReportForm(user=college.lind).fields["recipients"].queryset)
    assert college.price not in offered
    assert {college.price, college.lind} <= set(NewReportForm(user=college.price).fields["recipients"].queryset)


def test_a_schedule_needs_the_right_to_the_whole_report(college: College, ask: Any) -> None:
    from reporting.models import Subscription

    schedule = Subscription.objects.create(name="Weekly", owner=college.price, year_group=college.years[10])
    with pytest.raises(PermissionDenied):
        ask(college.price, subscription=schedule, due_on=college.today)


def test_the_officer_reads_coverage_without_the_workload_of_tutors(full: College, sign_in: Any) -> None:
    officer = sign_in(full.price)
    page = officer.get(reverse("interventions:coverage_list"))
    assert "10A" in {row.name for row in page.context["rows"]}
    students = reverse("caseload:student_list")
    assert f'href="{students}?in=caseload:' in page.content.decode()
    assert WORDS not in page.content.decode()
    assert officer.get(reverse("interventions:workload_list")).status_code == 403
    assert officer.get(reverse("interventions:due_list")).status_code == 403


def test_the_officer_reads_the_attendance_of_impact_and_no_grades(college: College, sign_in: Any) -> None:
    kind = InterventionType.objects.order_by("pk").first()
    assert kind is not None
    ended = Intervention.objects.create(
        type=kind, title="Ready by nine", led_by=college.okafor, made_by=college.okafor, starts_on=college.today,
        review_on=college.today,
    )  # fmt: skip
    found = {
        "phase": "during", "refusals": ["too_few"], "students": 4, "asked": 4, "out": [], "low": None, "effect": None,
        "before": 90.0, "later": 91.0, "expected": None, "record": 30, "without_record": 0, "without_later": 0, "early": 0,
    }  # fmt: skip
    figures = [{"key": key, "phases": [found], "chart": []} for key in ("attendance", "lateness")]
    grades = {"key": "grades", "phases": [], "chart": [], "moved": {"students": 3, "rose": 2, "stayed": 1, "fell": 0}}
    ImpactRun.objects.create(
        scope="type", type=kind, weeks=6, method_version=METHOD, asked_at=clock.now(), snapshot_at=clock.now(),
        finished_at=clock.now(), state=WorkState.DONE, result={"figures": [*figures, grades], "students": 4},
    )  # fmt: skip
    for page, figure in ((reverse("interventions:impact_list"), "Lateness"), (_of_kind(kind), "Lateness")):
        own = sign_in(college.price).get(page).content.decode()
        assert (figure in own, "2 rose" in own, ">Grades<" in own) == (True, False, False)
    # Nobody has said yet why the students were chosen: nothing that reads like a result is shown to a leader either.
    leader = sign_in(college.lind)
    assert "2 rose" not in leader.get(_of_kind(kind)).content.decode()
    ChoiceExplained.objects.create(intervention=ended, reason="none", said_by=college.okafor)
    run = ImpactRun.objects.get()
    run.result |= {"compared": [ended.pk], "waiting": 0}
    run.save()
    leaders = leader.get(_of_kind(kind)).content.decode()
    assert ("2 rose" in leaders, ">Grades<" in leaders) == (True, True)


def _of_kind(kind: InterventionType) -> str:
    return reverse("interventions:impact_kind", args=[kind.public_id])
