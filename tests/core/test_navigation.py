"""The left column, the bottom bar, and which place a page belongs to."""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from core.pages import menu
from core.pages.menu import MenuEntry, Work


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_pages = (
    [
        path("caseload/", page, name="caseload"),
        path("registers/", page, name="registers"),
        path("registers/missing/", page, name="missing"),
        path("reports/", page, name="reports"),
        path("triage/", page, name="triage"),
        path("staff/", page, name="staff"),
    ],
    "show",
)
urlpatterns = [path("", include(_pages)), path("", page, name="home")]

PLACES = [
    MenuEntry("Settings", "Staff", "show:staff", "show.staff"),
    MenuEntry("Walled", "Triage", "show:triage", "show.triage"),
    MenuEntry("Registers", "Missing registers", "show:missing", order=20),
    MenuEntry("Registers", "Today’s registers", "show:registers", order=10, phone=1),
    MenuEntry("Reports", "Reports", "show:reports"),
    MenuEntry("Students", "My caseload", "show:caseload", "show.caseload", keys="g c"),
]


def person(*permissions: str) -> SimpleNamespace:
    return SimpleNamespace(has_perm=lambda permission: permission in permissions)


@pytest.fixture(autouse=True)
def places(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_places", {})
    monkeypatch.setattr(menu, "_work", [])
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]  # the fixture takes any setting
    for place in PLACES:
        menu.register(place)


def labels(user: SimpleNamespace) -> list[str]:
    return [entry["place"].label for entry in menu.places_for(user)]


def test_somebody_with_no_permission_sees_only_places_that_ask_for_none() -> None:
    assert labels(person()) == ["Today’s registers", "Missing registers", "Reports"]


def test_groups_stand_in_their_order_and_settings_last() -> None:
    everything = person("show.staff", "show.triage", "show.caseload")
    groups = menu.grouped(menu.places_for(everything))
    assert [group["name"] for group in groups] == ["Students", "Registers", "Reports", "Walled", "Settings"]


def test_an_empty_group_is_left_out() -> None:
    groups = menu.grouped(menu.places_for(person("show.triage")))
    assert "Students" not in [group["name"] for group in groups]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/registers/", "show:registers"),
        ("/registers/12/", "show:registers"),
        ("/registers/missing/", "show:missing"),
        ("/elsewhere/", None),
        ("/", None),
    ],
)
def test_the_current_place_is_the_longest_address_that_the_page_starts_with(address: str, place: str | None) -> None:
    current = [entry["place"].url_name for entry in menu.places_for(person(), address) if entry["current"]]
    assert current == ([place] if place else [])


def test_a_page_may_name_its_place() -> None:
    entries = menu.places_for(person(), "/students/12/", current="show:reports")
    assert [entry["place"].label for entry in entries if entry["current"]] == ["Reports"]


def test_the_bottom_bar_holds_four_with_the_wanted_ones_first() -> None:
    entries = menu.for_bottom_bar(menu.places_for(person("show.staff", "show.triage", "show.caseload")))
    found = [entry["place"].label for entry in entries]
    assert found == ["Today’s registers", "My caseload", "Missing registers", "Reports"]


def test_a_place_without_an_address_is_left_out_and_the_check_names_it() -> None:
    menu.register(MenuEntry("Students", "Not built", "show:nowhere"))
    assert "Not built" not in labels(person())
    assert [fault.id for fault in menu.every_place_has_an_address()] == ["core.E002"]


def test_two_places_with_the_same_keys_are_named_by_the_check() -> None:
    assert menu.no_two_places_have_the_same_keys() == []
    menu.register(MenuEntry("Reports", "Reports", "show:reports", keys="g c"))
    found = menu.no_two_places_have_the_same_keys()
    assert [fault.id for fault in found] == ["core.E003"]
    assert "My caseload and of Reports" in found[0].msg


def test_work_is_counted_only_for_those_who_may_open_it() -> None:
    asked: list[object] = []
    menu.register_work(Work("show:triage", "show.triage", lambda user: asked.append(user) or 7))  # type: ignore[func-returns-value]  # append gives None on purpose
    assert menu.work_for(person()) is None
    assert asked == []
    assert menu.work_for(person("show.triage")) == {"label": "My work", "url": "/triage/", "count": 7}
