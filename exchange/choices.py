"""The kinds of row that a roster holds, and the formats that are understood."""

from datetime import timedelta

from django.db import models


class Kind(models.TextChoices):
    """What is counted when a roster is imported."""

    SITE = "site", "Sites"
    STAFF = "staff", "Staff"
    STUDENT = "student", "Students"
    CONTACT = "contact", "Contacts"
    GROUP = "group", "Classes and tutor groups"
    MEMBERSHIP = "membership", "Places in groups"


class DateOrder(models.TextChoices):
    """How dates that are written with slashes are read."""

    ASK = "", "Ask me when there are any"
    MDY = "mdy", "month/day/year"
    DMY = "dmy", "day/month/year"


# Audit verbs.
ROSTER_PREVIEWED = "exchange.roster_previewed"
ROSTER_IMPORTED = "exchange.roster_imported"
ROSTER_DISCARDED = "exchange.roster_discarded"
LEAVER_ENDED = "exchange.leaver_ended"
LEAVER_KEPT = "exchange.leaver_kept"
LEAVER_NEVER_HERE = "exchange.leaver_never_here"
SAME_PERSON = "exchange.same_person"
ANOTHER_PERSON = "exchange.another_person"
UPLOAD_KEPT = timedelta(days=30)
ACTOR = "roster-import"
MARKS_ACTOR = "mark-import"
MARKS_DISCARDED = "exchange.marks_discarded"
