"""Whatever is done for many names those whom it leaves out."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from attendance.models import PlannedAbsence
from caseload.models import HouseMembership, SavedFilter, SiteMembership, Student
from interventions.models import Intervention, InterventionType, LetterBatch, LetterTemplate, Note, Target
from tests.college import THIS_YEAR, TODAY, College
from tests.project.things import intervention

SignIn = Any


def test_a_saved_filter_names_those_for_whom_it_cant_be_done(college: College, sign_in: SignIn) -> None:
    # Ms Mendes teaches all of 10A, and tutors 10B besides: only for those does she run interventions.
    college.grant(college.mendes, "tutor", "caseload", college.caseloads["10B"], period=THIS_YEAR)
    saved = SavedFilter.objects.create(owner=college.mendes, name="Mine", place="student_list", query="")
    page = sign_in(college.mendes).get(f"{reverse('interventions:intervention_new')}?filter={saved.public_id}")
    assert page.status_code == 200
    names = page.context["chosen"].out_of_reach
    assert names[:2] == ["Ábel, Ada", "Carter, Ben"]
    assert len(names) == 8
    assert "without 8 students you can’t do this for: Ábel, Ada; Carter, Ben;" in page.content.decode()


def test_those_who_take_part_already_are_named(college: College, sign_in: SignIn) -> None:
    row = Intervention.objects.get(public_id=intervention(college))
    there = row.members.select_related("student").get().student
    ben = college.student("Ben")
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_students", args=[row.public_id])
    sent = {"student": [str(there.public_id), str(ben.public_id)], "joins_on": TODAY.isoformat(), "save": "1"}
    page = client.post(address, sent, follow=True)
    assert [str(each) for each in page.context["messages"]] == [
        f"1 student added. Already taking part: {there.full_name}."
    ]
    page = client.post(address, sent, follow=True)
    assert [str(each) for each in page.context["messages"]] == ["All of them take part already."]


def test_planning_absence_for_a_group_counts_those_out_of_reach(college: College, sign_in: SignIn) -> None:
    house = college.houses["Kestrel"]
    inside = HouseMembership.objects.filter(group=house).count()
    address = f"{reverse('attendance:planned_many')}?in=house:{house.public_id}"
    page = sign_in(college.price).get(address)
    assert (page.context["chosen"], page.context["out_of_reach"]) == (inside, 0)
    # An attendance officer of the school alone, and a student of the house who is at the sixth form.
    college.grant(college.sam, "attendance_officer", "site", college.school, period=THIS_YEAR)
    SiteMembership.objects.filter(student=college.student("Ada")).update(site=college.sixth)
    page = sign_in(college.sam).get(address)
    assert (page.context["chosen"], page.context["out_of_reach"]) == (inside - 1, 1)
    assert "1 more student of these groups is left out" in page.content.decode()


def test_somebody_picked_who_is_out_of_reach_is_not_left_out_silently(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.price)
    address = reverse("attendance:planned_many")
    assert client.get(f"{address}?student={college.student('Ada').public_id}").status_code == 200
    gone = college.student("Ben")
    type(gone).objects.filter(pk=gone.pk).update(taken_back_at="2026-11-20T10:00Z")
    picked = f"?student={college.student('Ada').public_id}&student={gone.public_id}"
    assert client.get(f"{address}{picked}").status_code == 404
    assert not PlannedAbsence.objects.exists()


@pytest.fixture
def leaver(college: College) -> Student:
    """Ben left on 12 November and is in 10A as before."""
    ben = college.student("Ben")
    SiteMembership.objects.filter(student=ben).update(period=(None, TODAY - timedelta(days=7)))
    return ben


def both(college: College) -> list[str]:
    return [str(college.student(name).public_id) for name in ("Ada", "Ben")]


LEFT_OUT = "Left out: Ben Carter (not on the roll today)."


def test_targets_for_many_leave_out_a_leaver_by_name(college: College, leaver: Student, sign_in: SignIn) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:target_many")
    shown = client.get(address, {"student": both(college)})
    assert LEFT_OUT in shown.content.decode()
    assert [row["person"]["given_name"] for row in shown.context["who"].rows] == ["Ada"]
    typed = {
        "student": both(college), "what": "Bring the planner", "due_on": TODAY + timedelta(days=14),
        "audience": "teachers", "form_token": uuid4(), "save": "1",
    }  # fmt: skip
    said = [str(one) for one in client.post(address, typed, follow=True).context["messages"]]
    assert said[:2] == ["The target is set for 1 student.", LEFT_OUT]
    assert [target.student.given_name for target in Target.objects.all()] == ["Ada"]


def test_interventions_leave_out_a_leaver_by_name(college: College, leaver: Student, sign_in: SignIn) -> None:
    kind = InterventionType.objects.get(name="Attendance mentoring")
    typed = {
        "student": both(college), "type": kind.pk, "led_by": college.lind.pk, "starts_on": TODAY, "form_token": uuid4(),
        "review_on": TODAY + timedelta(days=30), "intended": "Attendance of 95 %", "figure": "attendance",
        "chosen_for": "none",
    }  # fmt: skip
    client = sign_in(college.lind)
    page = client.post(reverse("interventions:intervention_new"), typed, follow=True)
    assert LEFT_OUT in [str(one) for one in page.context["messages"]]
    row = Intervention.objects.get()
    assert [member.student.given_name for member in row.members.all()] == ["Ada"]
    alone = {"student": str(leaver.public_id), "joins_on": TODAY.isoformat()}
    again = client.post(reverse("interventions:intervention_students", args=[row.public_id]), alone)
    assert (again.status_code, LEFT_OUT in again.content.decode(), row.members.count()) == (422, True, 1)


def test_letters_and_notes_for_many_leave_out_a_leaver_by_name(
    college: College, leaver: Student, sign_in: SignIn
) -> None:
    template = LetterTemplate.objects.create(name="First concern", subject="Attendance", body="Dear {recipient}")
    client, address = sign_in(college.lind), reverse("interventions:letter_new")
    assert LEFT_OUT in client.get(address, {"student": both(college)}).content.decode()
    client.post(address, {"student": both(college), "template": template.pk, "form_token": uuid4()})
    batch = LetterBatch.objects.get()
    assert batch.left_out == [["Ben Carter", "not on the roll today"]]
    assert {letter.student.given_name for letter in batch.letters.all()} == {"Ada"}
    # One alone is meant: a letter about a student who has left.
    client.post(address, {"student": both(college)[1], "template": template.pk, "form_token": uuid4()})
    assert "not on the roll today" not in str(LetterBatch.objects.exclude(pk=batch.pk).get().left_out)
    typed = {
        "student": both(college),
        "kind": "attendance",
        "audience": "teachers",
        "text": "Late bus",
        "form_token": uuid4(),
    }
    page = sign_in(college.okafor).post(reverse("interventions:note_new_many"), typed, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["The note is saved on 1 student page.", LEFT_OUT]
    assert [note.student.given_name for note in Note.objects.all()] == ["Ada"]
