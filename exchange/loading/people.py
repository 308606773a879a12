"""Sites, staff, students and contacts of a bundle."""

from datetime import timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from caseload.models import (
    Contact,
    Site,
    SiteMembership,
    Student,
    StudentContact,
    YearGroup,
    YearGroupMembership,
)
from core import wording
from core.names import clean, sort_key
from exchange.bundle import StudentRow
from exchange.choices import Kind
from exchange.loading.links import Session, changes
from exchange.loading.namesakes import Namesakes
from exchange.loading.years import year_for

NO_ADDRESS = "no-address.invalid"
DAY = timedelta(days=1)


def load_sites(session: Session) -> None:
    """Sites by the source's id, else by DfE number."""
    known = Site.objects.in_bulk(session.linked(Kind.SITE).values())
    by_laestab = {site.laestab: site for site in Site.objects.exclude(laestab="")}
    for row in session.bundle.sites.values():
        link = session.links[Kind.SITE].get(row.id)
        site = known.get(link.object_id) if link else by_laestab.get(row.laestab)
        if site is None:
            site = Site.objects.create(name=clean(row.name)[:120], kind=row.kind, laestab=row.laestab)
            session.count("created", Kind.SITE)
        elif changed := changes(site, {"name": clean(row.name)[:120], "laestab": row.laestab}):
            site.save(update_fields=changed)
            session.note_fields(Kind.SITE, site.name, site, changed)
            session.count("updated", Kind.SITE)
        else:
            session.count("unchanged", Kind.SITE)
        session.keep(Kind.SITE, row.id, site)


def load_staff(session: Session) -> None:
    """Staff by the source's id, else by email address. Nobody gets a password; without an address nobody signs in."""
    known = User.objects.in_bulk(session.linked(Kind.STAFF).values())
    emails = {row.email for row in session.bundle.staff.values() if row.email}
    by_email = {user.email: user for user in User.objects.filter(email__in=emails)}
    created: list[User] = []
    for row in session.bundle.staff.values():
        link = session.links[Kind.STAFF].get(row.id)
        user = known.get(link.object_id) if link else by_email.get(row.email)
        wanted = {"given_name": clean(row.given_name)[:100], "family_name": clean(row.family_name)[:100]}
        if user is None and _nameless(session, row, Kind.STAFF):
            continue
        if user is None:
            user = User(email=row.email or _placeholder(session.source, row.id), title=row.title[:20], **wanted)
            user.set_unusable_password()
            user.sort_key = sort_key(user.family_name, user.given_name)
            created.append(user)
            by_email[user.email] = user
            session.count("created", Kind.STAFF)
            if not row.email:
                words = "No email address, so this member of staff can't sign in. Give them one on their page."
                session.problem(row.place, "email", "", words)
        else:
            _update_staff(session, user, wanted, row.email)
        session.objects[Kind.STAFF][row.id] = user
    User.objects.bulk_create(created)
    for identifier, user in session.objects[Kind.STAFF].items():
        session.keep(Kind.STAFF, identifier, user)


def _update_staff(session: Session, user: User, wanted: dict[str, Any], address: str) -> None:
    if user.email.endswith(NO_ADDRESS) and address:
        wanted = wanted | {"email": address}
    if changed := changes(user, wanted):
        user.save(update_fields=[*changed, "sort_key"])
        session.note_fields(Kind.STAFF, user.full_name, user, changed)
        session.count("updated", Kind.STAFF)
    else:
        session.count("unchanged", Kind.STAFF)


def _placeholder(source: str, identifier: str) -> str:
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in identifier.lower())[:60]
    return f"{source}-{plain}@{NO_ADDRESS}"


def _nameless(session: Session, row: Any, kind: str) -> bool:
    """Somebody new without a name, whom nobody could tell from anybody; somebody known keeps the name they have."""
    if clean(row.given_name) or clean(row.family_name):
        return False
    words = "A person needs a name. The row was left out."
    session.problem(row.place, "", row.id, words, left_out=kind)
    return True


