"""Whom a bundle proposes: only people at the sites that it holds, and so many only when somebody says that it is right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from caseload.models import SiteMembership
from core.jobs import run_now
from exchange.models import RosterImport, SourceLink
from tests.college import College
from tests.exchange.conftest import SMALL, small_zip, upload
from tests.exchange.rosters import run, write
from tests.exchange.test_reading import ONE

pytestmark = pytest.mark.usefixtures("college")
Roster = Callable[..., Path]
LIST = reverse("exchange:import_list")
SCHOOLS = SMALL["School"] + "8239998,Hill School\n"


def students(first: int, last: int, school: str = "8239999") -> str:
    """Students of a school by their numbers."""
    return "".join(f"s{at},{school},s{at}@lane.example,F{at},Klein{at},10\n" for at in range(first, last))


def bundle(rows: str, **more: str | None) -> dict[str, Any]:
    head = SMALL["Student"].splitlines()[0]
    enrolments = {"StudentEnrollment": "Section ID,ID\n"}
    return {"Student": f"{head}\n{rows}", **enrolments, **more}


BOTH = bundle(students(0, 20) + students(20, 40, "8239998"), School=SCHOOLS)


def names(found: dict[str, Any], kind: str = "student") -> list[str]:
    return [leaver["id"] for leaver in found["proposed_leavers"] if leaver["kind"] == kind]


def test_a_bundle_of_one_site_says_nothing_about_another(roster: Roster) -> None:
    run(roster(**BOTH))
    found, status = run(roster("one", **bundle(students(1, 20))))
    assert (status, names(found), found["many_leavers"]) == (0, ["s0"], [])
    assert SourceLink.objects.filter(missing_since__isnull=False).count() == 1
    proposed = SiteMembership.objects.filter(leaver_proposed_at__isnull=False)
    assert [roll.site.name for roll in proposed] == ["Marsh Lane School"]
    # The other school's own bundle proposes its own, and leaves the first one's question as it is.
    found, _ = run(roster("two", **bundle(students(21, 40, "8239998"), School="DfE Number,Name\n8239998,Hill School\n",
        Teacher="ID,School DfE Number,Username,First Name,Last Name\n", Section="ID,School DfE Number,Section Name\n",
        TeacherRoster="Section ID,ID\n")))  # fmt: skip
    assert names(found) == ["s20"]
    assert SourceLink.objects.filter(missing_since__isnull=False).count() == 2


def test_staff_are_proposed_by_the_bundle_of_the_site_where_they_teach(roster: Roster) -> None:
    run(roster(**BOTH))
    other = bundle(students(20, 40, "8239998"), School="DfE Number,Name\n8239998,Hill School\n",
        Teacher="ID,School DfE Number,Username,First Name,Last Name\n", Section="ID,School DfE Number,Section Name\n",
        TeacherRoster="Section ID,ID\n")  # fmt: skip
    assert names(run(roster("other", **other))[0], "staff") == []
    nobody = "ID,School DfE Number,Username,First Name,Last Name\n"
    own = bundle(students(0, 20), Teacher=nobody, TeacherRoster="Section ID,ID\n")
    assert names(run(roster("own", **own))[0], "staff") == ["t1"]


def test_whoever_moved_to_another_site_of_the_bundle_has_left_the_first(roster: Roster) -> None:
    run(roster(**BOTH))
    moved = students(0, 19) + students(19, 40, "8239998")
    found, _ = run(roster("later", **bundle(moved, School=SCHOOLS)))
    assert [(leaver["id"], leaver["site"]) for leaver in found["proposed_leavers"]] == [("s19", "Marsh Lane School")]
    again, _ = run(roster("again", **bundle(moved, School=SCHOOLS)))
    assert (names(again), sum(again["updated"].values())) == (["s19"], 0)


def test_a_tenth_is_let_through_and_more_is_asked_about(roster: Roster) -> None:
    run(roster(**bundle(students(0, 20))))
    found, status = run(roster("tenth", **bundle(students(2, 20))))
    assert (status, len(names(found)), found["stopped"]) == (0, 2, False)
    found, status = run(roster("more", **bundle(students(3, 20) + students(50, 52))))
    assert (status, found["stopped"]) == (1, True)
    site = SiteMembership.objects.filter(site__name="Marsh Lane School").first()
    assert site is not None
    assert found["many_leavers"] == [{"site_id": site.site_id, "site": "Marsh Lane School", "leavers": 3, "roll": 20}]
    assert SourceLink.objects.filter(kind="student").count() == 20  # nothing of it came in
    found, status = run(roster("more", **bundle(students(3, 20) + students(50, 52))), "--many-leavers")
    assert (status, found["stopped"], SourceLink.objects.filter(kind="student").count()) == (0, False, 22)


def work(imported: RosterImport) -> RosterImport:
    run_now("exchange.work_on_roster", import_id=imported.pk)
    return RosterImport.objects.get(pk=imported.pk)


def sent(client: Any, more: dict[str, Any] | None = None, **files: Any) -> RosterImport:
    client.post(LIST, {"files": upload(small_zip(**files))} | (more or {}))
    return work(RosterImport.objects.order_by("-pk")[0])


def test_the_page_asks_with_the_number_and_the_site(college: College, roster: Roster, sign_in: Any) -> None:
    run(roster(**bundle(students(0, 20))))
    client = sign_in(college.tran)
    preview = sent(client, **bundle(students(5, 20)))
    detail = reverse("exchange:import_detail", args=[preview.public_id])
    page = client.get(detail).content.decode()
    assert ("Marsh Lane School: 5 of 20 on roll" in page, "Leavers to check" in page) == (True, True)
    confirm = reverse("exchange:import_confirm", args=[preview.public_id])
    assert "Nothing was imported" in client.post(confirm, follow=True).content.decode()
    assert work(preview).stage == "preview"
    client.post(confirm, {"agreed": "yes"})
    assert (work(preview).stage, SourceLink.objects.filter(missing_since__isnull=False).count()) == ("loaded", 5)


def test_more_leavers_than_somebody_agreed_to_are_asked_about_again(
    college: College, roster: Roster, sign_in: Any
) -> None:
    run(roster(**bundle(students(0, 20))))
    client = sign_in(college.tran)
    preview = sent(client, **bundle(students(5, 20)))
    run(roster("more", **bundle(students(5, 25))), "--many-leavers")
    SourceLink.objects.update(missing_since=None, settled_at=None)
    client.post(reverse("exchange:import_confirm", args=[preview.public_id]), {"agreed": "yes"})
    after = work(preview)
    assert (after.stage, after.result["many_leavers"][0]["leavers"]) == ("preview", 10)


def test_the_browser_names_its_source(college: College, roster: Roster, sign_in: Any) -> None:
    run(roster(**bundle(students(0, 20))), "--source", "Hill Trust")
    client = sign_in(college.tran)
    assert client.get(LIST).context["form"]["source"].value() == "Hill Trust"  # the only one there is
    assert sent(client, **bundle(students(0, 5))).result["proposed_leavers"] == []  # another source
    named = sent(client, {"source": "  hill  TRUST "}, **bundle(students(0, 5)))
    assert (named.source, named.result["source"], len(named.result["proposed_leavers"])) == (
        "Hill Trust",
        "Hill Trust",
        15,
    )
    page = client.get(LIST)
    assert '<option value="Hill Trust">' in page.content.decode()


def test_a_delta_proposes_those_whom_it_says_to_delete_and_nobody_else(tmp_path: Path) -> None:
    users = "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
    rows = [f"u{at},{{status}},true,o1,student,u{at},F{at},Klein{at}\n" for at in range(20)]
    everybody = ONE | {"users": users + "".join(row.format(status="active") for row in rows)}
    everybody["enrollments"] = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n"
    del everybody["demographics"]
    assert run(write(tmp_path, **everybody))[0]["created"]["student"] == 20
    delta = everybody | {
        "manifest": "propertyName,value\noneroster.version,1.1\nfile.users,delta\n",
        "users": users + rows[3].format(status="tobedeleted"),
    }
    found, status = run(write(tmp_path, **delta))
    assert (status, names(found), sum(found["updated"].values())) == (0, ["u3"], 0)


def test_leavers_that_wait_already_are_not_asked_about_again(roster: Roster) -> None:
    """The nightly import of the next days goes on by itself, until one more is missing."""
    run(roster(**bundle(students(0, 20))))
    few = bundle(students(5, 20))
    assert run(roster("first", **few))[1] == 1
    assert run(roster("agreed", **few), "--many-leavers")[1] == 0
    found, status = run(roster("next", **few))
    assert (status, names(found), found["many_leavers"]) == (0, [f"s{at}" for at in range(5)], [])
    found, status = run(roster("more", **bundle(students(6, 20))))
    assert (status, [one["leavers"] for one in found["many_leavers"]]) == (1, [6])
