"""The grade grid, assessment points, a student's progress: what they do and who gets in."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Entry
from progress import actions
from progress.actions import Entry as Typed
from progress.models import AssessmentPoint, Effort, Grade
from progress.queries import grid_columns, scale_for
from tests.college import College


@pytest.fixture
def grid(college: College, point: AssessmentPoint) -> str:
    """The address of the grid of 10A's mathematics at Autumn 1."""
    return reverse("progress:grade_grid", args=[college.groups["10x/Ma1"].public_id, point.public_id])


def cells(college: College, given: str, **typed: str) -> dict[str, str]:
    """What a browser would send for one student; `current="4"`, and `seen_current="12"` for what stood there."""
    number = college.student(given).pk
    sent = {f"{key}-{number}": value for key, value in typed.items() if not key.startswith("seen_")}
    return sent | {f"seen-{key[5:]}-{number}": value for key, value in typed.items() if key.startswith("seen_")}


def test_grades_are_entered_whatever_the_case(
    college: College, sign_in: Any, grid: str, point: AssessmentPoint
) -> None:
    client = sign_in(college.mendes)
    axis = f"axis{point.axes.get().pk}"
    sent = cells(college, "Ada", current="5", predicted=" u ", **{axis: "2"}) | cells(college, "Ben", current="9")
    assert client.post(grid, sent).status_code == 302
    grades = Grade.objects.order_by("student__sort_key", "kind").values_list(
        "student__given_name", "kind", "grade__label"
    )
    assert list(grades) == [("Ada", "current", "5"), ("Ada", "predicted", "U"), ("Ben", "current", "9")]
    assert Effort.objects.get().value.label == "2"
    grade = Grade.objects.first()
    assert grade is not None
    assert (grade.entered_by, grade.on_date, grade.point) == (college.mendes, point.on_date, point)
    entry = Entry.objects.get(verb="entered_grades")
    assert (entry.actor_id, entry.details["changed"]) == (college.mendes.pk, 4)


def test_what_is_not_in_the_scale_is_told_and_everything_typed_is_kept(
    college: College, sign_in: Any, grid: str
) -> None:
    answer = sign_in(college.mendes).post(
        grid, cells(college, "Ada", current="10") | cells(college, "Ben", current="4")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“10” is not one of 9, 8, 7, 6, 5, 4, 3, 2, 1, U" in page
    assert 'value="10"' in page
    assert 'value="4"' in page
    assert not Grade.objects.exists()


def test_the_second_of_two_sees_both_and_can_go_on(college: College, sign_in: Any, grid: str) -> None:
    college.grant(college.quill, "teacher", "teaching_group", college.groups["10x/Ma1"])
    sign_in(college.quill).post(grid, cells(college, "Ada", current="6"))
    client = sign_in(college.mendes)
    answer = client.post(
        grid, cells(college, "Ada", current="4", seen_current="0") | cells(college, "Ben", current="5")
    )
    assert answer.status_code == 422
    assert "now 6 by Quill" in answer.content.decode()
    assert Grade.objects.count() == 1
    theirs = str(Grade.objects.get().grade_id)
    client.post(grid, cells(college, "Ada", current="4", seen_current=theirs) | cells(college, "Ben", current="5"))
    assert sorted(Grade.objects.values_list("grade__label", flat=True)) == ["4", "5"]


def test_a_cell_left_alone_never_puts_an_old_grade_back(college: College, sign_in: Any, grid: str) -> None:
    client = sign_in(college.mendes)
    client.post(grid, cells(college, "Ada", current="4"))
    old = str(Grade.objects.get().grade_id)
    client.post(grid, cells(college, "Ada", current="7", seen_current=old))
    client.post(grid, cells(college, "Ada", current="4", seen_current=old) | cells(college, "Ben", current="5"))
    assert Grade.objects.get(student=college.student("Ada")).grade.label == "7"


def test_emptying_a_cell_takes_the_grade_away_and_keeps_it_as_history(
    college: College, sign_in: Any, grid: str
) -> None:
    client = sign_in(college.mendes)
    client.post(grid, cells(college, "Ada", current="4"))
    grade = Grade.objects.get()
    client.post(grid, cells(college, "Ada", current="", seen_current=str(grade.grade_id)))
    assert not Grade.objects.exists()
    event = Grade.pgh_event_model.objects.get()  # type: ignore[attr-defined]  # made by pghistory
    assert (event.pgh_obj_id, event.grade_id) == (grade.pk, grade.grade_id)


def test_a_closed_point_takes_no_grades(college: College, sign_in: Any, grid: str, point: AssessmentPoint) -> None:
    AssessmentPoint.objects.update(closes_on="2026-11-18")
    answer = sign_in(college.mendes).post(grid, cells(college, "Ada", current="4"))
    assert answer.status_code == 422
    assert not Grade.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("mendes", 200), ("quill", 404), ("singh", 404), ("okafor", 403), ("tran", 403), ("sam", 403)]
)
def test_whose_grid_it_is(college: College, sign_in: Any, grid: str, who: str, status: int) -> None:
    assert sign_in(getattr(college, who)).get(grid).status_code == status


