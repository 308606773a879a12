"""Microsoft School Data Sync v2.1: orgs, users, roles, classes, enrollments and what goes with them.

The role is in roles.csv. Whoever has no role is a contact when relationships.csv names them. userFlags.csv (free meals,
special needs plans of another country) is not read: it would have to land as sensitive, and means nothing here.
"""

from exchange.bundle import ROW, Bundle, ContactRow, GroupRow, MembershipRow, Problem, SiteRow, StaffRow, StudentRow
from exchange.choices import Kind
from exchange.formats import dates as when
from exchange.formats.people import (
    RELATIONSHIP,
    SEX,
    called,
    email,
    missing,
    names_of,
    nc_year,
    need_names,
    twice,
)
from exchange.formats.terms import start_year, terms_of
from exchange.reading import Files
from exchange.tables import Row, shown

NAMES = ("givenName", "familyName")
PEOPLE = (Kind.STUDENT, ROW)
SITE_TYPES = {"school": "school", "college": "college", "university": "college", "highereducation": "college"}
STAFF_ROLES = {
    "teacher", "professor", "faculty", "lecturer", "aide", "adjunct", "administrator", "principal", "staff",
    "counselor", "coach", "officestaff", "itadmin", "schooladministrator", "teacherassistant", "substitute", "other",
}  # fmt: skip


def read(files: Files, dates: str) -> Bundle:
    """The bundle. Passwords are not looked at."""
    bundle = Bundle("sds")
    needed = [
        files.need("orgs.csv", "sourcedId", "name", "type"),
        files.need("users.csv", "sourcedId", "username"),
        files.need("roles.csv", "userSourcedId", "orgSourcedId", "role"),
    ]
    if not all(needed):
        return bundle
    reader = Reader(files, bundle, dates)
    reader.orgs()
    reader.people()
    reader.relationships()
    reader.demographics()
    reader.classes()
    reader.enrolments()
    return bundle


