"""Staff: added, changed, ended, and whose hands may do it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts import actions
from accounts.actions import AlreadyEnded
from accounts.models import Session, User
from accounts.queries import staff_found
from accounts.rules import NotAllowed
from audit.models import Entry
from caseload.models import CaseloadGrant
from core.models import Mail
from tests.setting_up import in_their_name, setting_up

TODAY = date(2026, 11, 20)
add_staff, change_staff = in_their_name(actions.add_staff), in_their_name(actions.change_staff)
end_staff, return_staff = in_their_name(actions.end_staff), in_their_name(actions.return_staff)


def test_a_data_manager_adds_somebody_who_reaches_nobody(college, sign_in):
    answer = sign_in(college.tran).post(
        reverse("accounts:staff_add"), {"given_name": "Ìfẹ́", "family_name": "Adébáyọ̀", "email": " IFE@Waymark.Example "}
    )
    added = User.objects.get(email="ife@waymark.example")
    assert answer.url == reverse("accounts:staff_detail", args=[added.public_id])
    assert (added.works_here, added.has_usable_password(), added.sort_key) == (True, False, "adebayo\x01ife")
    assert not added.has_perm("caseload.view_student")
    assert Entry.objects.get(verb="accounts.staff_added").object_id == str(added.pk)


def test_one_address_one_account_whatever_its_capitals(college, sign_in):
    answer = sign_in(college.tran).post(
        reverse("accounts:staff_add"), {"given_name": "Twin", "email": college.okafor.email.upper()}
    )
    assert answer.status_code == 422
    assert "already signs in with this address" in answer.content.decode()


@pytest.mark.parametrize("key", ["okafor", "lind", "achebe", "rahman", "novak", "price"])
def test_nobody_else_adds_or_changes_staff(college, key):
    by = getattr(college, key)
    with pytest.raises(NotAllowed):
        add_staff(User(email="new@waymark.example", given_name="New"), by)
    with pytest.raises(NotAllowed):
        change_staff(college.sam, {"position": "Head"}, by)
    with pytest.raises(NotAllowed):
        end_staff(college.sam, TODAY, by)


@pytest.mark.parametrize("key", ["tran", "ward"])
def test_nobody_changes_or_ends_themselves(college, key):
    own = getattr(college, key)
    with pytest.raises(NotAllowed, match="own entry"):
        change_staff(own, {"position": "Owner"}, own)
    with pytest.raises(NotAllowed, match="own entry"):
        end_staff(own, TODAY, own)
    with pytest.raises(NotAllowed, match="own entry"):
        return_staff(own, own)


def test_only_what_is_different_is_written(college):
    changed = change_staff(college.sam, {"position": "Supply teacher", "given_name": "Sam"}, college.tran)
    assert changed.position == "Supply teacher"
    assert Entry.objects.get(verb="accounts.staff_changed").details == {"fields": ["position"]}


def test_nobody_becomes_somebody_else_by_typing_more(college, sign_in):
    data = {"given_name": "Sam", "email": "sam@waymark.example", "is_superuser": "1", "is_active": "", "password": "x"}
    sign_in(college.tran).post(reverse("accounts:staff_edit", args=[college.sam.public_id]), data)
    college.sam.refresh_from_db()
    assert (college.sam.is_superuser, college.sam.is_active, college.sam.has_usable_password()) == (False, True, False)


@pytest.mark.parametrize("key", ["rahman", "bell", "achebe"])
def test_the_address_of_a_protected_person_stays(college, sign_in, key):
    person = getattr(college, key)
    with pytest.raises(NotAllowed, match="protected role"):
        change_staff(person, {"email": "mine@waymark.example"}, college.ward)
    data = {"given_name": person.given_name, "family_name": person.family_name, "email": "mine@waymark.example"}
    answer = sign_in(college.tran).post(reverse("accounts:staff_edit", args=[person.public_id]), data)
    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.email == f"{key}@waymark.example"


def test_ending_somebody_ends_their_reach_and_their_sessions(college, sign_in):
    browser = sign_in(college.okafor)
    sign_in(college.tran).post(
        reverse("accounts:staff_end", args=[college.okafor.public_id]), {"last_day": "2026-11-19"}
    )
    college.okafor.refresh_from_db()
    assert not college.okafor.works_here
    assert CaseloadGrant.objects.get(user=college.okafor).period.upper == TODAY
    assert not Session.objects.filter(user_id=college.okafor.pk).exists()
    assert browser.get(reverse("caseload:caseload_list")).status_code == 302
    entry = Entry.objects.get(verb="accounts.staff_ended")
    assert entry.details == {"last_day": "2026-11-19", "grants": 1}


def test_ending_at_the_end_of_term_lets_them_work_until_then(college):
    end_staff(college.okafor, date(2026, 12, 18), college.tran)
    assert college.okafor.has_perm("caseload.view_student")
    assert User.objects.get(pk=college.okafor.pk).works_here


def test_ending_twice_tells_the_second_person(college):
    end_staff(college.okafor, date(2026, 11, 1), college.tran)
    with pytest.raises(AlreadyEnded):
        end_staff(college.okafor, TODAY, college.ward)


def test_whoever_comes_back_has_nothing_back(college):
    end_staff(college.okafor, date(2026, 11, 1), college.tran)
    back = return_staff(college.okafor, college.tran)
    assert back.works_here
    vars(back).pop("_reach", None)
    assert not back.has_perm("caseload.view_student")


def test_a_link_to_set_a_password_goes_to_the_person_alone(college, sign_in):
    page = sign_in(college.tran).post(reverse("accounts:staff_send_link", args=[college.sam.public_id]), follow=True)
    sent = Mail.objects.get()
    assert (sent.to_address, sent.to_person_id) == ("sam@waymark.example", college.sam.pk)
    assert (sent.link_kind, sent.link_about) == ("accounts.password", {"user": college.sam.pk})
    assert "/password/reset/key/" not in sent.text + sent.html
    assert "/password/reset/key/" not in page.content.decode()


def test_staff_are_found_by_any_part_in_any_order(college):
    def found(words):
        return [user.pk for user in staff_found(words)]

    assert found("okafor ngozi") == [college.okafor.pk]
    assert found("tran") == [college.tran.pk]
    assert found("TRẦN") == [college.tran.pk]
    assert found("novák p") == [college.novak.pk]
    assert len(found("")) == 21
    assert list(staff_found("", ended=True)) == []


def test_the_list_costs_the_same_for_few_and_for_many(college, sign_in, django_assert_num_queries):
    browser = sign_in(college.tran)
    url = reverse("accounts:staff_list")
    browser.get(url)
    with django_assert_num_queries(23) as few:  # five of them count what is to be set up, once a minute
        browser.get(url)
    for number in range(30):
        with setting_up():
            user = User.objects.create_user(f"more{number}@waymark.example", given_name="More", family_name=str(number))
        college.grant(user, "teacher", "teaching_group", college.groups["10x/Ma1"])
    with django_assert_num_queries(len(few)):
        browser.get(url)


def test_a_system_administrator_sees_the_record_without_what_is_walled(college, sign_in):
    from audit.record import record

    record(college.okafor, "tests.seen", "student", 7)
    record(college.rahman, "tests.secret", "concern", 8, walled=True)
    browser = sign_in(college.ward)
    page = browser.get(reverse("accounts:audit_list")).content.decode()
    assert "student 7" in page
    assert "secret" not in page
    assert "concern 8" not in page
    assert Entry.objects.filter(verb="audit.read", actor_id=college.ward.pk).count() == 1


def test_the_record_is_found_by_person_and_day(college, sign_in):
    from audit.record import record

    record(college.okafor, "tests.seen", "student", 7)
    record(college.brandt, "tests.seen", "student", 9)
    browser = sign_in(college.ward)
    url = reverse("accounts:audit_list")
    page = browser.get(url, {"person": college.okafor.email, "verb": "tests.seen"}).content.decode()
    assert ("student 7" in page, "student 9" in page) == (True, False)
    assert "No such entries" in browser.get(url, {"start": "2027-01-01"}).content.decode()
    assert browser.get(url, {"person": "nobody@waymark.example"}).status_code == 422


def test_the_record_goes_on_page_after_page(college, sign_in, monkeypatch):
    from audit import queries
    from audit.record import record

    monkeypatch.setattr(queries, "SHOWN", 2)
    for number in range(5):
        record(college.okafor, "tests.seen", "student", number)
    browser = sign_in(college.ward)
    first = browser.get(reverse("accounts:audit_list"), {"verb": "tests.seen"})
    assert [row["entry"].object_id for row in first.context["rows"]] == ["4", "3"]
    second = browser.get(reverse("accounts:audit_list") + first.context["older"])
    assert [row["entry"].object_id for row in second.context["rows"]] == ["2", "1"]
