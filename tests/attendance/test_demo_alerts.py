"""The demonstration college has alerts at every state, as the job would have left them."""

from attendance.actions import raising
from attendance.models import Alert, AlertRule
from core import clock, naming
from tests.college import TODAY


def test_alerts_at_every_state_and_the_job_goes_on_from_there(college_db: str) -> None:
    assert AlertRule.objects.switched_on().count() == 3
    assert set(Alert.objects.values_list("state", flat=True)) == {"open", "cleared", "lapsed"}
    assert Alert.objects.filter(state="open", escalated_at__isnull=False).exists()
    with clock.set_to(clock.at(TODAY, 12)), naming.named_system(raising.SYSTEM_ALERTS.name, purpose="test"):
        first, again = raising.raise_alerts(), raising.raise_alerts()
    assert first.raised < Alert.objects.filter(state="open").count()
    assert (again.raised, again.reopened, again.lapsed) == (0, 0, 0)
