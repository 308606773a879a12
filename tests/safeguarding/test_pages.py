"""The pages, by whom: what they hold, what they leave out, what they write down."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from core import naming
from safeguarding.models import ConcernCase, Entry
from tests.college import College
from tests.safeguarding.conftest import LATER, SECRET, Wall, ask, raise_about
from tests.safeguarding.pages import SignIn, text, url

TEAM_GET = (("triage_list", None), ("concern_detail", "A"), ("student_chronology", "Ada"))
TEAM_POST = (
    ("triage_search", None),
    ("match_students", None),
    *(
        (f"concern_{what}", "A")
        for what in ("acknowledge", "assess", "assign", "match", "close", "reopen", "share", "exclude")
    ),
    ("entry_add", "A"),
    ("action_add", "A"),
    ("flag_set", "A"),
    ("entry_correct", "A note"),
    ("action_settle", "A action"),
    ("share_end", "A share"),
    ("exclusion_lift", "A exclusion"),
)


def team_pages(wall: Wall) -> list[tuple[str, str]]:
    """Every page of the team, by how it is asked for."""
    ada = reverse("safeguarding:student_chronology", args=[wall.college.student("Ada").public_id])
    gets = [
        ("get", ada if name == "student_chronology" else url(name, label and wall[label])) for name, label in TEAM_GET
    ]
    flag = reverse("safeguarding:flag_end", args=[wall["A"].pk, wall["flag"].pk])
    return [*gets, *(("post", url(name, label and wall[label])) for name, label in TEAM_POST), ("post", flag)]


def test_the_team_s_pages_are_for_the_team(wall: Wall, sign_in: SignIn) -> None:
    pages = team_pages(wall)
    # Every other role stands in the table of pages by role.
    for who in ("okafor", "lind", "ward"):
        browser = sign_in(wall.college.staff[who], stepped_up=True)
        assert {(page, getattr(browser, way)(page).status_code) for way, page in pages} == {
            (page, 403) for _, page in pages
        }, who


def test_the_team_s_pages_ask_for_a_fresh_second_factor(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.rahman)
    for way, page in team_pages(wall):
        answer = getattr(browser, way)(page)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:step_up"))


def test_an_excluded_deputy_gets_404_and_no_sign_of_it(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.bell, stepped_up=True)
    for way, page in team_pages(wall):
        if str(wall["A"].pk) in page and "flags" not in page:
            assert getattr(browser, way)(page).status_code == 404, page
    for label, name in (("A note", "entry_correct"), ("A action", "action_settle"), ("A share", "share_end")):
        assert browser.post(url(name, wall[label]), {}).status_code == 404
    shown = text(browser.get(url("triage_list")))
    assert "Imran" in shown
    assert "Ada" not in shown
    assert "1</span>" in shown
    ada = reverse("safeguarding:student_chronology", args=[wall.college.student("Ada").public_id])
    assert "Nothing is written down" in text(browser.get(ada))
    assert "No concern has these words" in text(browser.post(url("triage_search"), {"q": "Ada"}))


def test_the_record_opens_with_what_was_written_and_then_the_entries(wall: Wall, sign_in: SignIn) -> None:
    shown = text(sign_in(wall.college.rahman, stepped_up=True).get(url("concern_detail", wall["A"])))
    order = [
        "As it was written",
        f"Ada said {SECRET}",
        "<h2>Chronology</h2>",
        "Acknowledged",
        "Assessed",
        f"rang home {LATER}",
    ]
    start = shown.index('id="record"')
    places = [shown.index(words, start) for words in order[:3]]
    places += [shown.index(words, places[-1]) for words in order[3:]]
    assert places == sorted(places)
    assert "Tom Bell</strong> must not see this" in shown


def test_pages_behind_the_wall_name_no_student_in_the_title_and_are_kept_by_nobody(wall: Wall, sign_in: SignIn) -> None:
    for who, pages in {
        "rahman": [page for way, page in team_pages(wall) if way == "get"],
        "okafor": [
            url("concern_raise"),
            url("concern_own_list"),
            url("concern_own_detail", wall["A"]),
            url("adult_own_list"),
        ],
        "lind": [url("shared_list"), url("shared_detail", wall["A share"])],
        "achebe": [url("adult_list"), url("adult_detail", wall["adult lind"])],
    }.items():
        browser = sign_in(wall.college.staff[who], stepped_up=True)
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200, (page, who)
            title = re.search("<title>(.*?)</title>", text(answer), re.DOTALL)
            assert title
            assert "Ada" not in title[1]
            assert "no-store" in answer["Cache-Control"]
            assert not answer.streaming
            assert "wm-side-guard" in text(answer)
            assert 'class="wm-who"' in text(answer)


def test_every_reading_is_written_down_before_the_page_is_drawn(
    wall: Wall, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safeguarding.views import triage

    def notes() -> int:
        with naming.named_system("audit"):
            return ask("SELECT count(*) FROM audit_entry WHERE walled AND verb = 'concern_read'")[0][0]

    browser, before, during = sign_in(wall.college.rahman, stepped_up=True), notes(), []
    real = triage.show

    def watched(*args: Any, **more: Any) -> Any:
        with naming.named_system("audit"):
            during.append(ask("SELECT count(*) FROM audit_entry WHERE walled AND verb = 'concern_read'")[0][0])
        return real(*args, **more)

    monkeypatch.setattr(triage, "show", watched)
    browser.get(url("concern_detail", wall["A"]))
    assert (during, notes()) == ([before + 1], before + 1)


def test_a_refusal_is_written_down_for_the_team_to_see(wall: Wall, sign_in: SignIn) -> None:
    sign_in(wall.college.lind, stepped_up=True).get(url("concern_detail", wall["A"]))
    with naming.named(wall.college.rahman.pk):
        found = ask("SELECT actor_id, details ->> 'public_id' FROM audit_entry WHERE verb = 'refused' AND walled")
    assert found == [(wall.college.lind.pk, str(wall["A"].pk))]
    with naming.named(wall.college.ward.pk):
        assert ask("SELECT 1 FROM audit_entry WHERE verb = 'refused'") == []


def test_a_dsl_takes_a_concern_from_acknowledging_to_closing(college: College, sign_in: SignIn) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    browser = sign_in(college.rahman, stepped_up=True)
    rahman = college.rahman.public_id
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("concern_acknowledge", {}),
        (
            "concern_assess",
            {"assess-severity": 3, "assess-category": "physical", "assess-rationale": "why", "assess-version": 1},
        ),
        ("concern_assign", {"assign-person": rahman}),
        ("entry_add", {"entry-kind": "agency", "entry-text": "rang", "entry-happened_on": "2026-11-20"}),
        ("action_add", {"action-what": "visit", "action-owner": rahman, "action-due_on": "2026-11-24"}),
        ("concern_close", {"close-outcome": "supported", "close-reason": "settled"}),
        ("concern_reopen", {"reopen-reason": "again"}),
    )
    browser.get(url("concern_detail", concern))
    for name, typed in steps:
        assert browser.post(url(name, concern), typed).status_code == 302, name
    with naming.named(college.rahman.pk):
        assert ConcernCase.objects.get(pk=concern.pk).severity == 3
        assert Entry.objects.filter(concern=concern).count() == 8
    assert "Being handled" in text(sign_in(college.okafor).get(url("concern_own_detail", concern)))


def test_the_second_of_two_who_assess_sees_both_versions(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.rahman, stepped_up=True)
    mine = {"assess-severity": 1, "assess-category": "carer", "assess-rationale": "my view", "assess-version": 1}
    answer = browser.post(url("concern_assess", wall["A"]), mine)
    assert answer.status_code == 422
    assert "Somebody else assessed" in text(answer)
    assert "my view" in text(answer)
    assert f"because {LATER}" in text(answer)
    again = re.search(r'name="assess-version" value="(\d+)"', text(answer))
    assert again
    assert browser.post(url("concern_assess", wall["A"]), mine | {"assess-version": again[1]}).status_code == 302


def test_acknowledging_twice_is_answered_kindly(wall: Wall, sign_in: SignIn) -> None:
    answer = sign_in(wall.college.rahman, stepped_up=True).post(url("concern_acknowledge", wall["A"]), follow=True)
    assert "Somebody else acknowledged this concern" in text(answer)


def test_a_part_for_htmx_is_the_record_alone(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.rahman, stepped_up=True)
    part = text(browser.get(url("concern_detail", wall["A"]), headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="record"')
    assert "<html" not in part


def test_search_finds_names_and_words_and_leaves_no_trace_of_them(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.rahman, stepped_up=True)
    for typed in ("abel ada", LATER, f"Imran {SECRET}", "NEGLECT"):
        shown = text(browser.post(url("triage_search"), {"q": typed}))
        assert ("Ada" in shown) != ("Imran" in shown), typed
    assert "0 concerns" in text(browser.post(url("triage_search"), {"q": "marmalade"}))
    with naming.named_system("audit"):
        everything = str(ask("SELECT details FROM audit_entry WHERE walled"))
    assert "marmalade" not in everything


def test_a_sharee_reads_what_was_shared_and_nothing_else(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.lind, stepped_up=True)
    assert "Shared by Dr Rahman" in text(browser.get(url("shared_list")))
    shown = text(browser.get(url("shared_detail", wall["A share"])))
    assert "Keep an eye" in shown
    assert f"Ada said {SECRET}" in shown
    assert f"rang home {LATER}" in shown
    for word in (f"because {LATER}", f"visit {LATER}", f"more {SECRET}", "Bell"):
        assert word not in shown
    assert (
        sign_in(wall.college.lind)
        .get(url("shared_detail", wall["A share"]))
        .url.startswith(reverse("accounts:step_up"))
    )
    assert sign_in(wall.college.vance, stepped_up=True).get(url("shared_detail", wall["A share"])).status_code == 404


def test_pages_about_adults(wall: Wall, sign_in: SignIn) -> None:
    college = wall.college
    about = wall["adult lind"]
    expected = {"achebe": 200, "foster": 404, "rahman": 403, "lind": 403, "ward": 403, "okafor": 403}
    for who, status in expected.items():
        browser = sign_in(college.staff[who], stepped_up=True)
        assert (who, browser.get(url("adult_detail", about)).status_code) == (who, status)
    head = sign_in(college.achebe, stepped_up=True)
    assert "Lind" in text(head.get(url("adult_list")))
    assert "The head" not in text(head.get(url("adult_list")))
    assert "The head" in text(sign_in(college.foster, stepped_up=True).get(url("adult_list")))
    closing = {"text": "spoke to him", "level": "low_level", "closes": "on"}
    assert head.post(url("adult_detail", about), closing).status_code == 302
    assert "Closed" in text(sign_in(college.okafor).get(url("adult_own_list")))
    assert "spoke to him" not in text(sign_in(college.okafor).get(url("adult_own_list")))
    # The subject raises one himself and sees that one only.
    own = sign_in(college.lind)
    sent = {"token": uuid4(), "subject": college.okafor.public_id, "what": "x", "happened_on": "2026-11-20"}
    assert own.post(url("adult_raise"), sent).status_code == 302
    assert (
        text(own.get(url("adult_own_list"))).count("<details")
        == text(sign_in(college.sam).get(url("adult_own_list"))).count("<details") + 1
    )


def test_the_count_in_the_navigation_is_the_team_s(wall: Wall, sign_in: SignIn) -> None:
    page = url("concern_own_list")
    beside = '</svg> Triage <span class="wm-count">1</span>'
    assert beside in text(sign_in(wall.college.rahman).get(page))
    assert "Triage" not in text(sign_in(wall.college.okafor).get(page))


def test_a_neutral_flag_is_seen_by_whom_it_was_set_for(wall: Wall) -> None:
    from safeguarding.cards import flags_for

    college, ada = wall.college, wall.college.student("Ada")
    answers = {}
    for who in ("marsh", "okafor", "lind", "rahman"):
        with naming.named(college.staff[who].pk):
            answers[who] = flags_for(college.staff[who], ada)
    words = {"words": ["Speak to the safeguarding team before contacting home."]}
    assert answers == {"marsh": words, "okafor": None, "lind": None, "rahman": None}


def test_the_same_number_of_queries_for_one_concern_as_for_twelve(college: College, sign_in: SignIn) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, counts = sign_in(college.rahman, stepped_up=True), []
    for number in (1, 11):
        with naming.named(college.okafor.pk):
            for _ in range(number):
                raise_about(college, college.okafor, "Ada")
        browser.get(url("triage_list"))
        with CaptureQueriesContext(connection) as caught:
            browser.get(url("triage_list"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
