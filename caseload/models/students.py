"""Students: who they are. What changes with the year is a dated membership, never a column here."""

from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from caseload import choices
from caseload.querysets import StudentQuerySet
from core import clock
from core.models import PublicIdModel
from core.names import clean, fold, sort_key


class Student(PublicIdModel):
    """A student. They end, are merged by alias or erased by the retention job; they are never deleted.

    One who was added by mistake is taken back: nobody sees them any more, and the row stays for whoever wrote about them.

    The name used in college and the name used at home are kept apart: everything addressed home uses the home name.
    """

    given_name = models.CharField("name used in college", max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    home_given_name = models.CharField("name used at home", max_length=100, blank=True)
    home_family_name = models.CharField(max_length=100, blank=True)
    home_pronouns = models.CharField(max_length=40, blank=True)
    legal_given_name = models.CharField(max_length=100, blank=True)
    legal_family_name = models.CharField(max_length=100, blank=True)
    middle_names = models.CharField(max_length=100, blank=True)
    former_family_name = models.CharField(max_length=100, blank=True)
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)
    search_text = models.TextField(editable=False, default="")

    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=choices.Sex.choices, default=choices.Sex.UNKNOWN)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    photo = models.ForeignKey("core.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")

    # Identifiers (facts section 3): all text. Bad ones are kept and flagged rather than refused.
    upn = models.CharField("UPN", max_length=20, blank=True, db_index=True)
    upn_problem = models.CharField(max_length=120, blank=True, editable=False)
    former_upn = models.CharField(max_length=20, blank=True)
    upn_unknown_reason = models.CharField(max_length=4, choices=choices.UpnUnknown.choices, blank=True)
    uln = models.CharField("ULN", max_length=20, blank=True, db_index=True)
    uln_problem = models.CharField(max_length=120, blank=True, editable=False)
    uci = models.CharField("UCI", max_length=13, blank=True)
    candidate_number = models.CharField(max_length=4, blank=True)
    admission_number = models.CharField(max_length=20, blank=True, db_index=True)
    learner_reference = models.CharField(max_length=12, blank=True, db_index=True)
    ucas_personal_id = models.CharField(max_length=10, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)

    # Characteristics that hardly ever change (facts section 5); those with dates are Characteristic rows.
    ethnicity = models.CharField(max_length=4, blank=True)
    ethnicity_source = models.CharField(max_length=1, blank=True)
    first_language = models.CharField(max_length=3, blank=True)
    disabilities = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    country_of_birth = models.CharField(max_length=60, blank=True)
    prior_attainment = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)

    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Added by mistake.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = StudentQuerySet.as_manager()
    apart: str = ""  # what tells them from another of the name on a page that has both (`queries/telling_apart.py`)

    class Meta:
        ordering = ["sort_key", "pk"]
        indexes = [GinIndex(fields=["search_text"], name="caseload_student_search", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="caseload_student_external_id_once"
            )
        ]
        permissions = [
            ("view_caseload", "Can see the caseload page"),
            ("view_characteristics", "Can see characteristics such as SEN, free meals and care"),
            ("view_identifiers", "Can see the numbers a student is known by"),
            ("manage_students", "Can add and correct students"),
            ("manage_structure", "Can set up years, groups, caseloads and the calendar"),
        ]

    def __str__(self) -> str:
        return f"Student {self.pk}"

    def prepare(self) -> "Student":
        """Fill what is worked out from the rest: the order, the search text, what is wrong with an identifier."""
        from caseload.identifiers import uln_problem, upn_problem

        for field in ("given_name", "family_name", "home_given_name", "home_family_name", "middle_names"):
            setattr(self, field, clean(getattr(self, field)))
        self.sort_key = sort_key(self.family_name, self.given_name)
        names = (
            self.given_name,
            self.family_name,
            self.home_given_name,
            self.home_family_name,
            self.legal_given_name,
            self.legal_family_name,
            self.former_family_name,
        )
        self.search_text = " ".join(dict.fromkeys(word for name in names for word in fold(name).split()))
        self.upn_problem, self.uln_problem = upn_problem(self.upn), uln_problem(self.uln)
        return self

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.prepare()
        if kwargs.get("update_fields") is not None:
            worked_out = {"sort_key", "search_text", "upn_problem", "uln_problem"}
            kwargs["update_fields"] = set(kwargs["update_fields"]) | worked_out
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """The name used in college, as it is written."""
        return f"{self.given_name} {self.family_name}".strip() or "(no name recorded)"

    @property
    def named(self) -> str:
        """The name, with the date of birth behind it on a page that has another student of the name."""
        return f"{self.full_name} ({self.apart})" if self.apart else self.full_name

    @property
    def list_name(self) -> str:
        """The name as lists show it: family name first."""
        return ", ".join(part for part in (self.family_name, self.given_name) if part) or "(no name recorded)"

    @property
    def list_named(self) -> str:
        """The name as lists show it, with the date of birth behind it on a page that has another student of the name."""
        return f"{self.list_name} ({self.apart})" if self.apart else self.list_name

    @property
    def home_name(self) -> str:
        """The name for everything addressed home: the home name where one is kept, else the college name."""
        given = self.home_given_name or self.given_name
        return f"{given} {self.home_family_name or self.family_name}".strip()

    @property
    def initials(self) -> str:
        """Two letters for a small circle."""
        return (self.given_name[:1] + self.family_name[:1]).upper() or "–"


class Characteristic(models.Model):
    """Something that is so about a student from one date to another: SEN support, free meals, in care, a bursary.

    Sensitive: read only with `caseload.view_characteristics`; medical notes also by whoever takes the student's register.
    The codes are those of facts section 5.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="characteristics")
    kind = models.CharField(max_length=24, choices=choices.CharacteristicKind.choices)
    code = models.CharField(max_length=12)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    period = DateRangeField()
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["student", "kind"], name="caseload_characteristic_kind")]

    def __str__(self) -> str:
        return f"Characteristic {self.pk}"
