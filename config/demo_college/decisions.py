"""What the attendance officer decided about students at the national threshold; about some of them nobody has yet."""

from accounts.models import User
from attendance.actions.decisions import decide_at_threshold
from attendance.queries.analysis.unauthorised import thresholds_of
from config.demo_college.chance import Chance
from config.demo_college.dates import DAY, latest_open_day
from config.demo_college.frame import Frame
from config.demo_college.students import Roll
from core import clock, naming

DECIDED = 0.6  # of those who have met it
# What was decided, how often, and why in this case.
DECISIONS: dict[tuple[str, str], float] = {
    ("support", "First time at the threshold. Meeting with home on Thursday, plan for four weeks."): 5,
    ("none", "Most of it is an illness that home had not reported. Evidence seen."): 2,
    ("improve", "Support was offered twice and not taken up."): 2,
    ("penalty", "A holiday in term time after a Notice to Improve."): 1,
}


def decide_about_some(frame: Frame, roll: Roll, chance: Chance) -> int:
    """Record a decision about some of those who had met the threshold by the last school day; gives how many."""
    officer = User.objects.get(email__startswith="attendance-officer@")
    moment = clock.at(latest_open_day(frame.today - DAY), 14, 20)
    students = {person.row.pk: person.row for person in roll.people if person.on_roll(frame.today)}
    made = 0
    with clock.set_to(moment), naming.named(officer.pk, purpose="demonstration"):
        for each in thresholds_of(sorted(students)):
            if (each.is_met or each.met_in) and chance.often(DECIDED):
                decision, reason = chance.pick(DECISIONS)
                decide_at_threshold(students[each.student_id], decision, reason=reason, by=officer)
                made += 1
    return made
