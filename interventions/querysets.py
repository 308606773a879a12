"""Which notes, one-to-ones and targets a person may read. The audience decides; the text of the rest never leaves."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.querysets import reached
from core import clock
from core.jobs.work import WorkQuerySet
from interventions.choices import OPEN_STATES, TAKING_ROOM, Audience

if TYPE_CHECKING:
    from accounts.models import User

TEACHER_NOTE = "interventions.view_teacher_note"
PASTORAL_NOTE = "interventions.view_pastoral_note"


def _students(user: "User", permission: str) -> Any:
    return reached(user, permission)


class AudienceQuerySet(QuerySet[Any]):
    """One-to-ones and quick notes, by who may read them."""

    def visible_to(self, user: "User", permission: str = "") -> Self:
        """What this person may read: by its audience, and only of students whom they reach.

        A named reader and the author keep it while they reach the student. With a permission, only of the students
        reached in a role that carries it too.
        """
        if not getattr(user, "pk", None):
            return self.none()
        named = self.model.readers.through.objects.filter(user_id=user.pk).values(f"{self.model._meta.model_name}_id")
        mine = Q(written_by=user) | Q(audience=Audience.NAMED, pk__in=named)
        rows = self.filter(
            Q(audience=Audience.TEACHERS, student__in=_students(user, TEACHER_NOTE))
            | Q(audience__in=(Audience.TEACHERS, Audience.PASTORAL), student__in=_students(user, PASTORAL_NOTE))
            | mine & Q(student__in=_students(user, "caseload.view_student"))
        )
        return rows.filter(student__in=_students(user, permission)) if permission else rows


class TargetQuerySet(QuerySet[Any]):
    """Targets, by who may read them and where they stand."""

    def visible_to(self, user: "User", permission: str = "") -> Self:
        """Targets for everyone who teaches, and pastoral ones, of students reached in a role that carries that."""
        if not getattr(user, "pk", None):
            return self.none()
        rows = self.filter(
            Q(audience=Audience.TEACHERS, student__in=_students(user, TEACHER_NOTE))
            | Q(student__in=_students(user, PASTORAL_NOTE))
        )
        return rows.filter(student__in=_students(user, permission)) if permission else rows

    def open(self) -> Self:
        """Still being worked on."""
        return self.filter(state__in=OPEN_STATES)

    def overdue(self) -> Self:
        """Still open, and past their date."""
        return self.open().filter(due_on__lt=clock.today())


class TargetReviewQuerySet(QuerySet[Any]):
    """Reviews of targets: read by whoever may read the target, and the one-to-one in which it was said."""

    def visible_to(self, user: "User", permission: str = "") -> Self:
        """What was said in a one-to-one has that one-to-one's audience."""
        targets, meetings = (self.model._meta.get_field(name).related_model.objects for name in ("target", "meeting"))
        read = Exists(meetings.visible_to(user).filter(pk=OuterRef("meeting")))  # of each alone, not of all there are
        return self.filter(target__in=targets.visible_to(user, permission)).filter(Q(meeting=None) | read)


class DraftQuerySet(QuerySet[Any]):
    """Drafts, which only their author ever sees."""

    def visible_to(self, user: "User", permission: str = "interventions.log_meeting") -> Self:
        """The author's own, while they may still log a one-to-one with the student."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(author=user, student__in=_students(user, permission))


class ProcessCaseQuerySet(QuerySet[Any]):
    """Cases of staged processes, by who may work on them for the student."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those of the students reached in a role that carries the permission."""
        return self.filter(student__in=_students(user, permission))

    def open(self) -> Self:
        """Still going on."""
        return self.filter(closed_on=None)


class LetterQuerySet(QuerySet[Any]):
    """Letters, by who may read and send them for the student."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Every letter of the students reached in a role that sends letters of every kind; of others one's own alone."""
        of_every_kind = Q(student__in=_students(user, "interventions.send_letter"))
        return self.filter(of_every_kind | Q(drafted_by=user, student__in=_students(user, permission)))


class LetterBatchQuerySet(WorkQuerySet[Any]):
    """Letters drafted together: their author's, as long as they may still send letters at all."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """One's own."""
        return self.filter(made_by=user) if user.has_perm(permission) else self.none()


class SlotQuerySet(QuerySet[Any]):
    """Times offered for one-to-ones: their tutor's own."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """One's own, while one may offer times at all."""
        return self.filter(tutor=user) if user.has_perm(permission) else self.none()

    def open(self) -> Self:
        """Still to come, not withdrawn, and nobody in them."""
        taken = self.model._meta.get_field("bookings").related_model.objects.taking_room().values("slot")
        return self.filter(withdrawn_at=None, time__startswith__gt=clock.now()).exclude(pk__in=taken)


class BookingQuerySet(QuerySet[Any]):
    """Booked times, by who offers them."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those in one's own times, of students whom one still reaches."""
        return self.filter(slot__tutor=user, student__in=_students(user, permission))

    def taking_room(self) -> Self:
        """Those for which the time is kept: not moved, cancelled or missed."""
        return self.filter(state__in=TAKING_ROOM)


class StudentWordsQuerySet(QuerySet[Any]):
    """What students wrote beforehand: for whoever asked, while they may hold one-to-ones with the student."""

    def visible_to(self, user: "User", permission: str = "interventions.log_meeting") -> Self:
        """Asked for by this very person."""
        return self.filter(asked_by=user, student__in=_students(user, permission))
