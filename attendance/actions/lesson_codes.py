"""A college's own lesson codes: start the list, add a code, change one, end one.

A code that marks carry is never edited: it ends, and another of the same symbol starts the day after.
"""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from attendance import choices, rules
from attendance.choices import Series, StatClass
from attendance.codes import code_set, forget
from attendance.errors import CodeInUse, NotAllowed
from attendance.models import AttendanceCode
from attendance.queries.settings import last_marked
from audit import record
from caseload.models import Site
from core import clock, wording

ONE_DAY = timedelta(days=1)
FIELDS = ("code", "short", "meaning", "stat_class", "is_late", "set_by", "order")


def start_own_list(*, by: Any, site: Site) -> int:
    """Give a site its own list of lesson codes from tomorrow, as a copy of the default set; gives how many there are."""
    _allowed(by, site.pk)
    begins = clock.today() + ONE_DAY
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)
        if AttendanceCode.objects.filter(series=Series.LESSON, site=site).exists():
            raise CodeInUse("The site has a list of its own already.")
        default = AttendanceCode.objects.filter(series=Series.LESSON, site=None)
        rows = [
            AttendanceCode(
                series=Series.LESSON, site=site, valid_from=begins, valid_to=row.valid_to,
                **{name: getattr(row, name) for name in FIELDS},
            )
            for row in default
            if row.valid_to is None or row.valid_to >= begins
        ]  # fmt: skip
        AttendanceCode.objects.bulk_create(rows)
        record.record(by, choices.LESSON_CODE_SET, "site", site.pk, details={"copied": len(rows)})
    forget()
    return len(rows)


def add_code(*, by: Any, site: Site, **values: Any) -> AttendanceCode:
    """Add a code to a site's own list, in force from a day."""
    _allowed(by, site.pk)
    return _store(by, AttendanceCode(series=Series.LESSON, site=site, **values))


def change_code(*, by: Any, old: AttendanceCode, **values: Any) -> AttendanceCode:
    """Change a code from a day on. One that no mark carries is corrected; otherwise it ends the day before and another starts."""
    _allowed(by, old.site_id)
    begins: date = values.pop("valid_from")
    values["code"] = old.code
    used = last_marked(old.pk)
    with transaction.atomic():
        if used is None and (old.valid_from is None or begins <= old.valid_from or old.valid_from > clock.today()):
            for name, value in values.items():
                setattr(old, name, value)
            old.valid_from = begins if old.valid_from is None or old.valid_from > clock.today() else old.valid_from
            return _store(by, old)
        if begins < first_day_for(old):
            raise CodeInUse(f"Marks carry {old.code} until {wording.day(used)}. Start the other after that.")
        until, old.valid_to = old.valid_to, begins - ONE_DAY
        _store(by, old)
        new = AttendanceCode(
            series=Series.LESSON, site_id=old.site_id, valid_from=begins, valid_to=until, order=old.order, **values
        )
        return _store(by, new)


def end_code(*, by: Any, code: AttendanceCode, valid_to: date) -> AttendanceCode:
    """End a code after a day; marks that carry it keep what they meant. The list keeps a code for present."""
    _allowed(by, code.site_id)
    if valid_to < first_day_for(code) - ONE_DAY:
        raise CodeInUse(f"Marks carry {code.code} after that. Choose a later day.")
    others = code_set(Series.LESSON, code.site_id).in_force(valid_to + ONE_DAY)
    if code.stat_class == StatClass.PRESENT and not code.is_late:
        kept = [each for each in others if each.stat_class == StatClass.PRESENT and not each.is_late]
        if not [each for each in kept if each.id != code.pk]:
            raise CodeInUse("It is the only code for present. Add another first, or no register could be taken.")
    code.valid_to = valid_to
    return _store(by, code)


def first_day_for(code: AttendanceCode) -> date:
    """The first day from which a code may be another: today, or the day after the last mark that carries it."""
    used = last_marked(code.pk)
    return max(clock.today(), used + ONE_DAY) if used else clock.today()


def _store(by: Any, code: AttendanceCode) -> AttendanceCode:
    details = {name: getattr(code, name) for name in ("code", "stat_class", "is_late", "set_by")}
    try:
        with transaction.atomic():
            code.save()
    except IntegrityError as clash:
        raise CodeInUse(
            f"{code.code} is in the list already on these days. End it first, or choose another symbol."
        ) from clash
    details |= {"from": code.valid_from, "to": code.valid_to, "site": code.site_id}
    record.record(by, choices.LESSON_CODE_SET, "attendance_code", code.pk, details=details)
    return code


def _allowed(by: Any, site_id: int | None) -> None:
    if site_id is None or not rules.may_for_site(by, rules.MANAGE, site_id):
        raise NotAllowed("You can't change the lesson codes of this site.")
