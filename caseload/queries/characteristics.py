"""Who has which characteristic on a day, as sets, for comparing groups. Only for those who may see characteristics."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from caseload.choices import LANGUAGE_UNKNOWN, NOT_EAL
from core import clock
from core.id_lists import array

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


# The students by what is written of them: each kind and code once, with everybody of whom it is so.
_WRITTEN = """
    WITH who (id) AS MATERIALIZED (SELECT DISTINCT unnest(%s::bigint[]))
    SELECT c.kind, c.code, array_agg(c.student_id) FROM who JOIN caseload_characteristic AS c ON c.student_id = who.id
        AND c.kind = ANY(%s) AND c.period @> %s::date GROUP BY 1, 2
    UNION ALL SELECT 'sex', s.sex, array_agg(s.id) FROM who JOIN caseload_student AS s ON s.id = who.id GROUP BY s.sex
    UNION ALL SELECT 'language', s.first_language, array_agg(s.id) FROM who JOIN caseload_student AS s ON s.id = who.id
        GROUP BY s.first_language
"""


def characteristic_sets(ids: Sequence[int], day: date | None = None) -> dict[str, set[int]]:
    """Which of these students have each characteristic on a day (facts section 5), by its words. One query."""
    sets: dict[str, set[int]] = {name: set() for name in NAMES}
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [array(ids), ["sen_status", *_DATED], day or clock.today()])
        for kind, code, students in cursor.fetchall():
            if name := _name(kind, code):
                sets[name].update(students)
    return sets


def _name(kind: str, code: str) -> str | None:
    """What a kind and a code mean, in the words of the sets."""
    if kind == "sen_status":
        return _SEN.get(code)
    if kind == "sex":
        return _SEX.get(code)
    if kind == "language":
        return None if code in LANGUAGE_UNKNOWN else ENGLISH if code in NOT_EAL else EAL
    return _DATED[kind] if code not in _NOT_SO else None
