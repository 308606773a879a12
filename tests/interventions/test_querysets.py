"""Who may read what was written about Ada of 10A: the exact set for each person, and what could have leaked."""

from typing import Any

import pytest

from caseload.models import TeachingGroup
from interventions.models import Meeting, MeetingDraft, Note, Target, TargetReview
from tests.college import College

EVERYBODY_WHO_TEACHES = {"teachers"}
PASTORAL = {"teachers", "pastoral"}


@pytest.fixture
def written(college: College, meeting_of: Any, note_of: Any) -> None:
    """One of each audience about Ada, and one pastoral one about Imran of the next group."""
    for audience in ("teachers", "pastoral"):
        meeting_of("Ada", audience=audience)
        note_of("Ada", audience=audience)
    meeting_of("Ada", audience="named", readers=[college.mendes, college.farah])
    note_of("Ada", audience="named", readers=[college.mendes, college.farah])
    meeting_of("Imran", by=college.brandt)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("okafor", {"teachers", "pastoral", "named"}),  # wrote them
        ("mendes", {"teachers", "named"}),  # teaches her, and is named
        ("lind", PASTORAL),
        ("marsh", PASTORAL),
        ("hollis", PASTORAL),
        ("doyle", PASTORAL),
        ("lowe", PASTORAL),
        ("rahman", PASTORAL),
        ("achebe", PASTORAL),
        ("novak", PASTORAL),
        ("farah", set()),  # named, but does not reach her
        ("brandt", set()),
        ("quill", set()),
        ("vance", set()),
        ("price", set()),
        ("tran", set()),
        ("ward", set()),
        ("sam", set()),
    ],
)
def test_the_audience_decides(college: College, written: None, who: str, seen: set[str]) -> None:
    user, ada = getattr(college, who), college.student("Ada")
    for model in (Meeting, Note):
        found = list(model.objects.visible_to(user).filter(student=ada).values_list("audience", flat=True))
        assert sorted(found) == sorted(seen)


def test_the_tutor_of_the_next_group_reads_only_their_own(college: College, written: None) -> None:
    assert [meeting.student.given_name for meeting in Meeting.objects.visible_to(college.brandt)] == ["Imran"]


def test_a_tutor_who_also_teaches_another_group_reads_no_pastoral_note_of_it(college: College, written: None) -> None:
    college.grant(college.brandt, "teacher", "teaching_group", TeachingGroup.objects.get(name="10x/Ma1"))
    ada = college.student("Ada")
    found = Meeting.objects.visible_to(college.brandt).filter(student=ada)
    assert list(found.values_list("audience", flat=True)) == ["teachers"]


def test_a_system_administrator_who_tutors_reads_only_their_tutees(college: College, written: None) -> None:
    college.grant(college.ward, "tutor", "caseload", college.caseloads["10B"])
    assert [meeting.student.given_name for meeting in Meeting.objects.visible_to(college.ward)] == ["Imran"]


def test_an_author_who_no_longer_reaches_the_student_reads_nothing(college: College, meeting_of: Any) -> None:
    meeting_of("Ada", by=college.farah, audience="named")
    assert list(Meeting.objects.visible_to(college.farah)) == []


def test_a_permission_narrows_what_is_read(college: College, written: None) -> None:
    assert Meeting.objects.visible_to(college.mendes, "interventions.log_meeting").count() == 0


def test_targets_are_for_teachers_or_pastoral(college: College, target_of: Any) -> None:
    target_of("Ada", what="open to teachers")
    target_of("Ada", what="pastoral only", audience="pastoral")
    assert [t.what for t in Target.objects.visible_to(college.mendes)] == ["open to teachers"]
    assert Target.objects.visible_to(college.okafor).count() == 2
    assert Target.objects.visible_to(college.brandt).count() == 0
    assert Target.objects.visible_to(college.price).count() == 0


def test_what_was_said_in_a_one_to_one_keeps_its_audience(college: College, meeting_of: Any, target_of: Any) -> None:
    target = target_of("Ada")
    line = {"target": target, "outcome": "on_track", "state_after": "on_track", "due_on_after": target.due_on}
    TargetReview.objects.create(
        line="in a named one", meeting=meeting_of("Ada", audience="named"), reviewed_by=college.okafor, **line
    )
    TargetReview.objects.create(line="between two", reviewed_by=college.okafor, **line)
    assert [review.line for review in TargetReview.objects.visible_to(college.mendes)] == ["between two"]
    assert TargetReview.objects.visible_to(college.okafor).count() == 2


def test_a_draft_is_its_authors_alone(college: College) -> None:
    from uuid import uuid4

    MeetingDraft.objects.create(key=uuid4(), author=college.okafor, student=college.student("Ada"))
    for who in ("lind", "rahman", "achebe", "mendes", "ward"):
        assert not MeetingDraft.objects.visible_to(getattr(college, who)).exists()
    assert MeetingDraft.objects.visible_to(college.okafor).count() == 1
