"""What a comparison says, in plain words: the sentence, the warnings, what a point cost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interventions.impact import FEWEST, Comparison


@dataclass(frozen=True)
class Figure:
    """What is compared: its name, the unit of a change, and whether more is better."""

    key: str
    name: str
    unit: str
    up_is_good: bool
    places: int = 1
    level: bool = True  # whether the level itself means something, or only its change


FIGURES = (
    Figure("attendance", "Attendance", "points", True),
    Figure("lateness", "Lateness", "points", False),
    Figure("grades", "Grades", "steps", True, 2, level=False),
)
BY_KEY = {one.key: one for one in FIGURES}
SWING = (
    "Students are picked when things are at their worst, and most get better without help. So their own before and after "
    "is not what the intervention did; only the difference from the students compared is."
)
NOT_CHANCE = (
    "They were not chosen by lot. Whoever chose them may have known something that the figures don’t show, and the comparison "
    "can’t make up for that."
)


def number(value: float, figure: Figure) -> str:
    """A figure without a sign."""
    return f"{abs(value):.{figure.places}f}"


def signed(value: float, figure: Figure) -> str:
    """A change, with a sign that reads as one."""
    text = f"{abs(value):.{figure.places}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def sentence(found: Comparison, figure: Figure) -> str:
    """What can be said of one figure, in one sentence."""
    if found.students == 0 and found.left_out == 0:
        return "There is nothing to compare yet."
    if not found.told or found.effect is None or found.low is None or found.high is None:
        have = f"{found.students} could be compared" if found.students else "nobody could be compared"
        return f"Too few to tell: {have}, and it takes at least {FEWEST} students with figures before and afterwards."
    who = f"{found.compared} similar students who did not have it"
    span = f"{signed(found.low, figure)} to {signed(found.high, figure)} {figure.unit}"
    if not found.excludes_none:
        return (
            f"It can’t be told whether {figure.name.lower()} changed because of it: beside {who}, the difference is "
            f"{signed(found.effect, figure)} {figure.unit}, and anything from {span} fits the figures."
        )
    verb = "better" if (found.effect > 0) == figure.up_is_good else "worse"
    return (
        f"{figure.name} went {number(found.effect, figure)} {figure.unit} {verb} than for {who}; the true difference most "
        f"likely lies between {span.replace(' to ', ' and ')}."
    )


def verdict(found: Comparison, figure: Figure) -> tuple[str, str]:
    """The same in two words, with a tone."""
    if not found.told or found.effect is None:
        return "Too few to tell", "plain"
    if not found.excludes_none:
        return "Can’t be told", "plain"
    return ("Better", "good") if (found.effect > 0) == figure.up_is_good else ("Worse", "concern")


def cautions(found: Comparison, figure: Figure, far: float | None) -> list[str]:
    """What to bear in mind about one figure."""
    said = []
    if figure.level and far is not None and found.before is not None:
        worse = (far - found.before) if figure.up_is_good else (found.before - far)
        if worse >= 1:
            said.append(
                f"{figure.name} was {number(worse, figure)} points worse in the weeks before the start than in the weeks before "
                "those: it began at a low point, from which much would have come back by itself."
            )
    if found.poor_match:
        said.append(f"For {figure.name.lower()} no close match was found for everybody, so the comparison is rough.")
    if found.left_out:
        verb = "is" if found.left_out == 1 else "are"
        said.append(
            f"{found.left_out} {verb} left out of {figure.name.lower()}: too few marks or grades before or afterwards."
        )
    return said


def cost_of_a_point(found: Comparison, figure: Figure, cost: Decimal | None) -> dict[str, Any]:
    """Pounds for one point (or step) of one student: only where the interval leaves out nought, on the better side."""
    if cost is None:
        return {"words": "No cost is entered."}
    good = found.effect is not None and (found.effect > 0) == figure.up_is_good
    if not found.excludes_none or not good or found.effect is None:
        return {"words": f"It can’t be told: no gain in {figure.name.lower()} is sure."}
    pounds = float(cost) / (abs(found.effect) * found.students)
    unit = figure.unit.removesuffix("s")
    return {
        "words": f"£{pounds:,.2f} for each {unit} of {figure.name.lower()} gained by one student",
        "pounds": round(pounds, 2),
    }
