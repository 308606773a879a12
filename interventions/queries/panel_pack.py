"""What stands on each page of a panel's pack, as far as one person may read it; every part in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from attendance.arithmetic import Totals
from attendance.queries.figures.totals import over_until, totals_in_windows, weekly_by_student
from attendance.queries.figures.windows import together
from caseload.choices import Channel
from caseload.models import ContactLogEntry, Student
from caseload.queries.lists import in_order_of_need
from core import clock, wording
from interventions.choices_programmes import RUN
from interventions.models import ActionPlan, Case, InterventionMember, PanelAction, PanelMeeting, Target
from interventions.queries.students import last_seen
from interventions.querysets_panels import VIEW
from progress.queries import below_target_counts, latest_by_subject

WEEKS = 12
CONTACTS, TARGETS, SUBJECTS, REASONS = 5, 6, 12, 6
CONTACT_DAYS = 90
TEXT = 160  # longer words are cut, so that a student stays on one page


def pack_facts(user: Any, panel: PanelMeeting) -> dict[str, Any]:
    """The panel and its students in order, each with what this person may read; whom they don't reach is only counted."""
    order = list(panel.places.values_list("student_id", flat=True))
    reached = Student.objects.visible_to(user, VIEW).filter(pk__in=order).values_list("pk", flat=True)
    people = {row["id"]: row for row in in_order_of_need(user, list(reached), permission=VIEW)}
    ids = [pk for pk in order if pk in people]
    parts: dict[str, Mapping[int, Any]] = {
        "attendance": _attendance(_seen(user, ids, "attendance.view_attendance")),
        "grades": _grades(_seen(user, ids, "progress.view_grades")),
        "targets": _targets(user, ids),
        "support": _support(user, ids),
        "contacts": _contacts(_seen(user, ids, "caseload.view_contacts")),
        "agreed": _agreed(user, ids),
    }
    seen = last_seen(ids, user)
    return {
        "title": panel.title,
        "held_on": str(panel.held_on),
        "chair": panel.chair.formal_name,
        "hidden": len(order) - len(ids),
        "pages": [
            {
                "name": people[pk]["full_name"],
                "group": " · ".join(part for part in (people[pk]["group"], people[pk]["year_group"]) if part),
                "why": [reason.words for reason in people[pk]["why"][:REASONS]],
                "seen": wording.day(seen.get(pk)) if pk in seen else "",
                **{key: part.get(pk) for key, part in parts.items()},
            }
            for pk in ids
        ],
    }


def _seen(user: Any, ids: Collection[int], permission: str) -> list[int]:
    return list(Student.objects.visible_to(user, permission).filter(pk__in=ids).values_list("pk", flat=True))


def _attendance(ids: list[int]) -> dict[int, dict[str, Any]]:
    """This week so far, six weeks and the year, and the weeks that are over."""
    today = clock.today()
    totals: dict[int, dict[str, Totals]] = {}
    weeks: dict[int, list[tuple[date, Totals]]] = {}
    for those in together(ids):
        shown = those.windows
        spans = {"This week so far": shown.week, shown.label: shown.six_weeks, "This year": shown.year}
        totals |= totals_in_windows(those.ids, spans, those.series)
        start = max(shown.year[0], clock.week_of(today) - timedelta(weeks=WEEKS - 1))
        weeks |= weekly_by_student(those.ids, start, over_until(today), those.series)
    return {
        pk: {
            "figures": [
                {"label": label, "value": total.percent, "of": f"{total.shown} of {total.possible} {total.unit}"}
                for label, total in found.items() if total.possible
            ],
            "late": {"value": year.times_late, "of": year.late_of} if (year := found.get("This year")) else None,
            "definition": next((total.definition for total in found.values()), ""),
            "weeks": [[wording.day(day, weekday=False), total.percent] for day, total in weeks.get(pk, ())],
        }
        for pk, found in totals.items()
    }  # fmt: skip


def _grades(ids: list[int]) -> dict[int, dict[str, Any]]:
    below = below_target_counts(ids)
    return {
        pk: {
            "below": f"Below target in {below[pk].below} of {below[pk].of}" if pk in below else "",
            "subjects": [
                {
                    "title": one.title, "current": one.current, "target": one.target, "standing": one.standing,
                    "effort": ", ".join(f"{effort.axis}: {effort.meaning or effort.label}" for effort in one.effort),
                }
                for one in subjects[:SUBJECTS]
            ],
        }
        for pk, subjects in latest_by_subject(ids).items()
    }  # fmt: skip


def _targets(user: Any, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for target in Target.objects.visible_to(user).open().filter(student__in=ids).order_by("due_on", "pk"):
        if len(found[target.student_id]) < TARGETS:
            late = target.due_on < clock.today()
            found[target.student_id].append(
                {"what": target.what[:TEXT], "due": wording.day(target.due_on), "late": late}
            )
    return found


def _support(user: Any, ids: list[int]) -> dict[int, list[str]]:
    """Staged processes, action plans and interventions that are going on."""
    found: dict[int, list[str]] = defaultdict(list)
    cases = Case.objects.visible_to(user, "interventions.manage_case").open().filter(student__in=ids)
    for case in cases.select_related("process", "stage", "owner").order_by("review_on", "pk"):
        words = f"{case.process.name}, stage {case.stage.number} ({case.stage.name}), {case.owner.formal_name}"
        found[case.student_id].append(f"{words}; look again {wording.day(case.review_on)}")
    plans = ActionPlan.objects.visible_to(user).open().filter(student__in=ids).select_related("owner", "stage")
    for plan in plans.order_by("review_on", "pk"):
        words = f"Action plan: {plan.title[:TEXT]} ({plan.stage.name}), {plan.owner.formal_name}"
        found[plan.student_id].append(f"{words}; look again {wording.day(plan.review_on)}")
    members = InterventionMember.objects.all().visible_to(user, RUN).now()
    for one in members.filter(student__in=ids, intervention__ended_on=None).select_related("intervention__led_by"):
        row = one.intervention
        found[one.student_id].append(
            f"{row.title} since {wording.day(one.period.lower)}, {row.led_by.formal_name}; review {wording.day(row.review_on)}"
        )
    return found


def _contacts(ids: list[int]) -> dict[int, list[str]]:
    since = clock.now() - timedelta(days=CONTACT_DAYS)
    channels = dict(Channel.choices)
    found: dict[int, list[str]] = defaultdict(list)
    for row in ContactLogEntry.objects.filter(student__in=ids, at__gte=since).order_by("-at", "-pk"):
        if len(found[row.student_id]) < CONTACTS:
            outcome = f": {row.outcome}" if row.outcome else ""
            found[row.student_id].append(
                f"{wording.day(row.at)}, {channels[row.channel].lower()}, {row.summary}{outcome}"[:TEXT]
            )
    return found


def _agreed(user: Any, ids: list[int]) -> dict[int, list[str]]:
    """What earlier panels agreed and nobody has done yet."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PanelAction.objects.all().visible_to(user).open().filter(student__in=ids)
    for row in rows.select_related("owner"):
        found[row.student_id].append(f"{row.what[:TEXT]} ({row.owner.formal_name}, by {wording.day(row.due_on)})")
    return found
