"""A small college of thirty students on two sites.

Friday 20 November 2026 is today. `college.okafor` is a member of staff, `college.student("Ada")` a student,
`college.caseloads["10A"]` a tutor group.
"""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from time import time as time_now
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from accounts.gates import STEPPED_UP
from accounts.models import User
from accounts.roles import PROTECTED
from caseload.models import (
    GRANT_MODELS,
    AcademicYear,
    Area,
    Caseload,
    CaseloadMembership,
    Closure,
    Contact,
    Course,
    House,
    HouseMembership,
    LessonTime,
    Site,
    SiteMembership,
    Student,
    StudentContact,
    TeachingGroup,
    TeachingGroupMembership,
    Team,
    Term,
    TimetabledLesson,
    YearGroup,
    YearGroupMembership,
)
from caseload.models.grants import reach_permission
from core import clock
from tests.people import CAST, STUDENTS
from tests.scenes import scene
from tests.setting_up import setting_up

TODAY = date(2026, 11, 20)
THIS_YEAR = DateRange(date(2026, 9, 1), date(2027, 9, 1))
SINCE = DateRange(date(2026, 9, 1), None)
CLOSURES = (
    ("holiday", "Autumn half-term", date(2026, 10, 26), date(2026, 10, 30)),
    ("holiday", "Christmas", date(2026, 12, 21), date(2027, 1, 1)),
    ("holiday", "Spring half-term", date(2027, 2, 15), date(2027, 2, 19)),
    ("holiday", "Easter", date(2027, 3, 26), date(2027, 4, 9)),
    ("bank", "Early May bank holiday", date(2027, 5, 3), date(2027, 5, 3)),
    ("holiday", "Summer half-term", date(2027, 5, 31), date(2027, 6, 4)),
)


