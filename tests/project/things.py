"""What the addresses of the page-by-role table point at: made on the small college, each when first asked for.

A thing gives the address's keyword arguments, or one value when there is only one. Everything is about Ada of 10A, whose
tutor is Ms Okafor, so that a role that is hidden from it really could have leaked.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from core import clock, naming
from tests.college import College

Thing = Callable[[College], Any]
WORK_OF: dict[int, dict[str, Any]] = {}


def once(make: Thing) -> Thing:
    """Make a thing once for each college."""

    def made(college: College) -> Any:
        kept = WORK_OF.setdefault(id(college), {})
        if make.__name__ not in kept:
            kept[make.__name__] = make(college)
        return kept[make.__name__]

    return made


# --- people and groups -----------------------------------------------------------------------------------------------


def ada(college: College) -> Any:
    """A student of 10A."""
    return college.student("Ada").public_id


def staff(college: College) -> Any:
    """A member of staff who is nobody of the cast's roles."""
    return college.sam.public_id


def kept_form(college: College) -> Any:
    """What somebody typed when their session ended; each has only their own."""
    return uuid4()


def role_code(college: College) -> Any:
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


# --- attendance and progress -----------------------------------------------------------------------------------------


def planned(college: College) -> Any:
    """An absence of Ada's that is planned for Monday."""
    return _planned(college).public_id


def planned_batch(college: College) -> Any:
    """The number of the batch that it is in."""
    return {"batch": _planned(college).batch}


def college_site(college: College) -> Any:
    """The site that marks lessons."""
    return college.sixth.public_id


@once
def lesson_code(college: College) -> Any:
    """The number of a lesson code of that site's own."""
    from attendance.models import AttendanceCode

    return AttendanceCode.objects.create(
        series="lesson",
        site=college.sixth,
        code="Q",
        short="Quarantine",
        meaning="Kept at home",
        stat_class="AA",
        valid_from=college.today + timedelta(days=3),
    ).pk


@once
def _planned(college: College) -> Any:
    from attendance.models import PlannedAbsence

    monday = college.today + timedelta(days=3)
    return PlannedAbsence.objects.create(
        student=college.student("Ada"), kind="visit", session_code="V", starts_on=monday, ends_on=monday,
        batch=uuid4(), entered_by=college.price,
    )  # fmt: skip


def register(college: College) -> Any:
    """The register of 10A this morning."""
    return {"group_id": college.caseloads["10A"].public_id, "day": college.today, "slug": "am"}


def alert_rule(college: College) -> Any:
    """A rule that watches for low attendance."""
    from attendance.models import AlertRule

    return AlertRule.objects.filter(kind="below").first().public_id


@once
def hold(college: College) -> Any:
    """Ada is not chased until Christmas."""
    from attendance.models import ChaseHold

    return ChaseHold.objects.create(
        student=college.student("Ada"), until=date(2026, 12, 18), reason="In hospital", set_by=college.okafor
    ).public_id


@once
def evacuation_copy(college: College) -> Any:
    """The school's evacuation list, kept ready as a file."""
    from attendance.actions.evacuation import make_evacuation_copy

    copy = make_evacuation_copy(college.school.pk)
    assert copy is not None
    return college.school.public_id


@once
def point(college: College) -> Any:
    """An assessment point of the school that is open."""
    from progress.models import AssessmentPoint

    return AssessmentPoint.objects.create(
        year=college.year,
        site=college.school,
        name="Autumn 1",
        on_date=college.today,
        opens_on=college.today - timedelta(days=7),
        closes_on=college.today + timedelta(days=7),
        kinds=["current"],
    ).public_id


def grades(college: College) -> Any:
    """The grades of Ada's mathematics group at that point."""
    return {"group_id": group(college), "point_id": point(college)}


# --- one-to-ones, targets, notes --------------------------------------------------------------------------------------


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


# --- reports ----------------------------------------------------------------------------------------------------------


@once
def report(college: College) -> Any:
    """A report about Year 10 that Mr Lind asked for."""
    from reporting.models import ReportRun

    return ReportRun.objects.create(
        year_group=college.years[10], term=college.terms[0], asked_by=college.lind
    ).public_id


