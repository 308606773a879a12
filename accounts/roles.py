"""The roles of a school or college and what each may do. Reach (to whom) comes with the grant, not with the role."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

# What everybody who works there may do, whatever their role.
EVERYBODY = frozenset({"safeguarding.raise_concern", "safeguarding.view_own_concern"})

TEACHING = frozenset(
    {
        "caseload.view_student",
        "caseload.view_teaching_group",
        "attendance.take_register",
        "attendance.view_attendance",
        "progress.view_grades",
        "progress.enter_grades",
        "interventions.view_teacher_note",
        "interventions.view_provision",
        "interventions.view_plan",
        "interventions.refer",
    }
)
PASTORAL = frozenset(
    {
        "caseload.view_student",
        "caseload.view_caseload",
        "caseload.view_contacts",
        "caseload.log_contact",
        "caseload.view_characteristics",
        "attendance.take_register",
        "attendance.view_attendance",
        "attendance.act_on_alert",
        "progress.view_grades",
        "interventions.view_teacher_note",
        "interventions.view_pastoral_note",
        "interventions.log_meeting",
        "interventions.set_target",
        "interventions.manage_case",
        "interventions.offer_slots",
        "interventions.run_intervention",
        "interventions.hold_panel",
        "interventions.view_provision",
        "interventions.view_support",
        "interventions.view_plan",
        "interventions.manage_plan",
        "interventions.refer",
        "interventions.write_home",
    }
)
LEADING = PASTORAL | frozenset(
    {
        "caseload.arrange_cover",
        "caseload.view_identifiers",
        "attendance.amend_closed_register",
        "attendance.view_missing_registers",
        "attendance.view_alert_rules",
        "interventions.view_coverage",
        "interventions.view_workload",
        "interventions.view_impact",
        "interventions.manage_bank",
        "interventions.send_letter",
        "reporting.view_dashboard",
        "reporting.run_attendance_report",
        "reporting.run_report",
    }
)
SAFEGUARDING = frozenset(
    {
        "safeguarding.triage_concern",
        "safeguarding.close_concern",
        "safeguarding.share_concern",
        "safeguarding.propose_team",
        "safeguarding.set_up_emergency",
        "caseload.view_student",
        "caseload.view_identifiers",
        "caseload.view_contacts",
        "caseload.log_contact",
        "caseload.view_characteristics",
        "attendance.view_attendance",
        "progress.view_grades",
        "interventions.view_teacher_note",
        "interventions.view_pastoral_note",
        "interventions.seal_note",
        "interventions.hold_panel",
        "interventions.view_provision",
        "interventions.view_support",
        "interventions.view_plan",
        "interventions.refer",
    }
)


@dataclass(frozen=True)
class Role:
    """A role: its code (the name of its auth group), its words, what it may do."""

    code: str
    label: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    protected: bool = False  # given only inside Waymark, by a DSL or the head with a second person's consent
    containers: tuple[str, ...] = ()  # where a grant in this role may be given

    def everything(self) -> frozenset[str]:
        """What somebody in this role may do, with what everybody may."""
        return self.permissions | EVERYBODY


ROLES = (
    Role("tutor", "Tutor", PASTORAL, containers=("caseload",)),
    Role("teacher", "Teacher", TEACHING, containers=("teaching_group",)),
    Role("tutor_lead", "Tutor lead", LEADING, containers=("team",)),
    Role("pastoral_manager", "Pastoral manager", LEADING, containers=("year_group", "site", "team")),
    Role("head_of_year", "Head of year", LEADING, containers=("year_group",)),
    Role("head_of_house", "Head of house", LEADING, containers=("house",)),
    Role(
        "area_leader",
        "Area leader",
        TEACHING | {"reporting.view_dashboard", "attendance.view_missing_registers"},
        containers=("course", "area"),
    ),
    Role(
        "attendance_officer",
        "Attendance officer",
        frozenset(
            {
                "caseload.view_student",
                "caseload.view_identifiers",
                "caseload.view_contacts",
                "caseload.log_contact",
                "attendance.take_register",
                "attendance.view_attendance",
                "attendance.decide_threshold",
                "attendance.authorise_absence",
                "attendance.amend_closed_register",
                "attendance.view_missing_registers",
                "attendance.manage_attendance",
                "attendance.manage_closures",
                "attendance.import_marks",
                "attendance.view_alert_rules",
                "attendance.act_on_alert",
                "interventions.manage_case",
                "interventions.hold_panel",
                "interventions.write_home",
                "interventions.send_letter",
                "interventions.manage_processes",
                "interventions.view_plan",
                "interventions.refer",
                "interventions.view_coverage",
                "interventions.view_impact",
                "reporting.view_dashboard",
                "reporting.run_attendance_report",
            }
        ),
        containers=("site", "college"),
    ),
    Role(
        "learning_support",
        "Learning support (SENCO)",
        frozenset(
            {
                "caseload.view_student",
                "caseload.view_identifiers",
                "caseload.view_contacts",
                "caseload.log_contact",
                "caseload.view_characteristics",
                "attendance.view_attendance",
                "attendance.act_on_alert",
                "progress.view_grades",
                "interventions.view_teacher_note",
                "interventions.view_pastoral_note",
                "interventions.log_meeting",
                "interventions.set_target",
                "interventions.manage_case",
                "interventions.offer_slots",
                "interventions.run_intervention",
                "interventions.hold_panel",
                "interventions.view_impact",
                "interventions.manage_kinds",
                "interventions.manage_bank",
                "interventions.view_provision",
                "interventions.view_support",
                "interventions.write_support",
                "interventions.view_plan",
                "interventions.manage_plan",
                "interventions.set_up_plans",
                "interventions.refer",
                "interventions.manage_services",
            }
        ),
        containers=("site", "college"),
    ),
    Role("dsl", "Designated safeguarding lead", SAFEGUARDING, protected=True, containers=("college",)),
    Role("deputy_dsl", "Deputy safeguarding lead", SAFEGUARDING, protected=True, containers=("college",)),
    Role(
        "head",
        "Head (principal)",
        LEADING
        | frozenset(
            {
                "attendance.decide_threshold",
                "safeguarding.propose_team",
                "safeguarding.view_adult_concern",
                "safeguarding.break_glass",
                "safeguarding.set_up_emergency",
                "interventions.manage_meeting_types",
                "interventions.set_up_plans",
                "reporting.view_college",
                "reporting.manage_schedules",
            }
        ),
        protected=True,
        containers=("college",),
    ),
    # Not on the staff in any other way: reads concerns about the head, sees who is in the safeguarding team and is the second
    # person for it when nobody else is left, and reads nothing about any student.
    Role(
        "chair_of_governors",
        "Chair of governors",
        frozenset({"safeguarding.view_adult_concern", "safeguarding.propose_team"}),
        protected=True,
        containers=("college",),
    ),
    Role(
        "senior_leader",
        "Senior leader",
        LEADING
        | frozenset(
            {
                "attendance.decide_threshold",
                "interventions.manage_meeting_types",
                "interventions.manage_processes",
                "interventions.manage_kinds",
                "interventions.set_up_plans",
                "interventions.manage_services",
                "reporting.view_college",
                "reporting.manage_schedules",
            }
        ),
        containers=("site", "college"),
    ),
    Role(
        "data_manager",
        "Data manager",
        frozenset(
            {
                "caseload.view_student",
                "caseload.view_identifiers",
                "caseload.view_contacts",
                "caseload.view_characteristics",
                "caseload.manage_students",
                "caseload.manage_structure",
                "accounts.manage_staff",
                "accounts.manage_grants",
                "attendance.view_attendance",
                "attendance.manage_closures",
                "attendance.import_marks",
                "attendance.view_missing_registers",
                "progress.view_grades",
                "progress.manage_assessment",
                "exchange.import_roster",
                "reporting.view_dashboard",
                "reporting.view_college",
                "reporting.run_attendance_report",
                "reporting.run_report",
            }
        ),
        containers=("site", "college"),
    ),
    Role(
        "system_administrator",
        "System administrator",
        frozenset({"accounts.manage_system", "accounts.manage_staff", "accounts.view_audit"}),
        containers=("college",),
    ),
)
BY_CODE = {role.code: role for role in ROLES}
PROTECTED = tuple(role.code for role in ROLES if role.protected)
SAFEGUARDING_TEAM = ("dsl", "deputy_dsl")
CONSENTERS = ("dsl", "deputy_dsl", "head")  # the second persons of whatever concerns a protected role


@cache
def roles_carrying(permission: str) -> tuple[str, ...]:
    """The codes of the roles that carry a permission."""
    return tuple(role.code for role in ROLES if permission in role.everything())


def whom_to_tell(held: Collection[str]) -> str:
    """Who to tell when an email about a person with these roles was not expected: never that person."""
    asked = (("head", "the head"), ("chair_of_governors", "the chair of governors"))
    return " or ".join(words for code, words in asked if code not in held) or "the safeguarding lead"
