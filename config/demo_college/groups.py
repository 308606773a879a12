"""Tutor groups, caseloads, teaching groups and the staff who hold them."""

from collections import Counter, defaultdict
from typing import Any

from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from caseload.models import (
    GRANT_MODELS,
    Caseload,
    CaseloadMembership,
    Enrolment,
    TeachingGroup,
    TeachingGroupMembership,
    TimetabledLesson,
)
from caseload.models.grants import reach_permission
from config.demo_college.chance import Chance
from config.demo_college.frame import BLOCKS, COLLEGE_COURSES, HOUSES, SCHOOL_SUBJECTS, Frame
from config.demo_college.names import Names
from config.demo_college.students import Person, Roll
from core.names import sort_key

TUTOR_GROUP, CLASS, PROGRESS_CASELOAD = 28, 22, 75
OF_THE_CAST = ("F1", "S1")  # this year's caseloads of the progress tutor of the cast: 150 sixth formers of both years
RESITS = (("Mathematics", 0.16), ("English", 0.1))  # the share of first-years who sit it again
DOMAIN = "waymark.example"


class Staffing:
    """Staff and what they hold. Everybody gets an account; nobody gets a password."""

    def __init__(self, frame: Frame, names: Names, chance: Chance) -> None:
        self.frame, self.names, self.chance = frame, names, chance
        self.staff: list[User] = []
        self.grants: dict[str, list[Any]] = defaultdict(list)
        self.roles = {group.name: group for group in Group.objects.all()}
        self.permissions = {kind: reach_permission(kind) for kind in GRANT_MODELS}

    def hire(self, position: str, local_part: str = "") -> User:
        """A new member of staff."""
        sex = self.chance.choice("FM")
        given, family, _ = self.names.person(sex)
        user = self.frame.loader.new(
            User,
            email=f"{local_part or f'staff{len(self.staff) + 1}'}@{DOMAIN}",
            title={"F": self.chance.choice(("Ms", "Mrs", "Miss")), "M": "Mr"}[sex] if self.chance.often(0.94) else "Dr",
            given_name=given,
            family_name=family,
            position=position,
            staff_code=f"{family[:3].upper()}{len(self.staff) + 1}",
            password="!demonstration",
            created_at=self.frame.created_at,
            started_on=self.frame.dates[self.frame.last].starts_on,
        )
        user.sort_key = sort_key(family, given)
        self.staff.append(user)
        return user

    def give(self, user: User, role: str, kind: str, container: Any = None, period: Any = None, **more: Any) -> None:
        """A grant of reach."""
        model = GRANT_MODELS[kind]
        self.grants[kind].append(
            self.frame.loader.new(
                model,
                user=user,
                role=self.roles[role],
                permission=self.permissions[kind],
                content_object_id=container.pk if container is not None else 1,
                period=period or DateRange(self.frame.dates[self.frame.last].starts_on, None),
                reason="Demonstration college",
                given_at=self.frame.created_at,
                **more,
            )
        )

    def load(self) -> None:
        """Copy staff; grants follow when their containers stand."""
        self.frame.loader.copy(self.staff)

    def load_grants(self) -> None:
        """Copy the grants."""
        for rows in self.grants.values():
            self.frame.loader.copy(rows)


