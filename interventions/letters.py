"""The words of a letter: a template's places for names and figures, and what is put into them."""

import re
from collections.abc import Mapping

# Every place that a template may have, with what stands there. Students are named as they are at home.
PLACES = {
    "student": "the student’s name as used at home",
    "first_name": "the student’s first name as used at home",
    "recipient": "whom the letter is to, as after “Dear”: Mrs Walker",
    "tutor": "the student’s tutor",
    "group": "the tutor group",
    "date": "today’s date",
    "attendance": "attendance this year, such as 88.4 %",
    "attended": "sessions or lessons attended this year",
    "possible": "sessions or lessons that could have been attended",
    "absences": "sessions or lessons missed this year",
    "unauthorised": "of these, not authorised",
    "late": "times late this year",
    "days_missed": "school days missed this year, in words",
    "missed": "“has missed 9½ days this school year (19 of 140 sessions, 4 of them not authorised)” or “has missed nothing this school year”",
    "window": "the weeks the letter is about: the last six school weeks, or this school year where its process is about the year",
    "window_attendance": "attendance in those weeks, such as 88.4 %",
    "window_days_missed": "school days missed in those weeks, in words",
    "college": "the name of the college, or of the student’s site where there are several",
    "sender": "who sends the letter",
}
# Those that stand for figures of attendance.
FIGURES = frozenset(
    {
        "attendance",
        "attended",
        "possible",
        "absences",
        "unauthorised",
        "late",
        "days_missed",
        "missed",
        "window_attendance",
        "window_days_missed",
    }
)
_PLACE = re.compile(r"\{([^{}]*)\}")


def unknown_places(text: str) -> list[str]:
    """The places of a text that no letter knows, in order, and braces that open or close nothing."""
    strange = [name for name in _PLACE.findall(text) if name not in PLACES]
    rest = _PLACE.sub("", text)
    return strange + sorted({brace for brace in "{}" if brace in rest})


def has_figures(text: str) -> bool:
    """Whether a template says anything of attendance."""
    return not FIGURES.isdisjoint(_PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every known place filled. Values are put in as they are, never read as places themselves."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def days_in_words(absent: int, series: str) -> str:
    """Sessions missed as school days: 19 sessions are “9½ days”. Lessons have no such measure."""
    if series != "session":
        return f"{absent or 'no'} lesson{'' if absent == 1 else 's'}"
    days, half = divmod(absent, 2)
    if not days and half:
        return "half a day"
    return f"{days or 'no'}{'½' if half else ''} day{'' if absent == 2 else 's'}"


def missed_in_words(absent: int, possible: int, unauthorised: int, series: str) -> str:
    """What somebody has missed this year as the end of a sentence that begins with their name; also where that is nothing."""
    if not possible:
        return "has no marks in registers yet this school year"
    if not absent:
        return "has missed nothing this school year"
    of_these = _of_these(absent, unauthorised)
    if series != "session":
        return f"has missed {absent} of {possible} lessons this school year, {of_these}"
    return f"has missed {days_in_words(absent, series)} this school year ({absent} of {possible} sessions, {of_these})"


def _of_these(absent: int, unauthorised: int) -> str:
    if not unauthorised or unauthorised == absent:
        word = "authorised" if not unauthorised else "not authorised"
        return word if absent == 1 else f"all of them {word}"
    return f"{unauthorised} of them not authorised"
