"""The pages of students, groups and the calendar: who opens them, and what stands on them."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caseload.models import Characteristic, ContactLogEntry, Student, StudentContact
from tests.college import TODAY, College

SignIn = Any


def text_of(client: Client, path: str, status: int = 200, **more: Any) -> str:
    answer = client.get(path, **more)
    assert answer.status_code == status, path
    return answer.content.decode()


def page_of(college: College, given: str, rest: str = "") -> str:
    return f"/students/{college.student(given).public_id}/{rest}"


def test_the_caseload_holds_its_members_and_nobody_else(college: College, sign_in: SignIn) -> None:
    page = text_of(sign_in(college.okafor), "/caseload/")
    assert "My caseload" in page
    assert "Carter, Ben" in page
    assert "Ali, Imran" not in page


def test_a_scope_that_is_not_yours_is_not_there(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.okafor)
    theirs = college.caseloads["10B"].public_id
    assert client.get(f"/caseload/?in=caseload:{theirs}").status_code == 404
    assert client.get("/students/?in=caseload:rubbish").status_code == 404
    assert client.get(f"/students/?in=moon:{theirs}").status_code == 404
    assert client.get(f"/caseload/?in=caseload:{college.caseloads['10A'].public_id}").status_code == 200


def test_a_head_of_year_drills_down_by_tutor_group(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.lind)
    page = text_of(client, f"/students/?in=caseload:{college.caseloads['10B'].public_id}")
    assert "Ali, Imran" in page
    assert "Carter, Ben" not in page
    assert "Adams, Olivia" not in text_of(client, "/students/")


def test_a_part_of_the_list_is_not_the_whole_page(college: College, sign_in: SignIn) -> None:
    page = text_of(sign_in(college.okafor), "/caseload/", headers={"HX-Request": "true"})
    assert 'id="rows"' in page
    assert "<html" not in page


def test_the_student_page_is_there_for_those_who_reach_her_and_for_nobody_else(
    college: College, sign_in: SignIn
) -> None:
    path = page_of(college, "Ada")
    for who in ("okafor", "mendes", "lind", "hollis", "marsh", "doyle", "rahman", "novak", "price", "tran", "lowe"):
        assert sign_in(getattr(college, who)).get(path).status_code == 200, who
    for who in ("brandt", "vance", "farah", "quill", "singh"):
        assert sign_in(getattr(college, who)).get(path).status_code == 404, who
    for who in ("sam", "ward"):
        assert sign_in(getattr(college, who)).get(path).status_code == 403, who


def test_flags_are_for_those_who_may_see_characteristics(college: College, sign_in: SignIn) -> None:
    Characteristic.objects.create(
        student=college.student("Ada"), kind="sen_status", code="E", period=DateRange(TODAY, None)
    )
    path = page_of(college, "Ada")
    assert "EHC plan" in text_of(sign_in(college.okafor), path)
    for who in ("mendes", "price"):
        assert "EHC plan" not in text_of(sign_in(getattr(college, who)), path)


def test_contacts_are_not_for_teachers(college: College, sign_in: SignIn) -> None:
    assert "Éva Ábel" in text_of(sign_in(college.okafor), page_of(college, "Ada"))
    assert "Éva Ábel" not in text_of(sign_in(college.mendes), page_of(college, "Ada"))
    assert sign_in(college.mendes).get(page_of(college, "Ada", "contacts/")).status_code == 403
    assert sign_in(college.brandt).get(page_of(college, "Ada", "contacts/")).status_code == 404


def test_the_home_name_stands_where_home_is_contacted_and_not_for_teachers(college: College, sign_in: SignIn) -> None:
    Student.objects.filter(pk=college.student("Ada").pk).update(home_given_name="Adalbert")
    assert "Adalbert" in text_of(sign_in(college.okafor), page_of(college, "Ada", "contacts/log/"))
    assert "Adalbert" in text_of(sign_in(college.okafor), page_of(college, "Ada"))
    assert "Adalbert" not in text_of(sign_in(college.mendes), page_of(college, "Ada"))


def test_identifiers_are_behind_a_click_and_the_upn_beyond_it(college: College, sign_in: SignIn) -> None:
    ada = college.student("Ada")
    ada.upn, ada.admission_number = "H801200001001", "004711"
    ada.save()
    for who in (college.lind, college.tran):
        assert "004711" not in text_of(sign_in(who), page_of(college, "Ada"))
    page = text_of(sign_in(college.lind), page_of(college, "Ada", "identifiers/"))
    assert "004711" in page
    assert "H801200001001" not in page
    assert "H801200001001" in text_of(sign_in(college.tran), page_of(college, "Ada", "identifiers/"))


def test_who_need_no_identifiers_are_offered_none(college: College, sign_in: SignIn) -> None:
    address = page_of(college, "Ada", "identifiers/")
    assert address in sign_in(college.lind).get(page_of(college, "Ada")).content.decode()
    for who in (college.okafor, college.mendes):
        client = sign_in(who)
        assert address not in client.get(page_of(college, "Ada")).content.decode()
        assert client.get(address).status_code == 403


def test_who_must_not_be_contacted_is_loud_and_has_no_number(college: College, sign_in: SignIn) -> None:
    StudentContact.objects.update(no_contact=True, no_contact_reason="Court order")
    page = text_of(sign_in(college.okafor), page_of(college, "Ada"))
    assert "Do not contact" in page
    assert "Court order" in page
    assert "tel:020 7946 0018" not in page


def test_a_contact_is_logged_and_stands_on_the_timeline(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.okafor)
    form = {"key": str(uuid4()), "direction": "out", "channel": "call", "contact": "", "at": "2026-11-20T09:00"}
    refused = client.post(page_of(college, "Ada", "contacts/log/"), form | {"summary": "", "note": "Long words"})
    assert refused.status_code == 422
    assert "Long words" in refused.content.decode()
    assert client.post(page_of(college, "Ada", "contacts/log/"), form | {"summary": "Rang home"}).status_code == 302
    assert "Rang home" in text_of(client, page_of(college, "Ada"))
    assert "Rang home" not in text_of(client, page_of(college, "Ada", "?kind=place"))
    assert "Rang home" not in text_of(sign_in(college.mendes), page_of(college, "Ada"))


def test_a_contact_still_to_come_is_refused(college: College, sign_in: SignIn) -> None:
    form = {"key": str(uuid4()), "direction": "out", "channel": "call", "at": "2026-11-20T17:00", "summary": "Rang"}
    answer = sign_in(college.okafor).post(page_of(college, "Ada", "contacts/log/"), form)
    assert answer.status_code == 422
    assert ContactLogEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1926-11-24T10:00", "The year 1926 can’t be meant here. Choose a day from 20 Nov 2016 to 20 Nov 2026."),
        ("2026-03-29T01:30", "There was no 01:30 on 29 March 2026: the clocks go forward from 01:00 to 02:00."),
    ],
)
def test_a_contact_at_a_time_that_cannot_be_says_why(college: College, sign_in: SignIn, typed: str, words: str) -> None:
    form = {"key": str(uuid4()), "direction": "out", "channel": "call", "at": typed, "summary": "Rang"}
    answer = sign_in(college.okafor).post(page_of(college, "Ada", "contacts/log/"), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors["at"][0].startswith(words)
    assert not ContactLogEntry.objects.exists()


def test_corrected_details_are_said_to_be_so_and_nothing_where_nothing_differs(
    college: College, sign_in: SignIn
) -> None:
    client, path = sign_in(college.tran), page_of(college, "Ada", "edit/")
    shown = client.get(path).context["form"]
    typed = {name: shown[name].value() or "" for name in shown.fields} | {"phone": "020 7946 0002"}
    page = client.post(path, typed, follow=True).content.decode()
    assert "The details of Ada Ábel are as you gave them now." in page
    shown = client.get(path).context["form"]
    page = client.post(path, {name: shown[name].value() or "" for name in shown.fields}, follow=True).content.decode()
    assert "Nothing of Ada Ábel was different, so nothing has changed." in page


def test_a_contact_in_the_hour_that_comes_twice_stands_as_it_was_typed(college: College, sign_in: SignIn) -> None:
    form = {"key": str(uuid4()), "direction": "out", "channel": "call", "at": "2026-10-25T01:30", "summary": "Rang"}
    client = sign_in(college.okafor)
    assert client.post(page_of(college, "Ada", "contacts/log/"), form).status_code == 302
    assert "Sun 25 Oct, 01:30" in text_of(client, page_of(college, "Ada", "contacts/"))


def test_a_date_of_birth_that_cannot_be_right_is_to_check_and_never_an_age(college: College, sign_in: SignIn) -> None:
    ada = college.student("Ada")
    Student.objects.filter(pk=ada.pk).update(date_of_birth="0212-05-05")
    page = text_of(sign_in(college.okafor), page_of(college, "Ada"))
    assert "Date of birth to check" in page
    assert "years old" not in page


def test_the_timeline_pages_backwards_without_losing_or_repeating(college: College, sign_in: SignIn) -> None:
    from datetime import timedelta

    from core import clock

    ada = college.student("Ada")
    for number in range(70):
        at = clock.now() - timedelta(hours=number // 3)  # three at the same moment
        ContactLogEntry.objects.create(
            student=ada, channel="call", at=at, summary=f"Call number {number:03}.", logged_by=college.okafor
        )
    client, seen, path = sign_in(college.okafor), [], page_of(college, "Ada", "?kind=contact")
    import re

    for _ in range(5):
        page = text_of(client, path)
        seen += re.findall(r"Call number (\d{3})\.", page)
        older = re.search(r'id="older-next"><a class="[^"]*" href="([^"]+)"', page)
        if older is None:
            break
        path = page_of(college, "Ada", older[1].replace("&amp;", "&"))
    assert sorted(seen) == [f"{number:03}" for number in range(70)]


def test_the_student_page_costs_the_same_with_a_long_timeline(college: College, sign_in: SignIn) -> None:
    from core import clock

    client = sign_in(college.okafor)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            text_of(client, page_of(college, "Ada"))
        return len(captured)

    def ring(times: int) -> None:
        for _ in range(times):
            ContactLogEntry.objects.create(
                student=college.student("Ada"), channel="call", at=clock.now(), summary="Rang", logged_by=college.okafor
            )

    count()
    nobody_rang = count()
    ring(1)
    before = count()
    ring(30)
    assert (before, count()) == (nobody_rang + 1, before), "and where nobody rang, calls are not asked for"


def test_the_way_back_leads_to_the_list_it_was_opened_from(college: College, sign_in: SignIn) -> None:
    client, path = sign_in(college.okafor), page_of(college, "Ada")
    page = text_of(client, path, headers={"Referer": "http://testserver/caseload/?show=attention"})
    assert 'href="/caseload/?show=attention">My caseload</a>' in page
    assert 'href="/caseload/?show=attention">My caseload</a>' in text_of(client, path), "kept after something was added"
    stranger = sign_in(college.lind)
    assert 'aria-label="Where this page is"' not in text_of(
        stranger, path, headers={"Referer": "http://elsewhere.example/caseload/"}
    )


def test_the_way_back_to_a_search_keeps_no_words(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.okafor)
    page = text_of(client, page_of(college, "Ada"), headers={"Referer": "http://testserver/search/?q=adalbert"})
    assert 'href="/search/">Search</a>' in page
    assert "adalbert" not in str(dict(client.session))


def test_an_old_address_leads_to_the_student_it_was_merged_into(college: College, sign_in: SignIn) -> None:
    ada, ben = college.student("Ada"), college.student("Ben")
    Student.objects.filter(pk=ada.pk).update(merged_into=ben)
    assert sign_in(college.okafor).get(page_of(college, "Ada"))["Location"] == page_of(college, "Ben")
    assert sign_in(college.brandt).get(page_of(college, "Ada")).status_code == 404


def test_two_people_editing_and_the_second_sees_both_versions(college: College, sign_in: SignIn) -> None:
    client, path = sign_in(college.tran), page_of(college, "Ada", "edit/")
    form = client.get(path).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"phone": "07700 900001"}
    Student.objects.filter(pk=college.student("Ada").pk).update(phone="07700 900009", email="new@x.example")
    answer = client.post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "07700 900001" in page
    assert "07700 900009" in page
    assert [row["label"] for row in answer.context["clash"]] == ["Phone"]  # the email was left alone
    form = answer.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert client.post(path, again).status_code == 302
    ada = Student.objects.get(pk=college.student("Ada").pk)
    assert (ada.phone, ada.email) == ("07700 900001", "new@x.example")


def test_a_student_needs_one_name(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    place = {"year_group": "none", "tutor_group": "none"}
    values = {"sex": "U", "site": college.school.pk, "starts_on": "2026-11-20"} | place
    assert client.post("/students/add/", values).status_code == 422
    answer = client.post("/students/add/", values | {"family_name": "Solo", "upn": "wrong"}, follow=True)
    assert "a doubt about the UPN" in answer.content.decode()
    assert Student.objects.get(family_name="Solo").upn == "WRONG"


def test_moving_somebody_by_the_page(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    group, ada = college.caseloads["10A"], college.student("Ada")
    path = f"/set-up/groups/caseload/{group.public_id}/"
    assert "Carter, Ben" in text_of(client, path)
    assert "Ábel, Ada" in text_of(client, f"{path}?find=ada")
    values = {"to": college.caseloads["10B"].pk, "on": "2026-11-20"}
    assert client.post(f"{path}{ada.public_id}/", values).status_code == 302
    assert list(Student.objects.in_caseload(college.caseloads["10B"].pk).filter(pk=ada.pk)) == [ada]
    other = f"/set-up/groups/caseload/{college.caseloads['10A'].public_id}/add/"
    answer = client.post(other, {"student": str(ada.public_id), "on": "2026-11-20"}, follow=True)
    assert "Move them from there instead" in answer.content.decode()


def test_a_closure_is_shown_in_days_before_it_is_saved(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    values = {"kind": "inset", "name": "INSET", "starts_on": "2026-11-26", "ends_on": "2026-11-30"}
    page = client.post("/set-up/calendar/closures/add/", values).content.decode()
    assert "3 school days fall away at every site" in page
    assert client.post("/set-up/calendar/closures/add/", values | {"save": "1"}).status_code == 302
    assert "INSET" in text_of(client, "/set-up/calendar/")


def test_a_teachers_groups(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.mendes)
    page = text_of(client, "/groups/")
    assert "10x/Ma1" in page
    assert "12 Biology B" not in page
    assert "Carter, Ben" in text_of(client, f"/groups/{college.groups['10x/Ma1'].public_id}/")
    assert client.get(f"/groups/{college.groups['12 Biology B'].public_id}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/students/add/",
        "/set-up/groups/",
        "/set-up/calendar/",
        "/set-up/calendar/add/",
        "/set-up/calendar/closures/add/",
    ],
)
def test_setting_up_is_for_the_data_manager(college: College, sign_in: SignIn, path: str) -> None:
    assert sign_in(college.tran).get(path).status_code == 200
    for who in ("okafor", "lind", "novak", "achebe", "ward", "sam"):
        assert sign_in(getattr(college, who)).get(path).status_code == 403, who


@pytest.mark.parametrize(
    "kind", ["caseload", "teaching_group", "year_group", "house", "team", "course", "area", "site"]
)
def test_every_kind_of_group_has_its_list(college: College, sign_in: SignIn, kind: str) -> None:
    text_of(sign_in(college.tran), f"/set-up/groups/?kind={kind}")
