"""The students: cohorts that move up a year, join late and leave early, with their families and characteristics."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from caseload.identifiers import uln_check_digit, upn_check_letter
from caseload.models import (
    Characteristic,
    Contact,
    HouseMembership,
    SiteMembership,
    Student,
    StudentContact,
    YearGroupMembership,
)
from config.demo_college.chance import Chance
from config.demo_college.frame import HOUSES, Frame
from config.demo_college.names import Names

ETHNICITY = {
    "en_GB": {"WBRI": 88, "MWBC": 4, "MWAS": 3, "BCRB": 3, "MOTH": 2},
    "en_IN": {"AIND": 95, "AOTH": 5},
    "en_PK": {"APKN": 80, "ABAN": 20},
    "yo_NG": {"BAFR": 100},
    "zu_ZA": {"BAFR": 90, "BOTH": 10},
    "vi_VN": {"AOTH": 60, "CHNE": 40},
    "en_IE": {"WIRI": 70, "WIRT": 5, "WBRI": 25},
}
LANGUAGE = {
    "en_IN": {"ENG": 45, "PNJ": 25, "GUJ": 15, "TAM": 15},
    "en_PK": {"ENG": 40, "URD": 40, "BNG": 20},
    "pl_PL": {"POL": 80, "ENG": 20},
    "ro_RO": {"RMN": 85, "ENG": 15},
    "pt_PT": {"POR": 75, "ENG": 25},
    "tr_TR": {"TUR": 75, "ENG": 25},
    "fr_FR": {"FRN": 60, "ENG": 40},
    "es_ES": {"SPA": 75, "ENG": 25},
    "lt_LT": {"LIT": 80, "ENG": 20},
    "yo_NG": {"ENG": 70, "OTH": 30},
}
STUDENTS = "students.example"  # like the families' a name that no mail can reach
# Why somebody left in the course of the year, and where they went; at its end they all come to the end of their course.
LEFT_SCHOOL = (
    ("Moved away", "A school in Leeds"),
    ("Moved to another school", "Marsh Lane School"),
    ("Moved to another school", "Abbey Park Academy"),
    ("Educated at home", "Home; the local authority knows"),
    ("Moved abroad", "Family returned to Poland"),
)
LEFT_COLLEGE = (
    ("Changed college", "Another college, nearer home"),
    ("Apprenticeship", "Apprenticeship in engineering, county council"),
    ("Work", "Full-time work in retail, with training"),
    ("Moved away", "A sixth form in Bristol"),
    ("Changed course", "Level 2 plumbing, Riverside College"),
    ("Health", "Not in education at present; careers adviser keeps in touch"),
)
FROM_YEAR_11 = {
    "Waymark Sixth Form College": 55,
    "Another sixth form or college": 30,
    "Apprenticeship": 10,
    "Not known yet": 5,
}
FROM_COLLEGE = {"University": 58, "Apprenticeship": 14, "Work": 16, "A gap year": 7, "Not known yet": 5}
RELATIONSHIP = {"F": "mother", "M": "father"}


@dataclass
class Person:
    """A student as the rest of the demonstration needs them."""

    row: Student
    site: str  # "school" or "college"
    joined: date
    left: date | None
    nc_years: dict[int, int]  # academic year → NC year
    house: str = ""
    free_meals: bool = False
    sen: str = "N"
    groups: dict[int, list[int]] = field(default_factory=dict)  # academic year → teaching group ids
    caseloads: dict[int, int] = field(default_factory=dict)
    ability: float = 0.0

    def on_roll(self, day: date) -> bool:
        """On roll on the day."""
        return self.joined <= day and (self.left is None or day < self.left)


class Roll:
    """Makes everybody who was on roll last year or is on roll this year."""

    def __init__(self, frame: Frame, names: Names, chance: Chance, how_many: int) -> None:
        self.frame, self.names, self.chance = frame, names, chance
        self.people: list[Person] = []
        self.characteristics: list[Any] = []
        self.contacts: list[Any] = []
        self.links: list[Any] = []
        self.serial = 0
        school = round(how_many * 0.6)
        for nc in range(7, 13):  # 12 now means last year's Year 11, who have left
            for _ in range(school // 5 + (1 if nc - 7 < school % 5 else 0)):
                self._join("school", nc)
        college = how_many - school
        for nc in range(12, 15):  # 14 now means last year's second year
            for _ in range(college // 2 + (1 if nc == 12 and college % 2 else 0)):
                self._join("college", nc)
        self._load()

    def _join(self, site: str, nc: int) -> None:
        frame, chance = self.frame, self.chance
        lowest, highest = (7, 11) if site == "school" else (12, 13)
        years = {year: at for year, at in ((frame.last, nc - 1), (frame.this, nc)) if lowest <= at <= highest}
        joined = frame.dates[min(years)].open_days[0]
        if nc - lowest > 1:
            joined = date(frame.this - (nc - lowest), 9, 1)
        left = None if nc <= highest else frame.dates[frame.last].ends_on + timedelta(days=1)
        if chance.often(0.03):
            joined = chance.choice(frame.dates[max(years)].open_days[10:120])
            years = {year: at for year, at in years.items() if frame.dates[year].ends_on >= joined}
        elif chance.often(0.025) and left is None:
            left = chance.choice(frame.dates[frame.this].open_days[15:150])
        if joined > frame.today:
            joined = frame.dates[frame.this].open_days[0]
        if left is not None and left > frame.today:
            left = None
        self.people.append(self._person(site, nc, joined, left, years))

    def _person(self, site: str, nc: int, joined: date, left: date | None, years: dict[int, int]) -> Person:
        frame, chance = self.frame, self.chance
        self.serial += 1
        sex = chance.pick({"F": 49, "M": 50, "U": 1})
        given, family, origin = self.names.person(sex)
        born = date(frame.this - nc - 5, 9, 1) + timedelta(days=chance.randrange(365))
        row = frame.loader.new(
            Student,
            given_name=given,
            family_name=family,
            legal_given_name=given,
            legal_family_name=family,
            date_of_birth=born,
            sex=sex,
            pronouns=chance.pick({"": 96, "they/them": 2, "she/her": 1, "he/him": 1}),
            upn=self._upn(frame.this - nc + 5),
            uln=self._uln() if nc >= 10 else "",
            admission_number=f"{self.serial:06d}",
            email=f"student{self.serial}@{STUDENTS}",
            phone=f"07700 900{self.serial % 1000:03d}" if site == "college" else "",
            learner_reference=f"{self.serial:08d}" if site == "college" else "",
            candidate_number=f"{self.serial % 10000:04d}" if nc in {11, 12, 13} else "",
            ethnicity=chance.pick(ETHNICITY.get(origin, {"WOTH": 90, "WBRI": 10})),
            ethnicity_source="P",
            first_language=chance.pick(LANGUAGE.get(origin, {"ENG": 99, "OTH": 1})),
            prior_attainment=round(min(9.0, max(1.5, chance.gauss(5.4, 1.3))), 2) if site == "college" else None,
            created_at=frame.created_at,
        )
        if chance.often(0.015):
            row.home_given_name, row.given_name = given, chance.choice(("Alex", "Sam", "Robin", "Charlie", "Ari"))
        row.prepare()
        person = Person(row, site, joined, left, years, ability=chance.gauss(0, 1))
        if site == "school":
            person.house = HOUSES[self.serial % len(HOUSES)]
        self._circumstances(person, joined)
        self._family(person, origin)
        return person

    def _upn(self, year: int) -> str:
        digits = f"823{4999}{year % 100:02d}{self.serial % 1000:03d}"
        body = f"A{digits}"
        return upn_check_letter(body) + digits

    def _uln(self) -> str:
        while True:
            nine = f"{self.chance.randrange(10**8, 10**9)}"
            if (last := uln_check_digit(nine)) is not None:
                return f"{nine}{last}"

    def _circumstances(self, person: Person, since: date) -> None:
        chance, period = self.chance, DateRange(since, person.left)

        def note(kind: str, code: str, rank: int | None = None) -> None:
            self.characteristics.append(
                self.frame.loader.new(
                    Characteristic,
                    student=person.row,
                    kind=kind,
                    code=code,
                    rank=rank,
                    period=period,
                    source="Admission",
                )
            )

        person.sen = chance.pick({"N": 82, "K": 13, "E": 5})
        if person.sen != "N":
            note("sen_status", person.sen)
            note(
                "sen_need", chance.pick({"SPLD": 22, "SEMH": 25, "SLCN": 15, "ASD": 15, "MLD": 14, "HI": 3, "PD": 6}), 1
            )
        person.free_meals = chance.often(0.25)
        if person.free_meals:
            note("free_meals", "TFSM")
            note("pupil_premium" if person.site == "school" else "bursary", "DPP" if person.site == "school" else "56")
        if chance.often(0.007):
            note("in_care", "823")
        if chance.often(0.02):
            note("young_carer", chance.choice("PS"))
        if person.row.first_language not in {"ENG", ""}:
            note("english_proficiency", chance.pick({"B": 1, "C": 3, "D": 6, "E": 10}))
        if chance.often(0.04):
            note("medical", chance.choice(("ASTHMA", "EPIPEN", "DIABETES", "EPILEPSY")))

    def _family(self, person: Person, origin: str) -> None:
        chance, new = self.chance, self.frame.loader.new
        for priority, sex in enumerate(("F", "M") if chance.often(0.72) else (chance.choice("FFFM"),), start=1):
            given, family = self.names.relative(origin, person.row.family_name, sex)
            contact = new(
                Contact,
                title={"F": "Mrs" if priority == 2 or chance.often(0.5) else "Ms", "M": "Mr"}[sex],
                given_name=given,
                family_name=family,
                phone=f"07700 900{chance.randrange(1000):03d}",  # the range that is kept free for fiction
                email=f"home{self.serial}.{priority}@families.example",
                address=f"{chance.randrange(1, 180)} {chance.choice(('Mill', 'Station', 'Church', 'Park', 'Abbey'))} Road",
                postcode="ZZ99 3VZ",
                language="" if person.row.first_language in {"ENG", ""} else person.row.first_language,
            )
            contact.sort_key = f"{family}\x01{given}".casefold()
            self.contacts.append(contact)
            self.links.append(
                new(
                    StudentContact,
                    student=person.row,
                    contact=contact,
                    relationship=RELATIONSHIP[sex],
                    priority=priority,
                    parental_responsibility=True,
                    lives_with=priority == 1 or chance.often(0.7),
                    is_emergency=True,
                    no_contact=priority == 2 and chance.often(0.02),
                )
            )
            if self.links[-1].no_contact:
                self.links[-1].no_contact_reason = "Court order seen by the school"

    def _load(self) -> None:
        loader, frame = self.frame.loader, self.frame
        gone = {person.row.pk: self._went(person) for person in self.people}
        loader.copy(person.row for person in self.people)
        loader.copy(
            loader.new(
                SiteMembership,
                student=person.row,
                site=frame.school if person.site == "school" else frame.sixth,
                period=DateRange(person.joined, person.left),
                status="C" if person.site == "school" else "F",
                admission_number=person.row.admission_number,
                leaving_reason=gone[person.row.pk][0],
                destination=gone[person.row.pk][1],
            )
            for person in self.people
        )
        loader.copy(
            loader.new(
                YearGroupMembership,
                student=person.row,
                group=frame.year_groups[nc],
                year=frame.years[year],
                period=self.within(person, year),
            )
            for person in self.people
            for year, nc in person.nc_years.items()
        )
        loader.copy(
            loader.new(
                HouseMembership,
                student=person.row,
                group=frame.houses[person.house],
                period=DateRange(person.joined, person.left),
            )
            for person in self.people
            if person.house
        )
        for rows in (self.characteristics, self.contacts, self.links):
            loader.copy(rows)

    def _went(self, person: Person) -> tuple[str, str]:
        """Why somebody left, and where to."""
        if person.left is None:
            return "", ""
        if person.left >= self.frame.dates[self.frame.this].starts_on and self.frame.this in person.nc_years:
            return self.chance.choice(LEFT_SCHOOL if person.site == "school" else LEFT_COLLEGE)
        return "End of course", self.chance.pick(FROM_YEAR_11 if person.site == "school" else FROM_COLLEGE)

    def within(self, person: Person, year: int) -> DateRange:
        """The part of an academic year in which somebody is on roll."""
        span = self.frame.span(year)
        end = span.upper if person.left is None else min(span.upper, person.left)
        return DateRange(max(span.lower, person.joined), end)
