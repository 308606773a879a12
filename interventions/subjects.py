"""What each form of support is about, so that it ticks only the open reasons that it answers (`caseload.registries.answering`).

A plan, a support plan, a referral and a panel are about a student as a whole, and tick nothing by themselves.
"""

from collections.abc import Collection

from attendance.queries.alerts.lists import answered_by
from caseload.subjects import About, Subject
from interventions.choices import Figure, NoteKind
from interventions.choices_programmes import Measure
from interventions.forms import NEW_TARGETS
from interventions.models import Intervention, ProcessStage

FIGURES: dict[str, Collection[About]] = {Figure.ATTENDANCE: (About.ATTENDANCE,)}
MEASURES: dict[str, Collection[About]] = {
    Measure.ATTENDANCE: (About.ATTENDANCE,),
    Measure.LATENESS: (About.PUNCTUALITY,),
}
TARGET = Subject(fields={"figure": FIGURES})
ONE_TO_ONE = Subject(fields={f"new{place}-figure": FIGURES for place in range(1, NEW_TARGETS + 1)})
NOTE = Subject(fields={"kind": {NoteKind.ATTENDANCE: (About.ATTENDANCE, About.PUNCTUALITY)}})
INTERVENTION = Subject(fields={"figure": MEASURES})


def of_intervention(row: Intervention) -> Subject:
    """What taking part in an intervention is about."""
    return Subject(always=frozenset(MEASURES.get(row.figure, ())))


def of_processes() -> Subject:
    """What a staged process is about, by the stage chosen: what the alert rules of its process watch for. One query."""
    found: dict[int, set[About]] = {}
    rows = ProcessStage.objects.exclude(alert_rule=None).values_list("process_id", "alert_rule__kind")
    for process, kind in rows:
        found.setdefault(process, set()).add(answered_by(kind))
    stages = ProcessStage.objects.filter(active=True, process__in=list(found)).values_list("pk", "process_id")
    return Subject(fields={"stage": {str(pk): found[process] for pk, process in stages}})
