"""Who may see a group's figures: whoever holds it, its site or the whole college, and nobody next to them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange

from reporting.choices import MANAGE_SCHEDULES, RUN_REPORT, VIEW_DASHBOARD
from reporting.models import ReportRun, Subscription
from reporting.rules import check_reaches_scope, reaches_scope
from tests.college import College


def who_reaches(college: College, permission: str, kind: str, number: int) -> set[str]:
    return {key for key, user in college.staff.items() if reaches_scope(user, permission, kind, number)}


EVERYWHERE = {"achebe", "novak", "tran"}


def test_a_year_group_is_its_heads_its_sites_and_the_whole_colleges(college: College) -> None:
    inside = who_reaches(college, RUN_REPORT, "year_group", college.years[10].pk)
    assert inside == {"lind", "doyle"} | EVERYWHERE
    assert "vance" not in inside
    assert "doyle" not in who_reaches(college, RUN_REPORT, "year_group", college.years[12].pk)


def test_a_house_and_a_team_go_the_same_way(college: College) -> None:
    kestrel = who_reaches(college, RUN_REPORT, "house", college.houses["Kestrel"].pk)
    merlin = who_reaches(college, RUN_REPORT, "house", college.houses["Merlin"].pk)
    assert kestrel - merlin == {"hollis"}
    team = who_reaches(college, RUN_REPORT, "team", college.team.pk)
    assert ("marsh" in team, "lind" in team) == (True, False)


def test_a_tutor_group_is_its_teams_and_its_houses_too(college: College) -> None:
    ten_a = who_reaches(college, RUN_REPORT, "caseload", college.caseloads["10A"].pk)
    kestrel_1 = who_reaches(college, RUN_REPORT, "caseload", college.caseloads["Kestrel 1"].pk)
    assert ten_a == {"marsh", "doyle"} | EVERYWHERE
    assert kestrel_1 == {"hollis", "doyle"} | EVERYWHERE


def test_the_whole_college_and_a_site_are_not_a_head_of_years(college: College) -> None:
    everything = who_reaches(college, RUN_REPORT, "college", 1)
    assert everything == EVERYWHERE
    assert who_reaches(college, RUN_REPORT, "site", college.school.pk) == everything | {"doyle"}
    assert who_reaches(college, RUN_REPORT, "site", college.sixth.pk) == everything


def test_only_leaders_of_the_whole_college_schedule(college: College) -> None:
    assert {key for key, user in college.staff.items() if user.has_perm(MANAGE_SCHEDULES)} == {"achebe", "novak"}


def test_reach_that_ended_and_accounts_that_are_closed_reach_nothing(college: College) -> None:
    number = college.years[10].pk
    ended = DateRange(date(2026, 9, 1), college.today)
    college.grant(college.sam, "head_of_year", "year_group", college.years[10], period=ended)
    assert not reaches_scope(college.sam, RUN_REPORT, "year_group", number)
    college.lind.is_active = False
    assert not reaches_scope(college.lind, RUN_REPORT, "year_group", number)


def test_nobody_reaches_a_kind_that_there_is_not(college: College) -> None:
    with pytest.raises(PermissionDenied):
        check_reaches_scope(college.lind, VIEW_DASHBOARD, "student", college.student("Ada").pk)


def test_runs_and_schedules_are_seen_by_those_who_reach_their_students(college: College) -> None:
    scopes = {"ten": {"year_group": college.years[10]}, "nine": {"year_group": college.years[9]}, "all": {}}
    runs = {
        name: ReportRun.objects.create(term=college.terms[0], asked_by=college.novak, **scope)
        for name, scope in scopes.items()
    }
    plans = {
        name: Subscription.objects.create(name=name, owner=college.novak, **scope) for name, scope in scopes.items()
    }
    for rows in (runs, plans):
        by_pk = {row.pk: name for name, row in rows.items()}
        for who, expected in (
            ("lind", {"ten"}), ("vance", {"nine"}), ("doyle", {"ten", "nine"}), ("hollis", set()), ("okafor", set()),
            ("novak", {"ten", "nine", "all"}),
        ):  # fmt: skip
            seen = type(rows["ten"]).objects.visible_to(college.staff[who], RUN_REPORT)
            assert {by_pk[row.pk] for row in seen} == expected, who