class College:
    """Everything that a test may want to point at."""

    def __init__(self) -> None:
        self.today = TODAY
        self.year = AcademicYear.objects.create(start_year=2026, starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31))
        self.terms = Term.objects.bulk_create(
            Term(year=self.year, name=name, starts_on=start, ends_on=end)
            for name, start, end in (
                ("Autumn", date(2026, 9, 2), date(2026, 12, 18)),
                ("Spring", date(2027, 1, 4), date(2027, 3, 25)),
                ("Summer", date(2027, 4, 12), date(2027, 7, 21)),
            )
        )
        Closure.objects.bulk_create(
            Closure(kind=kind, name=name, starts_on=start, ends_on=end) for kind, name, start, end in CLOSURES
        )
        self.school = Site.objects.create(name="Waymark School", kind="school", laestab="8234321")
        self.sixth = Site.objects.create(name="Waymark Sixth", kind="college", ukprn="10000001")
        self._groups()
        self._students()
        self._timetable()
        self._staff()

    def _groups(self) -> None:
        self.team = Team.objects.create(name="Lower school tutors", site=self.school)
        self.houses = {name: House.objects.create(site=self.school, name=name) for name in ("Kestrel", "Merlin")}
        self.years = {
            nc: YearGroup.objects.create(
                site=self.school if nc < 12 else self.sixth,
                nc_year=nc,
                name=f"Year {nc}" if nc < 12 else {12: "First year", 13: "Second year"}[nc],
            )
            for nc in range(7, 14)
        }
        self.caseloads = {
            name: Caseload.objects.create(
                year=self.year,
                site=self.sixth if name == "S1" else self.school,
                name=name,
                team=self.team if name == "10A" else None,
                house=self.houses["Kestrel"] if name == "Kestrel 1" else None,
            )
            for name in ("10A", "10B", "9C", "Kestrel 1", "S1")
        }
        self.area = Area.objects.create(name="Science")
        self.maths = Course.objects.create(title="GCSE Mathematics", qualification="GCSE")
        self.biology = Course.objects.create(title="A level Biology", qualification="A level", area=self.area)
        self.groups = {
            "10x/Ma1": TeachingGroup.objects.create(
                year=self.year, site=self.school, course=self.maths, name="10x/Ma1", code="10x/Ma1"
            ),
            "12 Biology B": TeachingGroup.objects.create(
                year=self.year, site=self.sixth, course=self.biology, name="12 Biology B", code="12BiB"
            ),
        }

    def _students(self) -> None:
        people = [
            Student(given_name=given, family_name=family, date_of_birth=date.fromisoformat(born)).prepare()
            for given, family, _, _, _, born in STUDENTS
        ]
        self.students = Student.objects.bulk_create(people)
        rows = list(zip(self.students, STUDENTS, strict=True))
        SiteMembership.objects.bulk_create(
            SiteMembership(student=s, site=self.school if nc < 12 else self.sixth, period=SINCE)
            for s, (_, _, nc, _, _, _) in rows
        )
        YearGroupMembership.objects.bulk_create(
            YearGroupMembership(student=s, group=self.years[nc], year=self.year, period=THIS_YEAR)
            for s, (_, _, nc, _, _, _) in rows
        )
        HouseMembership.objects.bulk_create(
            HouseMembership(student=s, group=self.houses[house], period=SINCE)
            for s, (_, _, _, _, house, _) in rows
            if house
        )
        CaseloadMembership.objects.bulk_create(
            CaseloadMembership(student=s, group=self.caseloads[tutor], period=THIS_YEAR)
            for s, (_, _, _, tutor, _, _) in rows
        )
        TeachingGroupMembership.objects.bulk_create(
            TeachingGroupMembership(student=s, group=self.groups[taught], period=THIS_YEAR)
            for s, (_, _, _, tutor, _, _) in rows
            if (taught := {"10A": "10x/Ma1", "S1": "12 Biology B"}.get(tutor))
        )
        parent = Contact.objects.create(title="Mrs", given_name="Éva", family_name="Ábel", phone="020 7946 0018")
        StudentContact.objects.create(
            student=self.student("Ada"), contact=parent, relationship="mother", parental_responsibility=True
        )

    def _timetable(self) -> None:
        self.lessons = {}
        hours = ((1, time(9), time(10)), (2, time(10), time(11)), (3, time(11, 20), time(12, 20)))
        for site, name in ((self.school, "10x/Ma1"), (self.sixth, "12 Biology B")):
            for weekday in range(5):
                for number, start, end in hours[:1] if weekday != 4 else hours:
                    slot = LessonTime.objects.create(
                        site=site, weekday=weekday, number=number, label=f"P{number}", starts_at=start, ends_at=end
                    )
                    self.lessons[name, weekday, number] = TimetabledLesson.objects.create(
                        group=self.groups[name], time=slot, room="R1", period=THIS_YEAR
                    )

    def _staff(self) -> None:
        containers: dict[tuple[str, str], Any] = {
            **{("caseload", name): row for name, row in self.caseloads.items()},
            **{("teaching_group", name): row for name, row in self.groups.items()},
            **{("year_group", row.name): row for row in self.years.values()},
            **{("house", name): row for name, row in self.houses.items()},
            ("team", self.team.name): self.team,
            ("area", self.area.name): self.area,
            ("site", self.school.name): self.school,
        }
        self.staff: dict[str, User] = {}
        for member in CAST:
            user = User(
                email=f"{member.key}@waymark.example",
                title=member.title,
                given_name=member.given,
                family_name=member.family,
            )
            user.set_unusable_password()
            with setting_up():
                user.save()
            self.staff[member.key] = user
            for role, kind, name in member.grants:
                self.grant(user, role, kind, containers.get((kind, name)), period=SINCE)
        for name, key in (("10x/Ma1", "mendes"), ("12 Biology B", "quill")):
            TimetabledLesson.objects.filter(group=self.groups[name]).update(teacher=self.staff[key])

    def grant(self, user: User, role: str, kind: str, container: Any = None, **more: Any) -> Any:
        """Give reach past every rule, as the set-up of a test. Protected roles are given as the database's owner does."""
        model, group, period = GRANT_MODELS[kind], Group.objects.get(name=role), more.pop("period", SINCE)
        if role in PROTECTED:
            with connection.cursor() as cursor:
                values = [user.pk, group.pk, reach_permission(kind).pk, period]
                cursor.execute("SELECT give_protected_role(%s, %s, %s, %s)", values)
                row = model._default_manager.get(pk=cursor.fetchone()[0])
        else:
            over = {"content_object": container} if container else {"content_object_id": 1}
            row = model(user=user, role=group, permission=reach_permission(kind), period=period, **over, **more)
            with setting_up():
                row.save()
        vars(user).pop("_reach", None)
        return row

    def end_role(self, user: User, role: str) -> None:
        """End a protected role from today on, as two people would, where a test is not about how."""
        for grant in GRANT_MODELS["college"].objects.filter(user=user, role__name=role):
            with connection.cursor() as cursor:
                cursor.execute("SELECT end_protected_role(%s, %s)", [grant.pk, clock.today()])
        vars(user).pop("_reach", None)

    def leaves(self, user: User, last_day: date | None = None) -> None:
        """Somebody left yesterday, or leaves after a day; for the holder of a protected role as two people would end them."""
        today = clock.today()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT end_protected_person(%s, %s, %s)", [user.pk, last_day or today - timedelta(1), today]
            )
        user.refresh_from_db(fields=["ended_on", "is_active"])

    def student(self, given: str) -> Student:
        """The student of this given name; no two share one."""
        return next(student for student in self.students if student.given_name == given)

    def __getattr__(self, key: str) -> User:
        try:
            return self.__dict__["staff"][key]
        except KeyError:
            raise AttributeError(key) from None


@pytest.fixture
def today() -> Iterator[date]:
    """Friday 20 November 2026, ten in the morning."""
    with clock.set_to(clock.at(TODAY, 10)):
        yield TODAY


college = scene("college", College)


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A browser of this person: `sign_in(college.okafor)`, or with a fresh second factor `sign_in(…, stepped_up=True)`."""

    def make(user: User, *, stepped_up: bool = False) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.StaffBackend")
        if stepped_up:
            session = client.session
            session[STEPPED_UP] = time_now()
            session.save()
        return client

    return make
