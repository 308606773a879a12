"""Rosters in the browser: upload, preview, confirm, throw away; only for a data manager of the whole college."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from caseload.models import Student
from core.jobs import run_now
from core.jobs.registry import find, names
from core.private.files import FileGone, open_file
from exchange.actions.imports import confirm_import, discard_import
from exchange.actions.uploads import NotAsItWas
from exchange.models import RosterImport
from tests.college import College
from tests.exchange.conftest import SMALL, small_zip, upload, zipped
from tests.setting_up import setting_up

LIST = reverse("exchange:import_list")


def address(name: str, run: RosterImport) -> str:
    return reverse(f"exchange:import_{name}", args=[run.public_id])


def work(run: RosterImport) -> RosterImport:
    run_now("exchange.work_on_roster", import_id=run.pk)
    return RosterImport.objects.get(pk=run.pk)


@pytest.fixture
def client(college: College, sign_in: Any) -> Any:
    """Mr Trần's browser."""
    return sign_in(college.tran)


@pytest.fixture
def preview(client: Any) -> RosterImport:
    """The small roster, uploaded and read."""
    assert client.post(LIST, {"files": upload(small_zip())}).status_code == 302
    return work(RosterImport.objects.get())


def new_students() -> int:
    return Student.objects.filter(given_name__in=["Ora", "Zoë"]).count()


def test_upload_preview_confirm(client: Any, college: College, preview: RosterImport) -> None:
    page = client.get(address("detail", preview))
    assert (preview.stage, preview.state, new_students()) == ("preview", "done", 0)
    assert page.context["may_confirm"]
    assert {row["label"]: row["created"] for row in page.context["counts"]}["Students"] == 2
    assert client.post(address("confirm", preview)).status_code == 302
    loaded = work(preview)
    assert (loaded.stage, loaded.state, new_students()) == ("loaded", "done", 2)
    assert "Imported" in client.get(address("detail", preview)).content.decode()
    entry = Entry.objects.get(verb="exchange.roster_imported")
    assert entry.actor_id == college.tran.pk


def test_confirmed_twice_is_brought_in_once(client: Any, college: College, preview: RosterImport) -> None:
    client.post(address("confirm", preview))
    with pytest.raises(NotAsItWas):
        confirm_import(college.tran, preview)
    loaded = work(work(preview))
    assert "imported already" in client.post(address("confirm", preview), follow=True).content.decode()
    assert (loaded.stage, new_students(), Entry.objects.filter(verb="exchange.roster_imported").count()) == (
        "loaded",
        2,
        1,
    )


def test_a_second_upload_of_the_same_says_that_it_changes_nothing(client: Any, preview: RosterImport) -> None:
    client.post(address("confirm", preview))
    work(preview)
    client.post(LIST, {"files": upload(small_zip())})
    again = work(RosterImport.objects.order_by("-pk")[0])
    assert again.result["changes"] == 0
    assert "an import would change nothing" in client.get(address("detail", again)).content.decode()


def test_thrown_away_it_changes_nothing_and_its_file_is_gone(
    client: Any, college: College, preview: RosterImport
) -> None:
    assert "has been discarded" in client.post(address("discard", preview), follow=True).content.decode()
    run = RosterImport.objects.select_related("upload").get()
    assert (run.state, new_students()) == ("cancelled", 0)
    with pytest.raises(FileGone):
        open_file(run.upload)
    with pytest.raises(NotAsItWas):
        confirm_import(college.tran, run)
    assert Entry.objects.filter(verb="exchange.roster_discarded").count() == 1


def test_what_is_being_brought_in_is_not_thrown_away(client: Any, college: College, preview: RosterImport) -> None:
    client.post(address("confirm", preview))
    with pytest.raises(NotAsItWas):
        discard_import(college.tran, preview)


