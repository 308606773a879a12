"""The words of interventions and of what they changed."""

from datetime import timedelta

from django.db import models


class NeedArea(models.TextChoices):
    """Areas of need."""

    ATTENDANCE = "attendance", "Attendance and punctuality"
    WORK = "work", "Work and progress"
    ENGLISH = "english", "English and literacy"
    MATHS = "maths", "Maths and numeracy"
    WELLBEING = "wellbeing", "Wellbeing"
    BEHAVIOUR = "behaviour", "Behaviour"
    SEND = "send", "Special needs and disability"
    EAL = "eal", "English as an additional language"
    CAREERS = "careers", "Careers and next steps"
    OTHER = "other", "Something else"


class Measure(models.TextChoices):
    """What an intervention is measured by."""

    ATTENDANCE = "attendance", "Attendance, in per cent"
    LATENESS = "lateness", "Lateness, in per cent of what was attended"
    GRADES = "grades", "Grades, in steps of the scale"
    OTHER = "other", "Something Waymark has no figure for"


class ImpactScope(models.TextChoices):
    """Of what an impact is worked out."""

    INTERVENTION = "intervention", "One intervention"
    TYPE = "type", "Every intervention of a kind"
    TEMPLATE = "template", "Every action plan from one of the bank"
    PROGRAMME = "programme", "Every intervention of a programme"


class HiddenReason(models.TextChoices):
    """Whether students were chosen for something that their figures don't hold. Said by somebody who knows, before any verdict."""

    NONE = "none", "No, nothing that their figures don’t show"
    LASTING = "lasting", "Yes, something that was likely to last or get worse"
    PASSING = "passing", "Yes, something that was likely to pass by itself"


# What a kind or programme has instead of an answer of its own: a yes to all of it, or answers changed since it was worked out.
ALL_YES, CHANGED = "all_yes", "changed"
RUN = "interventions.run_intervention"
IMPACT = "interventions.view_impact"
MANAGE_KINDS = "interventions.manage_kinds"
REVIEW_AFTER_WEEKS = 6
IMPACT_WEEKS = 6
LATELY = timedelta(weeks=60)  # interventions that ended longer ago keep the impact they have

# Audit verbs.
INTERVENTION_STARTED = "intervention_started"
INTERVENTION_CHANGED = "intervention_changed"
INTERVENTION_REVIEWED = "intervention_reviewed"
INTERVENTION_ENDED = "intervention_ended"
INTERVENTION_JOINED = "intervention_joined"
INTERVENTION_LEFT = "intervention_left"
SESSION_LOGGED = "intervention_session_logged"
KIND_SAVED = "intervention_kind_saved"
IMPACT_ASKED = "impact_asked"
PROGRAMME_NAMED = "programme_named"
CHOICE_EXPLAINED = "choice_explained"
CHOICE_TAKEN_BACK = "choice_taken_back"
