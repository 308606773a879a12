"""What a page reads once: only inside one request with GET, and for nobody else."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.gates import fetch
from accounts.middleware import NamedRequest
from caseload.models import CaseloadMembership, Student
from core.pages.once import about, once, one_reading
from tests.college import TODAY, College

PASTORAL = "interventions.view_pastoral_note"


class Asked:
    """Counts how often it is read, and for whom."""

    def __init__(self) -> None:
        self.times: list[Any] = []

    def __call__(self, ids: Any = ()) -> dict[int, int]:
        self.times.append(list(ids))
        return {number: number * 10 for number in ids if number != 3}


def test_outside_a_reading_nothing_is_kept() -> None:
    asked = Asked()
    assert [once("a", asked), once("a", asked), about("b", [1], asked), about("b", [1], asked)] == [
        {},
        {},
        {1: 10},
        {1: 10},
    ]
    assert len(asked.times) == 4


def test_inside_it_is_read_once_and_afterwards_anew() -> None:
    asked = Asked()
    for _ in range(2):
        with one_reading():
            once("a", asked), once("a", asked), once("other", asked)
    assert len(asked.times) == 4


def test_a_failed_reading_leaves_nothing_behind() -> None:
    asked = Asked()

    def fails() -> None:
        with one_reading():
            once("a", asked)
            raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        fails()
    once("a", asked)
    assert len(asked.times) == 2


def test_fewer_students_are_answered_from_what_was_read_and_others_are_read() -> None:
    asked = Asked()
    with one_reading():
        assert about("a", [1, 2, 3], asked) == {1: 10, 2: 20}
        assert about("a", [3, 2], asked) == {2: 20}
        assert about("a", [2, 4], asked) == {2: 20, 4: 40}
    assert asked.times == [[1, 2, 3], [2, 4]]


@pytest.mark.parametrize(("method", "reads"), [("get", 1), ("post", 2)])
def test_only_a_page_that_changes_nothing_keeps_what_it_read(college: College, method: str, reads: int) -> None:
    asked = Asked()

    def answer(request: Any) -> HttpResponse:
        once("a", asked), once("a", asked)
        return HttpResponse()

    request = getattr(RequestFactory(), method)("/")
    request.user, request.resolver_match = college.okafor, None
    NamedRequest(answer)(request)
    assert len(asked.times) == reads
    once("a", asked)
    assert len(asked.times) == reads + 1


def test_one_persons_reach_is_never_anothers_even_in_one_reading(college: College) -> None:
    ada = college.student("Ada")
    with one_reading():
        asked = [
            Student.objects.permissions_reaching(user, [PASTORAL], ada.pk)
            for user in (college.okafor, college.singh, college.okafor)
        ]
    assert asked == [{PASTORAL}, set(), {PASTORAL}]


def test_what_was_fetched_is_not_asked_again_and_other_reach_is(
    college: College, django_assert_num_queries: Any
) -> None:
    with one_reading(), django_assert_num_queries(2):
        ada = fetch(Student, college.okafor, PASTORAL, public_id=college.student("Ada").public_id)
        with django_assert_num_queries(0):
            asked = Student.objects.permissions_reaching(college.okafor, [PASTORAL, "caseload.manage_students"], ada.pk)
        assert asked == {PASTORAL}


def test_a_student_page_follows_the_reach_of_its_own_moment_and_person(college: College) -> None:
    ada = college.student("Ada")
    address = f"/students/{ada.public_id}/"

    def status(user: Any) -> int:
        client = Client()
        client.force_login(user, backend="accounts.backends.StaffBackend")
        return client.get(address).status_code

    assert [status(college.okafor), status(college.singh), status(college.okafor)] == [200, 404, 200]
    CaseloadMembership.objects.filter(student=ada).update(period=(TODAY.replace(year=TODAY.year - 1), TODAY))
    assert [status(college.okafor), status(college.lind)] == [404, 200]
