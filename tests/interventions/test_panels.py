"""Panels: students in the order of their need, a pack of what one may read, and what was agreed, told, done and chased."""

from datetime import timedelta
from uuid import uuid4

import pypdfium2 as pdfium
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from caseload.models import ContactLogEntry
from core import clock
from core.jobs import find, run_now, schedules
from core.models import Mail
from core.pages import due
from core.private.files import open_file
from interventions.actions import panel_packs
from interventions.actions import panels as actions
from interventions.actions.panels import Agreed, PanelChanged, PanelSaid
from interventions.models import PanelAction, PanelDraft, PanelMeeting, PanelPack
from interventions.queries.panel_pack import pack_facts
from interventions.queries.panels import owner_named, owners_by_label, students_of
from tests.setting_up import setting_up

NAMES = ("Ada", "Ben", "Chloe")


def call(college, by=None, names=NAMES, **changes):
    values = {"title": "Year 10 panel", "held_on": college.today, "chair": college.lind, "attendees": (college.okafor,)}
    students = [college.student(name) for name in names]
    return actions.call_panel(by or college.lind, PanelSaid(**values | changes), students, token=uuid4())


@pytest.fixture
def panel(college):
    """Mr Lind's panel about three of 10A; Ms Okafor attends."""
    return call(college)


def agreed(college, name="Ada", owner=None, days=7, line=1):
    due_on = college.today + timedelta(days=days)
    return Agreed(college.student(name).pk, "Ring home about mornings", owner or college.okafor, due_on, line)


def order(college, user, panel):
    return [place.person["given_name"] for place in students_of(user, panel).places]


def test_students_stand_in_the_order_of_their_need(college, target_of):
    target_of("Chloe", -30)
    ContactLogEntry.objects.create(
        student=college.student("Ben"), channel="call", at=clock.now(), summary="x", logged_by=college.okafor,
        follow_up_on=college.today - timedelta(days=20),
    )  # fmt: skip
    found = call(college)
    needs = {
        place.person["given_name"]: place.why[0].need for place in students_of(college.lind, found).places if place.why
    }
    assert order(college, college.lind, found) == ["Ben", "Chloe", "Ada"]
    assert needs["Ben"] > needs["Chloe"] > needs.get("Ada", 0)


def test_whoever_leads_moves_students_and_two_at_once_are_told(college, panel):
    first, second, third = [place.number for place in students_of(college.lind, panel).places]
    moved = actions.move_student(college.lind, panel, panel.version, third, up=True)
    assert order(college, college.lind, panel) == ["Ada", "Chloe", "Ben"]
    with pytest.raises(PanelChanged):
        actions.move_student(college.lind, panel, panel.version, first, up=False)
    with pytest.raises(PermissionDenied):
        actions.move_student(college.okafor, panel, moved.version, first, up=False)
    actions.order_by_need(college.lind, panel, moved.version)
    assert order(college, college.lind, panel) == ["Ada", "Ben", "Chloe"]
    assert second


def test_a_panel_is_called_once_and_only_about_students_in_reach(college):
    token = uuid4()
    said = PanelSaid("Panel", college.today, college.okafor)
    for _ in range(2):
        actions.call_panel(college.okafor, said, [college.student("Ada")], token=token)
    assert PanelMeeting.objects.count() == 1
    with pytest.raises(PermissionDenied):
        actions.call_panel(college.okafor, said, [college.student("Imran")], token=uuid4())


def test_who_sees_a_panel_and_whom_of_it(college, panel):
    mixed = call(college, college.novak, ("Ada", "Imran"), chair=college.novak, attendees=(college.okafor,))
    seen = students_of(college.okafor, mixed)
    assert ([place.person["given_name"] for place in seen.places], seen.hidden) == (["Ada"], 1)
    assert set(PanelMeeting.objects.all().visible_to(college.okafor)) == {panel, mixed}
    assert list(PanelMeeting.objects.all().visible_to(college.brandt)) == []


def test_what_was_agreed_is_saved_once_and_each_owner_told_once_without_a_name(college, panel):
    key = uuid4()
    lines = [agreed(college), agreed(college, "Ben", line=2), agreed(college, "Ben", college.marsh, line=3)]
    for _ in range(2):
        actions.save_recap(college.lind, panel, lines, key=key)
    assert PanelAction.objects.count() == 3
    assert sorted(Mail.objects.values_list("to_address", "subject")) == [
        ("marsh@waymark.example", "1 action from a panel"), ("okafor@waymark.example", "2 actions from a panel"),
    ]  # fmt: skip
    for mail in Mail.objects.all():
        assert not [word for word in ("Ada", "Ben", "Carter", "mornings") if word in mail.text + mail.subject]
    assert Entry.objects.filter(verb="panel_recapped").count() == 1


