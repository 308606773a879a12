"""Panels: call one, change it, put its students in order, save what was agreed, tell the owners, and chase what is late."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from audit import record
from caseload.models import Student
from caseload.queries.lists import in_order_of_need
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from core.actors import Actor, SystemActor
from core.outbox import address_of, queue_mail
from interventions import choices_panels as choices
from interventions.actions.drafts import keep_words
from interventions.choices_panels import HOLD
from interventions.models import PanelAction, PanelDraft, PanelMeeting, PanelStudent
from interventions.querysets_panels import VIEW

if TYPE_CHECKING:
    By = User

SYSTEM_CHASING = SystemActor("panel-chasing", "reminds owners of what a panel agreed and is past its day")


class PanelChanged(Exception):
    """Somebody changed the panel meanwhile."""

    def __init__(self, panel: PanelMeeting) -> None:
        super().__init__("changed meanwhile")
        self.panel = panel


@dataclass(frozen=True)
class PanelSaid:
    """A panel as it was typed."""

    title: str
    held_on: date
    chair: User
    attendees: tuple[User, ...] = ()
    others: str = ""

    def values(self) -> dict[str, Any]:
        """As the model's fields, but for who attends."""
        return {name: getattr(self, name) for name in ("title", "held_on", "chair", "others")}


@dataclass(frozen=True)
class Agreed:
    """One line of a recap: for which student, what, whose, by when; `line` is its number in the form."""

    student_id: int
    what: str
    owner: User
    due_on: date
    line: int


@transaction.atomic
def call_panel(by: "By", said: PanelSaid, students: Sequence[Student], *, token: UUID) -> PanelMeeting:
    """Call a panel about these students, in the order of their need. The same form sent twice calls one.

    Raises PermissionDenied when a student is out of reach.
    """
    _reach(by, students)
    try:
        with transaction.atomic():
            panel = PanelMeeting.objects.create(**said.values(), made_by=by, form_token=token)
    except IntegrityError:
        return PanelMeeting.objects.get(form_token=token, made_by=by)
    panel.attendees.set(said.attendees)
    ids = [student.pk for student in students]
    _place(panel, _by_need(by, ids))
    record.record(by, choices.PANEL_CALLED, "panel", panel.pk, details={"students": ids})
    return panel


@transaction.atomic
def change_panel(
    by: "By", panel: PanelMeeting, version: int, said: PanelSaid, students: Sequence[Student]
) -> PanelMeeting:
    """Change a panel. New students come last, in the order of their need; students out of reach stay as they are.

    A student about whom something was agreed stays too. Raises PanelChanged when somebody else did so since.
    """
    _reach(by, students)
    row = _mine(by, panel, version)
    for name, value in said.values().items():
        setattr(row, name, value)
    row.save(update_fields=[*said.values()])
    row.attendees.set(said.attendees)
    wanted, there = {student.pk for student in students}, [place.student_id for place in row.places.all()]
    reached = set(Student.objects.visible_to(by, HOLD).filter(pk__in=there).values_list("pk", flat=True))
    bound = set(row.actions.values_list("student_id", flat=True))
    kept = [pk for pk in there if pk in wanted or pk not in reached or pk in bound]
    _place(row, [*kept, *_by_need(by, [pk for pk in wanted if pk not in there])])
    record.record(by, choices.PANEL_CHANGED, "panel", row.pk, details={"students": sorted(wanted)})
    return row


@transaction.atomic
def move_student(by: "By", panel: PanelMeeting, version: int, place: int, up: bool) -> PanelMeeting:
    """Let a student be talked about one place earlier or later. Only whoever leads or called it; raises PanelChanged."""
    row = _mine(by, panel, version)
    places = list(row.places.all())
    order = [one.student_id for one in places]
    at = next((at for at, one in enumerate(places) if one.pk == place), None)
    other = None if at is None else at + (-1 if up else 1)
    if at is not None and other is not None and 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
        _place(row, order)
    return row


@transaction.atomic
def order_by_need(by: "By", panel: PanelMeeting, version: int) -> PanelMeeting:
    """Put the students into the order of their need again, as it is now. Whom one does not reach comes last."""
    row = _mine(by, panel, version)
    order = [one.student_id for one in row.places.all()]
    first = _by_need(by, order)
    _place(row, [*first, *(pk for pk in order if pk not in first)])
    record.record(by, choices.PANEL_ORDERED, "panel", row.pk)
    return row


