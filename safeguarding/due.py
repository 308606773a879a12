"""What the team finds on My work: counts and days, no name and nothing of what was written, so that the page may stand open."""

from typing import Any

from django.db.models import Case, Func, IntegerField, QuerySet, When
from django.urls import reverse

from accounts.models import User
from core import clock
from core.pages import due
from core.pages.due import Harm, Item, Source
from core.wording import moment
from safeguarding.choices import OPEN_STATES, Severity
from safeguarding.models import Action, AdultConcern, ConcernCase
from safeguarding.queries.emergency import told_count
from safeguarding.queries.triage import in_order_of_harm, lead_gone, without_lead
from safeguarding.querysets import ADULT, GLASS, TEAM

TRIAGE = TEAM[0]
PROPOSE = "safeguarding.propose_team"
LEFT = {
    True: "The lead of a concern is not in the team now: choose one",
    False: "Someone with an action on a concern is not in the team now: hand it over",
}


def not_taken_up(user: Any) -> QuerySet[ConcernCase]:
    """Concerns that nobody of the team has acknowledged, and those that nobody has assessed."""
    open_now = ConcernCase.objects.visible_to(user, TRIAGE).filter(concern__state__in=OPEN_STATES)
    return open_now.filter(acknowledged_at=None) | open_now.filter(severity=Severity.UNDECIDED)


def load_not_taken_up(user: Any, limit: int) -> list[Item]:
    """The first of them as the list has them, one line each: since when it waits, and nothing else. One query."""
    rows = in_order_of_harm(not_taken_up(user)).values_list("received_at", "acknowledged_at", "lane")
    return [
        Item(
            _words(taken is not None, lane == 0),
            clock.local(received).date(),
            reverse("safeguarding:triage_list"),
            "Open concerns",
            note=f"received {moment(received)}",
            at_once=lane == 0,
        )
        for received, taken, lane in rows[:limit]
    ]


def _words(taken: bool, unsafe: bool) -> str:
    if unsafe:
        return f"A student is not safe: {'assess' if taken else 'open'} the concern"
    return f"A concern waits to be {'assessed' if taken else 'opened'}"


def actions_due(user: Any) -> QuerySet[Action]:
    """One's own actions whose day has come."""
    mine = Action.objects.visible_to(user, TRIAGE).open().filter(owner_id=user.pk)
    return mine.filter(due_on__lte=clock.today(), concern__state__in=OPEN_STATES)


def load_actions_due(user: Any, limit: int) -> list[Item]:
    """The first of them, without what is to be done. One query."""
    rows = actions_due(user).order_by("due_on", "pk").values_list("due_on", flat=True)
    return [Item("A safeguarding action is due", day, f"{reverse('safeguarding:triage_list')}?show=mine", "Open concerns") for day in rows[:limit]]  # fmt: skip


def told_of(user: Any) -> QuerySet[User]:
    """One row while concerns wait unopened of which this person was told as the head or the chair; nothing else of them."""
    waits = Func(function="safeguarding_told_count", output_field=IntegerField())
    return User.objects.filter(pk=user.pk).annotate(waits=waits).filter(waits__gt=0)


def load_told_of(user: Any, limit: int) -> list[Item]:
    """One line with how many there are: the head can open them, the chair can find somebody who does."""
    number = told_count(user)
    if not number:
        return []
    words = "A concern that you were told of waits unopened" if number == 1 else f"{number} concerns that you were told of wait unopened"  # fmt: skip
    may_open = user.has_perm(GLASS)
    address, click = (reverse("safeguarding:glass"), "Emergency access") if may_open else (reverse("caseload:team_list"), "Safeguarding team")  # fmt: skip
    return [Item(words, clock.today(), address, click, at_once=True)]


def adults_unopened(user: Any) -> QuerySet[AdultConcern]:
    """Concerns about adults that this person handles and has not opened."""
    return AdultConcern.objects.visible_to(user, ADULT).filter(state="received")


def load_adults_unopened(user: Any, limit: int) -> list[Item]:
    """One line each, of nobody. One query."""
    rows = adults_unopened(user).order_by("recorded_at").values_list("recorded_at", flat=True)[:limit]
    url = reverse("safeguarding:adult_list")
    return [
        Item(
            "A confidential matter waits to be opened",
            clock.local(at).date(),
            url,
            "Open",
            note=f"received {moment(at)}",
        )
        for at in rows
    ]


def load_without_lead(user: Any, limit: int) -> list[Item]:
    """Concerns with somebody who is no longer in the team or is suspended, one line each, of nobody. One query."""
    rows = in_order_of_harm(without_lead(user)).annotate(gone=Case(When(lead_gone(), then=True), default=False))
    url = f"{reverse('safeguarding:triage_list')}?show=left"
    return [
        Item(LEFT[gone], clock.local(at).date(), url, "Hand over", note=f"received {moment(at)}")
        for at, gone in rows.values_list("received_at", "gone")[:limit]
    ]


def register_due() -> None:
    """Offer all of them to My work and to the number in the top bar."""
    due.register(
        Source("concern_left", "Concerns without a lead", Harm.SAFETY, TRIAGE, load_without_lead, without_lead, order=4)
    )
    due.register(Source("concern_told", "Concerns unopened", Harm.SAFETY, PROPOSE, load_told_of, told_of, order=2))
    due.register(
        Source(
            "adult_concern", "Confidential matters", Harm.SAFETY, ADULT, load_adults_unopened, adults_unopened, order=3
        )
    )
    due.register(Source("concern", "Concerns", Harm.SAFETY, TRIAGE, load_not_taken_up, not_taken_up, order=1))
    due.register(Source("concern_action", "Safeguarding actions", Harm.PROMISE, TRIAGE, load_actions_due, actions_due))
