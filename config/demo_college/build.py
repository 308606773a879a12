"""Builds the whole demonstration college, part by part, and says how long each part took."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.actions.summary import rebuild_summary
from config.demo_college.alerts import Alerts
from config.demo_college.cases import Cases
from config.demo_college.chance import Chance
from config.demo_college.concerns import Concerns
from config.demo_college.cover import Covers
from config.demo_college.decisions import decide_about_some
from config.demo_college.frame import Frame
from config.demo_college.grades import Grades
from config.demo_college.groups import Groups, Staffing
from config.demo_college.handovers import Handovers
from config.demo_college.kept_up import KeptUp
from config.demo_college.load import Loader
from config.demo_college.marks import Diary, live
from config.demo_college.names import Names
from config.demo_college.panels import Panels
from config.demo_college.plans import Plans
from config.demo_college.programmes import Programmes, work_out_impact
from config.demo_college.referrals import Referrals
from config.demo_college.registers import Registers
from config.demo_college.reports import schedule_a_report
from config.demo_college.students import Roll
from config.demo_college.support import Support
from config.demo_college.visits import Visits
from config.demo_college.work import Work

# What moves each site's overall absence to the national figure (school) and a little above it (college).
SCHOOL_SCALE, COLLEGE_SCALE = 1.16, 1.16


@dataclass
class Built:
    """The parts, for those that build on them."""

    frame: Frame
    roll: Roll
    groups: Groups
    staffing: Staffing
    diaries: dict[str, Diary]
    seed: int

    def chance(self, part: str) -> Chance:
        """A part's own dice."""
        return Chance(self.seed, part)


def build(students: int, seed: int, today: date, say: Callable[[str], Any]) -> Built:
    """Build everything for this many students on roll today."""
    begun = time.monotonic()

    def step(words: str) -> None:
        say(f"{time.monotonic() - begun:6.1f} s  {words}")

    loader = Loader(Chance(seed, "ids"))
    frame = Frame(loader, today)
    names = Names(Chance(seed, "names"))
    step("calendar, sites and courses")
    roll = Roll(frame, names, Chance(seed, "roll"), students)
    step(f"{len(roll.people)} students of two years")
    staffing = Staffing(frame, names, Chance(seed, "staff"))
    groups = Groups(frame, roll, staffing, Chance(seed, "groups"))
    step(f"{len(staffing.staff)} staff, {len(groups.taught)} teaching groups")
    days = [day for year in (frame.last, frame.this) for day in frame.dates[year].until(today)]
    diaries = {
        site: live(
            [person for person in roll.people if person.site == site],
            days,
            frame.dates[frame.this].starts_on,
            today,
            Chance(seed, f"marks-{site}"),
            scale,
        )
        for site, scale in (("school", SCHOOL_SCALE), ("college", COLLEGE_SCALE))
    }
    step(f"{len(days)} school days lived through")
    registers = Registers(frame, groups, diaries, Chance(seed, "registers"))
    step(f"{len(registers.registers)} registers")
    loader.analyse("attendance_sessionmark", "attendance_lessonmark", "caseload_sitemembership")
    step(f"{rebuild_summary()} weeks of students added up")
    Grades(frame, roll, groups, Chance(seed, "grades"))
    step("grades and effort")
    work = Work(frame, roll, groups, diaries, Chance(seed, "work"), Chance(seed, "kept up"))
    step(f"{len(work.rows['meetings'])} one-to-ones, {len(work.rows['targets'])} targets")
    visits = Visits(frame, roll, groups, Chance(seed, "visits"))
    step(f"{visits.made} home visits")
    covers = Covers(frame, roll, groups, Chance(seed, "cover"))
    step(f"{covers.made} caseloads handed over")
    handovers = Handovers(frame, roll, groups, Chance(seed, "handovers"))
    step(f"{handovers.made} handovers to the next tutor")
    alerts = Alerts(frame, roll, groups, Chance(seed, "alerts"))
    step(f"{len(alerts.rows)} attendance alerts, {alerts.open} open")
    decided = decide_about_some(frame, roll, Chance(seed, "decisions"))
    step(f"{decided} decisions at the threshold of unauthorised absence")
    cases = Cases(frame, roll, alerts, Chance(seed, "cases"))
    step(f"{len(cases.cases)} cases of staged processes")
    kept_up = KeptUp(frame, roll, groups, Chance(seed, "seen to"))
    step(f"{kept_up.done} alerts and cases of the progress tutor seen to")
    panels = Panels(frame, roll, groups, Chance(seed, "panels"))
    step(f"{panels.made} panels")
    programmes = Programmes(frame, roll, groups, diaries, Chance(seed, "programmes"))
    plans = Plans(frame, roll, groups, staffing, Chance(seed, "plans"))
    step(f"{len(plans.plans)} action plans")
    impacts = work_out_impact(frame, Chance(seed, "impact"))
    step(f"{len(programmes.rows['rows'])} interventions, {impacts} impacts worked out")
    senco = next(user for user in staffing.staff if user.position == "SENCO")
    support = Support(frame, roll, senco, Chance(seed, "support"))
    referrals = Referrals(frame, roll, groups, senco, Chance(seed, "referrals"))
    step(f"{len(support.plans)} support plans, {len(referrals.rows)} referrals")
    concerns = Concerns(frame, roll, groups, Chance(seed, "concerns"))
    schedule_a_report(frame)
    step(f"{concerns.made} concerns, and a schedule")
    return Built(frame, roll, groups, staffing, diaries, seed)
