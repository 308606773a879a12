"""A recap sent twice at the same moment, on connections of its own, is saved and told once."""

from uuid import uuid4

from core import naming
from core.models import Mail
from interventions.actions import panels as actions
from interventions.models import PanelAction
from tests.attendance.test_races import at_once, committed  # noqa: F401  (a fixture)
from tests.college import College
from tests.interventions.test_panels import agreed, call


def test_a_recap_sent_twice_at_once_is_saved_once(committed: College) -> None:  # noqa: F811  (the fixture)
    college, key = committed, uuid4()
    panel = call(college)
    lines = [agreed(college), agreed(college, "Ben", line=2)]
    found: list[int] = []

    def send() -> None:
        with naming.named(college.lind.pk):
            found.append(len(actions.save_recap(college.lind, panel, lines, key=key)))

    assert at_once(send, send) == []
    assert (found, PanelAction.objects.count()) == ([2, 2], 2)
    assert Mail.objects.filter(to_address=college.okafor.email).count() == 1
