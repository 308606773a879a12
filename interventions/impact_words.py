"""What a comparison says, in plain words: the verdict, its sentence or why there is none, and what a point cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interventions.choices_programmes import ALL_YES, CHANGED, IMPACT_WEEKS, HiddenReason
from interventions.impact import guards
from interventions.impact.comparable import ENOUGH_RECORD

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """What is compared: its name, the unit of a change, and whether more is better."""

    key: str
    name: str
    unit: str
    up_is_good: bool
    places: int = 1


FIGURES = (
    Figure("attendance", "Attendance", "points", True),
    Figure("lateness", "Lateness", "points", False),
    Figure("grades", "Grades", "steps", True, 2),
)
BY_KEY = {one.key: one for one in FIGURES}
UNSEEN = (
    "A reason for choosing these students that is not in their figures. If there was one, it is in this number too.",
    "Anything else that happened only to them in those weeks: a new tutor, a trip, an outbreak.",
    "Help that isn’t recorded here, theirs or that of the students they are compared with. Other recorded help is allowed for, as it works on average.",
    "Students who came after the start or left before the end.",
)
PROVED = "In made-up colleges where the answer is known, such intervals held it about 95 times in 100."
EXPECTED = (
    "Expected is what happened to students whose figures were like theirs, here, at other times, without this help."
)
CORRECTED = "of those called Better or Worse, about one in twenty at most is expected to be wrong."
NOT_ANSWERED = "First say whether there was a reason for choosing them that their figures don’t show."
NOT_ANSWERED_SHORT = "not answered yet"
HIDDEN_SHORT = "chosen for something else"
CHANGED_SHORT = "answers changed since"
HIDDEN = {
    ALL_YES: "All were chosen for something that their figures don’t show. Figures can’t tell that from what the help did.",
    CHANGED: "Answers about why students were chosen have changed since this was worked out. It is worked out again every night, and when you ask.",
    HiddenReason.LASTING: "They were chosen for something that their figures don’t show and that was likely to last. Figures can’t tell that from what the help did.",
    HiddenReason.PASSING: "They were chosen for something that their figures don’t show and that was likely to pass. Figures can’t tell its passing from what the help did.",
}
GRADES = "How to tell what help did to grades from what would have happened anyway is not proved here, so no verdict is given."
SHORT = {
    guards.TOO_FEW: f"fewer than {guards.FEWEST} could be compared",
    guards.NO_LATER: "too many without figures afterwards",
    guards.NOBODY_LIKE: "nobody to compare too many with",
    guards.ONE_GROUP: "nearly all of one tutor group",
    guards.SHAPE_DIFFERS: "moved differently before the start",
    guards.UNSTEADY: "groups without help differ too much",
    guards.IMPOSSIBLE: "more than was possible",
    guards.FALL_GOES_ON: "perhaps their own fall going on",
    guards.NOTHING_YET: "too early",
    guards.NO_POOL: "too little on record",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """The verdict in two words with its tone, the sentence, and a few words for a list."""

    verdict: str
    tone: str
    sentence: str
    short: str = ""
    told: bool = False  # whether estimate and interval may be shown


def number(value: float, figure: Figure) -> str:
    """A figure without a sign."""
    return f"{abs(value):.{figure.places}f}"


def signed(value: float, figure: Figure) -> str:
    """A change, with a sign that reads as one."""
    text = f"{abs(value):.{figure.places}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def says(found: Stored, figure: Figure, *, hidden: str | None, stands: bool, of: int = 1) -> Said:
    """What may be said of one comparison. `hidden` is the chooser's answer (none: not asked yet), `stands` whether the verdict
    holds among the `of` comparisons that it is corrected for."""
    if hidden != HiddenReason.NONE:
        return unanswered(hidden)
    if not is_told(found):
        code = found["refusals"][0] if found["refusals"] else guards.NOTHING_YET
        verdict = "Too early" if code == guards.NOTHING_YET else "No verdict"
        return Said(verdict, "plain", _refusal(code, found, figure), SHORT[code])
    if found["low"] <= 0 <= found["high"] or not stands:
        alone = "" if found["low"] <= 0 <= found["high"] else f"may be chance among {of} comparisons"
        return Said("No clear effect", "plain", _untold(found, figure, of), alone, told=True)
    good = (found["effect"] > 0) == figure.up_is_good
    verdict, tone = ("Better", "good") if good else ("Worse", "concern")
    return Said(verdict, tone, _sentence(found, figure), told=True)


def unanswered(hidden: str | None) -> Said:
    """No verdict, because nobody has answered yet, or somebody with a yes, or the answers have changed."""
    if not hidden:
        return Said("No verdict", "plain", NOT_ANSWERED, NOT_ANSWERED_SHORT)
    return Said("No verdict", "plain", HIDDEN[hidden], CHANGED_SHORT if hidden == CHANGED else HIDDEN_SHORT)


def is_told(found: Stored) -> bool:
    """Whether nothing speaks against an interval."""
    return not found["refusals"] and found["low"] is not None


def interval(found: Stored, figure: Figure) -> str:
    """The 95 % interval."""
    return f"{signed(found['low'], figure)} to {signed(found['high'], figure)}"


def _sentence(found: Stored, figure: Figure) -> str:
    way = "higher" if found["effect"] > 0 else "lower"
    return (
        f"{figure.name} of these {found['students']} was {number(found['effect'], figure)} {figure.unit} {way} than expected "
        f"(95 % interval {interval(found, figure)}). {EXPECTED} {PROVED}"
    )


def _untold(found: Stored, figure: Figure, of: int) -> str:
    if found["low"] <= 0 <= found["high"]:
        small = 2.8 * found["error"]
        return (
            f"Anything from {interval(found, figure)} {figure.unit} fits. With {found['students']} students like these, an effect "
            f"under about {number(small, figure)} {figure.unit} is told less than 8 times in 10."
        )
    return (
        f"The interval, {interval(found, figure)} {figure.unit}, leaves out no change at all. But it is one of {of} comparisons, "
        "and among so many one like it can come by chance alone."
    )


def _refusal(code: str, found: Stored, figure: Figure) -> str:
    everybody = found["asked"]
    lost = len(found["out"]) + found["without_record"]
    name = figure.name.lower()
    words = {
        guards.TOO_FEW: f"{found['students']} could be compared, and it takes at least {guards.FEWEST}.",
        guards.NO_LATER: f"{found['without_later']} of {everybody} have no figures for those weeks, and those who leave are not like those who stay.",
        guards.NOBODY_LIKE: f"For {lost} of {everybody} there is nobody to compare them with: no students here had figures like theirs without this help.{_record(found)}",
        guards.ONE_GROUP: "Nearly all are of one tutor group. What else happened to that group can’t be told from the help.",
        guards.SHAPE_DIFFERS: f"In the weeks before the start their {name} moved differently from that of students with such figures, so these are no measure for them.",
        guards.UNSTEADY: "Groups chosen in the same way that had no help differ too much from what was expected of them.",
        guards.IMPOSSIBLE: "The difference would be larger than was possible.",
        guards.FALL_GOES_ON: "They did worse than students with such figures usually do, but not worse than if their own fall had gone on. If you chose them because it would last, this says nothing against the help.",
        guards.NOTHING_YET: "It takes three whole school weeks.",
        guards.NO_POOL: f"There are too few students or weeks on record without this help to learn from.{_record(found)}",
    }  # fmt: skip
    return words[code]


def _record(found: Stored) -> str:
    weeks = found["record"]
    if weeks >= ENOUGH_RECORD:
        return ""
    plural = "week was" if weeks == 1 else "weeks were"
    return f" Only {weeks} school {plural} on record before the start; more can be told from {ENOUGH_RECORD} on."


def left_out(found: Stored, names: Sequence[str]) -> list[str]:
    """Who is not in a comparison, counted and, where this reader may know them, named."""
    said = []
    unlike = len(found["out"])
    if unlike:
        others = unlike - len(names)
        known = [*names, *([f"{others} other{'' if others == 1 else 's'}"] if others else [])]
        listed = f": {_joined(known)}" if names else ""
        who = (
            "One is left out, because nobody here is like them"
            if unlike == 1
            else (f"{unlike} are left out, because nobody here is like them")
        )
        said.append(f"{who}{listed}.")
    for key, words in (
        ("without_record", "too little on record before the start"), ("without_later", "no figures for those weeks"),
        ("early", f"fewer than three of the {IMPACT_WEEKS} weeks so far"),
    ):  # fmt: skip
        if found[key]:
            said.append(f"Left out with {words}: {found[key]}.")
    return said


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def of_grades(moved: Stored, hidden: str | None = HiddenReason.NONE) -> str:
    """How grades moved, which says nothing of the help; nothing at all unless somebody answered with a no."""
    if hidden != HiddenReason.NONE:
        return unanswered(hidden).sentence
    if not moved["students"]:
        return "Nobody has grades on one scale both before the start and three weeks after it."
    return f"Of {moved['students']} with grades before and since, {moved['rose']} rose, {moved['stayed']} stayed and {moved['fell']} fell. {GRADES}"


def cost_of_a_point(found: Stored, said: Said, figure: Figure, cost: Decimal | float | None) -> str:
    """Pounds for one point of one student: only where the verdict is Better."""
    if cost is None:
        return "No cost is entered."
    if said.verdict != "Better":
        return "none, because no gain is sure."
    least, likely, most = sorted(
        float(cost) / (abs(points) * found["students"]) for points in (found["low"], found["effect"], found["high"])
    )
    return (
        f"£{likely:,.2f} for each {figure.unit.removesuffix('s')} of {figure.name.lower()} gained by one student (£{least:,.2f} to "
        f"£{most:,.2f} with the 95 % interval): £{cost:,.2f} for {found['students']} students compared"
    )