class Reader:
    """Reads one bundle, keeping what later files refer to."""

    def __init__(self, files: Files, bundle: Bundle, order: str) -> None:
        self.files, self.bundle, self.order = files, bundle, order
        self.site_of: dict[str, str] = {}
        self.users: dict[str, Row] = {}
        self.sessions = terms_of(files, order, bundle.problems)
        self.role_days = {
            column: when.column_of(files.rows("roles.csv"), column, order, bundle.problems)
            for column in ("roleStartDate", "roleEndDate")
        }
        self.courses = {row.get("sourcedId"): row.get("title") for row in files.rows("courses.csv")}

    def problem(self, row: Row, column: str, message: str, left_out: str = "") -> None:
        """Note what is wrong with a cell, and of which kind the row is when it is left out."""
        user = self.users.get(row.get("userSourcedId") or row.get("sourcedId"))
        who = called(user, *NAMES) if user and left_out in PEOPLE else ""
        words = f"{message} The row was left out." if left_out else message
        self.bundle.problems.append(
            Problem(row.file, row.line, column, shown(column, row.get(column)), words, left_out=left_out, who=who)
        )

    def orgs(self) -> None:
        """Schools and colleges become sites; a department belongs to the site above it."""
        rows = {row.get("sourcedId"): row for row in self.files.rows("orgs.csv")}
        if len(rows) < len(self.files.rows("orgs.csv")):
            seen: set[str] = set()
            for row in self.files.rows("orgs.csv"):
                if row.get("sourcedId") in seen:
                    self.bundle.problems.append(twice(row, "sourcedId", row.get("sourcedId"), "organisation"))
                seen.add(row.get("sourcedId"))
        for identifier, row in rows.items():
            kind = SITE_TYPES.get(row.get("type").lower())
            if kind:
                self.bundle.sites[identifier] = SiteRow(identifier, row.get("name") or identifier, kind, row.place)
            parent = row.get("parentSourcedId")
            if parent and parent not in rows:
                self.problem(row, "parentSourcedId", "The organisation above this one is not in the file.")
        for identifier in rows:
            above, steps = identifier, 0
            while above and above not in self.bundle.sites and steps < len(rows):
                above, steps = rows[above].get("parentSourcedId") if above in rows else "", steps + 1
            if above in self.bundle.sites:
                self.site_of[identifier] = above

    def people(self) -> None:
        """Students and staff by their roles; a person may have several."""
        need_names(self.files, "users.csv", *NAMES, self.bundle.problems)
        for row in self.files.rows("users.csv"):
            identifier = row.get("sourcedId")
            if not identifier:
                self.bundle.problems.append(missing(row, "sourcedId", "A user needs an id.", ROW))
            elif identifier in self.users:
                self.bundle.problems.append(twice(row, "sourcedId", identifier, "user"))
            else:
                self.users[identifier] = row
        for row in self.files.rows("roles.csv"):
            self._role(row)

    def _role(self, row: Row) -> None:
        user = self.users.get(row.get("userSourcedId"))
        role = row.get("role").lower().replace(" ", "")
        if user is None:
            self.problem(row, "userSourcedId", "No user in users.csv has this id.", ROW)
        elif role == "student":
            self._student(row, user)
        elif role in STAFF_ROLES:
            self._staff(user)
        elif role in {"parent", "guardian", "relative"}:
            self._contact(row.get("userSourcedId"))
        else:
            self.problem(row, "role", "Not a role that Waymark knows.", ROW)

    def _student(self, row: Row, user: Row) -> None:
        identifier, site = row.get("userSourcedId"), self.site_of.get(row.get("orgSourcedId"))
        if site is None:
            self.problem(row, "orgSourcedId", "No school or college has this id.", Kind.STUDENT)
            return
        if identifier in self.bundle.staff:
            self.problem(row, "role", "This person is staff in another row.", Kind.STUDENT)
            return
        student = self.bundle.students.setdefault(
            identifier,
            StudentRow(
                identifier,
                *names_of(user, *NAMES),
                user.place,
                email=email(user.get("email"), user.get("username")),
                starts_on=self.role_days["roleStartDate"].get(row.line),
                ends_on=self.role_days["roleEndDate"].get(row.line),
            ),
        )
        if site not in student.site_ids:
            student.site_ids.append(site)
        if row.get("grade").isdigit() and student.nc_year is None:
            student.nc_year = nc_year(row, "grade", self.bundle.problems)
        elif row.get("grade") and student.nc_year is None:
            self.problem(row, "grade", "Not a year group from 0 to 14. The student has no year group.")

    def _staff(self, user: Row) -> None:
        identifier = user.get("sourcedId")
        if identifier in self.bundle.students:
            self.problem(
                user, "sourcedId", "This person is a student in another row and staff in this one; kept as a student."
            )
            return
        self.bundle.staff.setdefault(
            identifier,
            StaffRow(
                identifier,
                *names_of(user, *NAMES),
                email(user.get("username"), user.get("email")),
                user.place,
            ),
        )

    def _contact(self, identifier: str) -> ContactRow:
        user = self.users[identifier]
        return self.bundle.contacts.setdefault(
            identifier,
            ContactRow(
                identifier,
                *names_of(user, *NAMES),
                user.place,
                email=email(user.get("email"), user.get("username")),
                phone=user.get("phone") or user.get("sms"),
            ),
        )

    def relationships(self) -> None:
        """Parents and relatives, who have no role of their own."""
        for row in self.files.rows("relationships.csv"):
            student, other = row.get("userSourcedId"), row.get("relationshipUserSourcedId")
            if student not in self.bundle.students:
                self.problem(row, "userSourcedId", "No student has this id.", ROW)
            elif other not in self.users:
                self.problem(row, "relationshipUserSourcedId", "No user has this id.", ROW)
            else:
                role = RELATIONSHIP.get(row.get("relationshipRole").lower().replace(" ", ""), "other")
                self._contact(other).students.append((student, role))
        known = {*self.bundle.students, *self.bundle.staff, *self.bundle.contacts}
        for identifier, user in self.users.items():
            if identifier not in known:
                self.problem(user, "sourcedId", "This user has no role and no relationship.", ROW)

    def demographics(self) -> None:
        """Date of birth and sex of students; nothing of anybody else."""
        rows = [row for row in self.files.rows("demographics.csv") if row.get("userSourcedId") in self.bundle.students]
        born = when.births(rows, "birthDate", self.order, self.bundle.problems)
        for row in rows:
            student = self.bundle.students.get(row.get("userSourcedId"))
            if student:
                student.date_of_birth = born.get(row.line)
                student.sex = SEX.get(row.get("sex").lower(), "")

    def classes(self) -> None:
        """Classes, in the academic year in which their session starts."""
        if self.files.rows("classes.csv"):
            self.files.need("classes.csv", "sourcedId", "orgSourcedId", "title")
        for row in self.files.rows("classes.csv"):
            identifier, site = row.get("sourcedId"), self.site_of.get(row.get("orgSourcedId"))
            if not identifier:
                self.bundle.problems.append(missing(row, "sourcedId", "A class needs an id.", Kind.GROUP))
            elif identifier in self.bundle.groups:
                self.bundle.problems.append(twice(row, "sourcedId", identifier, "class"))
            elif site is None:
                self.problem(row, "orgSourcedId", "No school or college has this id.", Kind.GROUP)
            else:
                self.bundle.groups[identifier] = GroupRow(
                    identifier,
                    row.get("title") or identifier,
                    site,
                    row.place,
                    code=row.get("code"),
                    course=self.courses.get(row.get("courseSourcedId"), ""),
                    start_year=self._start_year(row),
                )

    def _start_year(self, row: Row) -> int | None:
        named = [part.strip() for part in row.get("sessionSourcedIds").split(",") if part.strip()]
        return start_year(row, "sessionSourcedIds", named, self.sessions, self.bundle.problems)

    def enrolments(self) -> None:
        """Who is in which class."""
        for row in self.files.rows("enrollments.csv"):
            group, person = row.get("classSourcedId"), row.get("userSourcedId")
            is_teacher = row.get("role").lower() != "student"
            people = self.bundle.staff if is_teacher else self.bundle.students
            if group not in self.bundle.groups:
                self.problem(row, "classSourcedId", "No class has this id.", Kind.MEMBERSHIP)
            elif person not in people:
                words = f"No {'member of staff' if is_teacher else 'student'} has this id."
                self.problem(row, "userSourcedId", words, Kind.MEMBERSHIP)
            else:
                self.bundle.memberships.setdefault(
                    (group, person, is_teacher), MembershipRow(group, person, is_teacher, row.place)
                )
