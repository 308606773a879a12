"""The page-by-role table is complete, and each of its cells is so."""

from time import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import reverse

from accounts.gates import STEPPED_UP, gate_of
from core.pages import due
from tests.people import BY_ROLE
from tests.project.access_matrix import PACKAGES, ROLES, ROWS, Row
from tests.project.asking import VIEWS, address, visit

BY_NAME = {row.name: row for row in ROWS}


def refused_at_the_gate(row: Row, user: Any) -> bool:
    """Whether the page's own gate refuses this person, asked as the gate keeper asks it, without drawing a page."""
    request = RequestFactory().get("/")
    request.user, request.session = user, {STEPPED_UP: time()}
    try:
        gate_of(VIEWS[row.name]).refuse(request)
    except PermissionDenied:
        return True
    return False


def sign_of(answer: Any) -> str:
    """What the visit came to."""
    return {403: "-", 404: "."}.get(answer.status_code, "+")


def test_every_address_is_in_the_table():
    assert sorted(set(VIEWS) - set(BY_NAME) - set(PACKAGES)) == []
    assert sorted((set(BY_NAME) | set(PACKAGES)) - set(VIEWS)) == []
    assert len(BY_NAME) == len(ROWS)


def test_every_view_has_a_gate():
    assert [name for name, view in VIEWS.items() if gate_of(view) is None] == []


def test_every_gate_names_a_permission_that_some_role_carries():
    from accounts.roles import roles_carrying

    asked = {name: gate.permission for name, view in VIEWS.items() if (gate := gate_of(view)) and gate.permission}
    assert {name: permission for name, permission in asked.items() if not roles_carrying(permission)} == {}


def test_every_role_is_in_the_table():
    from accounts.roles import BY_CODE

    assert set(ROLES) == {*BY_CODE, "supply"}


def test_pages_of_packages_are_only_those_of_signing_in():
    ours = {name for name in PACKAGES if not VIEWS[name].__module__.startswith("allauth.")}
    assert ours == set()


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_so_for(role, prepared, sign_in, monkeypatch):
    monkeypatch.setattr(
        due, "KEPT_SECONDS", 60
    )  # as it really is: the number in the top bar is not what is looked at here
    user = getattr(prepared, BY_ROLE[role])
    browser = sign_in(user, stepped_up=True)
    rows = [row for row in ROWS if not row.slow]
    refused = {row.name for row in rows if refused_at_the_gate(row, user)}
    found = {row.name: "-" for row in rows if row.name in refused}
    for row in rows:
        if row.name not in refused:
            found[row.name] = sign_of(visit(browser, row.method, address(row, prepared)))
    assert found == {row.name: row.expected()[role] for row in rows}


def test_what_the_gate_refuses_is_refused_on_the_way_in(prepared, sign_in):
    """A page of each app that this person may not open, really asked for."""
    browser = sign_in(prepared.sam, stepped_up=True)
    apps = {row.name.partition(":")[0]: row for row in ROWS if row.expected()["supply"] == "-"}
    assert len(apps) > 5
    found = {app: sign_of(visit(browser, row.method, address(row, prepared))) for app, row in apps.items()}
    assert found == dict.fromkeys(apps, "-")


def test_the_table_is_so_for_whoever_is_not_signed_in(prepared, client):
    sign_in = reverse("account_login")
    wrong = {}
    for row in ROWS:
        answer = visit(client, row.method, address(row, prepared))
        sent = answer.status_code == 302 and answer.url.startswith(sign_in)
        if sent == row.anyone:
            wrong[row.name] = answer.status_code
    assert wrong == {}


def test_confidential_pages_ask_for_a_fresh_second_factor(prepared, sign_in):
    asked = {row.name for row in ROWS if gate_of(VIEWS[row.name]).step_up}
    assert {name for name in asked if name.startswith("safeguarding:")} > {"safeguarding:triage_list"}
    wrong = {}
    for name in asked:
        row = BY_NAME[name]
        opens = next((role for role, sign in row.expected().items() if sign != "-"), None)
        if opens is None:
            continue
        answer = visit(sign_in(getattr(prepared, BY_ROLE[opens])), row.method, address(row, prepared))
        if not (answer.status_code == 302 and answer.url.startswith(reverse("accounts:step_up"))):
            wrong[name] = answer.status_code
    assert wrong == {}


def test_every_refusal_is_recorded(prepared, sign_in):
    from audit.models import Entry

    sign_in(prepared.ward).get(reverse("caseload:student_detail", args=[prepared.student("Ada").public_id]))
    sign_in(prepared.brandt).get(reverse("caseload:student_detail", args=[prepared.student("Ada").public_id]))
    refused = list(Entry.objects.filter(verb="refused").order_by("id").values_list("actor_id", "details__status"))
    assert refused == [(prepared.ward.pk, 403), (prepared.brandt.pk, 404)]