@transaction.atomic
def save_recap(
    by: "By", panel: PanelMeeting, agreed: Sequence[Agreed], *, key: UUID, answers: Collection[str] = ()
) -> list[PanelAction]:
    """Save what was agreed. Each owner gets one mail with how many and a link, no name; the form's draft is erased.

    The open reasons named by `answers` are cleared for students for whom something was agreed. The same form sent twice
    saves once. Raises PermissionDenied for a student who is not in the panel, or whom an owner does not work with.
    """
    if not PanelMeeting.objects.all().visible_to(by).filter(pk=panel.pk).exists():
        raise PermissionDenied
    ids = {one.student_id for one in agreed}
    here = Student.objects.visible_to(by, VIEW).filter(pk__in=panel.places.values("student_id"))
    if ids - set(here.values_list("pk", flat=True)) or owners_out_of_reach(agreed):
        raise PermissionDenied
    # Of two that come at the same moment the second waits here, and finds what the first has saved.
    PanelMeeting.objects.select_for_update().get(pk=panel.pk)
    if saved := list(PanelAction.objects.filter(batch=key, panel=panel)):
        return saved
    rows = PanelAction.objects.bulk_create(
        PanelAction(
            panel=panel, student_id=one.student_id, what=one.what, owner=one.owner, due_on=one.due_on, agreed_by=by,
            batch=key, line=one.line,
        )
        for one in agreed
    )  # fmt: skip
    PanelDraft.objects.filter(author=by, panel=panel, key=key).delete()
    answering.clear(answers, sorted(ids), by=by, through=Through("Panel", "panel", panel.pk))
    record.record(by, choices.PANEL_RECAPPED, "panel", panel.pk, details={"actions": [row.pk for row in rows]})
    for owner, count in _counted(row.owner for row in rows).items():
        words = f"A panel agreed {_things(count)} that {'is' if count == 1 else 'are'} yours to do."
        link = address_of("interventions:panel_action_list")
        _mail(owner, f"panel-agreed.{key}.{owner.pk}", f"{_things(count)} from a panel", words, link, by)
    return rows


def owners_out_of_reach(agreed: Iterable[Agreed]) -> set[tuple[int, int]]:
    """The (owner, student) pairs in which the owner does not work with the student. One query an owner."""
    wanted: dict[User, set[int]] = {}
    for one in agreed:
        wanted.setdefault(one.owner, set()).add(one.student_id)
    missing: set[tuple[int, int]] = set()
    for owner, ids in wanted.items():
        reached = set(Student.objects.visible_to(owner, VIEW).filter(pk__in=ids).values_list("pk", flat=True))
        missing |= {(owner.pk, pk) for pk in ids - reached}
    return missing


@transaction.atomic
def save_recap_draft(
    by: "By", panel: PanelMeeting, key: UUID, data: dict[str, Any], continues: UUID | None = None, seen: int = 0
) -> PanelDraft:
    """Keep what is typed of a recap, for its author alone. Saved already, nothing is kept of it any more."""
    if not PanelMeeting.objects.all().visible_to(by).filter(pk=panel.pk).exists():
        raise PermissionDenied
    if PanelAction.objects.filter(batch=key).exists():
        return PanelDraft(key=key, author=by, panel=panel)
    mine = PanelDraft.objects.filter(author=by, panel=panel)
    draft: PanelDraft = keep_words(mine, key, data, continues, seen, author=by, panel=panel)
    return draft


@transaction.atomic
def settle_action(by: "By", action: PanelAction, how: str) -> bool:
    """Say that an agreed action is done (`done`), is not wanted any more (`dropped`), or is open after all (`open`).

    Gives whether that changed anything: the second press does not. Dropping is for whoever leads or called the panel.
    """
    if not PanelAction.objects.all().visible_to(by).filter(pk=action.pk).exists():
        raise PermissionDenied
    if how == "dropped" and by.pk not in (action.panel.chair_id, action.panel.made_by_id):
        raise PermissionDenied
    rows = PanelAction.objects.filter(pk=action.pk)
    if how == "open":
        changed = rows.exclude(done_at=None).update(done_at=None, done_by=None, dropped=False)
    else:
        changed = rows.filter(done_at=None).update(done_at=clock.now(), done_by=by, dropped=how == "dropped")
    verbs = {
        "done": choices.PANEL_ACTION_DONE, "dropped": choices.PANEL_ACTION_DROPPED, "open": choices.PANEL_ACTION_REOPENED,
    }  # fmt: skip
    if changed:
        record.record(by, verbs[how], "panel_action", action.pk, details={"student": action.student_id})
    return bool(changed)


