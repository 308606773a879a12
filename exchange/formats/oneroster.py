"""OneRoster 1.1: orgs, users, classes, enrollments, as bulk or as delta."""

from exchange.bundle import ROW, Bundle, ContactRow, GroupRow, MembershipRow, Problem, SiteRow, StaffRow, StudentRow
from exchange.choices import Kind
from exchange.formats import dates as when
from exchange.formats.people import SEX, called, email, missing, nc_year, twice
from exchange.formats.terms import Terms, start_year, terms_of
from exchange.reading import Files
from exchange.tables import Row, shown

NAMES = ("givenName", "familyName")
# An organisation above a school is no place where anybody is taught.
NEVER_A_SITE = {"district", "local", "state", "national"}
STAFF_ROLES = {
    "teacher", "aide", "counselor", "administrator", "principal", "siteadministrator", "districtadministrator",
    "systemadministrator", "proctor",
}  # fmt: skip
CONTACT_ROLES = {"parent", "guardian", "relative"}
GONE = {"tobedeleted", "inactive"}


def read(files: Files, dates: str) -> Bundle:
    """The bundle. Passwords are not looked at. A blank status means active, as in a bulk file."""
    bundle = Bundle("oneroster")
    needed = [
        files.need("orgs.csv", "sourcedId", "name", "type"),
        files.need("users.csv", "sourcedId", "role", "givenName", "familyName"),
        files.need("classes.csv", "sourcedId", "title", "schoolSourcedId"),
        files.need("enrollments.csv", "classSourcedId", "userSourcedId", "role"),
    ]
    if not all(needed):
        return bundle
    reader = Reader(files, bundle, dates)
    for part in (
        reader.manifest,
        reader.sites,
        reader.people,
        reader.demographics,
        reader.agents,
        reader.classes,
        reader.enrolments,
    ):
        part()
    return bundle


def _several(row: Row, column: str) -> list[str]:
    return [part.strip() for part in row.get(column).split(",") if part.strip()]


