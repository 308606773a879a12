"""Cover: a caseload handed over from one day to another, with a note, ending by itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from caseload.actions import cover, grants
from caseload.actions.cover import Handover, set_cover_policy
from caseload.actions.grants import AlreadyEnded, AlreadyHeld, Impossible
from caseload.models import CaseloadGrant, CoverNote, Student
from caseload.queries.cover import cover_list, cover_named, covering
from caseload.rules.cover import may_hand_over
from caseload.rules.students import NotAllowed
from core import clock
from core.models import Mail
from tests.caseload.test_grants import wanted as reaching
from tests.college import College
from tests.setting_up import in_their_name

arrange_cover, end_cover = in_their_name(cover.arrange_cover), in_their_name(cover.end_cover)
give_cover = in_their_name(grants.give_cover)
TODAY, LAST = date(2026, 11, 20), date(2026, 11, 27)
WORDS = "Two birthdays this week; the key is with reception."


def handover(college: College, **changes: Any) -> Handover:
    """10A to Sam for a week, with a line about Ada."""
    asked = {
        "caseload": college.caseloads["10A"],
        "to": college.sam,
        "starts_on": TODAY,
        "last_day": LAST,
        "note": WORDS,
        "lines": {college.student("Ada").pk: "Ring home on Monday."},
    }
    return Handover(**(asked | changes))


def on(day: date) -> Any:
    """As if it were noon of that day."""
    return clock.set_to(clock.at(day, 12))


def fresh(person: Any) -> Any:
    """The same person as a later request sees them."""
    return type(person).objects.get(pk=person.pk)


def names(cover: dict[str, Any]) -> dict[str, list[str]]:
    """Which caseloads stand where in a list of cover."""
    return {when: [one.caseload.name for one in found] for when, found in cover.items()}


def test_the_leader_of_the_tutors_hands_a_caseload_over_and_it_ends_by_itself(college: College) -> None:
    assert not fresh(college.sam).has_perm("caseload.view_caseload")
    grant = arrange_cover(handover(college), by=college.marsh)
    assert (grant.capacity, grant.role.name, grant.given_by) == ("cover", "tutor", college.marsh)
    sam = fresh(college.sam)
    reached = Student.objects.visible_to(sam, "interventions.log_meeting").order_by("sort_key")
    assert [student.given_name for student in reached] == [
        "Ada", "Ben", "Chloe", "Dmytro", "Finn", "Gita", "Esra", "Hugo",
    ]  # fmt: skip
    (cover,) = covering(sam)
    assert (cover.note, cover.last_day) == (WORDS, LAST)
    assert [(line["student"]["given_name"], line["text"]) for line in cover.lines] == [("Ada", "Ring home on Monday.")]
    with on(LAST):
        assert len(covering(fresh(college.sam))) == 1
    with on(LAST + timedelta(days=1)):
        sam = fresh(college.sam)
        assert covering(sam) == []
        assert not Student.objects.visible_to(sam, "caseload.view_student").exists()
        assert cover_named(sam, grant.public_id) is None
        assert names(cover_list(fresh(college.marsh))) == {"now": [], "later": [], "ended": ["10A"]}
    entry = Entry.objects.get(verb="caseload.cover_arranged")
    assert (entry.details["user"], entry.details["last_day"]) == (college.sam.pk, "2026-11-27")


def test_whoever_covers_is_told_by_mail_without_a_students_name(college: College) -> None:
    arrange_cover(handover(college), by=college.marsh)
    mail = Mail.objects.get(to_person_id=college.sam.pk)
    assert "Mrs Marsh handed 10A over to you from Fri 20 Nov to Fri 27 Nov" in mail.text
    assert [name for name in ("Ada", "birthdays", "Ring home") if name in mail.text + mail.subject] == []


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("marsh", ["10A"]),
        ("lind", ["10A", "10B"]),
        ("hollis", ["Kestrel 1"]),
        ("doyle", ["10A", "10B", "9C", "Kestrel 1"]),
        ("okafor", []),
        ("mendes", []),
        ("tran", []),
        ("sam", []),
    ],
)
def test_who_hands_over_which_caseload(college: College, who: str, offered: list[str]) -> None:
    assert list(may_hand_over(getattr(college, who)).order_by("name").values_list("name", flat=True)) == offered


def test_tutors_hand_over_their_own_only_where_the_college_says_so(college: College) -> None:
    with pytest.raises(NotAllowed):
        arrange_cover(handover(college), by=college.okafor)
    set_cover_policy(college.tran, tutors_arrange=True)
    arrange_cover(handover(college), by=college.okafor)
    with pytest.raises(NotAllowed):
        arrange_cover(handover(college, caseload=college.caseloads["10B"]), by=college.okafor)
    # Whoever covers hands nothing on.
    assert list(may_hand_over(fresh(college.sam))) == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"last_day": date(2026, 11, 19)}, "last_day", "The last day is before the first"),
        ({"starts_on": date(2026, 11, 19)}, "starts_on", "That day has passed"),
        ({"last_day": date(2027, 9, 5)}, "last_day", "10A is a group of the year that ends on Tue 31 Aug 2027"),
    ],
)
def test_dates_that_make_no_sense_are_refused_with_a_sentence(
    college: College, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Impossible, match=words) as refused:
        arrange_cover(handover(college, **changes), by=college.marsh)
    assert refused.value.field == field
    assert not CaseloadGrant.objects.filter(capacity="cover").exists()


def test_a_caseload_is_covered_by_one_person_at_a_time(college: College) -> None:
    first = arrange_cover(handover(college), by=college.marsh)
    assert arrange_cover(handover(college), by=college.marsh) == first
    assert Mail.objects.count() == 1
    with pytest.raises(AlreadyHeld, match="Mx Oduya covers this caseload already, from 20 Nov 2026 to 27 Nov 2026"):
        arrange_cover(handover(college, to=college.brandt, starts_on=LAST, last_day=LAST), by=college.lind)
    with pytest.raises(AlreadyHeld, match="Mx Oduya covers"):
        give_cover(
            reaching(college, user=college.brandt, container=college.caseloads["10A"], last_day=LAST), college.tran
        )
    with pytest.raises(AlreadyHeld, match="They hold this already"):
        arrange_cover(handover(college, to=college.okafor, starts_on=date(2026, 12, 1), last_day=date(2026, 12, 2)), by=college.lind)  # fmt: skip
    after = handover(college, to=college.brandt, starts_on=date(2026, 11, 28), last_day=date(2026, 12, 4))
    assert arrange_cover(after, by=college.lind).user == college.brandt


def test_it_is_ended_early_once_and_by_whoever_could_arrange_it(college: College) -> None:
    grant = arrange_cover(handover(college), by=college.marsh)
    with pytest.raises(NotAllowed):
        end_cover(grant, by=college.sam)
    end_cover(grant, by=college.lind)
    assert not Student.objects.visible_to(fresh(college.sam), "caseload.view_student").exists()
    with pytest.raises(AlreadyEnded):
        end_cover(grant, by=college.marsh)
    assert Entry.objects.filter(verb="caseload.cover_ended").count() == 1


def test_what_has_not_begun_is_not_read_yet_by_whoever_covers(college: College, sign_in: Any) -> None:
    grant = arrange_cover(handover(college, starts_on=date(2026, 11, 23)), by=college.marsh)
    page = reverse("caseload:cover_detail", args=[grant.public_id])
    assert WORDS in sign_in(college.marsh).get(page).content.decode()
    # Sam reaches nobody yet, so not even the page.
    assert sign_in(college.sam).get(page).status_code == 403
    brandt = arrange_cover(handover(college, caseload=college.caseloads["10A"], to=college.brandt,
        starts_on=date(2026, 12, 1), last_day=date(2026, 12, 4)), by=college.marsh)  # fmt: skip
    early = sign_in(college.brandt).get(reverse("caseload:cover_detail", args=[brandt.public_id])).content.decode()
    assert (WORDS in early, "It has not begun" in early) == (False, True)


def test_the_note_stands_on_their_lists_and_with_each_student(college: College, sign_in: Any) -> None:
    grant = arrange_cover(handover(college), by=college.marsh)
    sam = sign_in(college.sam)
    for page in ("/caseload/", "/my-work/"):
        text = sam.get(page).content.decode()
        assert "You cover 10A until Fri 27 Nov" in text
        assert "the key is with reception" in text
    student = reverse("caseload:student_detail", args=[college.student("Ada").public_id])
    assert "Ring home on Monday." in sam.get(student).content.decode()
    assert "Ring home on Monday." in sign_in(college.okafor).get(student).content.decode()
    assert "Ring home on Monday." not in sign_in(college.mendes).get(student).content.decode()
    assert "Ring home" not in sam.get(reverse("caseload:student_detail", args=[college.student("Ben").public_id])).content.decode()  # fmt: skip
    assert sign_in(college.brandt).get(reverse("caseload:cover_detail", args=[grant.public_id])).status_code == 404


def test_a_form_with_faults_keeps_every_word_and_then_goes_through(college: College, sign_in: Any) -> None:
    leader = sign_in(college.marsh)
    page = leader.get(reverse("caseload:cover_new"), follow=True)
    assert page.context["caseload"] == college.caseloads["10A"]
    address = f"{reverse('caseload:cover_new')}?caseload={college.caseloads['10A'].public_id}"
    line = f"line-{college.student('Ada').public_id}"
    typed = {
        "to": str(college.sam.public_id), "starts_on": "2026-11-23", "last_day": "2026-11-20", "note": "🌧 شكرا " * 300,
        line: "Ring home on Monday.",
    }  # fmt: skip
    answer = leader.post(address, typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The last day is before the first" in text
    assert text.count("🌧") == 300
    assert "Ring home on Monday." in text
    done = leader.post(address, typed | {"last_day": "2026-11-27"})
    grant = CaseloadGrant.objects.get(capacity="cover")
    assert done.headers["Location"] == reverse("caseload:cover_detail", args=[grant.public_id])
    assert CoverNote.objects.get().text == "Ring home on Monday."
    other = f"{reverse('caseload:cover_new')}?caseload={college.caseloads['10B'].public_id}"
    assert leader.post(other, typed).status_code == 302
    assert CaseloadGrant.objects.filter(capacity="cover").count() == 1
