"""The bank of model targets: what it counts, what is offered, who changes it; and one target for many."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload.registries.answering import open_reasons
from interventions import choices_bank
from interventions.actions.bank import (
    BankItemChanged,
    BankSaid,
    archive_bank_item,
    change_bank_item,
    rate_bank_item,
    save_to_bank,
)
from interventions.models import BankItem, BankRating, Target
from interventions.queries.bank import bank_items, ideas_for, names_student, standings
from tests.college import College

SAID = BankSaid("Essay plan", "Hand in an essay plan", area="work", steps=("Read the question",))
LONG = "🎯 هدف לעשות\u202e" * 1_600


def saved(college: College, **more: Any) -> BankItem:
    values = {"title": "Essay plan", "data": {"what": "Hand in an essay plan"}, "saved_by": college.okafor} | more
    return BankItem.objects.create(**values)


def test_the_college_starts_with_model_targets_that_need_no_hint(college: College) -> None:
    from interventions.wording import Typed, hints

    items = list(BankItem.objects.targets().filter(saved_by=None))
    assert len(items) == 16
    for item in items:
        typed = Typed(item.what, item.data.get("measure", ""), bool(item.figure), college.today, college.today)
        assert (item.title, hints(typed)) == (item.title, [])


def test_saved_once_by_whoever_sets_targets_with_its_audit_line(college: College) -> None:
    token = uuid4()
    item = save_to_bank(SAID, token=token, by=college.okafor)
    assert save_to_bank(SAID, token=token, by=college.okafor) == item
    assert (item.what, item.steps) == ("Hand in an essay plan", ["Read the question"])
    assert Entry.objects.filter(verb=choices_bank.SAVED_BANK, object_id=item.pk).count() == 1
    with pytest.raises(PermissionDenied):
        save_to_bank(SAID, token=uuid4(), by=college.mendes)


def test_changed_by_its_author_and_by_leaders_not_by_the_next_tutor(college: College) -> None:
    item = saved(college)
    change_bank_item(item, 1, SAID, by=college.lind)
    with pytest.raises(PermissionDenied):
        change_bank_item(item, 2, SAID, by=college.brandt)
    with pytest.raises(BankItemChanged):
        change_bank_item(item, 1, SAID, by=college.okafor)
    assert item.events.count() == 1


def test_archived_it_is_offered_to_nobody_and_can_come_back(college: College) -> None:
    item = saved(college)
    archive_bank_item(item, True, by=college.okafor)
    archive_bank_item(item, True, by=college.okafor)
    assert item not in bank_items(college.okafor)
    assert list(bank_items(college.okafor, archived=True)) == [item]
    assert Entry.objects.filter(verb=choices_bank.ARCHIVED_BANK).count() == 1
    archive_bank_item(item, False, by=college.lind)
    assert item in bank_items(college.okafor)
    with pytest.raises(PermissionDenied):
        archive_bank_item(item, True, by=college.brandt)


def test_how_often_used_and_met_and_how_it_is_rated(college: College, target_of: Any) -> None:
    item = saved(college)
    today = college.today
    target_of("Ada", bank_item=item)
    target_of("Ben", bank_item=item, state="met", closed_on=today)
    target_of("Imran", bank_item=item, state="not_met", closed_on=today, by=college.brandt)
    rate_bank_item(item, 2, by=college.okafor)
    rate_bank_item(item, 5, by=college.okafor)
    rate_bank_item(item, 4, by=college.brandt)
    found = standings([item], college.okafor)[item.pk]
    assert found.words == "used 3 times, met 1 of the 2 that ended"
    assert (found.stars_words, found.mine) == ("★ 4.5 of 5, 2 ratings", 5)
    assert BankRating.objects.count() == 2


def test_standings_cost_three_queries_however_many(college: College) -> None:
    items = [saved(college, title=f"Item {n}") for n in range(30)]
    for number in (3, 30):
        with CaptureQueriesContext(connection) as made:
            standings(items[:number], college.okafor)
        assert len(made) == 3


def test_search_filter_and_order(college: College, target_of: Any) -> None:
    plan = saved(college, area="work", figure="count")
    other = saved(college, title="Coursework", data={"what": "Hand in the essay"}, area="english")
    for given in ("Ada", "Ben", "Chloe"):
        target_of(given, bank_item=other, state="met", closed_on=college.today)
    assert list(bank_items(college.okafor, q="hand essay")) == [other, plan]
    assert list(bank_items(college.okafor, q="hand plan")) == [plan]
    assert list(bank_items(college.okafor, q="hand", area="english")) == [other]
    assert list(bank_items(college.okafor, q="hand essay", figure="count")) == [plan]
    assert bank_items(college.okafor, order="used").first() == other
    assert list(bank_items(college.mendes)) == []


def test_ideas_of_the_past_name_nobody_and_come_from_ones_own_students(college: College, target_of: Any) -> None:
    met = {"state": "met", "closed_on": college.today, "figure": "count"}
    good = target_of("Ben", what="Attend three clinics", **met)
    target_of("Ben", what="Ben attends two clinics", **met)
    target_of("Ben", what="ÁBEL and Carter's clinic", **met)
    target_of("Imran", what="Attend four clinics", by=college.brandt, **met)
    target_of("Chloe", what="Attend nine clinics", **(met | {"state": "not_met"}))
    ideas = [idea.target for idea in ideas_for(college.okafor, "count") if idea.target]
    assert ideas == [good]


def test_a_name_is_found_whatever_its_accents_and_case(college: College) -> None:
    ada = college.student("Ada")
    assert names_student("ABEL hands it in", ada) == "abel"
    assert names_student("Adamant about it", ada) == ""


def test_a_students_name_does_not_go_into_the_bank(college: College, sign_in: Any, target_of: Any) -> None:
    target = target_of("Ada", what="Ada hands in the essay")
    client, address = sign_in(college.okafor), reverse("interventions:bank_new")
    page = client.get(f"{address}?target={target.public_id}")
    sent = {"title": "Essay", "what": "Ada hands in the essay", "target": str(target.public_id)}
    answer = client.post(address, sent | {"form_token": str(page.context["token"])})
    assert answer.status_code == 422
    assert "this student’s name" in answer.content.decode()
    assert not BankItem.objects.filter(title="Essay").exists()
    assert client.post(address, sent | {"what": "Hand in the essay"}).status_code == 302
    assert client.get(f"{address}?target={target_of('Imran', by=college.brandt).public_id}").status_code == 404


def test_a_target_from_the_bank_says_so_and_double_press_sets_one(college: College, sign_in: Any) -> None:
    item, ada = saved(college), college.student("Ada")
    client, address = sign_in(college.okafor), reverse("interventions:target_new", args=[ada.public_id])
    page = client.get(f"{address}?bank={item.public_id}")
    assert page.context["form"]["what"].value() == "Hand in an essay plan"
    sent = {
        "what": "Hand in an essay plan by Monday",
        "due_on": "2026-12-04",
        "bank_item": str(item.public_id),
        "form_token": str(page.context["token"]),
    }
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    target = Target.objects.get()
    assert (target.bank_item, target.what) == (item, "Hand in an essay plan by Monday")


def test_hints_come_while_typing_and_after_saving(college: College, sign_in: Any) -> None:
    client, ada = sign_in(college.okafor), college.student("Ada")
    part = client.post(
        reverse("interventions:target_hints") + "?prefix=new1",
        {"new1-what": "Try to improve", "new1-due_on": "2026-1", "what": "Hand in the essay"},
    )
    words = part.content.decode()
    assert [rule in words for rule in ("try_to", "how_much", "no_date", "against")] == [True, True, True, False]
    address = reverse("interventions:target_new", args=[ada.public_id])
    saved_page = client.post(address, {"what": "Try to improve", "due_on": "2026-12-04"}, follow=True)
    assert "It could be sharper" in saved_page.content.decode()
    detail = client.get(reverse("interventions:target_detail", args=[Target.objects.get().public_id]))
    assert 'data-rule="try_to"' in detail.content.decode()


def test_an_idea_taken_over_keeps_what_was_typed(college: College, sign_in: Any) -> None:
    item, ada = saved(college, data={"what": "Hand in an essay plan", "measure": "It is there"}), college.student("Ada")
    address = reverse("interventions:target_fields", args=[ada.public_id])
    sent = {"new2-what": "My own words", "new2-student_words": "I can do it", "new2-due_on": "2026-12-01"}
    answer = sign_in(college.okafor).post(f"{address}?prefix=new2&bank={item.public_id}", sent)
    form = answer.context["form"]
    found = {name: form[name].value() for name in ("what", "measure", "student_words", "due_on")}
    assert found == {
        "what": "Hand in an essay plan",
        "measure": "It is there",
        "student_words": "I can do it",
        "due_on": "2026-12-01",
    }
    assert "You had written: “My own words”" in answer.content.decode()


def many(client: Any, college: College, *given: str, **more: Any) -> Any:
    people = [str(college.student(name).public_id) for name in given]
    sent = {"student": people, "what": "Attend two clinics", "due_on": "2026-12-04", "save": "1"} | more
    return client.post(reverse("interventions:target_many"), sent)


def test_one_target_for_many_is_set_once_and_then_each_ones_own(college: College, sign_in: Any) -> None:
    client, token = sign_in(college.okafor), str(uuid4())
    for _ in range(2):
        answer = many(client, college, "Ada", "Ben", "Chloe", form_token=token, steps="One\nTwo")
        assert answer.status_code == 302
    made = list(Target.objects.order_by("student__sort_key"))
    assert [target.student.given_name for target in made] == ["Ada", "Ben", "Chloe"]
    assert {str(target.batch) for target in made} == {token}
    assert [target.steps.count() for target in made] == [2, 2, 2]
    detail = client.get(reverse("interventions:target_detail", args=[made[0].public_id]))
    assert "set for 3 students at once" in detail.content.decode()


def test_a_student_out_of_reach_makes_the_whole_list_not_there(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    assert many(client, college, "Ada", "Imran").status_code == 404
    assert not Target.objects.exists()
    address = reverse("interventions:target_new", args=[college.student("Imran").public_id])
    assert client.post(address, {"what": "Hand it in", "due_on": "2026-12-04"}).status_code == 404


def test_bad_input_for_many_is_said_and_nothing_is_lost(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    answer = many(client, college, "Ada", "Ben", what=f"{LONG[:18_000]}", due_on="2026-11-01", steps="One")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "That day is past. Give a day still to come." in page
    assert LONG[:18_000] in page
    assert not Target.objects.exists()
    assert many(client, college).status_code == 422
    named = many(client, college, "Ada", "Ben", what="Ben attends two clinics")
    assert "It seems to name Ben Carter" in named.content.decode()
    assert many(client, college, "Ada", "Ben", what="Ben attends two clinics", named="1").status_code == 302


def test_twenty_thousand_characters_are_kept_and_one_more_is_refused(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:bank_new")
    text = ("🎯 هدف לעשות " * 2_000)[:20_000].strip().ljust(20_000, "ش")
    assert client.post(address, {"title": "Long", "what": text}).status_code == 302
    assert BankItem.objects.get(title="Long").what == text
    assert client.post(address, {"title": "Longer", "what": text + "!"}).status_code == 422


def test_the_list_costs_the_same_for_three_and_for_thirty(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:bank_list") + "?q=Special"
    costs = []
    for number in (3, 27):
        for n in range(number):
            saved(college, title=f"Special {number} {n}")
        client.get(address)
        with CaptureQueriesContext(connection) as made:
            client.get(address)
        costs.append(len(made))
    assert costs[0] == costs[1]


def test_open_reasons_that_are_ticked_are_cleared_by_the_target(college: College, sign_in: Any) -> None:
    alerts = [
        Alert.objects.create(
            student=college.student(given),
            rule=AlertRule.objects.create(name=f"Below for {given}", kind="below", percent=85),
            reason="82 % in six weeks",
            raised_on=college.today,
            true_on=college.today,
        )
        for given in ("Ada", "Ben", "Chloe")
    ]
    client, ada = sign_in(college.okafor), college.student("Ada")
    keys = [reason.key for reason in open_reasons([alert.student_id for alert in alerts], college.okafor)]
    page = client.get(reverse("interventions:target_new", args=[ada.public_id])).content.decode()
    assert [key in page for key in keys] == [True, False, False]
    many(client, college, "Ada", "Ben", answers=keys)
    assert [Alert.objects.get(pk=alert.pk).state for alert in alerts] == ["cleared", "cleared", "open"]
