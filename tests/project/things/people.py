"""People and groups that addresses point at."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from core import clock, naming
from tests.college import College
from tests.project.things.making import once


def ada(college: College) -> Any:
    """A student of 10A."""
    return college.student("Ada").public_id


def staff(college: College) -> Any:
    """A member of staff who is nobody of the cast's roles."""
    return college.sam.public_id


def kept_form(college: College) -> Any:
    """What somebody typed when their session ended; each has only their own."""
    return uuid4()


def no_link(college: College) -> Any:
    """What stands in a link that opens nothing; the page says so to everybody alike."""
    return "no-such-link"


def cast_key(college: College) -> Any:
    """A role of the demonstration's cast."""
    return "tutor"


def group(college: College) -> Any:
    """The teaching group to which Ada belongs."""
    return college.groups["10x/Ma1"].public_id


def ten_a(college: College) -> Any:
    """10A as a group to set up."""
    return {"kind": "caseload", "public_id": college.caseloads["10A"].public_id}


def ten_a_container(college: College) -> Any:
    """10A as something that reach is held over."""
    return {"kind": "caseload", "container": college.caseloads["10A"].public_id}


def ada_in_ten_a(college: College) -> Any:
    """Ada's place in 10A."""
    return ten_a(college) | {"student_id": ada(college)}


def adas_mother(college: College) -> Any:
    """A contact of Ada's."""
    from caseload.models import StudentContact

    link = StudentContact.objects.get(student=college.student("Ada"))
    return {"public_id": ada(college), "contact_id": link.contact.public_id}


def bens_earlier_roll(college: College) -> Any:
    """Ben's time on the roll of the other site, which has ended."""
    from caseload.models import SiteMembership

    ben, period = college.student("Ben"), (date(2025, 9, 1), date(2026, 7, 18))
    roll, _ = SiteMembership.objects.get_or_create(student=ben, site=college.sixth, defaults={"period": period})
    return {"public_id": ben.public_id, "number": roll.pk}


def adas_roll(college: College) -> Any:
    """Ada's time on the roll of the school."""
    from caseload.models import SiteMembership

    return {"public_id": ada(college), "number": SiteMembership.objects.get(student=college.student("Ada")).pk}


@once
def contact_entry(college: College) -> Any:
    """A call to Ada's home that Ms Okafor logged, to be followed up."""
    from caseload.models import ContactLogEntry

    return ContactLogEntry.objects.create(
        student=college.student("Ada"),
        channel="call",
        at=clock.now() - timedelta(days=1),
        summary="Called home",
        follow_up_on=college.today,
        logged_by=college.okafor,
    ).public_id


@once
def cleared(college: College) -> Any:
    """What a save of Ms Okafor's cleared for Ada: nothing that is stored any more."""
    from caseload.models import AnsweredReason

    return AnsweredReason.objects.create(
        student=college.student("Ada"), source="follow_up", number=0, by=college.okafor, at=clock.now(),
        through_kind="note", through_number=0,
    ).save_key  # fmt: skip


@once
def saved_filter(college: College) -> Any:
    """A filter that Ms Okafor saved."""
    from caseload.models import SavedFilter

    return SavedFilter.objects.create(
        owner=college.okafor, name="Ring back", place="student_list", query="show=follow_up"
    ).public_id


@once
def visit(college: College) -> Any:
    """A home visit to Ada's, from which Ms Okafor is back."""
    from caseload.models import Visit

    start = clock.now() - timedelta(hours=3)
    return Visit.objects.create(
        student=college.student("Ada"), place="1 High Street", purpose="Mornings", goes=college.okafor, phone="07700 900001",
        watcher=college.price, planned_for=start, back_by=start + timedelta(hours=1), checked_in_at=start, state="back",
        checked_out_at=start + timedelta(hours=1), next_alert_at=start, made_by=college.okafor, form_token=uuid4(),
    ).public_id  # fmt: skip


def grant(college: College) -> Any:
    """Ms Okafor's reach to 10A."""
    from caseload.models import CaseloadGrant

    row = CaseloadGrant.objects.get(user=college.okafor, content_object=college.caseloads["10A"])
    return {"kind": "caseload", "public_id": row.public_id}


def deputys_grant(college: College) -> Any:
    """Mr Bell's role as deputy."""
    from caseload.models import CollegeGrant

    return CollegeGrant.objects.get(user=college.bell, role__name="deputy_dsl").public_id


@once
def proposal(college: College) -> Any:
    """A proposal that Mr Novák become deputy."""
    from caseload.actions.protected_roles import propose_role

    with naming.named(college.rahman.pk):
        made = propose_role(college.novak, "deputy_dsl", college.today, None, "Second deputy", college.rahman)
    return made.public_id


def deputy(college: College) -> Any:
    """Mr Bell, who holds a protected role."""
    return college.bell.public_id


@once
def ending(college: College) -> Any:
    """A request that Mr Bell leaves, asked by Mr Trần."""
    from caseload.actions.protected_people import ask_ending

    with naming.named(college.tran.pk):
        return ask_ending(college.bell, "", college.today, "Retires", college.tran).public_id


@once
def suspension(college: College) -> Any:
    """Dr Rahman, who was suspended and let in again."""
    from caseload.actions.protected_people import lift_suspension, suspend

    with naming.named(college.achebe.pk):
        made = suspend(college.rahman, "A complaint", college.achebe)
        lift_suspension(made, college.achebe)
    college.rahman.refresh_from_db()
    return made.public_id


@once
def second_step(college: College) -> Any:
    """A wish that Dr Rahman's second step be taken away, asked by Ms Tran."""
    from accounts.second_step import take_away_second_step

    with naming.named(college.tran.pk):
        asked = take_away_second_step(college.rahman, "Lost the phone", college.tran)
    assert asked is not None
    return asked.public_id


def closure(college: College) -> Any:
    """The number of a closure."""
    from caseload.models import Closure

    return Closure.objects.earliest("pk").pk


def year(college: College) -> Any:
    """An academic year."""
    return {"start_year": 2026}


def term(college: College) -> Any:
    """A term."""
    return {"start_year": 2026, "number": college.terms[0].pk}


@once
def mail(college: College) -> Any:
    """A mail in the outbox that could not be handed over."""
    from core.actors import SystemActor
    from core.outbox import queue_mail

    sender = SystemActor("table", "The page-by-role table needs a mail")
    return queue_mail(
        key=f"table:{uuid4()}", to="sam@waymark.example", subject="A link", text="A link", by=sender
    ).public_id


def mail_name(college: College) -> Any:
    """A mail of the demonstration."""
    return "20261120-a"


def mail_file(college: College) -> Any:
    """A file of a mail of the demonstration."""
    return {"name": "20261120-a", "number": 1}


@once
def cover(college: College) -> Any:
    """10A, handed to a teacher for a week."""
    from caseload.actions.cover import Handover, arrange_cover

    today = clock.today()
    wanted = Handover(college.caseloads["10A"], college.quill, today, today + timedelta(days=7), "Two birthdays.")
    return arrange_cover(wanted, by=college.lind).public_id
