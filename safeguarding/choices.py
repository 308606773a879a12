"""The words of safeguarding: states, severities, thresholds, categories (facts 4.3), and what the audit record calls things."""

from django.db import models


class PublicState(models.TextChoices):
    """How far a concern has got, as the person who raised it is told."""

    RECEIVED = "received", "Received"
    READ = "read", "Read"
    HANDLED = "handled", "Being handled"
    CLOSED = "closed", "Closed"


OPEN_STATES = (PublicState.RECEIVED, PublicState.READ, PublicState.HANDLED)


class YesNo(models.TextChoices):
    """An answer that may be unknown."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNSURE = "unsure", "Not sure"


class Severity(models.IntegerChoices):
    """How urgent the team finds a concern. Nobody has decided yet at nought."""

    UNDECIDED = 0, "Not decided"
    LOW = 1, "Low"
    MEDIUM = 2, "Medium"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"


class Threshold(models.TextChoices):
    """The level of need (facts 4.4)."""

    UNDECIDED = "", "Not decided"
    UNIVERSAL = "universal", "Universal: pastoral care"
    EARLY_HELP = "early_help", "Early help or Family Help (consent needed)"
    IN_NEED = "in_need", "Child in need, section 17 (consent needed)"
    PROTECTION = "protection", "Child protection, section 47 (consent not needed)"
    LOOKED_AFTER = "looked_after", "Looked after, sections 20 and 31"


class Outcome(models.TextChoices):
    """What came of a concern when it was closed."""

    NO_ACTION = "no_action", "No further action, for the reason given"
    SUPPORTED = "supported", "Supported in college"
    EARLY_HELP = "early_help", "Early help or Family Help is in place"
    SOCIAL_CARE = "social_care", "With children’s social care"
    POLICE = "police", "With the police"
    PREVENT = "prevent", "With Prevent or Channel"
    HEALTH = "health", "With a health service"
    JOINED = "joined", "Followed up with another concern"
    LEFT = "left", "The student left; the file was sent on"


class EntryKind(models.TextChoices):
    """What an entry of the chronology is."""

    NOTE = "note", "Note"
    CONTACT_HOME = "contact_home", "Contact with home"
    AGENCY = "agency", "Contact with an agency"
    CONVERSATION = "conversation", "Conversation with the student"
    DECISION = "decision", "Decision"
    ADDENDUM = "addendum", "Added by the person who raised it"
    CORRECTION = "correction", "Correction"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    ASSESSED = "assessed", "Assessed"
    ASSIGNED = "assigned", "Assigned"
    MATCHED = "matched", "Student matched"
    ACTION_ADDED = "action_added", "Action added"
    ACTION_DONE = "action_done", "Action done"
    ACTION_CANCELLED = "action_cancelled", "Action cancelled"
    SHARED = "shared", "Shared"
    SHARE_ENDED = "share_ended", "Sharing ended"
    EXCLUDED = "excluded", "Somebody excluded"
    EXCLUSION_LIFTED = "exclusion_lifted", "Exclusion lifted"
    FLAGGED = "flagged", "Somebody asked to speak to the team first"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"
    REMINDED = "reminded", "The team was reminded"
    MOVED = "moved", "Moved to another student’s file"
    GLASS = "glass", "Opened by the head by breaking glass"


# What a member of the team chooses from when writing an entry by hand; the rest are written by what they record.
WRITTEN_BY_HAND = (
    EntryKind.NOTE,
    EntryKind.CONVERSATION,
    EntryKind.CONTACT_HOME,
    EntryKind.AGENCY,
    EntryKind.DECISION,
)


class Audience(models.TextChoices):
    """Who was told of a concern."""

    TEAM = "team", "The safeguarding team"
    HEAD = "head", "The head"
    CHAIR = "chair", "The chair of governors"
    NOBODY = "nobody", "Nobody"


MOST_REMINDERS = 8  # of a concern that nobody acknowledges, unless the student is not safe


class ActionState(models.TextChoices):
    """Where an action stands."""

    OPEN = "open", "To do"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class FlagWording(models.TextChoices):
    """What a flag says: neutral, so that nothing can be read into it."""

    SPEAK_FIRST = "speak_first", "Speak to the safeguarding team before contacting home."
    PASS_ON = "pass_on", "Tell the safeguarding team the same day about anything that worries you."
    SIGN_OUT = "sign_out", "Check with the office who may collect this student."


class AdultLevel(models.TextChoices):
    """How a concern about an adult is taken (facts 4.7)."""

    UNDECIDED = "", "Not decided"
    LOW_LEVEL = "low_level", "Low-level concern"
    HARM = "harm", "May meet the harm threshold: refer to the LADO"


class AdultState(models.TextChoices):
    """How far a concern about an adult has got, as the person who raised it is told."""

    RECEIVED = "received", "Received"
    READ = "read", "Read"
    CLOSED = "closed", "Closed"


CATEGORIES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Abuse",
        (
            ("physical", "Physical abuse"),
            ("emotional", "Emotional abuse"),
            ("sexual", "Sexual abuse"),
            ("neglect", "Neglect"),
        ),
    ),
    (
        "Specific issues",
        (
            ("abduction", "Child abduction and community safety"),
            ("cce", "Child criminal exploitation"),
            ("cse", "Child sexual exploitation"),
            ("county_lines", "County lines"),
            ("courts", "Children and the court system"),
            ("absent", "Absent from education"),
            ("prison", "Family member in prison"),
            ("cybercrime", "Cybercrime"),
            ("domestic", "Domestic abuse"),
            ("homeless", "Homelessness"),
            ("mental_health", "Mental health"),
            ("slavery", "Modern slavery"),
            ("prevent", "Radicalisation (Prevent)"),
            ("harassment", "Sexual violence or harassment between children"),
            ("violence", "Serious violence"),
            ("honour", "So-called honour-based abuse, FGM, forced marriage"),
        ),
    ),
    (
        "Between children and online",
        (
            ("bullying", "Bullying"),
            ("cyberbullying", "Cyberbullying"),
            ("relationship", "Abuse in a teenage relationship"),
            ("images", "Sharing of intimate images"),
            ("initiation", "Initiation or hazing"),
            ("online", "Online safety"),
            ("misinformation", "Misinformation and conspiracy theories"),
            ("hate", "Discrimination, misogyny or hate"),
            ("gangs", "Gangs"),
            ("weapons", "Weapons"),
        ),
    ),
    (
        "Health and home",
        (
            ("self_harm", "Self-harm"),
            ("suicidal", "Suicidal thoughts"),
            ("eating", "Eating"),
            ("substances", "Substance misuse"),
            ("carer", "Young carer"),
            ("fostering", "Private fostering"),
            ("fabricated", "Fabricated or induced illness"),
            ("faith", "Faith-linked abuse"),
            ("missing", "Missing from home or care"),
            ("bereavement", "Bereavement"),
            ("parent_health", "A parent’s mental health"),
            ("parent_substances", "A parent’s substance misuse"),
            ("poverty", "Poverty"),
            ("gender", "Gender-related distress"),
            ("other", "Something else"),
        ),
    ),
)
STUDENTS_OFFERED = 8  # when somebody types a name

CATEGORY_WORDS = {code: words for _, group in CATEGORIES for code, words in group}

# What the audit record calls things. Entries hold ids and codes, never words.
CONCERN = "safeguarding.concern"
ADULT_CONCERN = "safeguarding.adult_concern"
STUDENT_FILE = "safeguarding.student"
GLASS = "safeguarding.glass"

CONCERN_RAISED = "concern_raised"
CONCERN_READ = "concern_read"
OWN_CONCERN_READ = "own_concern_read"
SHARED_CONCERN_READ = "shared_concern_read"
LIST_READ = "concern_list_read"
SEARCHED = "concerns_searched"
CHRONOLOGY_READ = "chronology_read"
ADDENDUM_ADDED = "addendum_added"
ACKNOWLEDGED = "concern_acknowledged"
ASSESSED = "concern_assessed"
ASSIGNED = "concern_assigned"
MATCHED = "concern_matched"
ENTRY_ADDED = "entry_added"
ENTRY_CORRECTED = "entry_corrected"
ACTION_ADDED = "action_added"
ACTION_SETTLED = "action_settled"
SHARED = "concern_shared"
SHARE_ENDED = "share_ended"
EXCLUDED = "person_excluded"
EXCLUSION_LIFTED = "exclusion_lifted"
FLAG_SET = "flag_set"
FLAG_ENDED = "flag_ended"
CLOSED = "concern_closed"
REOPENED = "concern_reopened"
TEAM_REMINDED = "team_reminded"
MOVED = "concern_moved"
GLASS_BROKEN = "glass_broken"
GLASS_ENDED = "glass_ended"
GLASS_READ = "concern_read_by_glass"
GLASS_LIST_READ = "concern_list_read_by_glass"
EMERGENCY_SET = "emergency_settings_changed"
ADULT_REMINDED = "adult_concern_reminded"
KEYS_ROTATED = "keys_rotated"
DRAFTS_REMOVED = "drafts_removed"
ADULT_RAISED = "adult_concern_raised"
ADULT_READ = "adult_concern_read"
ADULT_NOTED = "adult_concern_noted"
ADULT_CLOSED = "adult_concern_closed"