def load_students(session: Session) -> None:
    """Students by the source's id, else UPN, else ULN. A namesake born on the same day is for a person to decide."""
    found = _matches(session)
    new_rows = [row for row in session.bundle.students.values() if row.id not in found]
    namesakes = Namesakes(session, new_rows)
    created: list[Student] = []
    changed_rows: set[int] = set()
    for row in list(session.bundle.students.values()):
        student = found.get(row.id)
        if student is None:
            if _nameless(session, row, Kind.STUDENT) or namesakes.is_for_a_person(row):
                del session.bundle.students[row.id]
                continue
            student = Student(**_fields(row)).prepare()
            student.given_name, student.family_name = student.legal_given_name, student.legal_family_name
            student.prepare()
            created.append(student)
        elif _update(session, student, row):
            changed_rows.add(student.pk)
        session.objects[Kind.STUDENT][row.id] = student
    Student.objects.bulk_create(created)
    session.count("created", Kind.STUDENT, len(created))
    new = {student.pk for student in created}
    for identifier, student in session.objects[Kind.STUDENT].items():
        session.keep(Kind.STUDENT, identifier, student)
    namesakes.tell(student.pk for student in found.values())
    changed_rows |= _on_roll(session, new) | _in_years(session, new)
    session.count("updated", Kind.STUDENT, len(changed_rows - new))
    session.count("unchanged", Kind.STUDENT, len(session.objects[Kind.STUDENT]) - len(new) - len(changed_rows - new))


def _matches(session: Session) -> dict[str, Student]:
    known = Student.objects.in_bulk(session.linked(Kind.STUDENT).values())
    rows = session.bundle.students.values()
    by: dict[str, dict[str, Student]] = {}
    for name in ("external_id", "upn", "uln"):
        wanted = [row.id if name == "external_id" else getattr(row, name) for row in rows]
        found = Student.objects.filter(
            merged_into=None, taken_back_at=None, **{f"{name}__in": [value for value in wanted if value]}
        )
        by[name] = {getattr(student, name): student for student in found}
    matched: dict[str, Student] = {}
    for row in rows:
        link = session.links[Kind.STUDENT].get(row.id)
        student = known.get(link.object_id) if link else None
        student = student or by["external_id"].get(row.id) or by["upn"].get(row.upn) or by["uln"].get(row.uln)
        if student:
            matched[row.id] = student
    return matched


def _fields(row: StudentRow) -> dict[str, Any]:
    return {
        "legal_given_name": clean(row.given_name)[:100],
        "legal_family_name": clean(row.family_name)[:100],
        "middle_names": clean(row.middle_names)[:100],
        "date_of_birth": row.date_of_birth,
        "sex": row.sex or "U",
        "email": row.email,
        "upn": row.upn[:20],
        "uln": row.uln[:20],
        "admission_number": row.admission_number[:20],
    }


def _update(session: Session, student: Student, row: StudentRow) -> bool:
    """Whether anything changed. A name that the college changed for use here stays; one that it never touched follows."""
    wanted = _fields(row)
    wanted["sex"] = row.sex
    if student.given_name == student.legal_given_name:
        wanted["given_name"] = wanted["legal_given_name"]
    if student.family_name == student.legal_family_name:
        wanted["family_name"] = wanted["legal_family_name"]
    changed = changes(student, wanted)
    if changed:
        student.save(update_fields=changed)
        # One name is one change to a reader, though it stands as the legal name too.
        seen = {
            name: was
            for name, was in changed.items()
            if name.removeprefix("legal_") not in changed or name[:6] != "legal_"
        }
        session.note_fields(Kind.STUDENT, student.full_name, student, seen)
    return bool(changed)


def _on_roll(session: Session, new: set[int]) -> set[int]:
    """Put students on the roll of their sites; gives those who were not before."""
    students = session.objects[Kind.STUDENT]
    there: dict[tuple[int, int], list[Any]] = {}
    for membership in SiteMembership.objects.filter(student__in=[s.pk for s in students.values()]):
        there.setdefault((membership.student_id, membership.site_id), []).append(membership.period)
    added = []
    for identifier, student in students.items():
        row = session.bundle.students[identifier]
        for site_id in row.site_ids:
            site = session.objects[Kind.SITE][site_id]
            starts = row.starts_on or session.today
            ends = row.ends_on + DAY if row.ends_on else None
            known = there.get((student.pk, site.pk), [])
            if any(_covers(period, starts, ends) for period in known):
                continue
            added.append(SiteMembership(student=student, site=site, period=DateRange(starts, ends)))
            if student.pk not in new:
                words = f"from {wording.day(starts)}" + (f" to {wording.day(row.ends_on)}" if row.ends_on else "")
                session.note(Kind.STUDENT, student.full_name, f"On roll at {site.name}", "", words)
    SiteMembership.objects.bulk_create(added)
    return {membership.student_id for membership in added} - new


