"""The code set in force on a day, for a series and a site: what a mark may carry and who is offered it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models.signals import post_save
from django.dispatch import receiver

from attendance.choices import ABSENT, ATTENDED, POSSIBLE, Series, SetBy, StatClass
from attendance.models import AttendanceCode


@dataclass(frozen=True, slots=True)
class Code:
    """One code as pages and rules use it."""

    id: int
    series: str
    site_id: int | None
    code: str
    short: str
    meaning: str
    stat_class: str
    is_late: bool
    set_by: str
    valid_from: date | None
    valid_to: date | None

    @property
    def counts_possible(self) -> bool:
        """In the denominator."""
        return self.stat_class in POSSIBLE

    @property
    def counts_attended(self) -> bool:
        """In the numerator."""
        return self.stat_class in ATTENDED

    @property
    def is_absence(self) -> bool:
        """An absence, authorised or not."""
        return self.stat_class in ABSENT

    @property
    def authorised(self) -> bool | None:
        """Whether an absence is authorised; none for what is no absence."""
        return self.stat_class == StatClass.AUTHORISED if self.is_absence else None

    @property
    def kind(self) -> str:
        """The word of the running count on a register."""
        if self.stat_class == StatClass.PRESENT:
            return "late" if self.is_late else "present"
        if self.is_absence:
            return "late" if self.is_late else "absent"
        return "elsewhere" if self.stat_class == StatClass.APPROVED else "not counted"

    @property
    def tone(self) -> str:
        """How the code stands out: the present are quiet."""
        return {"present": "good", "late": "watch", "absent": "concern"}.get(self.kind, "accent")

    def in_force(self, day: date) -> bool:
        """Whether the code was in force on the day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def in_force_before(self, day: date) -> bool:
        """Whether the code was in force on some day before this one."""
        return day > date.min and (self.valid_from is None or self.valid_from < day)


class CodeSet:
    """Codes of one series for one site, read once; asked by code and day, or by number."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes = tuple(codes)
        self.by_id = {code.id: code for code in self.codes}
        self._by_code: dict[str, list[Code]] = {}
        for code in self.codes:
            self._by_code.setdefault(code.code, []).append(code)

    def on(self, code: str, day: date) -> Code | None:
        """The code of this symbol in force on the day."""
        return next(
            (found for found in self._by_code.get(code, ()) if found.in_force(day)),
            None,
        )

    def ever(self, code: str) -> Code | None:
        """The code of this symbol, in force or not: for saying when it went away."""
        return next(reversed(self._by_code.get(code, [])), None)

    def in_force(self, day: date) -> list[Code]:
        """Every code in force on the day, in the order of the list."""
        return [code for code in self.codes if code.in_force(day)]


_FIELDS = (
    "id", "series", "site_id", "code", "short", "meaning", "stat_class", "is_late", "set_by", "valid_from", "valid_to",
)  # fmt: skip


# Codes change a few times in a decade and are read by every register, so each process keeps them for a moment. A code
# that another process changed is seen here within that time; saving one here forgets them at once.
KEPT_FOR = 20.0
_kept: dict[str, tuple[float, dict[int, Code], dict[tuple[str, int | None], CodeSet]]] = {}


def all_codes() -> dict[int, Code]:
    """Every code of every set by number."""
    return _codes_kept()[0]


def _codes_kept() -> tuple[dict[int, Code], dict[tuple[str, int | None], CodeSet]]:
    """Every code, and the sets that were made of them so far."""
    database = str(connection.settings_dict["NAME"])
    read_at, codes, sets = _kept.get(database, (0.0, {}, {}))
    if not codes or time.monotonic() - read_at >= KEPT_FOR:
        rows = AttendanceCode.objects.order_by("order", "code").values_list(*_FIELDS)
        codes, sets = {row[0]: Code(*row) for row in rows}, {}
        _kept[database] = (time.monotonic(), codes, sets)
    return codes, sets


@receiver(post_save, sender=AttendanceCode, dispatch_uid="attendance.codes")
def forget(**_: Any) -> None:
    """Read the codes anew when they are next asked for: also when one was saved."""
    _kept.clear()


def code_set(series: str, site_id: int | None = None) -> CodeSet:
    """The code set of a series at a site: a site's own lesson codes from the day on which they began, else the default set."""
    codes, sets = _codes_kept()
    key = (str(series), site_id)
    if key not in sets:
        sets[key] = sets_of(codes.values(), series, site_id)
    return sets[key]


def sets_of(codes: Iterable[Code], series: str, site_id: int | None) -> CodeSet:
    """The same from codes that were read already."""
    offered = [code for code in codes if code.series == series]
    own = [code for code in offered if series == Series.LESSON and code.site_id == site_id and site_id is not None]
    default = [code for code in offered if code.site_id is None]
    begins = min((code.valid_from or date.min for code in own), default=date.max)
    return CodeSet([*(_until(code, begins) for code in default if code.in_force_before(begins)), *own])


def _until(code: Code, day: date) -> Code:
    """A code of the default set as it holds at a site until its own list begins."""
    if day == date.max or (code.valid_to is not None and code.valid_to < day):
        return code
    return replace(code, valid_to=day - timedelta(days=1))


def offered_to(codes: Iterable[Code], *, officer: bool) -> list[Code]:
    """What somebody is offered: present, late and absent; the full list only to whoever authorises absence."""
    return [code for code in codes if officer or code.set_by != SetBy.OFFICER]


def by_use(codes: Iterable[Code]) -> list[tuple[str, list[Code]]]:
    """A long list of codes in groups with their names: those of every day first, then the others by what they mean.

    Each code stands in one group, within it in the order of the list. A list of a few codes is one group without a name.
    """
    offered = list(codes)
    if len(offered) <= FEW:
        return [("", offered)] if offered else []
    often = [code for code in offered if code.code in OFTEN.get(Series(code.series), ())]
    often.sort(key=lambda code: OFTEN[Series(code.series)].index(code.code))
    groups = [("Often", often)]
    groups += [(words, [code for code in offered if code.stat_class == c and code not in often]) for c, words in MEANS]
    return [(words, found) for words, found in groups if found]


FEW = 6
OFTEN = {Series.SESSION: ("I", "M", "O", "G", "U"), Series.LESSON: ("S", "M", "A", "O", "J")}
MEANS = (
    (StatClass.PRESENT, "Present"),
    (StatClass.AUTHORISED, "Absence agreed"),
    (StatClass.UNAUTHORISED, "Absence not agreed"),
    (StatClass.APPROVED, "Elsewhere, approved"),
    (StatClass.NOT_POSSIBLE, "Not required or not able to attend"),
    (StatClass.ADMINISTRATIVE, "Not on the roll"),
)