@transaction.atomic
def chase_actions(by: SystemActor = SYSTEM_CHASING) -> int:
    """Mail each owner how many of their agreed actions are past their day; once a week each. Gives how many mails.

    What has an owner who left, or no longer works with the student, is said to whoever leads the panel.
    """
    late = list(PanelAction.objects.all().overdue().select_related("owner", "panel__chair").order_by("pk"))
    lines = [Agreed(row.student_id, row.what, row.owner, row.due_on, 0) for row in late]
    lost = owners_out_of_reach(lines)
    to_do: list[PanelAction] = []
    without: list[PanelAction] = []
    for row in late:
        gone = not row.owner.works_here or (row.owner_id, row.student_id) in lost
        (without if gone else to_do).append(row)
    week = clock.week_of(clock.today())
    mails = 0
    for owner, count in _counted(row.owner for row in to_do).items():
        words = f"{_things(count).capitalize()} that a panel agreed {'is' if count == 1 else 'are'} yours and past {'its' if count == 1 else 'their'} day."
        link = address_of("interventions:panel_action_list")
        _mail(owner, f"panel-late.{week}.{owner.pk}", "Past their day: actions of a panel", words, link, by)
        mails += 1
    chairs = _counted(row.panel.chair for row in without if row.panel.chair.works_here)
    for chair, count in chairs.items():
        words = f"{_things(count).capitalize()} of your panels {'has' if count == 1 else 'have'} an owner who no longer works with the student. Agree on somebody else."
        link = address_of("interventions:panel_list")
        _mail(chair, f"panel-lost.{week}.{chair.pk}", "Actions of a panel without an owner", words, link, by)
        mails += 1
    if mails:
        record.record(by, choices.PANEL_CHASED, "panel_actions", "", details={"actions": [row.pk for row in late]})
    return mails


def _reach(by: "By", students: Sequence[Student]) -> None:
    ids = {student.pk for student in students}
    if Student.objects.visible_to(by, HOLD).filter(pk__in=ids).count() != len(ids):
        raise PermissionDenied


def _mine(by: "By", panel: PanelMeeting, version: int) -> PanelMeeting:
    """The panel, locked and counted on, for whoever leads or called it."""
    row = PanelMeeting.objects.select_for_update().get(pk=panel.pk)
    if by.pk not in (row.chair_id, row.made_by_id) or not by.has_perm(HOLD):
        raise PermissionDenied
    if not PanelMeeting.objects.filter(pk=row.pk, version=version).update(version=F("version") + 1):
        raise PanelChanged(row)
    row.version = version + 1
    return row


def _by_need(by: "By", ids: Sequence[int]) -> list[int]:
    reached = Student.objects.visible_to(by, VIEW).filter(pk__in=ids).order_by("sort_key", "pk")
    return [row["id"] for row in in_order_of_need(by, list(reached.values_list("pk", flat=True)), permission=VIEW)]


def _place(panel: PanelMeeting, order: Sequence[int]) -> None:
    panel.places.exclude(student_id__in=order).delete()
    PanelStudent.objects.bulk_create(
        [PanelStudent(panel=panel, student_id=pk, position=at) for at, pk in enumerate(order, 1)],
        update_conflicts=True, unique_fields=["panel", "student"], update_fields=["position"],
    )  # fmt: skip


def _counted(owners: Iterable[User]) -> dict[User, int]:
    found: dict[User, int] = {}
    for owner in owners:
        found[owner] = found.get(owner, 0) + 1
    return found


def _things(count: int) -> str:
    return "1 action" if count == 1 else f"{count} actions"


def _mail(person: User, key: str, subject: str, words: str, link: str, by: Actor) -> None:
    text = f"{person.formal_name},\n\n{words} See what, for whom and by when:\n{link}\n\nThis mail names nobody on purpose.\n"
    queue_mail(key=key, to=person.email, to_person_id=person.pk, subject=subject, text=text, by=by)
