"""Microsoft School Data Sync v1, UK format: School, Section, Student, Teacher, StudentEnrollment, TeacherRoster."""

from datetime import date

from exchange.bundle import Bundle, GroupRow, MembershipRow, Problem, SiteRow, StaffRow, StudentRow
from exchange.choices import Kind
from exchange.formats import dates as when
from exchange.formats.people import called, email, missing, names_of, nc_year, need_names, twice
from exchange.reading import Files
from exchange.tables import Row, shown

SITE = "School DfE Number"
NAMES = ("First Name", "Last Name")
LAESTAB_DIGITS = 7


def read(files: Files, dates: str) -> Bundle:
    """The bundle. Passwords are not looked at; `State ID` is the same for everybody and is no identifier."""
    bundle = Bundle("sds")
    problems = bundle.problems
    needed = [
        files.need("School.csv", "DfE Number", "Name"),
        files.need("Section.csv", "ID", SITE, "Section Name"),
        files.need("Student.csv", "ID", SITE, "Username"),
        files.need("Teacher.csv", "ID", SITE, "Username"),
        files.need("StudentEnrollment.csv", "Section ID", "ID"),
        files.need("TeacherRoster.csv", "Section ID", "ID"),
    ]
    if not all(needed):
        return bundle
    for row in files.rows("School.csv"):
        _site(row, bundle)
    for name in ("Student.csv", "Teacher.csv"):
        need_names(files, name, *NAMES, problems)
    born = when.births(files.rows("Student.csv"), "Birthdate", dates, problems)
    for row in files.rows("Student.csv"):
        _student(row, bundle, born)
    for row in files.rows("Teacher.csv"):
        _teacher(row, bundle)
    for row in files.rows("Section.csv"):
        _section(row, bundle)
    for name, is_teacher in (("StudentEnrollment.csv", False), ("TeacherRoster.csv", True)):
        for row in files.rows(name):
            _membership(row, bundle, is_teacher)
    return bundle


def _known_site(row: Row, bundle: Bundle, kind: str) -> str | None:
    site = row.get(SITE)
    if site in bundle.sites:
        return site
    words = "No school in School.csv has this number. The row was left out."
    who = called(row, *NAMES)
    bundle.problems.append(Problem(row.file, row.line, SITE, shown(SITE, site), words, left_out=kind, who=who))
    return None


def _site(row: Row, bundle: Bundle) -> None:
    number, name = row.get("DfE Number"), row.get("Name")
    if not number or not name:
        bundle.problems.append(
            missing(row, "DfE Number" if not number else "Name", "A school needs a number and a name.", Kind.SITE)
        )
    elif number in bundle.sites:
        bundle.problems.append(twice(row, "DfE Number", number, "school"))
    else:
        laestab = number if number.isascii() and number.isdigit() and len(number) == LAESTAB_DIGITS else ""
        if not laestab:
            words = "Not a DfE number of seven digits. It is kept as the source's own id, not as the DfE number."
            bundle.problems.append(Problem(row.file, row.line, "DfE Number", number, words))
        bundle.sites[number] = SiteRow(number, name, "school", row.place, laestab)


def _student(row: Row, bundle: Bundle, born: dict[int, date]) -> None:
    identifier, site = row.get("ID"), _known_site(row, bundle, Kind.STUDENT)
    if site is None:
        return
    if not identifier:
        bundle.problems.append(missing(row, "ID", "A student needs an ID.", Kind.STUDENT))
        return
    if identifier in bundle.students:
        bundle.problems.append(twice(row, "ID", identifier, "student"))
        return
    bundle.students[identifier] = StudentRow(
        identifier,
        *names_of(row, *NAMES),
        row.place,
        middle_names=row.get("Middle Name"),
        site_ids=[site],
        nc_year=nc_year(row, "Grade", bundle.problems),
        date_of_birth=born.get(row.line),
        email=email(row.get("Secondary Email"), row.get("Username")),
        admission_number=row.get("Student Number"),
    )


def _teacher(row: Row, bundle: Bundle) -> None:
    identifier = row.get("ID")
    if _known_site(row, bundle, Kind.STAFF) is None:
        return
    if not identifier:
        bundle.problems.append(missing(row, "ID", "A teacher needs an ID.", Kind.STAFF))
    elif identifier in bundle.staff:
        bundle.problems.append(twice(row, "ID", identifier, "teacher"))
    else:
        address = email(row.get("Username"), row.get("Secondary Email"))
        bundle.staff[identifier] = StaffRow(identifier, *names_of(row, *NAMES), address, row.place, row.get("Title"))


def _section(row: Row, bundle: Bundle) -> None:
    identifier, site = row.get("ID"), _known_site(row, bundle, Kind.GROUP)
    if site is None:
        return
    if not identifier:
        bundle.problems.append(missing(row, "ID", "A section needs an ID.", Kind.GROUP))
    elif identifier in bundle.groups:
        bundle.problems.append(twice(row, "ID", identifier, "section"))
    else:
        bundle.groups[identifier] = GroupRow(
            identifier,
            row.get("Section Name") or identifier,
            site,
            row.place,
            code=row.get("Section Number"),
            course=row.get("Course Name"),
        )


def _membership(row: Row, bundle: Bundle, is_teacher: bool) -> None:
    group, person = row.get("Section ID"), row.get("ID")
    people = bundle.staff if is_teacher else bundle.students
    if group not in bundle.groups:
        words = "No section in Section.csv has this ID. The row was left out."
        bundle.problems.append(
            Problem(row.file, row.line, "Section ID", shown("Section ID", group), words, left_out=Kind.MEMBERSHIP)
        )
    elif person not in people:
        words = f"No {'teacher' if is_teacher else 'student'} has this ID. The row was left out."
        bundle.problems.append(Problem(row.file, row.line, "ID", shown("ID", person), words, left_out=Kind.MEMBERSHIP))
    else:
        bundle.memberships.setdefault((group, person, is_teacher), MembershipRow(group, person, is_teacher, row.place))