def test_an_action_is_for_a_student_of_the_panel_and_an_owner_who_works_with_them(college, panel):
    for line in (agreed(college, "Dmytro"), agreed(college, owner=college.brandt)):
        with pytest.raises(PermissionDenied):
            actions.save_recap(college.lind, panel, [line], key=uuid4())
    with pytest.raises(PermissionDenied):
        actions.save_recap(college.brandt, panel, [agreed(college)], key=uuid4())
    assert not PanelAction.objects.exists()


def test_an_action_stands_on_my_work_until_it_is_done(college, panel, sign_in):
    (row,) = actions.save_recap(college.lind, panel, [agreed(college, owner=college.mendes)], key=uuid4())

    def waits(user):
        return [line.item.words for line in due.waiting(user).lines if line.source.key == "panel_action"]

    assert (waits(college.mendes), waits(college.okafor)) == (["Ring home about mornings"], [])
    address = reverse("interventions:panel_action_settle", args=[row.public_id])
    assert sign_in(college.brandt).post(address).status_code == 404
    client = sign_in(college.mendes)

    def said(how="done", by=client):
        return [str(one) for one in by.post(f"{address}?how={how}", follow=True).context["messages"]]

    assert said() == ["Marked as done: Ring home about mornings (Ada Ábel)."]
    assert waits(college.mendes) == []
    already = "already marked this action as done: Ring home about mornings (Ada Ábel)."
    assert said() == [f"Nothing has changed. You have {already}"]
    assert said(by=sign_in(college.lind)) == [f"Nothing has changed. {college.mendes.full_name} has {already}"]
    assert said("open") == ["Open again: Ring home about mornings (Ada Ábel)."]
    assert said("open") == ["Nothing has changed. This action is open: Ring home about mornings (Ada Ábel)."]
    assert waits(college.mendes) == ["Ring home about mornings"]
    assert not actions.settle_action(college.mendes, row, "open")
    with pytest.raises(PermissionDenied):
        actions.settle_action(college.mendes, row, "dropped")
    assert actions.settle_action(college.lind, row, "dropped")


def test_what_is_late_is_chased_once_a_week_and_said_to_the_leader_when_the_owner_is_gone(college, panel):
    lines = [
        agreed(college, days=3),
        agreed(college, "Ben", days=3, line=2),
        agreed(college, "Ben", college.mendes, 3, 3),
    ]
    actions.save_recap(college.lind, panel, lines, key=uuid4())
    Mail.objects.all().delete()
    with setting_up():
        User.objects.filter(pk=college.okafor.pk).update(is_active=False)
    with clock.set_to(clock.at(college.today + timedelta(days=3), 8)):
        assert actions.chase_actions() == 0
    with clock.set_to(clock.at(college.today + timedelta(days=10), 8)):
        for _ in range(2):
            run_now("interventions.chase_panel_actions")
        assert sorted(Mail.objects.values_list("to_address", "subject")) == [
            ("lind@waymark.example", "Actions of a panel without an owner"),
            ("mendes@waymark.example", "Past their day: actions of a panel"),
        ]
    with clock.set_to(clock.at(college.today + timedelta(days=17), 8)):
        run_now("interventions.chase_panel_actions")
    assert Mail.objects.count() == 4
    assert "interventions.chase_panel_actions" in {schedule.task for schedule in schedules()}


def test_the_pack_holds_what_its_reader_may_read(college, panel, target_of):
    target_of("Ada", what="Hand in the essay", audience="pastoral")
    ContactLogEntry.objects.create(
        student=college.student("Ada"),
        channel="call",
        at=clock.now(),
        summary="Rang about lateness",
        logged_by=college.okafor,
    )
    for user, targets, contacts in (
        (college.lind, True, True),
        (college.rahman, True, True),
        (college.mendes, False, False),
    ):
        page = next(page for page in pack_facts(user, panel)["pages"] if page["name"].startswith("Ada"))
        assert (bool(page["targets"]), bool(page["contacts"])) == (targets, contacts), user.family_name
    assert [page["name"] for page in pack_facts(college.farah, panel)["pages"]] == []


