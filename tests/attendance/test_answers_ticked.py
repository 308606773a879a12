"""Which open reasons a form of support ticks by itself: those it answers, and none that is about something else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from attendance.actions import rebuild_summary
from attendance.choices import AlertKind
from attendance.models import Alert, AlertRule
from caseload.actions.contacts import log_contact
from caseload.actions.visits import VisitSaid, check_in, check_out, plan_visit
from caseload.queries.calendar import school_days
from caseload.registries import answering
from caseload.subjects import About, Subject
from core import clock
from interventions.actions.programmes import InterventionSaid, start_intervention
from interventions.models import InterventionType, ProcessStage, StagedProcess
from tests.attendance.test_analysis import mark_sessions
from tests.college import College

LOW, LATE, FOLLOW_UP = "low", "late", "follow_up"


def _alert(college: College, given: str, kind: str) -> Alert:
    past = {"percent": 85, "least_possible": 20} if kind == AlertKind.BELOW else {"count": 1}
    made = AlertRule.objects.create(name=f"{kind} for {given}", kind=kind, weeks=6, switched_on_at=clock.now(), **past)
    return Alert.objects.create(
        student=college.student(given), rule=made, reason=f"{kind}: {given}", raised_on=college.today,
        true_on=college.today,
    )  # fmt: skip


@pytest.fixture
def waiting(college: College) -> dict[str, str]:
    """Ada waits for help with attendance, with being late, and for a call; Ben for help with attendance. It holds of Ada."""
    days = school_days(college.school, date(2026, 10, 5), college.today)
    mark_sessions(college, college.student("Ada"), ["L", "I"] * len(days), days)
    rebuild_summary()
    entry = {"direction": "out", "channel": "call", "at": clock.now(), "summary": "Rang home, no answer"}
    call = log_contact(college.okafor, college.student("Ada"), follow_up_on=college.today, **entry)
    low, late = _alert(college, "Ada", AlertKind.BELOW), _alert(college, "Ada", AlertKind.LATE)
    _alert(college, "Ben", AlertKind.BELOW)
    return {
        f"attendance_alert:{low.pk}": LOW,
        f"attendance_alert:{late.pk}": LATE,
        f"follow_up:{call.pk}": FOLLOW_UP,
    }


def _ticked(browser: Any, address: str, waiting: dict[str, str], data: Any = None) -> list[str]:
    page = browser.post(address, data) if data else browser.get(address)
    answers = page.context["answers"]
    assert set(waiting) <= {reason.key for reason in answers.reasons}
    return sorted(waiting.get(key, key) for key in answers.ticked)


def _programme(college: College, figure: str) -> Any:
    said = InterventionSaid(
        InterventionType.objects.all()[0], "Help", "other", "Better", figure, college.lind, college.today,
        date(2027, 1, 8),
    )  # fmt: skip
    return start_intervention(college.lind, said, [college.student("Chloe")], token=college.student("Ben").public_id)


@pytest.mark.parametrize(
    ("page", "query", "ticked"),
    [
        ("interventions:meeting_new", "", []),
        ("interventions:note_new", "", []),
        ("interventions:target_new", "", []),
        ("interventions:plan_new", "", []),
        ("interventions:case_new", "", []),
        ("caseload:contact_log", "", [FOLLOW_UP]),
    ],
)
def test_a_form_ticks_only_what_it_answers(
    college: College, waiting: dict[str, str], sign_in: Any, page: str, query: str, ticked: list[str]
) -> None:
    address = reverse(page, args=[college.student("Ada").public_id]) + query
    assert _ticked(sign_in(college.okafor), address, waiting) == ticked


@pytest.mark.parametrize("page", ["interventions:meeting_new", "caseload:contact_log"])
def test_a_form_opened_from_an_alert_ticks_that_alert_alone(
    college: College, waiting: dict[str, str], sign_in: Any, page: str
) -> None:
    browser = sign_in(college.okafor)
    listed = browser.get(reverse("attendance:alert_list")).content.decode().replace("&amp;", "&")
    address = reverse(page, args=[college.student("Ada").public_id])
    link = next(part.split('"')[0] for part in listed.split('href="') if part.startswith(address))
    assert _ticked(browser, link, waiting) == [LATE, LOW]
    work = browser.get(reverse("caseload:my_work")).content.decode().replace("&amp;", "&")
    own = [part.split('"')[0] for part in work.split('href="') if part.startswith(address)]
    found = {tuple(_ticked(browser, link, waiting)) for link in own}
    assert found == ({(LOW,), (LATE,)} if page.endswith("meeting_new") else {(FOLLOW_UP,)})


def test_a_link_names_only_reasons_of_that_student(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    ben = Alert.objects.get(student=college.student("Ben"))
    address = reverse("interventions:note_new", args=[college.student("Ada").public_id])
    assert _ticked(sign_in(college.okafor), f"{address}?answers=attendance_alert:{ben.pk}", waiting) == []


def test_forms_for_one_or_more_students_from_a_list(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    ada, ben = college.student("Ada").public_id, college.student("Ben").public_id
    lind = sign_in(college.lind)
    for name in ("target_many", "note_new_many", "intervention_new", "referral_new"):
        address = reverse(f"interventions:{name}")
        assert _ticked(lind, f"{address}?student={ada}", waiting) == [], name
        assert _ticked(lind, f"{address}?student={ada}&student={ben}", waiting) == [], name


@pytest.mark.parametrize(
    ("figure", "one"), [("attendance", [LOW]), ("lateness", [LATE]), ("grades", []), ("other", [])]
)
def test_joining_an_intervention_ticks_what_it_is_measured_by(
    college: College, waiting: dict[str, str], sign_in: Any, figure: str, one: list[str]
) -> None:
    row = _programme(college, figure)
    ada, ben = college.student("Ada").public_id, college.student("Ben").public_id
    address = reverse("interventions:intervention_students", args=[row.public_id])
    assert _ticked(sign_in(college.lind), f"{address}?student={ada}", waiting) == one
    assert _ticked(sign_in(college.lind), f"{address}?student={ada}&student={ben}", waiting) == []


def test_a_stage_of_a_process_that_watches_attendance(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    watch = AlertRule.objects.create(name="Watched", kind=AlertKind.BELOW)
    process = StagedProcess.objects.create(code="coming_in", name="Coming in")
    stage = ProcessStage.objects.create(process=process, number=1, name="Talk", alert_rule=watch)
    other = StagedProcess.objects.create(code="behaviour_1", name="Behaviour")
    calm = ProcessStage.objects.create(process=other, number=1, name="Talk")
    address = reverse("interventions:case_new", args=[college.student("Ada").public_id])
    assert _ticked(sign_in(college.okafor), f"{address}?stage={stage.pk}", waiting) == [LOW]
    assert _ticked(sign_in(college.okafor), f"{address}?stage={calm.pk}", waiting) == []


def test_a_support_plan_ticks_nothing(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    low = {key: name for key, name in waiting.items() if name != FOLLOW_UP}
    address = reverse("interventions:support_new", args=[college.student("Ada").public_id])
    assert _ticked(sign_in(college.lowe), address, low) == []


def test_a_home_visit_answers_a_call_that_was_owed(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    ada, out = college.student("Ada"), clock.now()
    said = VisitSaid(
        place="1 High Street", purpose="See how things are", goes=college.okafor, phone="07700 900001",
        watcher=college.price, planned_for=out, back_by=out + timedelta(hours=1),
    )  # fmt: skip
    planned = plan_visit(college.okafor, ada, said, token=ada.public_id)
    check_out(college.okafor, check_in(college.okafor, planned))
    address = reverse("caseload:visit_write", args=[planned.public_id])
    assert _ticked(sign_in(college.okafor), address, waiting) == [FOLLOW_UP]


def test_a_field_says_what_a_form_is_about(college: College, waiting: dict[str, str]) -> None:
    about = Subject(fields={"figure": {"attendance": (About.ATTENDANCE,)}})
    ada = [college.student("Ada").pk]
    by = college.okafor

    def ticked(data: Any = None, ids: list[int] = ada, **more: Any) -> list[str]:
        return [waiting.get(key, key) for key in answering.offered(ids, by, data, about=about, **more).ticked]

    assert ticked() == []
    assert ticked(initial={"figure": "attendance"}) == [LOW]
    assert ticked({"figure": ["attendance"]}) == [LOW]
    assert ticked({"figure": ["grade"]}, initial={"figure": "attendance"}) == []
    assert ticked(initial={"figure": "attendance"}, ids=[*ada, college.student("Ben").pk]) == []


def test_a_form_drawn_again_keeps_what_the_person_left(college: College, waiting: dict[str, str], sign_in: Any) -> None:
    """A target with a fault: what was unticked although it is about attendance stays so, what was ticked as well."""
    low, late, call = list(waiting)
    address = reverse("interventions:target_new", args=[college.student("Ada").public_id])
    typed = {"what": "", "figure": "attendance", "answers_offered": list(waiting), "answers": [late, call]}
    page = sign_in(college.okafor).post(address, typed)
    assert page.status_code == 422
    assert sorted(page.context["answers"].ticked) == sorted([late, call])
    assert page.context["answers"].follows == ""
    assert low not in page.context["answers"].ticked
