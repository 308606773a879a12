"""Saved filters of lists of students: saved, shared, found anew for whoever opens them, and used to begin something."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.actions import filters as actions
from caseload.models import ContactLogEntry, SavedFilter
from caseload.queries.filters import students_found
from core import clock

SHOW = "show=follow_up"


@pytest.fixture
def waiting(college):
    """Ada of 10A and Imran of 10B wait to be called back."""
    for name in ("Ada", "Imran"):
        ContactLogEntry.objects.create(
            student=college.student(name), channel="call", at=clock.now(), summary="Rang", logged_by=college.lind,
            follow_up_on=college.today - timedelta(days=2),
        )  # fmt: skip


def test_a_filter_is_saved_from_a_list_and_stands_there_under_its_name(college, sign_in, waiting):
    client, address = sign_in(college.okafor), reverse("caseload:caseload_list")
    assert "Save this filter" in client.get(f"{address}?{SHOW}").content.decode()
    form = {"place": "caseload_list", "query": f"page=2&{SHOW}&sort=name", "name": "Ring back 🙂"}
    answer = client.post(reverse("caseload:filter_save"), form)
    assert answer["Location"] == f"{address}?{SHOW}"
    page = client.get(answer["Location"]).content.decode()
    assert "Ring back 🙂" in page
    assert "With this one:" in page
    saved = SavedFilter.objects.get()
    assert f"?filter={saved.public_id}" in page
    assert client.post(reverse("caseload:filter_save"), form | {"name": ""}).status_code == 302
    assert SavedFilter.objects.count() == 1


def test_whoever_opens_a_shared_filter_finds_their_own_students(college, waiting):
    saved = actions.save_filter(college.lind, name="Ring back", place="student_list", query=SHOW, shared=True)
    found = {
        user: students_found(user, saved) for user in (college.lind, college.okafor, college.brandt, college.vance)
    }
    ada, imran = college.student("Ada").pk, college.student("Imran").pk
    assert {user.family_name: set(ids) for user, ids in found.items()} == {
        "Lind": {ada, imran}, "Okafor": {ada}, "Brandt": {imran}, "Vance": set(),
    }  # fmt: skip


def test_a_filter_within_a_group_is_not_shared(college):
    query = f"in=caseload%3A{college.caseloads['10A'].public_id}&{SHOW}"
    with pytest.raises(actions.NamesAGroup):
        actions.save_filter(college.lind, name="10A", place="student_list", query=query, shared=True)
    assert actions.save_filter(college.lind, name="10A", place="student_list", query=query).shared is False


def test_only_its_owner_removes_a_filter_and_nobody_else_uses_one_that_is_not_shared(college, sign_in):
    saved = actions.save_filter(college.lind, name="Mine", place="student_list", query=SHOW)
    address = reverse("caseload:filter_remove", args=[saved.public_id])
    assert sign_in(college.okafor).post(address).status_code == 404
    begin = f"{reverse('interventions:intervention_new')}?filter={saved.public_id}"
    assert sign_in(college.okafor).get(begin).status_code == 404
    assert sign_in(college.lind).post(address).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["interventions:intervention_new", "interventions:panel_new"])
def test_a_saved_filter_begins_an_intervention_and_a_panel(college, sign_in, waiting, name):
    saved = actions.save_filter(college.lind, name="Ring back", place="student_list", query=SHOW, shared=True)
    page = sign_in(college.okafor).get(f"{reverse(name)}?filter={saved.public_id}").content.decode()
    assert "From the saved filter “Ring back”" in page
    assert "Ábel, Ada" in page
    assert "Ali, Imran" not in page