def test_the_facts_of_a_pack_cost_the_same_for_two_students_as_for_eight(college):
    two, eight = (
        call(college, names=NAMES[:2]),
        call(college, names=("Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo")),
    )
    costs = []
    for panel in (two, two, eight):
        with CaptureQueriesContext(connection) as caught:
            pack_facts(college.lind, panel)
        costs.append(len(caught))
    assert costs[1] == costs[2]


@pytest.mark.django_db(transaction=True)
def test_a_pack_is_made_once_as_a_pdf_with_one_page_a_student(college):
    found = call(college, names=NAMES[:2])
    pack = panel_packs.ask_for_pack(college.lind, found)
    assert panel_packs.ask_for_pack(college.lind, found) == pack
    for _ in range(2):
        find("interventions.make_pack").run(pack_id=pack.pk)
    pack.refresh_from_db()
    assert (pack.state, PanelPack.objects.count()) == ("done", 1)
    document = pdfium.PdfDocument(open_file(pack.file))
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    assert ["Ada" in text for text in pages] == [True, True, False]
    assert ["Carter" in text for text in pages] == [True, False, True]
    with pytest.raises(PermissionDenied):
        panel_packs.ask_for_pack(college.brandt, found)


def test_an_owner_is_meant_by_name_however_it_is_written(college):
    labels = owners_by_label([college.okafor, college.novak])
    assert owner_named("ngozi OKAFOR", labels) == owner_named("Ms Okafor", labels) == college.okafor
    assert owner_named("mr novak", labels) == college.novak
    assert owner_named("Okaf", labels) is None


def test_a_panel_is_called_from_a_list_and_its_recap_typed_kept_and_saved(college, sign_in):
    client = sign_in(college.lind)
    ada = college.student("Ada")
    form = {
        "title": "🙂 Panel",
        "held_on": "2026-11-20",
        "chair": college.lind.pk,
        "student": [ada.public_id],
        "form_token": uuid4(),
    }
    assert client.post(reverse("interventions:panel_new"), form | {"student": []}).status_code == 422
    client.post(reverse("interventions:panel_new"), form)
    panel = PanelMeeting.objects.get()
    place = panel.places.get().pk
    address = reverse("interventions:panel_recap", args=[panel.public_id])
    key = str(uuid4())
    typed = {"draft_key": key, f"what_{place}_0": "Ring home", f"owner_{place}_0": "Nobody Here", f"due_{place}_0": ""}
    kept = client.post(reverse("interventions:panel_recap_draft", args=[panel.public_id]), typed)
    assert kept.json()["version"] == 1
    again = client.get(address).content.decode()
    assert "Ring home" in again
    assert "Nobody Here" in again
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Choose a name from the list.", "Say by when.", "Ring home"):
        assert words in page
    assert PanelDraft.objects.get(panel=panel).data[f"what_{place}_0"] == "Ring home"
    long_past = typed | {f"owner_{place}_0": "Ms Okafor", f"due_{place}_0": "2026-01-01"}
    assert "before the panel met, on Fri 20 Nov" in client.post(address, long_past).content.decode()
    right = typed | {f"owner_{place}_0": "Ms Okafor", f"due_{place}_0": "2026-12-01"}
    assert client.post(address, right).status_code == 302
    assert PanelAction.objects.get().owner == college.okafor
    assert not PanelDraft.objects.exists()
    page = client.get(reverse("interventions:panel_detail", args=[panel.public_id])).content.decode()
    assert "Ring home" in page
    wrong = right | {"draft_key": str(uuid4()), f"owner_{place}_0": "Jonas Brandt"}
    assert "They don’t work with this student" in client.post(address, wrong).content.decode()


def test_two_devices_make_two_drafts_and_neither_is_lost(college, panel):
    one, other = uuid4(), uuid4()
    actions.save_recap_draft(college.lind, panel, one, {"what_1_0": "first"})
    actions.save_recap_draft(college.lind, panel, other, {"what_1_0": "second"})
    assert sorted(draft.data["what_1_0"] for draft in PanelDraft.objects.all()) == ["first", "second"]
    taken = uuid4()
    actions.save_recap_draft(college.lind, panel, taken, {"what_1_0": "third"}, continues=one, seen=1)
    assert sorted(draft.data["what_1_0"] for draft in PanelDraft.objects.all()) == ["second", "third"]
