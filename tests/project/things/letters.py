"""Letters and staged processes that addresses point at."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.college import College
from tests.project.things.making import once
from tests.project.things.people import ada


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


@once
def programme(college: College) -> Any:
    """A programme that Ms Okafor named."""
    from interventions.models import Programme

    return Programme.objects.create(name="Ready by nine", made_by=college.okafor).public_id


def ada_for_help(college: College) -> Any:
    """Ada, as an address that starts something for her names her."""
    return {"public_id": ada(college)}
