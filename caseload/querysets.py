"""Which students a person reaches. Everything that shows a student starts here."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import connection
from django.db.models import Exists, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.roles import BY_CODE, roles_carrying
from caseload.choices import WATCHED_VISITS
from core import clock
from core.id_lists import array
from core.jobs.work import WorkQuerySet
from core.pages.once import once

if TYPE_CHECKING:
    from accounts.models import User


Key = tuple[tuple[Any, ...], ...]  # the containers held, by kind
SMALL = frozenset({"caseload", "teaching_group"})


class GrantQuerySet(QuerySet[Any]):
    """Grants of reach, by date."""

    def on(self, day: date) -> Self:
        """In force on the day."""
        return self.filter(period__contains=day)

    def current(self) -> Self:
        """In force today."""
        return self.on(clock.today())


# What a site (s) with students on roll lacks on a day: students in groups, and a timetable where lessons are marked here.
MISSING_AT_SITE = """
    SELECT here.yes AND NOT (
            EXISTS (SELECT FROM caseload_caseloadmembership AS m JOIN caseload_caseload AS g ON g.id = m.group_id
                WHERE g.site_id = s.id AND m.period @> %(today)s::date)
            OR s.kind = 'college' AND EXISTS (
                SELECT FROM caseload_teachinggroupmembership AS m JOIN caseload_teachinggroup AS g ON g.id = m.group_id
                WHERE g.site_id = s.id AND m.period @> %(today)s::date)
        ) AS no_groups,
        here.yes AND s.kind = 'college' AND s.registers_taken = 'here' AND NOT EXISTS (
            SELECT FROM caseload_timetabledlesson AS l JOIN caseload_teachinggroup AS g ON g.id = l.group_id
            WHERE g.site_id = s.id AND l.period @> %(today)s::date
        ) AS no_timetable
    FROM (SELECT EXISTS (SELECT FROM caseload_sitemembership AS r
        WHERE r.site_id = s.id AND r.period @> %(roll_on)s::date) AS yes) AS here
"""
ANYTHING_MISSING = f"""
    NOT EXISTS (SELECT FROM caseload_academicyear AS y JOIN caseload_term AS t ON t.year_id = y.id
        WHERE y.starts_on <= %(today)s AND y.ends_on >= %(today)s)
    OR EXISTS (SELECT FROM caseload_site AS s CROSS JOIN LATERAL ({MISSING_AT_SITE}) AS f
        WHERE f.no_groups OR f.no_timetable)
"""

# Written out, since every page asks it. Read along: whether any site takes its registers in the MIS, whether anybody is
# out on a visit, whether this person covers for a colleague today, and whether anything is not set up for today.
_REACH = f"""
    SELECT g.name, r.kind, r.container_id, EXISTS (SELECT FROM caseload_site AS s WHERE s.registers_taken = 'mis'),
        EXISTS (SELECT FROM caseload_visit AS v WHERE (v.state = 'out' OR v.alert_level > 0) AND v.state = ANY(%(watched)s)),
        EXISTS (SELECT FROM caseload_caseloadgrant AS c
            WHERE c.user_id = %(me)s AND c.capacity = 'cover' AND c.period @> %(today)s::date),
        (SELECT {ANYTHING_MISSING})
    FROM caseload_reach AS r JOIN auth_group AS g ON g.id = r.role_id
    WHERE r.user_id = %(me)s AND r.period @> %(today)s::date
