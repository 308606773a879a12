"""What the settings pages of attendance show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from attendance import rules
from attendance.choices import Series, StatClass
from attendance.codes import code_set
from attendance.models import AttendanceCode, LessonMark, SiteSettings
from caseload.models import LessonTime, Site

if TYPE_CHECKING:
    from accounts.models import User

# What a class means for the percentages, in words (facts 1.2).
COUNTS = {
    StatClass.PRESENT: "Possible, and attended",
    StatClass.APPROVED: "Possible, and counts as attended",
    StatClass.AUTHORISED: "Possible, not attended; absence with leave",
    StatClass.UNAUTHORISED: "Possible, not attended; absence without leave",
    StatClass.NOT_POSSIBLE: "Leaves the percentage: could not attend",
    StatClass.ADMINISTRATIVE: "Leaves the percentage: not collected",
}


@dataclass(frozen=True)
class CodeGroup:
    """The codes of one class, and what the class does to a percentage."""

    label: str
    counts: str
    codes: list[AttendanceCode]


def settings_of(site: Site) -> SiteSettings:
    """What a site has decided; the defaults where it has decided nothing."""
    return SiteSettings.objects.filter(site=site).select_related("changed_by").first() or SiteSettings(site=site)


def sites_with_settings(user: "User", permission: str) -> list[dict[str, Any]]:
    """The sites that somebody looks after, each with what it has decided and whether it has lesson codes of its own."""
    held = rules.sites_held(user, permission)
    sites = Site.objects.order_by("name") if held is None else Site.objects.filter(pk__in=held).order_by("name")
    stored = {row.site_id: row for row in SiteSettings.objects.filter(site__in=sites)}
    own = set(
        AttendanceCode.objects.filter(series=Series.LESSON, site__in=sites).values_list("site_id", flat=True)
    )  # fmt: skip
    return [
        {"site": site, "settings": stored.get(site.pk) or SiteSettings(site=site), "own_codes": site.pk in own}
        for site in sites
    ]


def sites_with_lessons(user: "User", permission: str) -> list[Site]:
    """The sites that somebody looks after and that mark lessons."""
    held = rules.sites_held(user, permission)
    timed = set(LessonTime.objects.values_list("site_id", flat=True))
    sites = Site.objects.order_by("kind", "name") if held is None else Site.objects.filter(pk__in=held)
    return [site for site in sites.order_by("kind", "name") if site.kind == Site.Kind.COLLEGE or site.pk in timed]


def lesson_codes(site: Site) -> tuple[list[CodeGroup], bool]:
    """The lesson codes of a site by what they count as, and whether the list is its own."""
    own = list(AttendanceCode.objects.filter(series=Series.LESSON, site=site))
    default = AttendanceCode.objects.filter(series=Series.LESSON, site=None)
    return _groups(own or list(default)), bool(own)


def session_codes() -> list[CodeGroup]:
    """The national codes by what they count as, those that went out of use too."""
    return _groups(list(AttendanceCode.objects.filter(series=Series.SESSION)))


def last_marked(code_id: int) -> date | None:
    """The last day on which a mark carries a lesson code, pre-filled ones too; none when it was never used."""
    rows = LessonMark.objects.filter(code_id=code_id).order_by("-date")
    found: date | None = rows.values_list("date", flat=True).first()
    return found


def late_codes_said(site: Site, day: date) -> str:
    """Which codes of a site count as late, for the sentence under the table."""
    codes = code_set(Series.LESSON, site.pk).in_force(day)
    return ", ".join(code.code for code in codes if code.is_late)


def _groups(codes: Sequence[AttendanceCode]) -> list[CodeGroup]:
    return [
        CodeGroup(stat_class.label, COUNTS[stat_class], of_class)
        for stat_class in StatClass
        if (of_class := [code for code in codes if code.stat_class == stat_class])
    ]
