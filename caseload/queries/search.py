"""Find students, staff and groups by what somebody remembers of a name. Nobody is found who is not reached.

Every word must match: a part of a name, nearly a name (trigrams), or something that sounds like one (double metaphone).
The words searched for are kept nowhere.
"""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, Case, F, FloatField, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Replace

from accounts.models import User
from caseload.models import (
    Caseload,
    CaseloadMembership,
    Course,
    Enrolment,
    House,
    HouseMembership,
    SiteMembership,
    Student,
    TeachingGroup,
    TeachingGroupMembership,
    YearGroup,
    YearGroupMembership,
)
from caseload.queries.containers import KINDS, Container, listed
from caseload.queries.students import student_rows
from caseload.querysets import containers
from core import clock
from core.names import clean, fold

LONGEST = 100
MOST_WORDS = 6
LONGEST_WORD = 40
SHORTEST_IDENTIFIER = 3
VIEW = "caseload.view_student"
MANAGE = "caseload.manage_students"


@dataclass
class Found:
    """What a search found, kind by kind."""

    students: list[dict[str, Any]] = field(default_factory=list)
    staff: list[dict[str, Any]] = field(default_factory=list)
    groups: list[Container] = field(default_factory=list)
    searched: bool = False

    def __bool__(self) -> bool:
        return bool(self.students or self.staff or self.groups)


def search(user: Any, text: str, limit: int = 50) -> Found:
    """The students, staff and groups that a person may see and that the words match, the best first."""
    words = words_of(text)
    if not words:
        return Found()
    return Found(
        students=find_students(user, text, limit),
        staff=find_staff(words, limit),
        groups=find_groups(user, words)[:limit],
        searched=True,
    )


def words_of(text: str) -> list[str]:
    """The words of a search as they are compared: folded like names, few and short enough."""
    return [word[:LONGEST_WORD] for word in fold(clean(text[:LONGEST].replace(",", " "))).split()][:MOST_WORDS]


def find_students(user: Any, text: str, limit: int = 50) -> list[dict[str, Any]]:
    """The students reached whose names or identifiers match, the best first."""
    words = words_of(text)
    if not words:
        return []
    reached = Student.objects.visible_to(user, VIEW)
    named = _matching(
        reached, words, F("search_text"), RawSQL("caseload_student.search_sounds", [], output_field=TextField())
    )
    run = "".join(words)
    joined = reached.annotate(run=Replace("search_text", Value(" "), output_field=TextField())).filter(
        Q(run__contains=run) | _sounds_like(RawSQL("caseload_student.search_sounds", []), run)
    )
    ids = list(named.order_by("-score", "sort_key").values_list("pk", flat=True)[:limit])
    if len(ids) < limit and len(words) > 1 or not ids:
        ids += [pk for pk in joined.order_by("sort_key").values_list("pk", flat=True)[:limit] if pk not in ids]
    known = _by_identifier(user, reached, text)
    ids = [*known, *(pk for pk in ids if pk not in known)][:limit]
    rows = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    return [rows[pk] for pk in ids]


def find_staff(words: list[str], limit: int = 50) -> list[dict[str, Any]]:
    """The colleagues whose names match. Everybody who works there may know who else does."""
    today = clock.today()
    working = User.objects.filter(Q(ended_on=None) | Q(ended_on__gte=today), is_active=True)
    names = Concat(
        Replace("sort_key", Value("\x01"), Value(" "), output_field=TextField()), Value(""), output_field=TextField()
    )
    found = _matching(
        working.annotate(names=names),
        words,
        F("names"),
        RawSQL("caseload_sounds(sort_key)", [], output_field=TextField()),
    )
    fields = ("public_id", "title", "given_name", "family_name", "position", "email")
    rows = found.order_by("-score", "sort_key").values(*fields)[:limit]
    return [row | {"name": _written(row)} for row in rows]


