"""A namesake born on the same day: a person says whether it is the same student or another, once, and the next run follows."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from caseload.actions.students import add_student
from caseload.models import Student
from core.jobs import run_now
from exchange.actions.namesakes import NotOffered, answer_namesakes
from exchange.models import AnotherPerson, RosterImport, SourceLink
from tests.college import College
from tests.exchange.conftest import SMALL, small_zip, upload

LIST = reverse("exchange:import_list")
STUDENTS = "ID,School DfE Number,Username,First Name,Last Name,Grade,Birthdate\n"
BORN = (
    STUDENTS
    + "s1,8239999,s1@lane.example,Ora,Klein,10,2012-05-05\ns2,8239999,s2@lane.example,Zoë,O’Hara,9,2013-01-01\n"
)


@pytest.fixture
def ora(college: College) -> Student:
    """Ora Klein, whom the data manager added by hand before the import."""
    return add_student(
        college.tran, college.school, given_name="Ora", family_name="Klein", date_of_birth=date(2012, 5, 5)
    )


@pytest.fixture
def client(college: College, sign_in: Any) -> Any:
    """Mr Trần's browser."""
    return sign_in(college.tran)


def work(run: RosterImport) -> RosterImport:
    run_now("exchange.work_on_roster", import_id=run.pk)
    return RosterImport.objects.get(pk=run.pk)


def preview(client: Any, **files: str) -> RosterImport:
    client.post(LIST, {"files": upload(small_zip(**({"Student": BORN} | files)))})
    return work(RosterImport.objects.order_by("-pk")[0])


def answer(client: Any, run: RosterImport, said: str) -> Any:
    address = reverse("exchange:import_namesakes", args=[run.public_id])
    return client.post(address, {"answer-0": said} if said else {}, follow=True)


def load(client: Any, run: RosterImport) -> RosterImport:
    client.post(reverse("exchange:import_confirm", args=[run.public_id]))
    return work(run)


def named_ora() -> int:
    return Student.objects.filter(given_name="Ora", family_name="Klein").count()


def test_the_preview_counts_and_names_the_namesake_and_offers_both_answers(
    college: College, client: Any, ora: Student
) -> None:
    run = preview(client)
    assert (run.result["created"]["student"], run.result["left_out"]["student"]) == (1, 1)
    assert run.result["left_out_names"] == ["Ora Klein"]
    page = client.get(reverse("exchange:import_detail", args=[run.public_id]))
    text = page.content.decode()
    assert ("1 student may be here already" in text, "Another person of this name" in text) == (True, True)
    assert ("The same person as the student here: Waymark School" in text, str(ora.public_id) in text) == (True, True)
    counted = next(row for row in page.context["counts"] if row["label"] == "Students")
    assert (counted["all"], counted["created"], counted["left_out"]) == (2, 1, 1)


def test_the_same_person_is_linked_and_updated_by_the_next_run(college: College, client: Any, ora: Student) -> None:
    run = preview(client)
    assert "1 answer is kept" in answer(client, run, str(ora.public_id)).content.decode()
    link = SourceLink.objects.get(kind="student", source_id="s1")
    assert (link.source, link.object_id) == ("sds", ora.pk)
    again = work(run)
    assert (again.result["namesakes"], again.result["left_out"]["student"]) == ([], 0)
    assert load(client, again).stage == "loaded"
    assert (named_ora(), Student.objects.get(pk=ora.pk).email) == (1, "s1@lane.example")
    assert preview(client).result["changes"] == 0
    entry = Entry.objects.get(verb="exchange.same_person")
    assert (entry.actor_id, entry.object_id) == (college.tran.pk, str(ora.pk))


def test_another_person_is_added_by_the_next_run_and_never_asked_about_again(
    college: College, client: Any, ora: Student
) -> None:
    run = preview(client)
    answer(client, run, "another")
    assert (AnotherPerson.objects.get().source_id, AnotherPerson.objects.get().said_by) == ("s1", college.tran)
    assert load(client, work(run)).stage == "loaded"
    assert named_ora() == 2
    later = preview(client)
    assert (later.result["namesakes"], later.result["changes"]) == ([], 0)


