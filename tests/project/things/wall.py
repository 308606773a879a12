"""Concerns and what else is behind the wall that addresses point at."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from core import naming
from tests.college import College
from tests.project.things.making import once


@once
def concern(college: College) -> Any:
    """A concern about Ada that Ms Okafor raised."""
    from safeguarding.actions.raising import Report, raise_concern

    with naming.named(college.okafor.pk):
        report = Report(what="She said she was afraid to go home.", safe_now="unsure", student=college.student("Ada"))
        return raise_concern(college.okafor, report, token=uuid4()).public_id


@once
def concern_discarded(college: College) -> Any:
    """The token of a draft that is nobody's."""
    return uuid4()


def _concern(college: College) -> Any:
    from safeguarding.models import Concern

    return Concern.objects.get(public_id=concern(college))


@once
def entry(college: College) -> Any:
    """An entry of its chronology."""
    from safeguarding.actions.casework import add_entry
    from safeguarding.choices import EntryKind

    concern(college)
    with naming.named(college.rahman.pk):
        return add_entry(college.rahman, _concern(college), EntryKind.NOTE, "Spoke with her tutor.").public_id


@once
def action(college: College) -> Any:
    """A step that the team will take."""
    from safeguarding.actions.casework import add_action

    concern(college)
    with naming.named(college.rahman.pk):
        return add_action(college.rahman, _concern(college), "Call home", college.rahman, college.today).public_id


@once
def share(college: College) -> Any:
    """The concern, shared with Mr Lind by name."""
    from safeguarding.actions.sharing import share_concern

    concern(college)
    with naming.named(college.rahman.pk):
        until: date = college.today + timedelta(days=14)
        made = share_concern(
            college.rahman, _concern(college), college.lind, until, note="Keep an eye", reason="Year head"
        )
        return made.public_id


@once
def exclusion(college: College) -> Any:
    """Mr Bell, kept from another concern that Ms Okafor raised."""
    from safeguarding.actions.raising import Report, raise_concern
    from safeguarding.actions.sharing import exclude_person

    with naming.named(college.okafor.pk):
        report = Report(what="About somebody whom Mr Bell knows.", safe_now="yes", student=college.student("Ben"))
        other = raise_concern(college.okafor, report, token=uuid4())
    with naming.named(college.rahman.pk):
        return exclude_person(college.rahman, other, college.bell, "Related").public_id


@once
def flag(college: College) -> Any:
    """A neutral flag for Mr Lind about Ada."""
    from safeguarding.actions.sharing import set_flag

    concern(college)
    with naming.named(college.rahman.pk):
        until: date = college.today + timedelta(days=14)
        made = set_flag(college.rahman, college.student("Ada"), college.lind, "speak_first", until)
        return {"concern_id": concern(college), "public_id": made.public_id}


@once
def adult(college: College) -> Any:
    """A concern about an adult, for the head."""
    from safeguarding.actions.adults import AdultReport, raise_adult_concern

    with naming.named(college.okafor.pk):
        report = AdultReport(what="He was alone with a student behind a locked door.", subject=college.quill)
        return raise_adult_concern(college.okafor, report, token=uuid4()).public_id