"""


def reach_of(user: "User") -> list[tuple[str, str, int]]:
    """What somebody holds today: (role code, kind of container, container id). Asked once per request and day."""
    today = clock.today()
    cached = getattr(user, "_reach", None)
    if cached and cached[0] == today:
        return cached[1]
    if user.pk is None or not getattr(user, "works_here", False):
        held: list[tuple[str, str, int]] = []
    else:
        with connection.cursor() as cursor:
            asked = {"watched": list(WATCHED_VISITS), "me": user.pk, "today": today, "roll_on": today}
            cursor.execute(_REACH, asked)
            rows = cursor.fetchall()
        found = sorted(rows)
        held = [(role, kind, container) for role, kind, container, *_ in found]
        user.registers_in_mis = any(row[3] for row in found)  # type: ignore[attr-defined]  # kept with the reach
        user.anybody_out = any(row[4] for row in found)  # type: ignore[attr-defined]  # kept with the reach
        user.something_missing = found[0][6] if found else None  # type: ignore[attr-defined]  # kept with the reach
        user.covers = any(row[5] for row in found)  # type: ignore[attr-defined]  # kept with the reach
    user._reach = (today, held)  # type: ignore[attr-defined]  # kept for the length of one request
    user.held_roles = sorted({BY_CODE[role].label for role, _, _ in held if role in BY_CODE})  # type: ignore[attr-defined]  # for audit
    return held


def anything_missing(user: "User") -> bool:
    """Whether anything is not set up for today at any site. Known with the reach; asked only for those who have none."""
    reach_of(user)
    known: bool | None = getattr(user, "something_missing", None)
    if known is None:
        today = clock.today()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {ANYTHING_MISSING}", {"today": today, "roll_on": today})
            known = bool(cursor.fetchone()[0])
        user.something_missing = known  # type: ignore[attr-defined]  # kept for the length of one request
    return known


def containers(user: "User", permission: str) -> dict[str, list[int]]:
    """The containers held today in a role that carries the permission, by kind. Reach belongs to the role it came with."""
    carrying = set(roles_carrying(permission))
    found: dict[str, list[int]] = {}
    for role, kind, container_id in reach_of(user):
        if role in carrying:
            found.setdefault(kind, []).append(container_id)
    return found


def _members(model: str, today: date, **held: Any) -> QuerySet[Any]:
    return (
        apps.get_model("caseload", model)
        .objects.filter(period__contains=today, **held)
        .values_list("student_id", flat=True)
    )


_ON_DAY = "@> %s::date"
# Of every kind of container, the students in it on a day. Written out, since every page asks it many times over.
_IN = "SELECT m.student_id FROM caseload_{table} AS m WHERE m.period " + _ON_DAY + " AND m.{column} = ANY(%s::bigint[])"
_TAUGHT = (
    """SELECT m.student_id FROM caseload_teachinggroupmembership AS m
    JOIN caseload_teachinggroup AS g ON g.id = m.group_id JOIN caseload_course AS c ON c.id = g.course_id
    WHERE m.period """
    + _ON_DAY
    + " AND c.{column} = ANY(%s::bigint[])"
)
_ENROLLED = (
    """SELECT e.student_id FROM caseload_enrolment AS e JOIN caseload_course AS c ON c.id = e.course_id
    WHERE daterange(e.started_on, e.ended_on, '[]') """
    + _ON_DAY
    + " AND c.{column} = ANY(%s::bigint[])"
)
_SOURCES = {
    "caseload": [_IN.format(table="caseloadmembership", column="group_id")],
    "teaching_group": [_IN.format(table="teachinggroupmembership", column="group_id")],
    "year_group": [_IN.format(table="yeargroupmembership", column="group_id")],
    "house": [_IN.format(table="housemembership", column="group_id")],
    "site": [_IN.format(table="sitemembership", column="site_id")],
    "team": [
        "SELECT m.student_id FROM caseload_caseloadmembership AS m JOIN caseload_caseload AS g ON g.id = m.group_id"
        " WHERE m.period " + _ON_DAY + " AND g.team_id = ANY(%s::bigint[])"
    ],
    "course": [_ENROLLED.format(column="id"), _TAUGHT.format(column="id")],
    "area": [_ENROLLED.format(column="area_id"), _TAUGHT.format(column="area_id")],
}
_PRESENT = (
    "SELECT p.id FROM caseload_student AS p"
    " WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.taken_back_at IS NULL"
)


Reach = RawSQL | frozenset[int] | tuple[()]


def learn_reach(user: "User", permissions: Iterable[str]) -> None:
    """Read once whom a tutor reaches, for a page that asks many times: each question then names them, as a list of ids.

    Only of groups that are small; whoever holds more is asked about by group as everywhere else. One query for
    permissions of the same groups, and none where nothing is kept (`core.pages.once`).
    """
    today = clock.today()
    known = once(("students in", today), _nobody_known)
    if known is not once(("students in", today), _nobody_known):
        return  # nothing is kept here, so it would be read for nothing
    every = [containers(user, permission) for permission in permissions]
    for held in every + [{"caseload": held["caseload"]} for held in every if "caseload" in held]:
        key = _key(held)
        inside = _unread(held, today) if key not in known and held.keys() <= SMALL else None
        if inside is not None:
            with connection.cursor() as cursor:
                cursor.execute(f"{_PRESENT} AND p.id IN ({inside.sql})", inside.params)
                known[key] = frozenset(row[0] for row in cursor.fetchall())


def _nobody_known() -> dict[Key, frozenset[int]]:
    return {}


def _reached(held: dict[str, list[int]], today: date) -> RawSQL | frozenset[int] | None:
    """The students in any of the containers held, as their ids where they are known already; nothing when none is held
    that holds students."""
    known = once(("students in", today), _nobody_known)
    return known[_key(held)] if known and _key(held) in known else _unread(held, today)


def _unread(held: dict[str, list[int]], today: date) -> RawSQL | None:
    statements, params = [], []
    for kind, ids in sorted(held.items()):
        for statement in _SOURCES.get(kind, ()):
            statements.append(statement)
            params += [today, ids]
    return RawSQL(" UNION ".join(statements), params) if statements else None


def _present(held: dict[str, list[int]]) -> Reach:
    if "college" in held:
        return RawSQL(_PRESENT, [])
    inside = _reached(held, clock.today())
    if isinstance(inside, RawSQL):
        return RawSQL(f"{_PRESENT} AND p.id IN ({inside.sql})", inside.params)
    return inside or ()


def reached(user: "User", permission: str) -> Reach:
    """Whom `visible_to` shows, as ids to filter rows about students by: `filter(student__in=reached(user, permission))`."""
    return _present(containers(user, permission))


def looked_after(user: "User", permission: str) -> Reach:
    """The students in the caseloads that this person holds in a role with the permission, as ids: whose tutor they are,
    or cover."""
    own = containers(user, permission).get("caseload")
    return _present({"caseload": own}) if own else ()


def ids_of(who: Reach) -> frozenset[int]:
    """Those students as a set of ids: as they are known already, else in one query."""
    if isinstance(who, RawSQL):
        with connection.cursor() as cursor:
            cursor.execute(who.sql, who.params)
            return frozenset(row[0] for row in cursor.fetchall())
    return frozenset(who)


def reaches_all(user: "User", permission: str, ids: Iterable[int]) -> bool:
    """Whether this person is known to reach all of these students, without asking: in the whole college, or learnt."""
    who = reached(user, permission)
    return "college" in containers(user, permission) or (isinstance(who, frozenset) and who.issuperset(ids))


def among(who: Reach) -> tuple[str, list[Any]]:
    """Those students as the end of a condition written out, “student_id …”, and its parameters."""
    if isinstance(who, RawSQL):
        return f"IN ({who.sql})", list(who.params)
    return "= ANY(%s::bigint[])", [array(who)]


def _key(held: dict[str, list[int]]) -> Key:
    return tuple(sorted((kind, *sorted(ids)) for kind, ids in held.items()))


def _nothing_kept() -> dict[Key, bool]:
    return {}


class StudentQuerySet(QuerySet[Any]):
    """Students, by who may see them and where they are."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The students reached through containers held today in a role that carries the permission; else nobody."""
        held = containers(user, permission)
        present = self.filter(merged_into=None, erased_at=None, taken_back_at=None)
        if "college" in held:
            return present
        inside = _reached(held, clock.today())
        return present.filter(pk__in=inside) if inside else self.none()

    def permissions_reaching(self, user: "User", permissions: Iterable[str], student_id: int) -> set[str]:
        """With which of these permissions this person reaches the student, by `visible_to`; in one query at most.

        Permissions of the same containers have the same answer, and a page asks for each only once.
        """
        held = {permission: _key(containers(user, permission)) for permission in permissions}
        answers = self._answers(user, student_id)
        unknown = {key: permission for permission, key in held.items() if key and key not in answers}
        if unknown:
            found = {
                f"reach_{number}": Exists(self.visible_to(user, permission).filter(pk=student_id))
                for number, permission in enumerate(unknown.values())
            }
            row = self.model._base_manager.filter(pk=student_id).values(**found).first() or {}
            answers |= {key: bool(row.get(name)) for name, key in zip(found, unknown, strict=True)}
        return {permission for permission, key in held.items() if answers.get(key)}

    def found_visible(self, user: "User", permission: str, student_id: int) -> None:
        """Remember for the rest of the page that `visible_to` with this permission found this student."""
        self._answers(user, student_id)[_key(containers(user, permission))] = True

    @staticmethod
    def _answers(user: "User", student_id: int) -> dict[Key, bool]:
        return once(("reaching", user.pk, clock.today(), student_id), _nothing_kept)

    def on_roll(self, day: date | None = None) -> Self:
        """On the roll of some site on the day."""
        return self.filter(pk__in=_members("SiteMembership", day or clock.today()))

    def in_caseload(self, caseload_id: int, day: date | None = None) -> Self:
        """In the caseload on the day."""
        return self.filter(pk__in=_members("CaseloadMembership", day or clock.today(), group_id=caseload_id))

    def in_teaching_group(self, group_id: int, day: date | None = None) -> Self:
        """In the teaching group on the day."""
        return self.filter(pk__in=_members("TeachingGroupMembership", day or clock.today(), group_id=group_id))

    def at_site(self, site_id: int, day: date | None = None) -> Self:
        """On the roll of the site on the day."""
        return self.filter(pk__in=_members("SiteMembership", day or clock.today(), site_id=site_id))

    def in_container(self, kind: str, container_id: int, day: date | None = None) -> Self:
        """In a container of any kind on the day; the whole college is everybody on the roll."""
        if kind == "college":
            return self.on_roll(day)
        return self.filter(pk__in=_unread({kind: [container_id]}, day or clock.today()))

    def in_container_between(self, kind: str, container_id: int, first: date, last: date) -> Self:
        """In a container, of any kind but the whole college, on any day from the first to the last."""
        inside: Any = _unread({kind: [container_id]}, first)
        between = [f"[{first},{last}]", [container_id]] * len(_SOURCES[kind])
        return self.filter(pk__in=RawSQL(inside.sql.replace(_ON_DAY, "&& %s::daterange"), between))


