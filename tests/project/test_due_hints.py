"""What is asked before anything is counted on My work never hides what waits for somebody."""

from datetime import date

from accounts.models import User
from caseload.querysets import learn_reach
from core import clock, naming
from core.pages import due
from core.pages.once import one_reading

FRIDAY = date(2026, 11, 20)
# Of these somebody in the demonstration college has something; the others have their own tests.
WAITING = {
    "alert", "case", "follow_up", "intervention", "meeting", "panel_action", "plan", "plan_action", "plan_approval",
    "referral", "referral_mine", "register", "support", "target", "visit_write",
}  # fmt: skip


def test_nothing_that_waits_is_hidden_by_its_hint(college_db: str) -> None:
    found, hidden = set(), set()
    for hour, only in ((10, {"register"}), (15, WAITING)):
        with clock.set_to(clock.at(FRIDAY, hour)):
            for person in User.objects.filter(is_active=True):
                with naming.named(person.pk), one_reading():
                    learn_reach(person, [source.permission for source in due.sources_for(person)])
                    offered = (source for source in due.sources_for(person) if source.key in only)
                    waiting = {source.key for source in offered if waits(source, person)}
                    found |= waiting
                    hidden |= {(key, person.email) for key in waiting - due.possible(person)}
    assert hidden == set()
    assert found >= WAITING


def waits(source: due.Source, person: User) -> bool:
    """Whether the source itself has anything for this person."""
    return source.rows(person).exists() if source.rows else bool(source.load(person, 1))