def test_the_action_asks_the_rule_itself(college: College, point: AssessmentPoint) -> None:
    group = college.groups["10x/Ma1"]
    column = grid_columns(point, scale_for(college.maths))[0]
    entry = Typed(college.student("Ada").pk, column, column.find("4"), 0)
    for who in (college.quill, college.okafor, college.tran):
        with pytest.raises(PermissionDenied):
            actions.enter_grades(group, point, [entry], by=who)
    stranger = Typed(college.student("Imran").pk, column, column.find("4"), 0)
    with pytest.raises(actions.NotInGroup):
        actions.enter_grades(group, point, [stranger], by=college.mendes)
    assert not Grade.objects.exists()


def test_the_grid_costs_the_same_for_few_and_for_many(
    college: College, sign_in: Any, grid: str, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(college.mendes)

    def count() -> int:
        client.get(grid)
        with django_assert_max_num_queries(100) as seen:
            client.get(grid)
        return len(seen)

    client.post(grid, cells(college, "Ada", current="4"))
    few = count()
    for given in ("Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo"):
        client.post(grid, cells(college, given, current="4", predicted="5"))
    assert count() == few


def test_my_groups_say_how_far_each_is(college: College, sign_in: Any, grid: str, point: AssessmentPoint) -> None:
    client = sign_in(college.mendes)
    client.post(grid, cells(college, "Ada", current="4"))
    page = client.get(reverse("progress:group_list"))
    assert [entry["group"].name for entry in page.context["groups"]] == ["10x/Ma1"]
    assert "Autumn 1: 1 of 8, until 27 Nov" in page.content.decode()


def test_a_students_progress(college: College, sign_in: Any, grade_of: Any) -> None:
    grade_of("Ada", "minimum_target", "5", days_ago=60)
    grade_of("Ada", "current", "4")
    address = reverse("progress:student_progress", args=[college.student("Ada").public_id])
    page = sign_in(college.okafor).get(address).content.decode()
    assert "Below target in 1 of 1" in page
    for who, status in (("mendes", 200), ("lind", 200), ("brandt", 404), ("quill", 404), ("price", 403), ("ward", 403)):
        assert sign_in(getattr(college, who)).get(address).status_code == status


def test_the_student_page_has_the_grades(college: College, sign_in: Any, point: AssessmentPoint, grade_of: Any) -> None:
    grade_of("Ada", "minimum_target", "5", days_ago=60)
    grade_of("Ada", "current", "4", point=point)
    address = reverse("caseload:student_detail", args=[college.student("Ada").public_id])
    page = sign_in(college.okafor).get(address).content.decode()
    assert "1 below" in page
    assert "Grades: Autumn 1" in page
    assert "Grades: Autumn 1" not in sign_in(college.price).get(address).content.decode()


def test_a_data_manager_makes_opens_and_closes_points(college: College, sign_in: Any) -> None:
    client = sign_in(college.tran)
    sent = {
        "site": str(college.school.pk),
        "name": "Spring 1",
        "on_date": "2027-02-05",
        "opens_on": "2027-02-01",
        "closes_on": "2027-01-12",
        "kinds": ["current"],
    }
    assert client.post(reverse("progress:point_new"), sent).status_code == 422
    assert client.post(reverse("progress:point_new"), sent | {"closes_on": "2027-02-12"}).status_code == 302
    assert client.post(reverse("progress:point_new"), sent | {"closes_on": "2027-02-12"}).status_code == 422
    point = AssessmentPoint.objects.get()
    assert (point.state, point.year) == ("waiting", college.year)
    client.post(reverse("progress:point_open", args=[point.public_id]), {"closes_on": "2026-12-04"})
    point.refresh_from_db()
    assert (point.state, str(point.opens_on)) == ("open", "2026-11-20")
    client.post(reverse("progress:point_close", args=[point.public_id]))
    point.refresh_from_db()
    assert point.state == "closed"
    verbs = Entry.objects.filter(object_kind="assessment_point").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["made_assessment_point", "opened_assessment_point", "closed_assessment_point"]
    for who in ("mendes", "lind", "achebe"):
        assert sign_in(getattr(college, who)).get(reverse("progress:point_list")).status_code == 403
        with pytest.raises(PermissionDenied):
            actions.close_point(point, by=getattr(college, who))
