"""Classes and tutor groups of a bundle, and who is in them."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateRange

from caseload.models import (
    AcademicYear,
    Caseload,
    CaseloadGrant,
    CaseloadMembership,
    Course,
    TeachingGroup,
    TeachingGroupGrant,
    TeachingGroupMembership,
)
from caseload.models.grants import reach_permission
from core.names import clean
from exchange.bundle import GroupRow, MembershipRow
from exchange.choices import Kind
from exchange.loading.links import Changed, Session, changes
from exchange.loading.years import year_for

DAY = timedelta(days=1)


def load_groups(session: Session) -> None:
    """Classes become teaching groups, homerooms become tutor groups."""
    known: dict[bool, dict[int, Any]] = {True: {}, False: {}}
    for is_tutor_group, model in ((True, Caseload), (False, TeachingGroup)):
        ids = [k.object_id for k in session.links[Kind.GROUP].values() if k.is_tutor_group == is_tutor_group]
        known[is_tutor_group] = model._default_manager.select_related("year").in_bulk(ids)
    years: dict[int | None, AcademicYear] = {}
    for row in session.bundle.groups.values():
        if row.start_year not in years:
            years[row.start_year] = year_for(session.today, row.start_year)
        link = session.links[Kind.GROUP].get(row.id)
        group = known[link.is_tutor_group].get(link.object_id) if link else None
        if group is None:
            group = _new(session, row, years[row.start_year])
            session.count("created", Kind.GROUP)
        elif changed := _changed(session, group, row):
            group.save(update_fields=changed)
            session.note_fields(Kind.GROUP, group.name, group, changed)
            session.count("updated", Kind.GROUP)
        else:
            session.count("unchanged", Kind.GROUP)
        session.keep(Kind.GROUP, row.id, group, is_tutor_group=isinstance(group, Caseload))
    _end_marked(session, known[False])


def _new(session: Session, row: GroupRow, year: AcademicYear) -> Any:
    site = session.objects[Kind.SITE][row.site_id]
    name = clean(row.name)
    if row.is_tutor_group:
        taken = Caseload.objects.filter(year=year, site=site, name=name[:60])
        return taken.first() or Caseload.objects.create(year=year, site=site, name=name[:60])
    return TeachingGroup.objects.create(
        year=year, site=site, name=name[:120], code=clean(row.code)[:40], course=_course(row.course)
    )


def _course(title: str) -> Course | None:
    title = clean(title)[:120]
    if not title:
        return None
    return Course.objects.filter(title=title).first() or Course.objects.create(title=title)


def _changed(session: Session, group: Any, row: GroupRow) -> Changed:
    if isinstance(group, Caseload):
        return changes(group, {"name": clean(row.name)[:60]})
    wanted: dict[str, Any] = {"name": clean(row.name)[:120], "code": clean(row.code)[:40]}
    if row.course and (group.course is None or group.course.title != clean(row.course)[:120]):
        wanted["course"] = _course(row.course)
    return changes(group, wanted)


def _end_marked(session: Session, known: dict[int, Any]) -> None:
    """A class that the source marks as to be deleted ends today; what happened in it stays."""
    for identifier in session.bundle.ended:
        link = session.links[Kind.GROUP].get(identifier)
        group = known.get(link.object_id) if link and not link.is_tutor_group else None
        if group and group.ended_on is None:
            group.ended_on = session.today
            group.save(update_fields=["ended_on"])
            session.count("updated", Kind.GROUP)


class Places:
    """The places of students and teachers in groups: added, ended, left as they are."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.roles = {name: Group.objects.get(name=name) for name in ("teacher", "tutor")}
        self.reason = f"Roster import ({session.source})"
        self.groups = session.objects[Kind.GROUP]
        self.new_groups = {link.object_id for link in session.fresh if link.kind == Kind.GROUP}

    def load(self) -> None:
        """Everything: members first, then those who teach or tutor. Places of people who were left out are counted."""
        people = {False: self.session.objects[Kind.STUDENT], True: self.session.objects[Kind.STAFF]}
        rows = self.session.bundle.memberships.values()
        self.session.places_left_out = sum(row.person_id not in people[row.is_teacher] for row in rows)
        for is_teacher in (False, True):
            for is_tutor_group in (False, True):
                self._one_kind(is_teacher, is_tutor_group)

    def _wanted(self, is_teacher: bool, is_tutor_group: bool) -> dict[tuple[int, int], MembershipRow]:
        people = self.session.objects[Kind.STAFF if is_teacher else Kind.STUDENT]
        wanted = {}
        for row in self.session.bundle.memberships.values():
            group = self.groups.get(row.group_id)
            if group is None or row.is_teacher != is_teacher or isinstance(group, Caseload) != is_tutor_group:
                continue
            if row.person_id in people:
                wanted[group.pk, people[row.person_id].pk] = row
        return wanted

    def _one_kind(self, is_teacher: bool, is_tutor_group: bool) -> None:
        wanted = self._wanted(is_teacher, is_tutor_group)
        existing = self._existing(is_teacher, is_tutor_group)
        held: dict[tuple[int, int], list[Any]] = {}
        for place in existing:
            held.setdefault(self._key(place, is_teacher), []).append(place)
        added = []
        for key, row in wanted.items():
            period = self._period(row)
            if any(self._overlap(place.period, period) for place in held.get(key, ())):
                self.session.count("unchanged", Kind.MEMBERSHIP)
                continue
            added.append(self._place(is_teacher, is_tutor_group, key, period))
            self.session.count("created", Kind.MEMBERSHIP)
        for place in added:
            if is_teacher:
                place.save()
        if not is_teacher and added:
            type(added[0])._default_manager.bulk_create(added)
        if self.session.bundle.whole:
            self._end_missing(existing, wanted, is_teacher)

    @staticmethod
    def _key(place: Any, is_teacher: bool) -> tuple[int, int]:
        return (place.content_object_id, place.user_id) if is_teacher else (place.group_id, place.student_id)

    @staticmethod
    def _overlap(one: Any, other: Any) -> bool:
        return (one.upper is None or other.lower < one.upper) and (other.upper is None or one.lower < other.upper)

    def _existing(self, is_teacher: bool, is_tutor_group: bool) -> list[Any]:
        ids = [group.pk for group in self.groups.values() if isinstance(group, Caseload) == is_tutor_group]
        if is_teacher:
            model: Any = CaseloadGrant if is_tutor_group else TeachingGroupGrant
            return list(model.objects.filter(content_object__in=ids))
        members: Any = CaseloadMembership if is_tutor_group else TeachingGroupMembership
        return list(members.objects.filter(group__in=ids))

    def _period(self, row: MembershipRow) -> DateRange:
        year: AcademicYear = self.groups[row.group_id].year
        whole_year = self.groups[row.group_id].pk in self.new_groups or year.ends_on < self.session.today
        # A class that is new here has been running since its year began; a later change counts from today.
        starts: date = row.starts_on or (year.starts_on if whole_year else max(year.starts_on, self.session.today))
        ends = row.ends_on + DAY if row.ends_on else max(year.ends_on, starts) + DAY
        return DateRange(starts, ends)

    def _place(self, is_teacher: bool, is_tutor_group: bool, key: tuple[int, int], period: DateRange) -> Any:
        group, person = key
        if not is_teacher:
            model: Any = CaseloadMembership if is_tutor_group else TeachingGroupMembership
            return model(group_id=group, student_id=person, period=period)
        grant: Any = CaseloadGrant if is_tutor_group else TeachingGroupGrant
        kind, role = ("caseload", "tutor") if is_tutor_group else ("teaching_group", "teacher")
        return grant(
            user_id=person,
            content_object_id=group,
            role=self.roles[role],
            permission=reach_permission(kind),
            period=period,
            given_by_id=self.session.by.pk,
            reason=self.reason,
        )

    def _end_missing(self, existing: list[Any], wanted: dict[tuple[int, int], MembershipRow], is_teacher: bool) -> None:
        """Somebody who is still in the bundle but no longer in the group left it today. Whoever is missing altogether is
        proposed as a leaver and keeps their places; what was given here by hand is left alone."""
        kind = Kind.STAFF if is_teacher else Kind.STUDENT
        present = {row.pk for row in self.session.objects[kind].values()}
        for place in existing:
            key = self._key(place, is_teacher)
            current = self.session.today in place.period
            if key in wanted or not current or key[1] not in present:
                continue
            if is_teacher and place.reason != self.reason:
                continue
            place.period = DateRange(place.period.lower, max(self.session.today, place.period.lower + DAY))
            place.save(update_fields=["period"])
            self.session.count("updated", Kind.MEMBERSHIP)
