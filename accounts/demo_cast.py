"""The cast of the demonstration: the people somebody can sign in as, and what each would do first."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import BY_CODE

# A name that no mail can reach and nobody can register, so that these accounts never meet real ones.
DOMAIN = "waymark.example"


@dataclass(frozen=True)
class CastMember:
    """One button on the page of the cast."""

    role: str
    words: str
    first: str
    other_key: str = ""  # only where an earlier member has the same role

    @property
    def key(self) -> str:
        """What tells them from the others: most are the only one of their role, and have its code."""
        return self.other_key or self.role

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.key.replace('_', '-')}@{DOMAIN}"

    @property
    def label(self) -> str:
        """The role as staff say it."""
        return BY_CODE[self.role].label


CAST = (
    CastMember("tutor", "tutor", "Sees who needs them today, takes the register, logs a one-to-one, raises a concern."),
    CastMember(
        "tutor",
        "progress tutor",
        "Looks after 150 sixth formers, or as many as a smaller college has: who comes first, a one-to-one, what we agreed"
        " sent to the student.",
        other_key="progress_tutor",
    ),
    CastMember(
        "head_of_year", "head of year", "Opens the year-group dashboard and follows a figure to the students behind it."
    ),
    CastMember("head_of_house", "head of house", "Looks after a house, whose tutor groups mix the years."),
    CastMember("head", "head", "Sees the whole college, and consents to who joins the safeguarding team."),
    CastMember("dsl", "DSL", "Proves a second factor, opens triage, acknowledges a concern and decides what happens."),
    CastMember("senior_leader", "senior leader", "Builds the termly report and has it mailed, now or by a schedule."),
    CastMember(
        "attendance_officer", "attendance officer", "Sees which registers are missing and puts right what is wrong."
    ),
    CastMember("learning_support", "learning support", "Reads how students with support are doing, and meets them."),
    CastMember("teacher", "teacher", "Takes the register of a lesson, and enters grades where they are still open."),
    CastMember("data_manager", "data manager", "Adds staff, gives and ends reach, arranges cover, loads the roster."),
    CastMember(
        "system_administrator",
        "system administrator",
        "Reads the audit record and looks after staff accounts; sees no student.",
    ),
)
BY_KEY = {member.key: member for member in CAST}


def accounts_of_the_cast() -> dict[str, User]:
    """The accounts of the cast that exist and work here, by key."""
    by_email = {member.email: member.key for member in CAST}
    found = User.objects.filter(email__in=by_email, is_active=True)
    return {by_email[user.email]: user for user in found if user.works_here}