def find_groups(user: Any, words: list[str]) -> list[Container]:
    """The groups that have somebody the person reaches, or that they hold, whose name holds every word."""
    found: list[Container] = []
    for code, rows in _groups_reached(user).items():
        found += [group for group in listed(code, rows) if _holds_all(fold(group.name), words)]
    return found


def _matching(rows: QuerySet[Any], words: list[str], names: Any, sounds: Any) -> QuerySet[Any]:
    """The rows in which every word is found somehow, with a score."""
    rows = rows.annotate(padded=Concat(Value(" "), names, Value(" "), output_field=TextField()), heard=sounds)
    score: Any = Value(0.0)
    for place, word in enumerate(words):
        near = f"near_{place}"
        rows = rows.annotate(**{near: TrigramWordSimilarity(word, "padded")})
        rows = rows.filter(Q(padded__contains=word) | Q(**{f"{near}__gte": 0.6}) | _sounds_like(sounds, word))
        score = score + Case(
            When(padded__contains=f" {word} ", then=Value(4.0)),
            When(padded__contains=f" {word}", then=Value(3.0)),
            When(padded__contains=word, then=Value(2.0)),
            default=F(near),
            output_field=FloatField(),
        )
    return rows.annotate(score=score)


def _sounds_like(sounds: RawSQL, word: str) -> Any:
    return Q(RawSQL(f"{sounds.sql} && caseload_sounds(%s)", [word], output_field=BooleanField()))


def _by_identifier(user: Any, reached: QuerySet[Student], text: str) -> list[int]:
    """Students by the beginning of a number. UPN, ULN and the like only for those who look after records."""
    number = "".join(clean(text[:LONGEST]).split()).upper()
    if len(number) < SHORTEST_IDENTIFIER or not any(letter.isdigit() for letter in number):
        return []
    own = ("admission_number", "learner_reference", "candidate_number")
    found = list(reached.filter(_starts(own, number)).order_by("sort_key").values_list("pk", flat=True)[:20])
    if user.has_perm(MANAGE):
        managed = Student.objects.visible_to(user, MANAGE)
        blind = ("upn", "former_upn", "uln", "uci", "ucas_personal_id", "external_id")
        found += managed.filter(_starts(blind, number)).order_by("sort_key").values_list("pk", flat=True)[:20]
    return list(dict.fromkeys(found))


def _starts(fields: tuple[str, ...], number: str) -> Q:
    condition = Q()
    for name in fields:
        condition |= Q(**{f"{name}__istartswith": number})
    return condition


def _groups_reached(user: Any) -> dict[str, QuerySet[Any]]:
    """The groups of each kind that a person may find."""
    held = containers(user, VIEW)
    if not held:
        return {}
    if "college" in held:
        return {code: KINDS[code].model._default_manager.all() for code in KINDS}
    reached = Student.objects.visible_to(user, VIEW)
    today = {"student__in": reached, "period__contains": clock.today()}
    groups: dict[str, QuerySet[Any]] = {
        "caseload": Caseload.objects.filter(pk__in=CaseloadMembership.objects.filter(**today).values("group")),
        "year_group": YearGroup.objects.filter(pk__in=YearGroupMembership.objects.filter(**today).values("group")),
        "house": House.objects.filter(pk__in=HouseMembership.objects.filter(**today).values("group")),
        "teaching_group": TeachingGroup.objects.filter(
            pk__in=TeachingGroupMembership.objects.filter(**today).values("group")
        ),
        "course": Course.objects.filter(
            pk__in=Enrolment.objects.filter(student__in=reached, ended_on=None).values("course")
        ),
        "site": KINDS["site"].model._default_manager.filter(
            pk__in=SiteMembership.objects.filter(**today).values("site")
        ),
    }
    for code in ("team", "area"):
        if held.get(code):
            groups[code] = KINDS[code].model._default_manager.filter(pk__in=held[code])
    return groups


def _holds_all(name: str, words: list[str]) -> bool:
    return all(word in name for word in words)


def _written(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["title"], row["given_name"], row["family_name"]) if part)
