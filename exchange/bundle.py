"""A roster as it was read, whatever its format: sites, people, groups and who is in them, with every problem found."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place in a file. A fatal one keeps the whole bundle out.

    `left_out` says of which kind the row was that it left out, and `who` whose it was.
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    fatal: bool = False
    left_out: str = ""
    who: str = ""
    asks_dates: bool = False

    def as_json(self) -> dict[str, object]:
        """The five parts that a person needs to find it."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }

    def as_text(self) -> str:
        """As a command prints it: where, what stands there, what is wrong; and how the command is told what it asks."""
        where = ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "", self.column) if part)
        value = f" “{self.value}”" if self.value else ""
        ask = " Say it with --dates dmy or --dates mdy." if self.asks_dates else ""
        return f"{where}:{value} {self.message}{ask}" if where else f"{self.message}{ask}"


@dataclass(frozen=True)
class SourceLine:
    """Where a row came from, for problems found later."""

    file: str
    line: int


ROW = "row"  # what was left out before anybody could tell what it was


@dataclass
class SiteRow:
    """A school or college."""

    id: str
    name: str
    kind: str
    place: SourceLine
    laestab: str = ""


@dataclass
class StaffRow:
    """A member of staff."""

    id: str
    given_name: str
    family_name: str
    email: str
    place: SourceLine
    title: str = ""


@dataclass
class StudentRow:
    """A student, the sites they are at, and their year where it is known."""

    id: str
    given_name: str
    family_name: str
    place: SourceLine
    middle_names: str = ""
    site_ids: list[str] = field(default_factory=list)
    nc_year: int | None = None
    date_of_birth: date | None = None
    sex: str = ""
    email: str = ""
    upn: str = ""
    uln: str = ""
    admission_number: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass
class ContactRow:
    """An adult around students: (student id, relationship) for each."""

    id: str
    given_name: str
    family_name: str
    place: SourceLine
    email: str = ""
    phone: str = ""
    students: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class GroupRow:
    """A class that is taught, or a tutor group."""

    id: str
    name: str
    site_id: str
    place: SourceLine
    code: str = ""
    course: str = ""
    is_tutor_group: bool = False
    start_year: int | None = None


@dataclass
class MembershipRow:
    """A student or a teacher in a group."""

    group_id: str
    person_id: str
    is_teacher: bool
    place: SourceLine
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass
class Bundle:
    """Everything read from one folder or zip."""

    source: str
    sites: dict[str, SiteRow] = field(default_factory=dict)
    staff: dict[str, StaffRow] = field(default_factory=dict)
    students: dict[str, StudentRow] = field(default_factory=dict)
    contacts: dict[str, ContactRow] = field(default_factory=dict)
    groups: dict[str, GroupRow] = field(default_factory=dict)
    memberships: dict[tuple[str, str, bool], MembershipRow] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ended: set[str] = field(
        default_factory=set
    )  # ids that a delta marks as to be deleted: never removed, only proposed
    whole: bool = True  # whether people who are not in it have gone

    @property
    def is_fatal(self) -> bool:
        """Whether nothing may be imported."""
        return any(problem.fatal for problem in self.problems)