class Groups:
    """Puts students into groups for both years, and staff in front of them."""

    def __init__(self, frame: Frame, roll: Roll, staffing: Staffing, chance: Chance) -> None:
        self.frame, self.roll, self.staffing, self.chance = frame, roll, staffing, chance
        self.rows: dict[str, list[Any]] = defaultdict(list)
        self.taught: dict[
            int, dict[str, Any]
        ] = {}  # teaching group id → block, course, year, teacher, members, lessons
        self.busy: set[tuple[int, str, int]] = set()  # teacher, block, year
        self.load: Counter[tuple[int, int]] = Counter()  # teacher, year → groups taught
        self.tutors: dict[int, User] = {}  # caseload id → tutor
        self.leaders()
        for year in (frame.last, frame.this):
            self.tutor_groups(year)
            self.progress_caseloads(year)
            self.school_classes(year)
            self.college_classes(year)
        staffing.load()
        for name in ("caseloads", "caseload_members", "groups", "members", "lessons", "enrolments"):
            frame.loader.copy(self.rows[name])
        staffing.load_grants()

    def leaders(self) -> None:
        """The cast, and the leaders beside them."""
        hire, give, frame = self.staffing.hire, self.staffing.give, self.frame
        give(hire("Principal", "head"), "head", "college")
        give(hire("Designated safeguarding lead", "dsl"), "dsl", "college")
        give(hire("Deputy safeguarding lead", "deputy-dsl"), "deputy_dsl", "college")
        give(hire("Vice principal", "senior-leader"), "senior_leader", "college")
        give(hire("Attendance officer", "attendance-officer"), "attendance_officer", "college")
        give(hire("SENCO", "learning-support"), "learning_support", "college")
        give(hire("Data manager", "data-manager"), "data_manager", "college")
        give(hire("Network manager", "system-administrator"), "system_administrator", "college")
        for nc, group in frame.year_groups.items():
            head = hire(f"Head of {group.name}", "head-of-year" if nc == 10 else "")
            give(head, "head_of_year", "year_group", group)
        for name in HOUSES:
            give(
                hire(f"Head of {name}", "head-of-house" if name == "Kestrel" else ""),
                "head_of_house",
                "house",
                frame.houses[name],
            )
        give(hire("Lead progress tutor", "tutor-lead"), "tutor_lead", "team", frame.teams["college"])
        give(hire("Pastoral manager", "pastoral-manager"), "pastoral_manager", "site", frame.school)
        for title, area in frame.areas.items():
            give(
                hire(f"Head of {title.lower()}", "area-leader" if title == "Science" else ""),
                "area_leader",
                "area",
                area,
            )
        self.cast = {
            "tutor": hire("Tutor", "tutor"),
            "progress_tutor": hire("Progress tutor", "progress-tutor"),
            "teacher": hire("Teacher of biology", "teacher"),
        }
        self.tutor_pool: dict[str, User] = {}
        self.teacher_pool: dict[tuple[str, str], list[User]] = defaultdict(list)

    def _present(self, year: int, site: str) -> list[Person]:
        return [p for p in self.roll.people if p.site == site and year in p.nc_years]

    def _caseload(self, year: int, name: str, site: Any, members: list[Person], **more: Any) -> None:
        frame = self.frame
        row = frame.loader.new(Caseload, year=frame.years[year], site=site, name=name, **more)
        self.rows["caseloads"].append(row)
        tutor = self.tutors[row.pk] = self._tutor(year, name, site)
        self.staffing.give(tutor, "tutor", "caseload", row, frame.span(year))
        for person in members:
            person.caseloads[year] = row.pk
            self.rows["caseload_members"].append(
                frame.loader.new(
                    CaseloadMembership, student=person.row, group=row, period=self.roll.within(person, year)
                )
            )

    def _tutor(self, year: int, name: str, site: Any) -> User:
        """The tutor of the same caseload last year, if there was one; the cast's progress tutor came this year."""
        if year == self.frame.this and name in OF_THE_CAST:
            return self.cast["progress_tutor"]
        if name not in self.tutor_pool:
            position = "Tutor" if site is self.frame.school else "Progress tutor"
            is_cast = name == "Kestrel 1"
            self.tutor_pool[name] = self.cast["tutor"] if is_cast else self.staffing.hire(position)
        return self.tutor_pool[name]

    def tutor_groups(self, year: int) -> None:
        """Mixed-year tutor groups, each in a house."""
        for house in HOUSES:
            members = [p for p in self._present(year, "school") if p.house == house]
            wanted = max(1, round(len(members) / TUTOR_GROUP))
            for number in range(wanted):
                self._caseload(
                    year,
                    f"{house} {number + 1}",
                    self.frame.school,
                    [p for place, p in enumerate(members) if (p.row.pk // len(HOUSES)) % wanted == number],
                    kind="tutor_group",
                    house=self.frame.houses[house],
                    team=self.frame.teams["school"],
                )

    def progress_caseloads(self, year: int) -> None:
        """Seventy-five students of one year are a caseload; the last of each year takes those who are left over."""
        for nc, letter in ((12, "F"), (13, "S")):
            members = [p for p in self._present(year, "college") if p.nc_years[year] == nc]
            for number, dealt in enumerate(self._dealt(members)):
                self._caseload(
                    year,
                    f"{letter}{number + 1}",
                    self.frame.sixth,
                    dealt,
                    kind="caseload",
                    team=self.frame.teams["college"],
                )

    def _dealt(self, members: list[Person]) -> list[list[Person]]:
        """The students of a year, dealt out; who has left since is in the last, so that the others are full today."""
        wanted = max(1, round(len(members) / PROGRESS_CASELOAD))
        here = [p for p in members if p.on_roll(self.frame.today)]
        if not here:  # last year's, who have all left
            return [members[number::wanted] for number in range(wanted)]
        full = [here[number * PROGRESS_CASELOAD : (number + 1) * PROGRESS_CASELOAD] for number in range(wanted - 1)]
        gone = [p for p in members if not p.on_roll(self.frame.today)]
        return [*full, here[(wanted - 1) * PROGRESS_CASELOAD :] + gone]

    def _group(self, year: int, name: str, site: Any, course: Any, members: list[Person], block: str, at: int) -> None:
        frame = self.frame
        row = frame.loader.new(TeachingGroup, year=frame.years[year], site=site, course=course, name=name, code=name)
        teacher = self._teacher(course.title, block or str(at), year)
        self.rows["groups"].append(row)
        self.taught[row.pk] = {
            "block": block,
            "course": course,
            "year": year,
            "teacher": teacher,
            "members": members,
            "lessons": [],
        }
        self.staffing.give(teacher, "teacher", "teaching_group", row, frame.span(year))
        for person in members:
            person.groups.setdefault(year, []).append(row.pk)
            self.rows["members"].append(
                frame.loader.new(
                    TeachingGroupMembership, student=person.row, group=row, period=self.roll.within(person, year)
                )
            )
        for slot in frame.times.get(block, ()):
            lesson = frame.loader.new(
                TimetabledLesson, group=row, time=slot, teacher=teacher, room=f"{block}{at}", period=frame.span(year)
            )
            self.rows["lessons"].append(lesson)
            self.taught[row.pk]["lessons"].append(lesson)

    def _teacher(self, course: str, block: str, year: int) -> User:
        """Somebody who teaches the course and is free in the block that year."""
        pool = self.teacher_pool[course, ""]
        for teacher in pool:
            if (teacher.pk, block, year) not in self.busy and self.load[teacher.pk, year] < 5:
                break
        else:
            is_cast = course == "A level Biology" and not pool
            teacher = self.cast["teacher"] if is_cast else self.staffing.hire(f"Teacher of {course.lower()}")
            pool.append(teacher)
        self.busy.add((teacher.pk, block, year))
        self.load[teacher.pk, year] += 1
        return teacher

    def school_classes(self, year: int) -> None:
        """Five subjects in classes of about 28, by year group."""
        for nc in range(7, 12):
            cohort = [p for p in self._present(year, "school") if p.nc_years[year] == nc]
            sets = max(1, round(len(cohort) / TUTOR_GROUP))
            for subject, _ in SCHOOL_SUBJECTS:
                by_ability = sorted(cohort, key=lambda p: -p.ability) if subject == "Mathematics" else cohort
                for number in range(sets):
                    size = -(-len(by_ability) // sets)
                    members = (
                        by_ability[number * size : (number + 1) * size]
                        if subject == "Mathematics"
                        else by_ability[number::sets]
                    )
                    name = f"{nc}{'xyzwvu'[number % 6]}/{subject[:2]}{number + 1}"
                    self._group(year, name, self.frame.school, self.frame.courses[subject, "GCSE"], members, "", number)

    def college_classes(self, year: int) -> None:
        """Three courses in three of five blocks; a second-year keeps the courses of the first year."""
        wanted = {(s, q): weight for s, q, _, weight in COLLEGE_COURSES}
        classes: dict[tuple[int, str, str, str], list[Person]] = defaultdict(list)
        for person in self._present(year, "college"):
            for block, (subject, qualification) in self._choices(person, wanted).items():
                classes[person.nc_years[year], subject, qualification, block].append(person)
        for (nc, subject, qualification, block), members in sorted(classes.items()):
            sets = -(-len(members) // CLASS)
            for number in range(sets):
                course = self.frame.courses[subject, qualification]
                name = f"{nc - 11}{block} {subject}{f' {number + 1}' if sets > 1 else ''}"
                self._group(year, name, self.frame.sixth, course, members[number::sets], block, number + 1)
        self._resits(year)

    def _resits(self, year: int) -> None:
        """First-years without a pass sit GCSE mathematics or English again, each in a block they have free."""
        first_years = sorted(
            (p for p in self._present(year, "college") if p.nc_years[year] == 12), key=lambda p: (p.ability, p.row.pk)
        )
        for place, (subject, share) in enumerate(RESITS):
            classes: dict[str, list[Person]] = defaultdict(list)
            for person in first_years[: round(len(first_years) * share)]:
                free = [block for block in BLOCKS if block not in person.choices]  # type: ignore[attr-defined]  # set above
                classes[free[place]].append(person)
            course = self.frame.courses[subject, "GCSE"]
            for block, members in sorted(classes.items()):
                self._group(year, f"1{block} GCSE {subject}", self.frame.sixth, course, members, block, 8 + place)
                for person in members:
                    self._enrol(person, {block: (subject, "GCSE")}, years=1, since=year)

    def _choices(self, person: Person, wanted: dict[tuple[str, str], float]) -> dict[str, tuple[str, str]]:
        if not hasattr(person, "choices"):
            blocks = sorted(self.chance.sample(BLOCKS, 3))
            left = dict(wanted)
            picked = {}
            for block in blocks:
                # Each course runs in two blocks, so that classes fill.
                running = {
                    key: w
                    for place, (key, w) in enumerate(left.items())
                    if BLOCKS.index(block) in {place % 5, (place + 2) % 5}
                }
                course = self.chance.pick(running)
                left[course] = 0.0001
                picked[block] = course
            person.choices = picked  # type: ignore[attr-defined]  # kept for the second year
            self._enrol(person, picked)
        return person.choices  # type: ignore[attr-defined]  # set above

    def _enrol(
        self, person: Person, picked: dict[str, tuple[str, str]], years: int = 2, since: int | None = None
    ) -> None:
        frame = self.frame
        first = min(person.nc_years) if since is None else since
        ends = frame.dates[frame.this].starts_on.replace(
            year=first + years - (person.nc_years[first] - 12), month=7, day=15
        )
        withdrawn = person.left is not None and person.left <= frame.today and person.left < ends
        for key in dict.fromkeys(picked.values()):
            self.rows["enrolments"].append(
                frame.loader.new(
                    Enrolment,
                    student=person.row,
                    course=frame.courses[key],
                    site=frame.sixth,
                    started_on=max(person.joined, frame.dates[first].starts_on) if since else person.joined,
                    planned_end_on=ends,
                    ended_on=person.left if withdrawn else (ends if ends < frame.today else None),
                    status=3 if withdrawn else (2 if ends < frame.today else 1),
                    withdraw_reason=self.chance.choice((2, 44, 97)) if withdrawn else None,
                    outcome=None if not withdrawn and ends >= frame.today else (3 if withdrawn else 1),
                )
            )