def test_without_an_answer_nothing_is_said_for_anybody(client: Any, ora: Student) -> None:
    run = preview(client)
    assert "Choose an answer for at least one student" in answer(client, run, "").content.decode()
    assert (SourceLink.objects.count(), AnotherPerson.objects.count()) == (0, 0)


def test_an_answer_that_was_not_offered_changes_nothing(college: College, client: Any, ora: Student) -> None:
    run = preview(client)
    ben = college.student("Ben")
    assert "Something changed while you were answering" in answer(client, run, str(ben.public_id)).content.decode()
    with pytest.raises(NotOffered):
        answer_namesakes(college.tran, run, {"s2": "another"})
    assert (SourceLink.objects.count(), AnotherPerson.objects.count()) == (0, 0)


def test_whoever_is_in_the_file_under_another_id_is_not_offered(client: Any, ora: Student) -> None:
    SourceLink.objects.create(source="sds", kind="student", source_id="s2", object_id=ora.pk)
    run = preview(client)
    (asked,) = run.result["namesakes"]
    assert [each["in_file"] for each in asked["here"]] == [True]
    assert "Something changed" in answer(client, run, str(ora.public_id)).content.decode()


def test_two_of_one_name_in_the_file_are_both_added_and_pointed_out(client: Any, college: College) -> None:
    run = preview(client, Student=BORN + "s3,8239999,s3@lane.example,Ora,Klein,10,2012-05-05\n")
    assert run.result["created"]["student"] == 3
    (problem,) = [p for p in run.result["problems"] if p["value"] == "s3"]
    assert (problem["line"], problem["message"]) == (
        4,
        "The same name and date of birth as in line 2. Check that they are two people.",
    )


@pytest.mark.parametrize("who", ["lind", "price", "ward", "sam"])
def test_nobody_else_answers(college: College, client: Any, sign_in: Any, ora: Student, who: str) -> None:
    run = preview(client)
    address = reverse("exchange:import_namesakes", args=[run.public_id])
    assert sign_in(college.staff[who]).post(address, {"answer-0": "another"}).status_code == 403
    assert AnotherPerson.objects.count() == 0


def test_old_values_stand_beside_new_ones(client: Any, college: College) -> None:
    load(client, preview(client))
    changed = preview(
        client,
        Student=BORN.replace("Zoë", "Zoe").replace(",10,", ",11,"),
        Section=SMALL["Section"].replace("10x", "11x"),
    )
    assert [(row["name"], row["field"], row["before"], row["now"]) for row in changed.result["changed"]] == [
        ("Zoe O’Hara", "Name used in college", "Zoë", "Zoe"),
        ("Ora Klein", "Year group", "Year 10", "Year 11"),
        ("11x/Hi1", "Name", "10x/Hi1", "11x/Hi1"),
    ]
    page = client.get(reverse("exchange:import_detail", args=[changed.public_id])).content.decode()
    assert "3 changes, old beside new" in page


def test_dates_are_asked_about_once_and_read_as_was_answered(client: Any, college: College) -> None:
    run = preview(client, Student=BORN.replace("2012-05-05", "4/5/2012").replace("2013-01-01", "1/2/2013"))
    detail = reverse("exchange:import_detail", args=[run.public_id])
    assert "How are dates with slashes written" in client.get(detail).content.decode()
    client.post(reverse("exchange:import_dates", args=[run.public_id]), {"dates": "dmy"})
    again = work(run)
    assert (again.dates, again.result["problems"]) == ("dmy", [])
    assert "How are dates with slashes written" not in client.get(detail).content.decode()
    load(client, again)
    assert Student.objects.get(given_name="Ora").date_of_birth == date(2012, 5, 4)
    assert not client.get(LIST).context["form"]["dates"].value()  # the next upload is asked about again