class Reader:
    """Reads one bundle, keeping what later files refer to."""

    def __init__(self, files: Files, bundle: Bundle, order: str) -> None:
        self.files, self.bundle, self.order = files, bundle, order
        self.gone: dict[str, set[str]] = {}
        self.roles: dict[str, str] = {}

    def problem(self, row: Row, column: str, message: str, value: str | None = None, left_out: str = "") -> None:
        """Note what is wrong with a cell, and of which kind the row is when it is left out."""
        found = row.get(column) if value is None else value
        words = f"{message} The row was left out." if left_out else message
        who = called(row, *NAMES) if left_out == ROW else ""
        self.bundle.problems.append(
            Problem(row.file, row.line, column, shown(column, found), words, left_out=left_out, who=who)
        )

    def live(self, name: str, column: str = "sourcedId") -> list[Row]:
        """The rows of a file that are not marked as gone; those that are become known as ended."""
        kept = []
        for row in self.files.rows(name):
            if row.get("status").lower() in GONE:
                self.gone.setdefault(name, set()).add(row.get(column))
                self.bundle.ended.add(row.get(column))
            else:
                kept.append(row)
        return kept

    def manifest(self) -> None:
        """Bulk or delta; files that the manifest promises and the bundle lacks."""
        modes = {row.get("propertyName"): row for row in self.files.rows("manifest.csv")}
        for key, row in modes.items():
            if not key.startswith("file."):
                continue
            name, mode = key.removeprefix("file."), row.get("value").lower()
            there = self.files.has(f"{name}.csv")
            if mode in {"bulk", "delta"} and not there:
                self.problem(row, "value", f"The manifest promises {name}.csv, which is not in the bundle.")
            if name in {"users", "enrollments"} and mode == "delta":
                self.bundle.whole = False

    def sites(self) -> None:
        """Schools; and any organisation that classes or users name as theirs, for want of the school itself."""
        rows = {}
        for row in self.live("orgs.csv"):
            identifier = row.get("sourcedId")
            if not identifier or not row.get("name"):
                self.bundle.problems.append(
                    missing(row, "sourcedId", "An organisation needs an id and a name.", Kind.SITE)
                )
            elif identifier in rows:
                self.bundle.problems.append(twice(row, "sourcedId", identifier, "organisation"))
            else:
                rows[identifier] = row
        named = {row.get("schoolSourcedId") for row in self.files.rows("classes.csv")}
        named |= {part for row in self.files.rows("users.csv") for part in _several(row, "orgSourcedIds")}
        for identifier, row in rows.items():
            kind = row.get("type").lower()
            parent = row.get("parentSourcedId")
            if parent and parent not in rows:
                self.problem(row, "parentSourcedId", "The organisation above this one is not in the file.")
            if kind == "school" or (identifier in named and kind not in NEVER_A_SITE):
                self.bundle.sites[identifier] = SiteRow(identifier, row.get("name"), "school", row.place)

    def people(self) -> None:
        """Everybody by the role in users.csv."""
        for row in self.live("users.csv"):
            identifier, role = row.get("sourcedId"), row.get("role").lower()
            if not identifier:
                self.bundle.problems.append(missing(row, "sourcedId", "A user needs an id.", ROW))
                continue
            if identifier in self.roles:
                self.bundle.problems.append(twice(row, "sourcedId", identifier, "user"))
                continue
            self.roles[identifier] = role
            if role == "student":
                self._student(row)
            elif role in STAFF_ROLES:
                address = email(row.get("email"), row.get("username"))
                self.bundle.staff[identifier] = StaffRow(
                    identifier, row.get("givenName"), row.get("familyName"), address, row.place
                )
            elif role in CONTACT_ROLES:
                self.bundle.contacts[identifier] = ContactRow(
                    identifier,
                    row.get("givenName"),
                    row.get("familyName"),
                    row.place,
                    email=email(row.get("email")),
                    phone=row.get("phone") or row.get("sms"),
                )
            else:
                self.problem(row, "role", "Not a role that Waymark knows.", left_out=ROW)

    def _student(self, row: Row) -> None:
        sites = []
        for site in _several(row, "orgSourcedIds"):
            if site in self.bundle.sites:
                sites.append(site)
            else:
                self.problem(row, "orgSourcedIds", "No school in orgs.csv has this id.", site)
        self.bundle.students[row.get("sourcedId")] = StudentRow(
            row.get("sourcedId"),
            row.get("givenName"),
            row.get("familyName"),
            row.place,
            middle_names=row.get("middleName"),
            site_ids=sites,
            nc_year=nc_year(row, "grades", self.bundle.problems),
            email=email(row.get("email")),
        )

    def demographics(self) -> None:
        """Date of birth and sex of students."""
        rows = [row for row in self.live("demographics.csv") if row.get("sourcedId") in self.bundle.students]
        born = when.births(rows, "birthDate", self.order, self.bundle.problems)
        for row in rows:
            student = self.bundle.students.get(row.get("sourcedId"))
            if student:
                student.date_of_birth = born.get(row.line)
                student.sex = SEX.get(row.get("sex").lower(), "")

    def agents(self) -> None:
        """Parents of students, named from either side. An agent who is staff is no parent."""
        for row in self.live("users.csv"):
            person = row.get("sourcedId")
            for agent in _several(row, "agentSourcedIds"):
                student, contact = (person, agent) if person in self.bundle.students else (agent, person)
                found = self.bundle.contacts.get(contact)
                if found and student in self.bundle.students:
                    link = (student, "guardian" if self.roles[contact] == "guardian" else "parent")
                    if link not in found.students:
                        found.students.append(link)
                elif person in self.bundle.students or person in self.bundle.contacts:
                    words = "This agent is not a parent or guardian of a student in the file. The link was left out."
                    self.problem(row, "agentSourcedIds", words, agent)

    def classes(self) -> None:
        """Classes; one whose type is homeroom is a tutor group."""
        sessions = terms_of(self.files, self.order, self.bundle.problems)
        courses = {row.get("sourcedId"): row.get("title") for row in self.files.rows("courses.csv")}
        for row in self.files.rows("classes.csv"):
            if row.get("status").lower() in GONE:
                words = "This class is marked to be deleted. It was left out; one that exists is ended."
                self.problem(row, "status", words)
        for row in self.live("classes.csv"):
            identifier, site = row.get("sourcedId"), row.get("schoolSourcedId")
            if not identifier:
                self.bundle.problems.append(missing(row, "sourcedId", "A class needs an id.", Kind.GROUP))
            elif identifier in self.bundle.groups:
                self.bundle.problems.append(twice(row, "sourcedId", identifier, "class"))
            elif site not in self.bundle.sites:
                self.problem(row, "schoolSourcedId", "No school in orgs.csv has this id.", left_out=Kind.GROUP)
            else:
                course = row.get("courseSourcedId")
                if course and courses and course not in courses:
                    self.problem(
                        row, "courseSourcedId", "No course in courses.csv has this id. The class has no course."
                    )
                self.bundle.groups[identifier] = GroupRow(
                    identifier,
                    row.get("title") or identifier,
                    site,
                    row.place,
                    code=row.get("classCode"),
                    course=courses.get(course, ""),
                    is_tutor_group=row.get("classType").lower() == "homeroom",
                    start_year=self._start_year(row, sessions),
                )

    def _start_year(self, row: Row, sessions: Terms) -> int | None:
        column = "termSourcedIds" if row.get("termSourcedIds") else "termSourcedId"
        return start_year(row, column, _several(row, column), sessions, self.bundle.problems)

    def enrolments(self) -> None:
        """Who is in which class. A teacher enrolled as a student is a conflict that only a person can settle."""
        rows = self.live("enrollments.csv")
        days = {
            column: when.column_of(rows, column, self.order, self.bundle.problems)
            for column in ("beginDate", "endDate")
        }
        for row in rows:
            group, person, role = row.get("classSourcedId"), row.get("userSourcedId"), row.get("role").lower()
            if group in self.gone.get("classes.csv", ()):
                continue
            if group not in self.bundle.groups:
                self.problem(row, "classSourcedId", "No class in classes.csv has this id.", left_out=Kind.MEMBERSHIP)
            elif person not in self.roles:
                self.problem(row, "userSourcedId", "No user in users.csv has this id.", left_out=Kind.MEMBERSHIP)
            elif (role == "student") != (person in self.bundle.students):
                words = f"This person is a {self.roles[person]} in users.csv and a {role} here: a role conflict."
                self.problem(row, "role", words, left_out=Kind.MEMBERSHIP)
            elif role != "student" and person not in self.bundle.staff:
                self.problem(row, "role", "Only students and staff can be in a class.", left_out=Kind.MEMBERSHIP)
            else:
                starts, ends = (days[column].get(row.line) for column in ("beginDate", "endDate"))
                if starts and ends and ends < starts:
                    self.problem(row, "endDate", "Ends before it begins. The dates were left out.")
                    starts = ends = None
                self.bundle.memberships.setdefault(
                    (group, person, role != "student"),
                    MembershipRow(group, person, role != "student", row.place, starts, ends),
                )
