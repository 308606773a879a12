"""A sitting: one group, one day, one session or lesson. It is what a register is taken of."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from attendance.choices import Series, SessionSlot
from core import clock

Within = tuple[tuple[str, int | None], ...]  # the containers that hold a group: their kind and number
ONE_HOUR = timedelta(hours=1)
SLUGS = {SessionSlot.AM: "am", SessionSlot.PM: "pm"}


class Sitting(NamedTuple):
    """One group's session or lesson on a day: when it begins, when its register closes, who reaches it."""

    series: str
    group_id: int
    public_id: UUID
    group_name: str
    site_id: int
    site_name: str
    date: date
    slot: int
    label: str
    slug: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    register_minutes: int
    within: Within
    in_mis: bool = False
    room: str = ""
    teacher_id: int | None = None

    @property
    def key(self) -> tuple[str, int, date, int]:
        """What tells one sitting from another; a lesson is known by itself, a session by group and slot."""
        return (self.series, 0 if self.series == Series.LESSON else self.group_id, self.date, self.slot)

    @property
    def has_begun(self) -> bool:
        """Whether it has begun by the clock."""
        return self.starts_at <= clock.now()

    @property
    def has_closed(self) -> bool:
        """Whether its register has closed by the rule."""
        return self.closes_at <= clock.now()

    @property
    def title(self) -> str:
        """“10A · AM”, “12 Biology B · P1 09:00”."""
        return f"{self.group_name} · {self.label}"


def session_sitting(group: dict[str, Any], day: date, slot: int) -> Sitting:
    """The sitting of a tutor group's morning or afternoon. Its register closes by the site's rule, 30 minutes at most."""
    starts: time = group["site__am_starts_at"] if slot == SessionSlot.AM else group["site__pm_starts_at"]
    begins = clock.at(day, starts.hour, starts.minute)
    minutes = group["site__register_minutes"]
    return Sitting(
        series=Series.SESSION,
        group_id=group["id"],
        slot=slot,
        label=SessionSlot(slot).label,
        slug=SLUGS[SessionSlot(slot)],
        starts_at=begins,
        ends_at=begins + 3 * ONE_HOUR,
        closes_at=begins + timedelta(minutes=minutes),
        within=(
            ("caseload", group["id"]),
            ("team", group["team_id"]),
            ("house", group["house_id"]),
            ("site", group["site_id"]),
        ),
        room=group["room"],
        **_common(group, day),
    )


def lesson_sitting(group: dict[str, Any], lesson: dict[str, Any], day: date) -> Sitting:
    """The sitting of a timetabled lesson. In a school its register closes with the lesson, in a college after the minutes set."""
    starts, ends = lesson["time__starts_at"], lesson["time__ends_at"]
    ends_at = clock.at(day, ends.hour, ends.minute)
    grace = timedelta(minutes=group["site__register_minutes"] if group["site__kind"] == "college" else 0)
    return Sitting(
        series=Series.LESSON,
        group_id=group["id"],
        slot=lesson["id"],
        label=f"{lesson['time__label']} {starts:%H:%M}",
        slug=f"{starts:%H%M}",
        starts_at=clock.at(day, starts.hour, starts.minute),
        ends_at=ends_at,
        closes_at=ends_at + grace,
        within=lesson_within(group),
        room=lesson["room"],
        teacher_id=lesson["teacher_id"],
        **_common(group, day),
    )


def lesson_within(group: dict[str, Any]) -> Within:
    """What holds a teaching group: itself, its course, the course's area, its site."""
    return (
        ("teaching_group", group["id"]),
        ("course", group["course_id"]),
        ("area", group["course__area_id"]),
        ("site", group["site_id"]),
    )


def _common(group: dict[str, Any], day: date) -> dict[str, Any]:
    return {
        "public_id": group["public_id"],
        "group_name": group["name"],
        "site_id": group["site_id"],
        "site_name": group["site__name"],
        "register_minutes": group["site__register_minutes"],
        "in_mis": group["site__registers_taken"] == "mis",
        "date": day,
    }
