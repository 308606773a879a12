"""Whatever is done for many names those whom it leaves out."""

from typing import Any

from django.urls import reverse

from attendance.models import PlannedAbsence
from caseload.models import HouseMembership, SavedFilter, SiteMembership
from interventions.models import Intervention
from tests.college import THIS_YEAR, TODAY, College
from tests.project.things import intervention

SignIn = Any


def test_a_saved_filter_names_those_for_whom_it_cant_be_done(college: College, sign_in: SignIn) -> None:
    # Ms Mendes teaches all of 10A, and tutors 10B besides: only for those does she run interventions.
    college.grant(college.mendes, "tutor", "caseload", college.caseloads["10B"], period=THIS_YEAR)
    saved = SavedFilter.objects.create(owner=college.mendes, name="Mine", place="student_list", query="")
    page = sign_in(college.mendes).get(f"{reverse('interventions:intervention_new')}?filter={saved.public_id}")
    assert page.status_code == 200
    names = page.context["chosen"].left_out
    assert names[:2] == ["Ábel, Ada", "Carter, Ben"]
    assert len(names) == 8
    assert "without 8 students for whom you can’t do this: Ábel, Ada; Carter, Ben;" in page.content.decode()


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
