"""Who may take a register, change it after it closed, and set which code."""

from typing import TYPE_CHECKING, Any

from attendance.choices import Series, SetBy
from attendance.codes import Code
from attendance.sittings import Sitting, Within
from caseload.models import Student
from caseload.querysets import containers
from caseload.rules.cover import caseloads_reached
from core import clock
from core.actors import SystemActor

if TYPE_CHECKING:
    from accounts.models import User

TAKE = "attendance.take_register"
VIEW = "attendance.view_attendance"
AUTHORISE = "attendance.authorise_absence"
AMEND = "attendance.amend_closed_register"
VIEW_MISSING = "attendance.view_missing_registers"
MANAGE = "attendance.manage_attendance"
CLOSE = "attendance.manage_closures"
VIEW_RULES = "attendance.view_alert_rules"
ACT = "attendance.act_on_alert"
IMPORT = "attendance.import_marks"
DECIDE = "attendance.decide_threshold"


def reaches(user: "User", permission: str, sitting: Sitting) -> bool:
    """Whether a container held in a role that carries the permission holds this sitting's group."""
    if holds(user, permission, sitting.within):
        return True
    if sitting.series != Series.SESSION or not containers(user, permission).get("year_group"):
        return False
    return caseloads_reached(user, permission, sitting.date).filter(pk=sitting.group_id).exists()


def holds(user: "User", permission: str, within: Within) -> bool:
    """Whether one of these containers, or the whole college, is held in a role that carries the permission."""
    held = containers(user, permission)
    return "college" in held or any(number in held.get(kind, ()) for kind, number in within)


def may_take_register(by: Any, sitting: Sitting) -> bool:
    """Whoever holds the group, or is the lesson's teacher on the timetable, in a role that takes registers."""
    if isinstance(by, SystemActor):
        return True
    return reaches(by, TAKE, sitting) or (sitting.teacher_id == by.pk and by.has_perm(TAKE))


def may_change_closed(by: Any, sitting: Sitting) -> bool:
    """Their own register until the day is over; after that only whoever may amend closed registers."""
    if isinstance(by, SystemActor) or reaches(by, AMEND, sitting):
        return True
    return sitting.date == clock.today() and may_take_register(by, sitting)


def may_set_every_code(by: Any, sitting: Sitting) -> bool:
    """Codes that authorise absence are the attendance officer's."""
    return isinstance(by, SystemActor) or reaches(by, AUTHORISE, sitting)


def may_set(code: Code, *, officer: bool) -> bool:
    """Present, late and absent are everybody's who takes the register; the others the attendance officer's."""
    return officer or code.set_by != SetBy.OFFICER


def may_amend_marks_of(by: Any, student_id: int) -> bool:
    """Whoever reaches the student in a role that amends closed registers."""
    return isinstance(by, SystemActor) or Student.objects.visible_to(by, AMEND).filter(pk=student_id).exists()


def may_authorise_for(by: Any, student_ids: list[int]) -> bool:
    """Whoever reaches every one of the students in a role that authorises absence."""
    if isinstance(by, SystemActor):
        return True
    wanted = set(student_ids)
    return Student.objects.visible_to(by, AUTHORISE).filter(pk__in=wanted).count() == len(wanted)


def may_manage(by: Any) -> bool:
    """The attendance officer sets codes, rules and settings."""
    return isinstance(by, SystemActor) or by.has_perm(MANAGE)


def may_act_on_alerts_of(by: Any, student_id: int) -> bool:
    """Whoever reaches the student in a role that acts on alerts."""
    return may_act_on_alerts_of_all(by, {student_id})


def may_act_on_alerts_of_all(by: Any, student_ids: set[int]) -> bool:
    """Whoever reaches every one of the students in a role that acts on alerts."""
    if isinstance(by, SystemActor):
        return True
    return Student.objects.visible_to(by, ACT).filter(pk__in=student_ids).count() == len(student_ids)


def may_decide_for(by: Any, student_id: int) -> bool:
    """Whoever reaches the student in a role that decides at the national threshold."""
    return Student.objects.visible_to(by, DECIDE).filter(pk=student_id).exists()


def sites_held(user: "User", permission: str) -> list[int] | None:
    """The sites that somebody holds in a role that carries the permission; None is every site."""
    held = containers(user, permission)
    return None if "college" in held else held.get("site", [])


def may_for_site(by: Any, permission: str, site_id: int | None) -> bool:
    """Whoever holds the site in a role that carries the permission; what concerns every site (None) needs the whole college."""
    if isinstance(by, SystemActor):
        return True
    held = sites_held(by, permission)
    return held is None or site_id in held