def test_a_fatal_problem_offers_no_confirmation(client: Any, college: College) -> None:
    client.post(LIST, {"files": upload(small_zip(School="DfE Number\n8239999\n"))})
    run = work(RosterImport.objects.get())
    page = client.get(address("detail", run))
    assert (run.result["fatal"], page.context["may_confirm"]) == (True, False)
    assert "The column Name is missing from School.csv" in page.content.decode()
    with pytest.raises(NotAsItWas):
        confirm_import(college.tran, run)
    assert new_students() == 0


def test_csv_files_on_their_own_are_a_roster_too(client: Any) -> None:
    files = [upload(text.encode(), f"{name}.csv") for name, text in SMALL.items()]
    client.post(LIST, {"files": files})
    run = work(RosterImport.objects.get())
    assert run.result["created"]["student"] == 2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([upload(b"not a zip")], "This is not a zip"),
        ([upload(b"", "empty.zip")], "empty"),
        ([], "required"),
        ([upload(b"a", "a.csv"), upload(b"b", "A.CSV")], "same name"),
        ([upload(b"a", "a.csv"), upload(b"b", "b.zip")], "only CSV files"),
    ],
    ids=["no zip", "empty", "none", "same name", "mixed"],
)
def test_what_is_no_roster_is_refused_with_a_sentence(client: Any, files: list[Any], words: str) -> None:
    for file in files:
        file.seek(0)
    answer = client.post(LIST, {"files": files})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not RosterImport.objects.exists()


def test_a_zip_of_something_else_fails_with_a_sentence(client: Any) -> None:
    client.post(LIST, {"files": upload(zipped({"pets.csv": "a,b\n1,2\n"}))})
    run = work(RosterImport.objects.get())
    assert run.state == "failed"
    assert "does not know the format" in client.get(address("detail", run)).content.decode()


def test_markup_in_a_problem_is_shown_as_text(client: Any) -> None:
    bad = SMALL["Student"].replace("O’Hara,9", "O’Hara,<script>alert(1)</script>")
    client.post(LIST, {"files": upload(small_zip(Student=bad))})
    page = client.get(address("detail", work(RosterImport.objects.get()))).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("who", ["lind", "achebe", "novak", "price", "ward", "okafor", "sam"])
def test_other_roles_are_refused(college: College, sign_in: Any, preview: RosterImport, who: str) -> None:
    browser = sign_in(college.staff[who])
    assert browser.get(LIST).status_code == 403
    assert browser.get(address("detail", preview)).status_code == 403
    assert browser.post(LIST, {"files": upload(small_zip())}).status_code == 403
    assert browser.post(address("confirm", preview)).status_code == 403
    assert RosterImport.objects.get().stage == "preview"


def test_a_data_manager_of_one_site_imports_nothing(college: College, sign_in: Any, preview: RosterImport) -> None:
    college.grant(college.sam, "data_manager", "site", college.school)
    browser = sign_in(college.sam)
    assert (browser.get(LIST).status_code, browser.post(LIST, {"files": upload(small_zip())}).status_code) == (403, 403)
    for name in ("confirm", "discard"):
        assert browser.post(address(name, preview)).status_code == 404
    assert browser.get(reverse("exchange:leaver_list")).status_code == 403
    assert RosterImport.objects.get().stage == "preview"


def test_what_somebody_confirmed_who_left_since_is_not_brought_in(
    college: College, client: Any, preview: RosterImport
) -> None:
    client.post(address("confirm", preview))
    with setting_up():
        User.objects.filter(pk=college.tran.pk).update(is_active=False)
    run = work(preview)
    assert (run.stage, run.state, new_students()) == ("load", "failed", 0)


def test_the_job_by_name_and_a_row_that_is_gone(college: College) -> None:
    assert [name for name in names() if name.startswith("exchange.")] == [
        "exchange.work_on_marks",
        "exchange.work_on_roster",
    ]
    assert find("exchange.work_on_roster").queue == "imports"
    run_now("exchange.work_on_roster", import_id=9_999_999)