class RolloverQuerySet(WorkQuerySet[Any]):
    """Moves of a site into the next year, by who sets up that site."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those of the sites held in a role that carries the permission."""
        held = containers(user, permission)
        return self if "college" in held else self.filter(site_id__in=held.get("site", []))


class AnsweredReasonQuerySet(QuerySet[Any]):
    """Open reasons that were cleared by saving something."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """What this person cleared themselves: nobody else undoes it."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        return self.filter(by=user)


class SavedFilterQuerySet(QuerySet[Any]):
    """Saved filters: one's own, and those that colleagues share."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Whom a filter finds is asked anew for whoever opens it, so that sharing one shows nobody a student."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True))


class VisitQuerySet(QuerySet[Any]):
    """Home visits, by who works with the student, goes, comes along, watches, or was told that nobody came back."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those to homes of students reached with the permission, and those in which this person has a part."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        parts = [
            getattr(self.model, name).through.objects.filter(user_id=user.pk).values("visit_id")
            for name in ("companions", "told")
        ]
        mine = Q(goes=user) | Q(watcher=user) | Q(made_by=user) | Q(pk__in=parts[0]) | Q(pk__in=parts[1])
        return self.filter(mine | Q(student__in=reached(user, permission)))

    def watched(self) -> Self:
        """Planned or going on, so that a missed check-out is said."""
        return self.filter(state__in=WATCHED_VISITS)


def _held_as(user: "User", role: str) -> dict[str, list[int]]:
    held: dict[str, list[int]] = {}
    for code, kind, container_id in reach_of(user):
        if code == role:
            held.setdefault(kind, []).append(container_id)
    return held


def reached_as(user: "User", role: str) -> Reach:
    """Those over whom somebody holds this very role today, as ids to filter rows about students by."""
    return _present(_held_as(user, role))


def holds_role_over(user: "User", role: str, student_id: int) -> bool:
    """Whether somebody holds this very role today over something that the student is in."""
    held = _held_as(user, role)
    if "college" in held:
        return True
    inside = _reached(held, clock.today())
    return (
        inside is not None
        and apps.get_model("caseload", "Student").objects.filter(pk=student_id, pk__in=inside).exists()
    )
