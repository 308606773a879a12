"""One-to-ones, targets, notes and interventions that addresses point at."""

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from core import clock
from tests.college import College
from tests.project.things.making import once
from tests.project.things.people import ada


def draft(college: College) -> Any:
    """A draft of a one-to-one with Ada that is nobody's."""
    return {"student_id": ada(college), "key": uuid4()}


@once
def meeting(college: College) -> Any:
    """A one-to-one of Ms Okafor with Ada."""
    from interventions.models import Meeting, MeetingType

    return Meeting.objects.create(
        student=college.student("Ada"),
        type=MeetingType.objects.get(code="progress-review"),
        held_at=clock.at(college.today - timedelta(days=7), 11),
        written_by=college.okafor,
        led_by=college.okafor,
        form_token=uuid4(),
        audience="pastoral",
        notes="About Ada",
    ).public_id


@once
def target(college: College) -> Any:
    """A target that Ms Okafor set with Ada, with one step."""
    from interventions.models import Target, TargetStep

    made = Target.objects.create(
        student=college.student("Ada"),
        what="Hand in the essay",
        set_on=college.today - timedelta(days=30),
        due_on=college.today + timedelta(days=7),
        set_by=college.okafor,
        changed_by=college.okafor,
    )
    TargetStep.objects.create(target=made, position=1, text="Write a plan")
    return made.public_id


def step(college: College) -> Any:
    """The first step of that target."""
    return {"target_id": target(college), "position": 1}


@once
def bank_item(college: College) -> Any:
    """A model target that Ms Okafor saved to the bank."""
    from interventions.models import BankItem

    return BankItem.objects.create(
        title="Essay plan", data={"what": "Hand in an essay plan"}, saved_by=college.okafor
    ).public_id


@once
def note(college: College) -> Any:
    """A pastoral note about Ada."""
    from interventions.models import Note

    return Note.objects.create(
        student=college.student("Ada"), written_by=college.okafor, audience="pastoral", text="Tired"
    ).public_id


@once
def slot(college: College) -> Any:
    """A time that Ms Okafor offers on Monday."""
    from interventions.actions.bookings import TimesSaid, open_times
    from interventions.models import MeetingType

    kind = MeetingType.objects.get(code="progress-review")
    said = TimesSaid(date(2026, 11, 23), time(9), time(9, 30), 15, kind)
    return open_times(said, by=college.okafor)[0].public_id


@once
def booking(college: College) -> Any:
    """Ada is booked in the second of these times."""
    from interventions.actions.bookings import book_time
    from interventions.models import Slot

    slot(college)
    last = Slot.objects.filter(tutor=college.okafor).order_by("-time").first()
    return book_time(last, college.student("Ada"), by=college.okafor).public_id


@once
def asked(college: College) -> Any:
    """Ms Okafor asked Ada to write beforehand."""
    from interventions.actions import ask_student

    return ask_student(college.student("Ada"), by=college.okafor, mail=False)


@once
def student_words(college: College) -> Any:
    """What Ms Okafor asked Ben for; he has not written yet."""
    from interventions.actions import ask_student

    return ask_student(college.student("Ben"), by=college.okafor, mail=False).words.public_id


def beforehand_token(college: College) -> Any:
    """What stands in the address of Ada's link."""
    return asked(college).address.rstrip("/").rsplit("/", 1)[1]


@once
def feed_token(college: College) -> Any:
    """What stands in Ms Okafor's calendar address."""
    from interventions.actions.feeds import make_feed

    return make_feed(with_names=False, by=college.okafor).rsplit("/", 1)[1].removesuffix(".ics")


def meeting_type(college: College) -> Any:
    """A kind of one-to-one."""
    return "progress-review"


@once
def handover(college: College) -> Any:
    """10A, handed to the next tutor."""
    from interventions.actions.handovers import hand_over

    hand_over(college.caseloads["10A"], by=college.okafor)
    return college.caseloads["10A"].public_id


def ada_in_handover(college: College) -> Any:
    """What is written about Ada in it."""
    return {"caseload_id": handover(college), "student_id": college.student("Ada").public_id}
