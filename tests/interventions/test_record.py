"""The record of one student, written out in SQL, holds what `visible_to` shows, for everybody."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from interventions.models import Meeting, Note, Target, TargetReview
from interventions.queries import last_seen, open_targets_of, record
from progress.models import GradeScale, ScaleGrade
from tests.college import College

PEOPLE = (
    "okafor", "mendes", "lind", "marsh", "hollis", "doyle", "lowe", "rahman", "achebe", "novak", "farah", "brandt", "quill",
    "vance", "price", "tran", "ward", "sam",
)  # fmt: skip


@pytest.fixture
def written(college: College, meeting_of: Any, note_of: Any, target_of: Any) -> None:
    """One of each audience about Ada, a review in each of the one-to-ones, and the like about Imran of the next group."""
    for given, by in (("Ada", college.okafor), ("Imran", college.brandt)):
        for days, audience in enumerate(("teachers", "pastoral", "named"), 1):
            meeting = meeting_of(
                given, by=by, audience=audience, days_ago=days, readers=[college.mendes, college.farah]
            )
            note_of(given, by=by, audience=audience, text=f"{given} {audience}", readers=[college.mendes])
            target = target_of(given, by=by, days=days, audience="pastoral" if days == 2 else "teachers")
            for line in (meeting, None):
                TargetReview.objects.create(
                    target=target, meeting=line, outcome="on_track", line=f"{given} {audience} {bool(line)}",
                    state_after="on_track", due_on_after=target.due_on, reviewed_by=by,
                )  # fmt: skip


def test_everybody_reads_of_a_student_what_is_visible_to_them(college: College, written: None) -> None:
    ada, seen = college.student("Ada"), {}
    for who in PEOPLE:
        user = getattr(college, who)
        meetings = Meeting.objects.visible_to(user).filter(student=ada).values_list("pk", flat=True)
        notes = Note.objects.visible_to(user).filter(student=ada).values_list("public_id", flat=True)
        targets = Target.objects.visible_to(user).filter(student=ada)
        reviews = TargetReview.objects.visible_to(user).filter(target__student=ada).values_list("line", flat=True)
        stages = record.target_stages_of(user, ada, None, 50)
        assert [talk.pk for talk in record.meetings_of(user, ada, limit=50)] == list(meetings)
        assert [remark.public_id for remark in record.notes_of(user, ada, None, 50)] == list(notes)
        assert [stage.pk for stage in stages if not stage.outcome] == list(targets.values_list("pk", flat=True))
        assert [stage.line for stage in stages if stage.outcome] == list(reviews)
        assert open_targets_of(user, ada) == list(targets.open().order_by("due_on", "pk"))
        last, held = record.last_meeting(user, ada)
        assert (last.pk if last else None) == next(iter(meetings), None)
        assert held == last_seen([ada.pk], user).get(ada.pk)
        seen[who] = (len(meetings), len(notes), len(targets), len(reviews))
    assert seen["okafor"] == (3, 3, 3, 6)
    assert seen["mendes"] == (2, 2, 2, 4), "teaches her and is named, and reads no pastoral word"
    assert seen["lind"] == (2, 2, 3, 5)
    assert {seen[who] for who in ("farah", "brandt", "ward", "sam")} == {(0, 0, 0, 0)}


def test_an_entry_says_who_and_what_and_goes_on_before_a_moment(
    college: College, meeting_of: Any, target_of: Any
) -> None:
    late, early = meeting_of("Ada", days_ago=1, wellbeing=4), meeting_of("Ada", days_ago=9)
    target_of("Ada", set_at=early)
    ada = college.student("Ada")
    assert [talk.public_id for talk in record.meetings_of(college.okafor, ada)] == [late.public_id]
    assert [talk.pk for talk in record.meetings_of(college.okafor, ada, late.held_at, 5)] == [early.pk]
    talk = record.meetings_of(college.okafor, ada)[0]
    assert (talk.who, talk.type, talk.wellbeing_words) == (college.okafor.formal_name, late.type.name, "Good")
    assert [stage.moment for stage in record.target_stages_of(college.okafor, ada, None, 5)] == [early.held_at]


def test_open_targets_come_with_their_course_and_grade_in_one_query(
    college: College, target_of: Any, django_assert_num_queries: Any
) -> None:
    wanted = ScaleGrade.objects.create(scale=GradeScale.objects.first(), label="7½", position=70, sub_rank=2)
    target_of("Ada", course=college.maths, figure="grade", figure_grade=wanted)
    target_of("Ada", closed_on=clock.today() - timedelta(days=1), state="met")
    ada = college.student("Ada")
    record.open_targets(college.okafor, ada)
    with django_assert_num_queries(2):  # the reach, and the targets
        (found,) = record.open_targets(college.okafor, ada)
        grade = found.figure_grade
        assert (found.course.title, grade.label, grade.scale_id) == (college.maths.title, "7½", wanted.scale_id)
        assert (grade.position, grade.sub_rank) == (70, 2)
