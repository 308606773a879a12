"""The pages on which reach is given and ended, and the safeguarding team named."""

import pytest
from django.urls import reverse

from caseload.models import CaseloadGrant, CollegeGrant, RoleProposal

GIVE = "/reach/give/"


def asked(college, **more):
    values = {
        "person": str(college.sam.public_id),
        "role_kind": "tutor:caseload",
        "container": str(college.caseloads["10B"].public_id),
        "capacity": "cover",
        "starts_on": "2026-11-20",
        "last_day": "2026-12-18",
        "reason": "Mr Brandt is away",
        "handover_note": "Two birthdays this week.",
    }
    return values | more


def test_somebody_is_found_then_the_role_chosen_then_what_it_is_over(college, sign_in):
    browser = sign_in(college.tran)
    found = browser.get(GIVE, {"q": "oduya"}).content.decode()
    assert f"?person={college.sam.public_id}" in found
    without_role = browser.get(GIVE, {"person": str(college.sam.public_id)})
    assert without_role.context["form"].dependent == []
    with_role = browser.get(GIVE, {"person": str(college.sam.public_id), "role_kind": "tutor:caseload"})
    names = [label for _, label in with_role.context["form"].fields["container"].choices]
    assert names == [
        "Choose one",
        "10A (Waymark School)",
        "10B (Waymark School)",
        "9C (Waymark School)",
        "Kestrel 1 (Waymark School)",
        "S1 (Waymark Sixth)",
    ]


def test_choosing_a_role_brings_its_part_alone(college, sign_in):
    data = {"person": str(college.sam.public_id), "role_kind": "head_of_house:house"}
    part = sign_in(college.tran).get(GIVE, data, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="over">')
    assert "Kestrel" in part
    assert "<html" not in part


def test_cover_is_given(college, sign_in):
    answer = sign_in(college.tran).post(GIVE, asked(college))
    grant = CaseloadGrant.objects.get(user=college.sam)
    assert answer.url == reverse("caseload:grant_detail", args=["caseload", grant.public_id])
    assert (grant.capacity, grant.given_by, grant.reason) == ("cover", college.tran, "Mr Brandt is away")
    page = sign_in(college.tran).get(answer.url).content.decode()
    assert "Two birthdays this week." in page
    assert "Holds now" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_day": ""}, "Cover needs a last day"),
        ({"last_day": "2026-11-01", "starts_on": "2026-10-01"}, "That day has passed"),
        ({"last_day": "2026-11-19"}, "The last day is before the first"),
        ({"container": "10B"}, "This is not one of the choices here"),
        ({"role_kind": "dsl:college"}, "This is not one of the choices here"),
        ({"reason": ""}, "Fill this in."),
    ],
)
def test_faults_are_said_and_what_was_typed_stays(college, sign_in, changes, words):
    answer = sign_in(college.tran).post(GIVE, asked(college, **changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert not CaseloadGrant.objects.filter(user=college.sam).exists()


def test_an_overlap_says_from_when_to_when(college, sign_in):
    browser = sign_in(college.tran)
    browser.post(GIVE, asked(college))
    again = browser.post(GIVE, asked(college, starts_on="2026-12-01", last_day="2027-01-31"))
    assert "from 20 Nov 2026 to 18 Dec 2026" in again.content.decode()


def test_nobody_gives_reach_to_themselves(college, sign_in):
    page = sign_in(college.tran).get(GIVE, {"person": str(college.tran.public_id)}).content.decode()
    assert "Nobody gives reach to themselves" in page
    answer = sign_in(college.tran).post(GIVE, asked(college, person=str(college.tran.public_id)))
    assert answer.status_code == 422
    assert not CaseloadGrant.objects.filter(user=college.tran).exists()


def test_a_data_manager_of_one_site_meets_404_at_another(college, sign_in):
    college.grant(college.sam, "data_manager", "site", college.sixth)
    browser = sign_in(college.sam)
    elsewhere = CaseloadGrant.objects.get(user=college.okafor)
    assert browser.get(reverse("caseload:grant_detail", args=["caseload", elsewhere.public_id])).status_code == 404
    assert browser.post(reverse("caseload:grant_end", args=["caseload", elsewhere.public_id])).status_code == 404
    tenth = college.caseloads["10A"].public_id
    assert browser.get(reverse("caseload:grant_reaches", args=["caseload", tenth])).status_code == 404
    mine = CaseloadGrant.objects.get(user=college.farah)
    assert browser.get(reverse("caseload:grant_detail", args=["caseload", mine.public_id])).status_code == 200


def test_ended_on_the_page_it_stays_in_its_history(college, sign_in):
    grant = CaseloadGrant.objects.get(user=college.okafor)
    browser = sign_in(college.tran)
    url = reverse("caseload:grant_end", args=["caseload", grant.public_id])
    page = browser.post(url, {"reason": "Moved"}, follow=True).content.decode()
    assert "It has ended." in page
    assert "Moved" in page
    assert "Mr" not in page.split("History")[0] or "Ended" in page
    assert "That had ended already." in browser.post(url, follow=True).content.decode()
    past = browser.get(reverse("caseload:grant_list"), {"when": "ended"}).content.decode()
    assert "Ngozi Okafor" in past


def test_the_team_is_named_by_two_persons(college, sign_in):
    lead, head = sign_in(college.rahman, stepped_up=True), sign_in(college.achebe, stepped_up=True)
    lead.post(
        reverse("caseload:team_propose"),
        {"email": college.novak.email, "role": "deputy_dsl", "starts_on": "2026-11-20", "reason": "A third"},
    )
    proposal = RoleProposal.objects.get()
    decide = reverse("caseload:team_decide", args=[proposal.public_id])
    own = lead.post(decide, {"decision": "consent"}, follow=True).content.decode()
    assert "neither the proposer nor the person proposed" in own
    assert not CollegeGrant.objects.filter(user=college.novak, role__name="deputy_dsl").exists()
    page = head.post(decide, {"decision": "consent"}, follow=True).content.decode()
    assert "proposed by Aisha Rahman, consented by Grace Achebe" in page
    assert CollegeGrant.objects.filter(user=college.novak, role__name="deputy_dsl").exists()


def test_a_deputy_consents_and_does_not_propose(college, sign_in):
    answer = sign_in(college.bell, stepped_up=True).get(reverse("caseload:team_propose"))
    assert answer.url == reverse("caseload:team_list")