@once
def schedule(college: College) -> Any:
    """A schedule of Mr Novák's about Year 10."""
    from reporting.models import Subscription

    return Subscription.objects.create(name="Each term", year_group=college.years[10], owner=college.novak).public_id


# --- rosters ----------------------------------------------------------------------------------------------------------


@once
def rollover(college: College) -> Any:
    """The school's move into the next year, being prepared."""
    from datetime import date

    from caseload.models import AcademicYear, Rollover

    later = AcademicYear.objects.create(start_year=2027, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    return Rollover.objects.create(
        site=college.school, from_year=college.year, to_year=later, asked_by=college.tran, state="done"
    ).public_id


def ada_in_rollover(college: College) -> Any:
    """Ada, who may stay in her year."""
    return {"public_id": rollover(college), "student_id": ada(college)}


@once
def roster(college: College) -> Any:
    """A roster that Mr Trần uploaded, not brought in yet."""
    from core.files import save_file
    from exchange.models import RosterImport

    upload = save_file(b"SIS ID,Name\n", "School.csv", "text/csv")
    return RosterImport.objects.create(asked_by=college.tran, upload=upload).public_id


@once
def marks_upload(college: College) -> Any:
    """Marks that Mr Trần uploaded, not brought in yet."""
    from core.files import save_file
    from exchange.models import MarkImport

    upload = save_file(b"upn,date,session,code\n", "marks.csv", "text/csv")
    return MarkImport.objects.create(asked_by=college.tran, upload=upload, site=college.school).public_id


@once
def delivery(college: College) -> Any:
    """Marks that came from the school's MIS."""
    from attendance.models import MarkDelivery

    return MarkDelivery.objects.create(site=college.school, covers_until=clock.now(), file_name="marks.csv").public_id


def tutor_of_ten_a(college: College) -> Any:
    """Ms Okafor, as one who takes registers."""
    return college.okafor.public_id


@once
def leaver(college: College) -> Any:
    """Ada, whom the latest roster does not name."""
    from exchange.models import SourceLink

    link = SourceLink.objects.create(
        source="sds", kind="student", source_id="1", object_id=college.student("Ada").pk, missing_since=clock.now()
    )
    return link.pk


# --- behind the wall ---------------------------------------------------------------------------------------------------


@once
def concern(college: College) -> Any:
    """A concern about Ada that Ms Okafor raised."""
    from safeguarding.actions.raising import Report, raise_concern

    with naming.named(college.okafor.pk):
        report = Report(what="She said she was afraid to go home.", safe_now="unsure", student=college.student("Ada"))
        return raise_concern(college.okafor, report, token=uuid4()).public_id


@once
def concern_discarded(college: College) -> Any:
    """The token of a draft that is nobody's."""
    return uuid4()


def _concern(college: College) -> Any:
    from safeguarding.models import Concern

    return Concern.objects.get(public_id=concern(college))


@once
def entry(college: College) -> Any:
    """An entry of its chronology."""
    from safeguarding.actions.casework import add_entry
    from safeguarding.choices import EntryKind

    concern(college)
    with naming.named(college.rahman.pk):
        return add_entry(college.rahman, _concern(college), EntryKind.NOTE, "Spoke with her tutor.").public_id


@once
def action(college: College) -> Any:
    """A step that the team will take."""
    from safeguarding.actions.casework import add_action

    concern(college)
    with naming.named(college.rahman.pk):
        return add_action(college.rahman, _concern(college), "Call home", college.rahman, college.today).public_id


@once
def share(college: College) -> Any:
    """The concern, shared with Mr Lind by name."""
    from safeguarding.actions.sharing import share_concern

    concern(college)
    with naming.named(college.rahman.pk):
        until: date = college.today + timedelta(days=14)
        made = share_concern(
            college.rahman, _concern(college), college.lind, until, note="Keep an eye", reason="Year head"
        )
        return made.public_id


@once
def exclusion(college: College) -> Any:
    """Mr Bell, kept from another concern that Ms Okafor raised."""
    from safeguarding.actions.raising import Report, raise_concern
    from safeguarding.actions.sharing import exclude_person

    with naming.named(college.okafor.pk):
        report = Report(what="About somebody whom Mr Bell knows.", safe_now="yes", student=college.student("Ben"))
        other = raise_concern(college.okafor, report, token=uuid4())
    with naming.named(college.rahman.pk):
        return exclude_person(college.rahman, other, college.bell, "Related").public_id


@once
def flag(college: College) -> Any:
    """A neutral flag for Mr Lind about Ada."""
    from safeguarding.actions.sharing import set_flag

    concern(college)
    with naming.named(college.rahman.pk):
        until: date = college.today + timedelta(days=14)
        made = set_flag(college.rahman, college.student("Ada"), college.lind, "speak_first", until)
        return {"concern_id": concern(college), "public_id": made.public_id}


@once
def adult(college: College) -> Any:
    """A concern about an adult, for the head."""
    from safeguarding.actions.adults import AdultReport, raise_adult_concern

    with naming.named(college.okafor.pk):
        report = AdultReport(what="He was alone with a student behind a locked door.", subject=college.quill)
        return raise_adult_concern(college.okafor, report, token=uuid4()).public_id


# --- letters and staged processes --------------------------------------------------------------------------------------


@once
def letter(college: College) -> Any:
    """A letter that Mr Lind drafted about Ada."""
    from interventions.models import Letter, LetterBatch, LetterTemplate

    template = LetterTemplate.objects.create(name="First concern", subject="Attendance", body="Dear {recipient}")
    batch = LetterBatch.objects.create(template=template, made_by=college.lind, form_token=uuid4(), state="done")
    return Letter.objects.create(
        student=college.student("Ada"),
        template=template,
        batch=batch,
        subject="Attendance",
        body="Dear",
        drafted_by=college.lind,
    ).public_id


@once
def case(college: College) -> Any:
    """Ada's case in the attendance process."""
    from interventions.models import Case, ProcessStage

    stage = ProcessStage.objects.get(process__code="attendance", number=1)
    return Case.objects.create(
        student=college.student("Ada"),
        process=stage.process,
        stage=stage,
        owner=college.okafor,
        opened_by=college.okafor,
        reason="Down nine points",
        review_on=college.today,
    ).public_id


def ada_as_student(college: College) -> Any:
    """Ada, in an address that calls her the student."""
    return {"student_id": ada(college)}


def process(college: College) -> Any:
    """The staged attendance process."""
    from interventions.models import StagedProcess

    return StagedProcess.objects.get(code="attendance").public_id


def stage(college: College) -> Any:
    """Its first stage."""
    from interventions.models import ProcessStage

    row = ProcessStage.objects.get(process__code="attendance", number=1)
    return {"process_id": row.process.public_id, "stage_id": row.public_id}


def letter_batch(college: College) -> Any:
    """The letters that Mr Lind drafted."""
    from interventions.models import Letter

    return Letter.objects.get(public_id=letter(college)).batch.public_id


def letter_template(college: College) -> Any:
    """A letter that is sent again and again."""
    from interventions.models import Letter

    return Letter.objects.get(public_id=letter(college)).template.public_id


@once
def intervention_row(college: College) -> Any:
    """Mentoring of Ada that Mr Lind made and leads."""
    from django.db.backends.postgresql.psycopg_any import DateRange

    from interventions.models import Intervention, InterventionMember, InterventionType

    made = Intervention.objects.create(
        type=InterventionType.objects.get(name="Attendance mentoring"),
        title="Mentoring",
        area="attendance",
        intended="Attendance of 95 %",
        figure="attendance",
        led_by=college.lind,
        made_by=college.lind,
        starts_on=college.today - timedelta(days=30),
        review_on=college.today + timedelta(days=7),
    )
    return InterventionMember.objects.create(
        intervention=made, student=college.student("Ada"), period=DateRange(made.starts_on, None)
    )


def intervention(college: College) -> Any:
    """An intervention in which Ada takes part."""
    return intervention_row(college).intervention.public_id


def intervention_member(college: College) -> Any:
    """Ada's part in it."""
    return {"intervention_id": intervention(college), "member": intervention_row(college).pk}


def intervention_kind(college: College) -> Any:
    """Its kind."""
    return intervention_row(college).intervention.type.public_id


def ada_for_help(college: College) -> Any:
    """Ada, as an address that starts something for her names her."""
    return {"public_id": ada(college)}
