"""The words of support plans. Needs and stages are the codes of the school census (facts 5.1 and 5.5), arrangements JCQ's."""

from django.db import models

from caseload.choices import SEN_NEED

NEEDS = {**SEN_NEED, "EAL": "English as an additional language", "MED": "Medical condition"}
EAL_STAGES = {
    "A": "A New to English",
    "B": "B Early acquisition",
    "C": "C Developing competence",
    "D": "D Competent",
    "E": "E Fluent",
    "N": "Not assessed",
}


class ExamAccess(models.TextChoices):
    """Access arrangements in exams."""

    TIME_25 = "time25", "25 % extra time"
    TIME_MORE = "time_more", "More than 25 % extra time"
    REST = "rest", "Supervised rest breaks"
    READER = "reader", "Reader or computer reader"
    READING_PEN = "pen", "Reading pen"
    SCRIBE = "scribe", "Scribe or speech recognition"
    WORD = "word", "Word processor"
    ROOM = "room", "Smaller room"
    PROMPTER = "prompter", "Prompter"
    PAPER = "paper", "Modified papers"
    LANGUAGE = "language", "Oral language modifier"
    SIGN = "sign", "Communication professional (sign language)"
    DICTIONARY = "dictionary", "Bilingual dictionary"
    ASSISTANT = "assistant", "Practical assistant"
    OTHER = "other", "Another arrangement"


class Worked(models.TextChoices):
    """What a review says of the provision."""

    YES = "yes", "It worked"
    PARTLY = "partly", "In part"
    NO = "no", "It did not work"


WRITE = "interventions.write_support"
READ = "interventions.view_support"
PROVISION = "interventions.view_provision"
REVIEW_AFTER_WEEKS = 12
REVIEW_SOON_DAYS = 28

# Audit verbs.
PLAN_MADE = "support_plan_made"
PLAN_CHANGED = "support_plan_changed"
PLAN_REVIEWED = "support_plan_reviewed"
PLAN_ENDED = "support_plan_ended"
