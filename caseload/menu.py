"""What caseload adds to the left column, and to lists and student pages of its own accord."""

from caseload import due as caseload_due
from caseload.actions.contacts import answer_follow_ups, make_due_again
from caseload.queries.contacts import follow_up_reasons, open_follow_ups
from caseload.queries.home import coming_of_age_reasons
from caseload.queries.work import follow_ups_of, load_follow_ups, work_count
from caseload.registries import answering
from caseload.registries.answering import Source
from caseload.registries.columns import (
    Filter,
    ReasonSource,
    StudentAction,
    register_filter,
    register_reasons,
    register_student_action,
)
from caseload.rules.structure import MANAGE_STRUCTURE
from caseload.rules.students import LOG_CONTACT, VIEW, VIEW_CASELOAD, VIEW_CONTACTS
from core.pages import due
from core.pages.menu import MenuEntry, Work, register, register_work

PLACES = (
    MenuEntry("Settings", "Reach", "caseload:grant_list", "accounts.manage_grants", 15, "", "key"),
    MenuEntry(
        "Settings",
        "Safeguarding team",
        "caseload:team_list",
        "safeguarding.propose_team",
        16,
        "",
        "shield-lock",
        "Team",
    ),
    MenuEntry(
        "Students", "My work", "caseload:my_work", "", 15, "g m", "calendar-check", "My work", 3, shown=due.anything_for
    ),
    MenuEntry("Students", "My caseload", "caseload:caseload_list", VIEW_CASELOAD, 10, "g c", "people", "Caseload", 1),
    MenuEntry(
        "Students",
        "My groups",
        "caseload:teaching_group_list",
        "caseload.view_teaching_group",
        20,
        "g g",
        "easel",
        "Groups",
        2,
    ),
    MenuEntry("Students", "All students", "caseload:student_list", VIEW, 30, "g s", "person-lines-fill", "Students"),
    MenuEntry("Students", "Cover", "caseload:cover_list", VIEW_CASELOAD, 40, "g k", "person-fill-up", "Cover"),
    MenuEntry("Settings", "Cover", "caseload:cover_policy", MANAGE_STRUCTURE, 41, "", "person-fill-up"),
    MenuEntry("Settings", "Groups", "caseload:group_list", MANAGE_STRUCTURE, 20, "", "diagram-3"),
    MenuEntry("Settings", "Calendar", "caseload:calendar", MANAGE_STRUCTURE, 30, "", "calendar3"),
    MenuEntry("Settings", "Writing home", "caseload:home_policy", MANAGE_STRUCTURE, 40, "", "envelope-paper"),
    MenuEntry("Meetings", "Home visits", "caseload:visit_list", LOG_CONTACT, 30, "", "house", "Visits"),
    MenuEntry("Settings", "Home visits", "caseload:visit_policy", MANAGE_STRUCTURE, 41, "", "house-gear"),
    MenuEntry("Settings", "Rollover", "caseload:rollover_list", MANAGE_STRUCTURE, 35, "", "arrow-up-right-square"),
)


def register_places() -> None:
    """Offer everything above."""
    for place in PLACES:
        register(place)
    register_work(Work("caseload:my_work", "", work_count, shown=due.anything_for))
    due.register(
        due.Source(
            "follow_up",
            "Contacts to follow up",
            due.Harm.PROMISE,
            LOG_CONTACT,
            load_follow_ups,
            follow_ups_of,
            hint="SELECT FROM caseload_contactlogentry WHERE followed_up_at IS NULL AND follow_up_on <= %(today)s",
        )
    )
    caseload_due.register()
    register_reasons(ReasonSource("follow_up", VIEW_CONTACTS, follow_up_reasons, 90))
    answering.register(Source("follow_up", LOG_CONTACT, open_follow_ups, answer_follow_ups, make_due_again, 20))
    register_reasons(ReasonSource("home", VIEW_CONTACTS, coming_of_age_reasons, 95))
    register_filter(Filter("home", "Turning 18", 95, VIEW_CONTACTS))
    register_filter(Filter("follow_up", "Contact to follow up", 90, VIEW_CONTACTS))
    register_student_action(StudentAction("contact", "Contact", "caseload:contact_log", LOG_CONTACT, 20, "telephone"))
    register_student_action(StudentAction("visit", "Home visit", "caseload:visit_plan", LOG_CONTACT, 45, "house"))