def _covers(period: Any, starts: Any, ends: Any) -> bool:
    """Whether a period already says this, or would overlap it: dates that staff corrected here are not undone."""
    return (period.upper is None or starts < period.upper) and (ends is None or ends > period.lower)


def _in_years(session: Session, new: set[int]) -> set[int]:
    """Put students into the year groups that the source names; gives those who were not there."""
    students = session.objects[Kind.STUDENT]
    year = year_for(session.today)
    held = {
        membership.student_id: membership
        for membership in YearGroupMembership.objects.filter(
            student__in=[s.pk for s in students.values()], period__contains=session.today
        ).select_related("group")
    }
    groups = {(group.site_id, group.nc_year): group for group in YearGroup.objects.all()}
    added, changed = [], set()
    end = year.ends_on + DAY
    for identifier, student in students.items():
        row = session.bundle.students[identifier]
        if row.nc_year is None or not row.site_ids:
            continue
        site = session.objects[Kind.SITE][row.site_ids[0]]
        group = groups.get((site.pk, row.nc_year))
        if group is None:
            group = YearGroup.objects.create(site=site, nc_year=row.nc_year, name=f"Year {row.nc_year}")
            groups[site.pk, row.nc_year] = group
        before = held.get(student.pk)
        if before and before.group_id == group.pk:
            continue
        starts = year.starts_on
        if before:
            starts = session.today
            _end(before, session.today)
        changed.add(student.pk)
        if student.pk not in new:
            session.note(Kind.STUDENT, student.full_name, "Year group", before.group.name if before else "", group.name)
        added.append(YearGroupMembership(student=student, group=group, year=year, period=DateRange(starts, end)))
    YearGroupMembership.objects.bulk_create(added)
    return changed - new


def _end(membership: Any, day: Any) -> None:
    """End a membership; one that began today never was."""
    if membership.period.lower >= day:
        membership.delete()
    else:
        membership.period = DateRange(membership.period.lower, day)
        membership.save(update_fields=["period"])


def load_contacts(session: Session) -> None:
    """Contacts by the source's id, and whose contacts they are. What was typed here (priority, markers) stays."""
    known = Contact.objects.in_bulk(session.linked(Kind.CONTACT).values())
    links = set(StudentContact.objects.filter(contact__in=known).values_list("student_id", "contact_id"))
    for row in session.bundle.contacts.values():
        link = session.links[Kind.CONTACT].get(row.id)
        contact = known.get(link.object_id) if link else None
        wanted = {
            "given_name": clean(row.given_name)[:100],
            "family_name": clean(row.family_name)[:100],
            "email": row.email,
            "phone": row.phone[:40],
        }
        word = "unchanged"
        if contact is None and _nameless(session, row, Kind.CONTACT):
            continue
        if contact is None:
            contact, word = Contact.objects.create(**wanted), "created"
        elif changed := changes(contact, wanted):
            contact.save(update_fields=[*changed, "sort_key"])
            session.note_fields(Kind.CONTACT, f"{contact.given_name} {contact.family_name}".strip(), contact, changed)
            word = "updated"
        if _link(session, contact, row.students, links) and word == "unchanged":
            word = "updated"
        session.count(word, Kind.CONTACT)
        session.keep(Kind.CONTACT, row.id, contact)


def _link(session: Session, contact: Contact, students: list[tuple[str, str]], links: set[tuple[int, int]]) -> bool:
    added = False
    for identifier, relationship in students:
        student = session.objects[Kind.STUDENT].get(identifier)
        if student is None or (student.pk, contact.pk) in links:
            continue
        priority = StudentContact.objects.filter(student=student).count() + 1
        # Nobody told us of parental responsibility, so nobody is taken to have it.
        StudentContact.objects.create(student=student, contact=contact, relationship=relationship, priority=priority)
        links.add((student.pk, contact.pk))
        added = True
    return added
