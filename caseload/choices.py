"""The states and codes that caseload knows. Lists are the DfE's Common Basic Data Set and the ILR (facts 3 and 5)."""

from django.db import models


class Sex(models.TextChoices):
    """CBDS CS119."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Not known"


class UpnUnknown(models.TextChoices):
    """Why a student has no UPN (CBDS)."""

    UN1 = "UN1", "Under 6 and none yet"
    UN2 = "UN2", "Never in a maintained school"
    UN3 = "UN3", "Educated outside England"
    UN4 = "UN4", "Newly in need"
    UN5 = "UN5", "Conflicting sources"
    UN6 = "UN6", "Not looked after and unobtainable"
    UN7 = "UN7", "Referred, no further action"
    UN8 = "UN8", "New to the local authority"
    UN9 = "UN9", "Never in school or FE"
    UN10 = "UN10", "Assessment request closed"


class CharacteristicKind(models.TextChoices):
    """What a dated characteristic is about."""

    SEN_STATUS = "sen_status", "SEN status"
    SEN_NEED = "sen_need", "SEN need"
    FREE_MEALS = "free_meals", "Free school meals"
    PUPIL_PREMIUM = "pupil_premium", "Pupil premium"
    IN_CARE = "in_care", "In care"
    POST_LOOKED_AFTER = "post_looked_after", "Previously looked after"
    KINSHIP_CARE = "kinship_care", "Kinship care"
    SERVICE_CHILD = "service_child", "Service child"
    YOUNG_CARER = "young_carer", "Young carer"
    ENGLISH_PROFICIENCY = "english_proficiency", "Proficiency in English"
    BOARDER = "boarder", "Boarder"
    MEDICAL = "medical", "Medical flag"
    BURSARY = "bursary", "Bursary or support fund"
    FUNDING = "funding", "Learner funding and monitoring"
    ACCESS = "access", "Exam access arrangement"


SEN_STATUS = {"N": "No SEN", "K": "SEN support", "E": "EHC plan"}
SEN_NEED = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "ASD": "Autistic spectrum",
    "DS": "Down syndrome",
    "OTH": "Other",
    "NSA": "SEN support, no specialist assessment",
}
PUPIL_PREMIUM = {
    "DPP": "Deprivation",
    "SCP": "Service child",
    "LAP": "Looked after",
    "AFC": "Adopted from care",
    "EYP": "Early years",
}
ETHNICITY = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WROM": "Gypsy/Roma",
    "WOTH": "Any other White background",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "CHNE": "Chinese",
    "BCRB": "Black Caribbean",
    "BAFR": "Black African",
    "BOTH": "Any other Black background",
    "OOTH": "Any other ethnic group",
    "REFU": "Refused",
    "NOBT": "Not yet obtained",
}
NOT_EAL = frozenset({"ENG", "ENB"})
LANGUAGE_UNKNOWN = frozenset({"", "REF", "NOT", "ZZZ"})


# ILR WithdrawReason (facts 2.6), in short.
WITHDRAW_REASONS = {
    2: "Moved to another provider",
    3: "Injury or illness",
    7: "Transfer by the funding body",
    28: "Outside the provider's control (offender learning)",
    29: "Made redundant",
    40: "Moved to another aim here",
    41: "Moved to another provider (government strategy)",
    42: "Academic failure",
    43: "Financial reasons",
    44: "Other personal reasons",
    45: "Written off after lapse of time",
    46: "Exclusion",
    47: "Provider merger",
    48: "Industry placement outside the provider's control",
    97: "Other",
    98: "Reason not known",
}


class Relationship(models.TextChoices):
    """How a contact is related to a student."""

    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    PARENT = "parent", "Parent"
    STEP_PARENT = "step_parent", "Step-parent"
    FOSTER_CARER = "foster_carer", "Foster carer"
    GRANDPARENT = "grandparent", "Grandparent"
    GUARDIAN = "guardian", "Guardian"
    SIBLING = "sibling", "Brother or sister"
    RELATIVE = "relative", "Other relative"
    SOCIAL_WORKER = "social_worker", "Social worker"
    FRIEND = "friend", "Family friend"
    OTHER = "other", "Other"


class Channel(models.TextChoices):
    """How somebody was in touch."""

    CALL = "call", "Call"
    EMAIL = "email", "Email"
    LETTER = "letter", "Letter"
    TEXT = "text", "Text message"
    MEETING = "meeting", "Meeting"
    VISIT = "visit", "Home visit"


class Direction(models.TextChoices):
    """Who began it."""

    OUT = "out", "We contacted them"
    IN = "in", "They contacted us"


class Capacity(models.TextChoices):
    """In what capacity somebody holds a caseload."""

    TUTOR = "tutor", "Tutor"
    CO_TUTOR = "co_tutor", "Co-tutor"
    COVER = "cover", "Cover"


class VisitState(models.TextChoices):
    """Where a home visit stands."""

    PLANNED = "planned", "Planned"
    OUT = "out", "Out now"
    BACK = "back", "Back"
    SETTLED = "settled", "Looked after"
    CANCELLED = "cancelled", "Called off"


WATCHED_VISITS = (VisitState.PLANNED, VisitState.OUT)
VISITS_TO_LOG = (VisitState.BACK, VisitState.SETTLED)


class VisitStepKind(models.TextChoices):
    """What happened to a home visit."""

    PLANNED = "planned", "Planned"
    IN = "in", "Checked in"
    EXTENDED = "extended", "Needs longer"
    ALERTED = "alerted", "Alert sent"
    OUT = "out", "Checked out"
    FOUND = "found", "Looked after"
    CANCELLED = "cancelled", "Called off"
    LOGGED = "logged", "Written down"


class VisitFound(models.TextChoices):
    """What somebody found who followed up a missed check-out."""

    SAFE = "safe", "They are safe"
    NOT_HELD = "not_held", "The visit did not take place"
    HELP_CALLED = "help_called", "Police or ambulance called"
