"""Staff who sign in."""

import uuid
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from accounts.signing_in import signing_in
from core import clock
from core.models import PublicIdModel
from core.names import clean, sort_key


class UserManager(BaseUserManager["User"]):
    """Makes staff accounts; there is no such thing as a superuser in Waymark."""

    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with this email address. Without a password they can't, until they reset it."""
        if not email:
            raise ValueError("A member of staff needs an email address to sign in.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def working_here(self) -> "models.QuerySet[User]":
        """Everybody who may sign in today: the same as `works_here`, for lists."""
        today = clock.today()
        staying = models.Q(ended_on=None) | models.Q(ended_on__gte=today)
        present = models.Q(suspended_until=None) | models.Q(suspended_until__lt=today)
        return self.filter(staying, present, is_active=True)


def formal_name(title: str, given_name: str, family_name: str) -> str:
    """A member of staff as students know them: Ms Okafor; without a title, both names."""
    return f"{title} {family_name}".strip() if title and family_name else f"{given_name} {family_name}".strip()


def name_shown(user: "User") -> str:
    """What somebody is called where the sign-in package names them, such as beside their passkey."""
    return user.full_name


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. They end, and are never deleted. What they may do follows from their grants of reach."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    title = models.CharField(max_length=20, blank=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100, blank=True)
    position = models.CharField(max_length=100, blank=True, help_text="Job title, shown beside changes to registers.")
    staff_code = models.CharField(max_length=20, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)
    is_active = models.BooleanField(default=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    suspended_until = models.DateField(null=True, blank=True, editable=False)  # written by the database alone
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "member of staff"
        verbose_name_plural = "staff"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),
            # Django lets a superuser past every permission; there is none here, whoever writes to the table.
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="accounts_user_no_superuser"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="accounts_user_external_id_once"
            ),
        ]
        permissions = [
            ("manage_staff", "Can add staff and end them"),
            ("manage_grants", "Can give and end grants of reach"),
            ("view_audit", "Can read the audit record"),
            ("manage_system", "Can change settings and look after jobs and mail"),
        ]

    def __str__(self) -> str:
        return f"Member of staff {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.given_name, self.family_name = clean(self.given_name), clean(self.family_name)
        self.sort_key = sort_key(self.family_name, self.given_name)
        super().save(*args, **kwargs)

    def check_password(self, raw_password: str) -> bool:
        """Whether this is their password. One that is right is stored again when passwords are hashed in a newer way by now."""

        def store_again(password: str) -> None:
            self.set_password(password)
            with signing_in(self):
                self.save(update_fields=["password"])

        return check_password(raw_password, self.password, store_again)

    @property
    def works_here(self) -> bool:
        """Whether they may sign in today: they have not left, and nobody suspended them."""
        return not self.has_left and not self.is_suspended

    @property
    def has_left(self) -> bool:
        """Whether they no longer work here: switched off, or past their last day."""
        return not self.is_active or (self.ended_on is not None and self.ended_on < clock.today())

    @property
    def is_suspended(self) -> bool:
        """Whether their access is suspended today."""
        return self.suspended_until is not None and self.suspended_until >= clock.today()

    @property
    def full_name(self) -> str:
        """The name as it is written: given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def formal_name(self) -> str:
        """The name as students know it: Ms Okafor."""
        return formal_name(self.title, self.given_name, self.family_name)

    @property
    def initials(self) -> str:
        """Two letters for a small circle."""
        return (self.given_name[:1] + self.family_name[:1]).upper()

    @cached_property
    def roles_in_words(self) -> str:
        """The roles held today, for a record that must say what somebody was at the time."""
        held = getattr(self, "held_roles", None)
        return self.position or ", ".join(sorted(held or []))


class SecondStepRequest(PublicIdModel):
    """A wish that the second step of a protected role's holder be taken away. It happens when a second person consents.

    Nobody else needs one: theirs is taken away at once, and recorded.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    consented = models.BooleanField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(decided_by=None), name="accounts_second_step_asked_once"
            ),
            models.CheckConstraint(
                condition=models.Q(consented=None, decided_by=None)
                | models.Q(consented=False, decided_by__isnull=False)
                | models.Q(consented=True, decided_by__isnull=False)
                & ~models.Q(decided_by=models.F("asked_by"))
                & ~models.Q(decided_by=models.F("user")),
                name="accounts_second_step_needs_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Second step request {self.pk}"


class Session(AbstractBaseSession):
    """A signed-in browser. The key that its cookie holds is stored hashed, so that nobody who reads this table has it."""

    session_key = models.CharField(max_length=64, primary_key=True)
    user_id = models.BigIntegerField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"Session of {self.user_id or 'nobody'}"
