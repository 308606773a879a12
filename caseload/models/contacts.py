"""The adults around a student, and the log of every time we were in touch."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models

from caseload import choices
from caseload.models.students import Student
from core import clock
from core.models import PublicIdModel
from core.names import clean, sort_key


@pghistory.track()
class Contact(PublicIdModel):
    """An adult around one or several students: a parent, a carer, a social worker."""

    title = models.CharField(max_length=20, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    other_phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(max_length=400, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=40, blank=True)
    needs_interpreter = models.BooleanField(default=False)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Contact {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.given_name, self.family_name = clean(self.given_name), clean(self.family_name)
        self.sort_key = sort_key(self.family_name, self.given_name)
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """The name as it is written."""
        return f"{self.given_name} {self.family_name}".strip() or "(no name recorded)"

    @property
    def titled(self) -> str:
        """The whole name with its title, as it stands above an address: “Mrs Francesca Walker”."""
        return f"{self.title} {self.full_name}".strip()

    @property
    def addressed(self) -> str:
        """The name after “Dear”: “Mrs Walker”; the given name too where no title is known."""
        if self.title and self.family_name:
            return f"{self.title} {self.family_name}"
        return self.titled if self.given_name or self.family_name else "Parent or carer"


@pghistory.track()
class StudentContact(models.Model):
    """How a contact stands to a student: priority, parental responsibility, and whether they must not be contacted."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="contact_links")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="student_links")
    relationship = models.CharField(max_length=20, choices=choices.Relationship.choices, default="other")
    priority = models.PositiveSmallIntegerField(default=1)
    parental_responsibility = models.BooleanField(default=False)
    lives_with = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    no_contact = models.BooleanField(default=False, help_text="Must not be contacted about this student.")
    no_contact_reason = models.CharField(max_length=200, blank=True)
    another_person = models.BooleanField(
        default=False, help_text="Said when they were entered: nobody who was a contact already."
    )
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["priority", "pk"]
        constraints = [models.UniqueConstraint(fields=["student", "contact"], name="caseload_student_contact_once")]
        permissions = [
            ("view_contacts", "Can see contacts and the contact log"),
            ("log_contact", "Can write in the contact log"),
        ]

    def __str__(self) -> str:
        return f"Student contact {self.pk}"


class ContactLogEntry(PublicIdModel):
    """One time that somebody was in touch about a student, who with, what came of it."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="contact_log")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=10, choices=choices.Channel.choices)
    direction = models.CharField(max_length=3, choices=choices.Direction.choices, default="out")
    at = models.DateTimeField()
    summary = models.CharField(max_length=200)
    note = models.TextField(max_length=4000, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["student", "-at"], name="caseload_contact_log")]

    def __str__(self) -> str:
        return f"Contact log entry {self.pk}"
