"""Who has which characteristic on a day, as sets, for comparing groups. Only for those who may see characteristics."""

from collections.abc import Sequence
from datetime import date

from caseload.choices import LANGUAGE_UNKNOWN, NOT_EAL
from caseload.models import Characteristic, Student
from core import clock

_NOT_SO = {"N", "ND", "U", "R", ""}
_SEN = {"K": "SEN support", "E": "EHC plan", "N": "No SEN"}
_DATED = {
    "free_meals": "Free school meals",
    "pupil_premium": "Pupil premium",
    "in_care": "In care",
    "young_carer": "Young carer",
    "bursary": "Bursary",
}
_SEX = {"F": "Girls", "M": "Boys"}
EAL, ENGLISH = "English as an additional language", "English as first language"
NAMES = (*_SEN.values(), *_DATED.values(), EAL, ENGLISH, *_SEX.values())


def characteristic_sets(ids: Sequence[int], day: date | None = None) -> dict[str, set[int]]:
    """Which of these students have each characteristic on a day (facts section 5), by its words. Two queries."""
    sets: dict[str, set[int]] = {name: set() for name in NAMES}
    kinds = ["sen_status", *_DATED]
    rows = Characteristic.objects.filter(student__in=list(ids), kind__in=kinds, period__contains=day or clock.today())
    for student, kind, code in rows.values_list("student_id", "kind", "code"):
        name = _SEN.get(code) if kind == "sen_status" else _DATED[kind] if code not in _NOT_SO else None
        if name:
            sets[name].add(student)
    for student, sex, language in Student.objects.filter(pk__in=list(ids)).values_list("pk", "sex", "first_language"):
        if sex in _SEX:
            sets[_SEX[sex]].add(student)
        if language not in LANGUAGE_UNKNOWN:
            sets[ENGLISH if language in NOT_EAL else EAL].add(student)
    return sets
