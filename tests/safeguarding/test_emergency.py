"""When the team is not there: who is told and what the page says of it, breaking glass, and the numbers to call."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from core import clock, naming
from core.jobs import run_now
from core.models import Mail
from safeguarding.actions.adults import AdultReport, raise_adult_concern
from safeguarding.actions.casework import add_entry
from safeguarding.actions.emergency import break_glass, end_glass, open_by_glass, set_emergency
from safeguarding.actions.raising import Report, raise_concern
from safeguarding.actions.triage import acknowledge, assess, open_record
from safeguarding.choices import EntryKind
from safeguarding.models import Concern, ConcernCase, Entry, Glass, Told
from safeguarding.querysets import GLASS
from tests.college import College
from tests.safeguarding.conftest import SECRET, Wall, ask, raise_about
from tests.safeguarding.pages import SignIn, form_for, text, url


def raised(college: College, **more: Any) -> Concern:
    report = {"what": SECRET, "safe_now": "yes", "student": college.student("Ada")} | more
    with naming.named(college.okafor.pk):
        return raise_concern(college.okafor, Report(**report), token=uuid4())


def empty_team(college: College) -> None:
    college.leaves(college.rahman)
    college.leaves(college.bell)


def told() -> set[str]:
    return {mail.to_address.split("@")[0] for mail in Mail.objects.all()}


def after(minutes: int) -> set[str]:
    """Who is mailed by the reminder after so many minutes."""
    Mail.objects.all().delete()
    with clock.set_to(clock.now() + timedelta(minutes=minutes)):
        run_now("safeguarding.remind")
    return told()


def page_of(college: College, sign_in: SignIn, concern: Concern) -> str:
    return text(sign_in(college.okafor).get(url("concern_raised", concern)))


# --- who is told ------------------------------------------------------------------------------------------------------


def test_with_a_team_the_team_is_told_and_the_page_says_so(college: College, sign_in: SignIn) -> None:
    shown = page_of(college, sign_in, raised(college))
    assert told() == {"rahman", "bell"}
    assert "The safeguarding team was told by email" in shown
    assert "999</a>" not in shown


def test_without_a_team_the_head_is_told_and_the_page_says_so(college: College, sign_in: SignIn) -> None:
    empty_team(college)
    concern = raised(college)
    assert told() == {"achebe"}
    shown = page_of(college, sign_in, concern)
    assert "No one of the safeguarding team was here, so the head was told by email" in shown
    assert "Go and find a member of the team" not in shown
    assert "The safeguarding team has it" not in shown
    assert "999</a>" in shown
    assert not any(SECRET in mail.text or "Ada" in mail.text for mail in Mail.objects.all())
    assert after(61) == {"achebe", "foster"}
    assert "The chair of governors was told by email" in page_of(college, sign_in, concern)


def test_without_a_head_either_the_chair_is_told(college: College) -> None:
    empty_team(college)
    college.leaves(college.achebe)
    raised(college)
    assert told() == {"foster"}


def test_with_nobody_at_all_the_page_shows_the_numbers(college: College, sign_in: SignIn) -> None:
    with naming.named(college.rahman.pk):
        set_emergency(college.rahman, authority_phone="01632 960 123", urgent_minutes=10)
    empty_team(college)
    college.leaves(college.achebe)
    college.leaves(college.foster)
    concern = raised(college)
    assert told() == set()
    shown = page_of(college, sign_in, concern)
    assert "Nobody could be told" in shown
    assert '<a href="tel:01632960123">01632 960 123</a>' in shown
    assert "was told by email" not in shown
    with naming.named(college.okafor.pk):
        assert list(Told.objects.values_list("audience", flat=True)) == ["nobody"]


def test_nobody_opens_it_so_the_head_and_then_the_chair_are_told_too(college: College, sign_in: SignIn) -> None:
    concern = raised(college)
    assert after(61) == {"rahman", "bell"}
    assert after(122) == {"rahman", "bell", "achebe"}
    assert "The head was told by email too" in page_of(college, sign_in, concern)
    assert after(243) == {"rahman", "bell", "achebe", "foster"}


def test_the_head_is_told_within_the_minute_of_what_waits_unopened_when_the_team_is_gone(
    college: College, sign_in: SignIn
) -> None:
    with naming.named(college.rahman.pk):
        set_emergency(college.rahman, team_phone="ext. 204", head_phone="ext. 100", urgent_minutes=10)
    unsafe, other = raised(college, safe_now="no"), raised(college)
    with clock.set_to(clock.now() + timedelta(minutes=3)):
        empty_team(college)
        shown = page_of(college, sign_in, unsafe)
        assert "No one of the team is here now." in shown
        assert "The head is told again until someone has opened it." in shown
        assert "ext. 204" not in shown
        assert "ext. 100" in shown
        Mail.objects.all().delete()
        run_now("safeguarding.remind")
        assert sorted(Mail.objects.filter(to_person_id=college.achebe.pk).values_list("subject", flat=True)) == [
            "A safeguarding matter is still waiting",
            "Urgent: a safeguarding matter is still waiting",
        ]
        Mail.objects.all().delete()
        run_now("safeguarding.remind")
        assert told() == set()
    shown = page_of(college, sign_in, unsafe)
    assert "The safeguarding team was told by email, today 10:00." in shown
    assert "The head was told by email too, today 10:03. The head can open it." in shown
    assert "No one of the team is here now." in page_of(college, sign_in, other)


def test_what_is_added_says_who_was_told_of_it(college: College, sign_in: SignIn) -> None:
    concern = raised(college)

    def added() -> str:
        return text(sign_in(college.okafor).post(url("concern_own_detail", concern), {"text": "more"}, follow=True))

    assert "Added. The safeguarding team has been told by email." in added()
    empty_team(college)
    assert "No one of the safeguarding team is here. The head has been told by email." in added()
    college.leaves(college.achebe)
    college.leaves(college.foster)
    assert "No one is here who could be told." in added()


def test_the_page_says_when_the_team_was_told_last_and_that_somebody_opened_it(
    college: College, sign_in: SignIn
) -> None:
    concern = raised(college, safe_now="no")
    after(10)
    shown = page_of(college, sign_in, concern)
    assert "The safeguarding team was told by email, today 10:00, and last today 10:10." in shown
    assert "The safeguarding team is told again until someone has opened it." in shown
    broken(college)
    with naming.named(college.achebe.pk):
        open_by_glass(college.achebe, concern)
    shown = page_of(college, sign_in, concern)
    assert "Someone has opened it, today 10:00" in shown
    assert "is told again until someone has acknowledged it." in shown
    with naming.named(college.achebe.pk):
        acknowledge(college.achebe, Concern.objects.get(pk=concern.pk))
    assert "told again" not in page_of(college, sign_in, concern)


def test_after_the_last_reminder_the_page_does_not_say_that_anybody_is_told_again(
    college: College, sign_in: SignIn
) -> None:
    concern = raised(college)
    minutes = 0
    for times in range(8):
        minutes += 60 * 2 ** max(times - 1, 0) + 1
        assert after(minutes)
    shown = page_of(college, sign_in, concern)
    assert "No more reminders are sent." in shown
    assert "told again" not in shown


def test_a_new_team_is_told_at_once_of_what_only_the_head_knew(college: College) -> None:
    empty_team(college)
    raised(college)
    college.grant(college.okafor, "deputy_dsl", "college")
    assert after(1) == {"okafor"}


def test_one_that_was_opened_stays_with_the_team(college: College) -> None:
    concern = raised(college)
    with naming.named(college.rahman.pk):
        open_record(college.rahman, concern)
    assert after(61) == {"rahman", "bell"}
    assert after(122) == {"rahman", "bell"}


def test_a_student_who_is_not_safe_is_told_of_every_ten_minutes_until_somebody_opened_it(college: College) -> None:
    concern = raised(college, safe_now="no")
    assert {mail.subject for mail in Mail.objects.all()} == {"Urgent: a safeguarding matter is waiting for you"}
    assert after(9) == set()
    assert after(10) == {"rahman", "bell"}
    assert after(20) == {"rahman", "bell", "achebe"}
    assert [bool(after(minutes)) for minutes in (29, 30, 40, 50, 60, 70, 80, 90, 100)] == [False, *[True] * 8]
    with naming.named(college.rahman.pk):
        open_record(college.rahman, concern)
        # The chronology is not buried: eight entries, and the case counts the rest.
        assert Entry.objects.filter(concern=concern, kind="reminded").count() == 8
        assert ConcernCase.objects.get(pk=concern.pk).reminded_times == 10
    assert after(130) == set()
    assert after(160) == {"rahman", "bell"}
    with naming.named(college.rahman.pk):
        acknowledge(college.rahman, Concern.objects.get(pk=concern.pk))
    assert after(600) == set()


def test_the_urgent_email_says_first_that_a_student_may_not_be_safe(college: College) -> None:
    raised(college, safe_now="no")
    after(10)
    assert {mail.text.split("\n\n")[1].startswith("A student may not be safe now. ") for mail in Mail.objects.all()} == {True}  # fmt: skip
    Mail.objects.all().delete()
    raised(college)
    assert not any("not be safe" in mail.text for mail in Mail.objects.all())


def test_the_minutes_are_a_setting(college: College) -> None:
    with naming.named(college.bell.pk):
        set_emergency(college.bell, urgent_minutes=5)
    raised(college, safe_now="no")
    assert after(4) == set()
    assert after(5) == {"rahman", "bell"}


def test_concerns_about_adults_are_reminded_until_they_are_opened(college: College) -> None:
    with naming.named(college.okafor.pk):
        raise_adult_concern(college.okafor, AdultReport(what="x", subject=college.lind), token=uuid4())
    with naming.named(college.brandt.pk):
        raise_adult_concern(college.brandt, AdultReport(what="x", about_head=True), token=uuid4())
    assert after(59) == set()
    assert after(60) == {"achebe", "foster"}
    assert after(61) == set()
    browser_of_head(college)
    assert after(121) == {"foster"}


def browser_of_head(college: College) -> None:
    from safeguarding.actions.adults import open_adult_concern
    from safeguarding.models import AdultConcern

    with naming.named(college.achebe.pk):
        open_adult_concern(college.achebe, AdultConcern.objects.get())


# --- breaking glass ---------------------------------------------------------------------------------------------------


def broken(college: College) -> Glass:
    with naming.named(college.achebe.pk):
        return break_glass(college.achebe, f"Both away {SECRET}")


def test_the_head_breaks_glass_and_the_team_and_the_chair_are_told(college: College) -> None:
    concern = raised(college)
    Mail.objects.all().delete()
    with naming.named(college.achebe.pk):
        assert ask("SELECT public_id FROM safeguarding_concern") == []
        glass = broken(college)
        assert ask("SELECT public_id FROM safeguarding_concern") == [(concern.pk,)]
        assert list(Concern.objects.visible_to(college.achebe, GLASS)) == [concern]
        # It is for this permission and no other.
        assert not Concern.objects.visible_to(college.achebe, "safeguarding.triage_concern")
    assert glass.until_at - glass.started_at == timedelta(hours=4)
    assert told() == {"rahman", "bell", "foster"}
    assert not any(SECRET in mail.text for mail in Mail.objects.all())
    with naming.named(college.rahman.pk):
        assert ask("SELECT actor_id FROM audit_entry WHERE verb = 'glass_broken'") == [(college.achebe.pk,)]


def test_four_hours_later_it_has_ended_by_itself(college: College) -> None:
    raised(college)
    glass = broken(college)
    with clock.set_to(glass.until_at), naming.named(college.achebe.pk):
        assert not Concern.objects.visible_to(college.achebe, GLASS)
    with naming.named(college.achebe.pk):
        ask("SELECT let_glass_run_out()")
        assert ask("SELECT public_id FROM safeguarding_concern") == []
        assert ask("SELECT concern_id FROM safeguarding_concerncase") == []


@pytest.mark.parametrize("key", ["foster", "novak", "tran", "ward", "okafor", "rahman"])
def test_nobody_but_the_head_breaks_it(college: College, key: str) -> None:
    raised(college)
    person = getattr(college, key)
    sql = (
        "INSERT INTO safeguarding_glass (public_id, sealed, key_id, person_id, started_at, until_at)"
        " VALUES (gen_random_uuid(), '', '', %s, now(), now() + interval '1 year')"
    )
    with naming.named(person.pk):
        with pytest.raises(PermissionDenied):
            break_glass(person, "x")
        for who in (person, college.achebe):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                ask(sql, who.pk)
    with naming.named(college.achebe.pk):
        ask(sql, college.achebe.pk)
        # However long somebody asks for, it is four hours.
        assert ask("SELECT until_at - started_at FROM safeguarding_glass") == [(timedelta(hours=4),)]


def test_each_record_says_so_and_the_head_acknowledges_and_writes_but_changes_nothing_else(college: College) -> None:
    concern = raised(college)
    broken(college)
    head = college.achebe
    with naming.named(head.pk):
        for _ in range(2):
            open_by_glass(head, concern)
        acknowledge(head, Concern.objects.get(pk=concern.pk))
        add_entry(head, concern, EntryKind.AGENCY, "Rang social care")
        for sql in (
            "UPDATE safeguarding_concerncase SET severity = 1",
            "UPDATE safeguarding_concerncase SET student_id = NULL",
            "UPDATE safeguarding_concerncase SET assigned_to_id = acknowledged_by_id",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                ask(sql)
        from safeguarding.actions.triage import Assessment

        with pytest.raises(PermissionDenied):
            assess(head, concern, Assessment(1, "neglect", "x"), version=1)
    with naming.named(college.rahman.pk):
        entries = Entry.objects.filter(concern=concern).order_by("recorded_at")
        assert [(entry.kind, entry.by_id) for entry in entries] == [
            ("glass", head.pk),
            ("acknowledged", head.pk),
            ("agency", head.pk),
        ]
        assert "breaking glass until" in entries[0].words["text"]
        assert len(ask("SELECT 1 FROM audit_entry WHERE verb = 'concern_read_by_glass'")) == 2
    with naming.named(college.okafor.pk):
        assert Concern.objects.get(pk=concern.pk).state == "handled"


def test_a_head_who_is_excluded_reads_nothing_by_glass_either(wall: Wall) -> None:
    from safeguarding.actions.sharing import exclude_person

    college = wall.college
    with naming.named(college.rahman.pk):
        exclude_person(college.rahman, wall["B"], college.achebe, "his mother")
    broken(college)
    with naming.named(college.achebe.pk):
        assert ask("SELECT public_id FROM safeguarding_concern") == [(wall["A"].pk,)]
        assert list(Concern.objects.visible_to(college.achebe, GLASS)) == [wall["A"]]


def test_the_team_ends_it(college: College) -> None:
    raised(college)
    glass = broken(college)
    with naming.named(college.rahman.pk):
        end_glass(college.rahman, glass.pk)
    with naming.named(college.achebe.pk):
        assert ask("SELECT public_id FROM safeguarding_concern") == []


def test_the_pages_say_who_was_told_that_glass_was_broken(college: College, sign_in: SignIn) -> None:
    head = sign_in(college.achebe, stepped_up=True)
    assert "The safeguarding team and the chair of governors are told by email at once." in text(head.get(url("glass")))
    empty_team(college)
    assert "The chair of governors is told by email at once. No one is in the safeguarding team." in text(
        head.get(url("glass"))
    )
    answer = text(head.post(url("glass"), {"reason": "Both away"}, follow=True))
    assert answer.count("The chair of governors was told by email. No one was in the safeguarding team.") == 2
    assert "the safeguarding team and" not in answer.lower()


def test_a_suspension_ends_emergency_access_for_good(college: College) -> None:
    from caseload.actions.protected_people import lift_suspension, suspend

    raised(college)
    broken(college)
    with naming.named(college.rahman.pk):
        made = suspend(college.achebe, "Not themselves", college.rahman)
        lift_suspension(made, college.rahman)
        assert ask("SELECT ended_by_id FROM safeguarding_glass") == [(college.rahman.pk,)]
    college.achebe.refresh_from_db()
    with naming.named(college.achebe.pk):
        assert ask("SELECT public_id FROM safeguarding_concern") == []
        assert not Concern.objects.visible_to(college.achebe, GLASS)


def test_the_pages_of_breaking_glass(college: College, sign_in: SignIn) -> None:
    concern = raised(college, safe_now="no")
    head = sign_in(college.achebe, stepped_up=True)
    assert sign_in(college.achebe).get(url("glass")).status_code == 302
    assert head.get(url("glass_detail", concern)).status_code == 404
    assert head.post(url("glass"), {"reason": ""}).status_code == 422
    assert head.post(url("glass"), {"reason": f"Both away {SECRET}"}).status_code == 302
    shown = text(head.get(url("glass")))
    assert "You have emergency access until" in shown
    assert "has been told" not in shown
    assert "Not safe now" in shown
    assert "Opened by breaking glass until" in text(head.get(url("glass_detail", concern)))
    assert head.post(url("glass_acknowledge", concern)).status_code == 302
    entry = {"entry-kind": "note", "entry-text": "Spoke to her", "entry-happened_on": "2026-11-20"}
    assert head.post(url("glass_entry", concern), entry).status_code == 302
    listed = text(sign_in(college.rahman, stepped_up=True).get(url("triage_list")))
    assert "Grace Achebe has emergency access until" in listed
    assert f"Both away {SECRET}" in listed
    assert "Opened by the head by breaking glass" in text(
        sign_in(college.rahman, stepped_up=True).get(url("concern_detail", concern))
    )
    assert head.post(url("glass_end")).status_code == 302
    assert head.get(url("glass_detail", concern)).status_code == 404


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_the_team_and_the_head_set_the_numbers_and_a_reporter_of_an_unsafe_student_sees_them(
    college: College, sign_in: SignIn
) -> None:
    page = reverse("safeguarding:emergency_edit")
    typed = {"team_phone": "ext. 204", "authority_phone": "01632 960123", "urgent_minutes": "10"}
    browser = sign_in(college.bell, stepped_up=True)
    assert browser.post(page, typed | {"urgent_minutes": "0"}).status_code == 422
    assert browser.post(page, typed).status_code == 302
    answer = sign_in(college.okafor).post(url("concern_raise"), form_for(college, safe_now="no"), follow=True)
    shown = text(answer)
    assert "The student is not safe: call now" in shown
    assert "ext. 204" in shown
    assert "01632 960123" in shown
    with naming.named(college.tran.pk), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ask("INSERT INTO safeguarding_emergencysettings (id, urgent_minutes, team_phone, head_phone, authority_phone,"
            " night_phone, changed_at) VALUES ('00000000-0000-0000-0000-000000000001', 10, '', '', '', '', now())")  # fmt: skip


# --- the list ---------------------------------------------------------------------------------------------------------


def order(shown: str, *words: str) -> bool:
    places = [shown.index(word) for word in words]
    return places == sorted(places)


def test_a_student_who_is_not_safe_stands_on_top_and_what_nobody_assessed_never_last(
    college: College, sign_in: SignIn
) -> None:
    from safeguarding.actions.triage import Assessment

    with naming.named(college.okafor.pk):
        low = raise_about(college, college.okafor, "Ada")
        read = raise_about(college, college.okafor, "Ben")
        raise_about(college, college.okafor, "Gita")
    with naming.named(college.rahman.pk):
        assess(college.rahman, low, Assessment(1, "neglect", "x"), version=1)
        open_record(college.rahman, read)
        acknowledge(college.rahman, read)
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        unsafe = raised(college, safe_now="no", student=college.student("Hugo"))
    browser = sign_in(college.rahman, stepped_up=True)
    shown = text(browser.get(url("triage_list")))
    assert order(shown, "Not safe now", "Hugo", "Not acknowledged yet", "Gita", "In progress", "Ben", "Ada")
    assert "concern_acknowledge" not in shown
    assert url("concern_acknowledge", unsafe) not in shown
    browser.post(url("concern_acknowledge", unsafe))
    with naming.named(college.rahman.pk):
        assert ConcernCase.objects.get(pk=unsafe.pk).acknowledged_at is None
    assert url("concern_acknowledge", unsafe) in text(browser.get(url("concern_detail", unsafe)))
    browser.post(url("concern_acknowledge", unsafe))
    with naming.named(college.rahman.pk):
        assert ConcernCase.objects.get(pk=unsafe.pk).acknowledged_at is not None


def test_a_long_list_says_how_many_there_are_and_goes_on(
    college: College, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safeguarding.queries import triage

    monkeypatch.setattr(triage, "PAGE_ROWS", 2)
    for minute, given in enumerate(("Ada", "Ben", "Gita")):
        with clock.set_to(clock.now() - timedelta(minutes=9 - minute)), naming.named(college.okafor.pk):
            raise_about(college, college.okafor, given)
    browser = sign_in(college.rahman, stepped_up=True)
    first, second = text(browser.get(url("triage_list"))), text(browser.get(url("triage_list") + "?page=2"))
    assert "1 to 2 of 3 concerns" in first
    assert [("Ada" in page, "Ben" in page, "Gita" in page) for page in (first, second)] == [
        (True, True, False),
        (False, False, True),
    ]
    found = text(browser.post(url("triage_search"), {"q": SECRET, "page": "2"}))
    assert "3 to 3 of 3 concerns" in found


# --- what the head and the chair were told of ----------------------------------------------------------------------


def work_of(college: College, sign_in: SignIn, who: str) -> str:
    return text(sign_in(college.staff[who]).get(reverse("caseload:my_work")))


def test_the_head_and_the_chair_see_how_many_they_were_told_of_and_nothing_else(
    college: College, sign_in: SignIn
) -> None:
    for_team = raised(college, safe_now="no")
    words = "that you were told of"
    assert [words in work_of(college, sign_in, who) for who in ("achebe", "foster")] == [False, False]
    empty_team(college)
    second = raised(college)
    after(61)
    for who in ("achebe", "foster"):
        shown = work_of(college, sign_in, who)
        assert "2 concerns that you were told of wait unopened" in shown
        assert not any(word in shown for word in ("Ada", SECRET, str(for_team.pk)))
        with naming.named(college.staff[who].pk):
            assert ask("SELECT safeguarding_told_count()") == [(2,)]
            assert ask("SELECT public_id FROM safeguarding_concern") == []
            assert ask("SELECT concern_id FROM safeguarding_told") == []
    # The number stands beside Emergency access too, and the chair is sent to who could take the role.
    assert reverse("caseload:team_list") in work_of(college, sign_in, "foster")
    assert "2 concerns" in text(sign_in(college.achebe, stepped_up=True).get(url("glass")))
    for person in (college.okafor, college.tran, college.novak):
        with naming.named(person.pk):
            assert ask("SELECT safeguarding_told_count()") == [(0,)]
    broken(college)
    with naming.named(college.achebe.pk):
        open_by_glass(college.achebe, second)
    assert "A concern that you were told of waits unopened" in work_of(college, sign_in, "achebe")
    college.leaves(college.achebe)
    with naming.named(college.achebe.pk):
        assert ask("SELECT safeguarding_told_count()") == [(0,)]


def test_a_concern_that_excludes_the_head_is_not_counted_for_them(college: College) -> None:
    from safeguarding.actions.sharing import exclude_person

    concern = raised(college)
    after(61)
    after(122)
    with naming.named(college.achebe.pk):
        assert ask("SELECT safeguarding_told_count()") == [(1,)]
    with naming.named(college.rahman.pk):
        exclude_person(college.rahman, concern, college.achebe, "his mother")
    with naming.named(college.achebe.pk):
        assert ask("SELECT safeguarding_told_count()") == [(0,)]


def test_my_work_says_that_a_confidential_matter_waits_and_not_about_whom(college: College, sign_in: SignIn) -> None:
    with naming.named(college.okafor.pk):
        raise_adult_concern(college.okafor, AdultReport(what="x", subject=college.lind), token=uuid4())
    shown = work_of(college, sign_in, "achebe")
    assert "A confidential matter waits to be opened" in shown
    assert "Lind" not in shown
    assert "confidential matter" not in work_of(college, sign_in, "foster")
    browser_of_head(college)
    assert "confidential matter" not in work_of(college, sign_in, "achebe")


# --- my work ----------------------------------------------------------------------------------------------------------


def test_my_work_counts_what_waits_for_the_team_and_names_nobody(wall: Wall, sign_in: SignIn) -> None:
    college = wall.college
    # The head's is the confidential matter about Mr Lind.
    for who, waits in (("rahman", 1), ("bell", 1), ("okafor", 0), ("achebe", 1)):
        shown = text(sign_in(college.staff[who]).get(reverse("caseload:my_work")))
        assert (who, shown.count("received today 10:00")) == (who, waits)
        assert not any(word in shown for word in ("Imran", SECRET, "Brandt"))
    rahman = text(sign_in(college.rahman).get(reverse("caseload:my_work")))
    assert "Nothing is due" not in rahman
    with clock.set_to(clock.now() + timedelta(days=4)):
        assert "A safeguarding action is due" in text(sign_in(college.rahman).get(reverse("caseload:my_work")))


def test_my_work_puts_a_student_who_is_not_safe_before_what_has_waited_for_days(
    college: College, sign_in: SignIn
) -> None:
    with naming.named(college.okafor.pk):
        raise_about(college, college.okafor, "Ada")
    with clock.set_to(clock.now() + timedelta(days=3)):
        unsafe = raised(college, safe_now="no", student=college.student("Hugo"))
        browser = sign_in(college.rahman, stepped_up=True)
        shown = text(browser.get(reverse("caseload:my_work")))
        assert order(shown, "A student is not safe: open the concern", "A concern waits to be opened")
        with naming.named(college.rahman.pk):
            open_record(college.rahman, unsafe)
            acknowledge(college.rahman, unsafe)
        shown = text(browser.get(reverse("caseload:my_work")))
        assert order(shown, "A student is not safe: assess the concern", "A concern waits to be opened")


def test_the_list_and_the_open_record_say_the_same_of_a_concern(college: College, sign_in: SignIn) -> None:
    concern, browser = raised(college), sign_in(college.rahman, stepped_up=True)
    for _ in range(2):  # opened, it is still not acknowledged
        assert "Not acknowledged" in text(browser.get(url("concern_detail", concern)))
    assert browser.post(url("concern_acknowledge", concern)).status_code in (200, 302)
    assert "Not acknowledged yet" not in text(browser.get(url("triage_list")))
