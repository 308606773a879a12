"""What the wording of a target leaves open: plain rules over the words, each explained. They suggest and never refuse.

No rule needs anything but what was typed. A rule keeps quiet when it is not sure: a hint that is wrong teaches people to
pass over hints. The rules are for English; text in another script is only asked for its measure and date.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

# Longer than this away, nobody remembers the target.
FAR_WEEKS = 26
SHORT_WORDS = 3
LONG_WORDS = 60


@dataclass(frozen=True)
class Hint:
    """One suggestion: its rule, what to think about, and an example of it done well."""

    rule: str
    words: str
    example: str


@dataclass(frozen=True)
class Typed:
    """What stands in the form: the wording, how it is measured, whether a figure is chosen, and by when."""

    what: str
    measure: str = ""
    figure: bool = False
    due_on: date | None = None
    today: date | None = None

    @property
    def plain(self) -> str:
        """The wording in small letters with single spaces."""
        return " ".join(self.what.lower().replace("’", "'").split())

    @property
    def words(self) -> list[str]:
        """The wording, word by word."""
        return re.findall(r"[\w'%]+", self.plain)

    @property
    def is_english(self) -> bool:
        """Whether most of its letters are Latin: the rules about words know no other script."""
        letters = [letter for letter in self.what if letter.isalpha()]
        return bool(letters) and sum(letter < "\u0250" for letter in letters) * 2 > len(letters)


_NUMBER = (
    r"\b(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"sixty|hundred|twice|once|half|every|each|all|no|none|zero|daily|weekly|both|any|never|always|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days|from \S+ to \S+)\b|%"
)
_GRADE = (
    r"\b(?:grade|level|mark|score|band)s?\s+(?:of\s+)?(?:an?\s+)?[a-e1-9u]\*?(?![\w])|\b(?:distinction|merit|pass)\b"
)
# Things that are plainly done or not done need no number: an essay is handed in, a form is filled in.
_DONE = (
    r"\b(?:hand(?:s|ed)?(?:\s+\w+){0,4}\s+in|hand in|submit|finish|complete|write|book|meet|apply|visit|bring|email|ring|"
    r"send|return|sign|register|enrol|join|pass|present|fill(?:s|ed)? (?:in|out)|draft|redo|rewrite|attend|speak to|"
    r"talk to|see|ask|choose|buy|hand over|upload|sit|catch up on|make an appointment|arrive|come|be on time|turn up)\b"
)
_TRY = (
    r"\b(?:try(?:ing)? (?:to|and)|tries to|attempt to|aim to|hope to|endeavour to|do (?:my|your|his|her|their) best)\b"
)
_MORE = (
    r"\b(?:improv\w+|better|more|less|fewer|increas\w+|reduc\w+|rais\w+|work on|focus(?: more)? on|develop\w*|"
    r"be more|higher|lower|harder)\b"
)
_VAGUE = r"\b(?:a bit|some|a lot|regularly|often|as much as possible|as soon as possible|asap|sometimes|soon|when possible)\b"
_AGAINST = r"\b(?:stop|don't|do not|not be|avoid|no longer|quit)\b"
_JOIN = r"(?:\band\b|;|\balso\b|\bas well as\b|\bplus\b|\n|\. )"
_VERB = (
    r"(?:attend|arrive|be|hand|submit|finish|complete|write|revise|read|improve|increase|reduce|raise|book|meet|apply|"
    r"visit|bring|ask|reach|get|achieve|stop|start|keep|learn|practise|do|go|come|see|speak|talk|use|make|work|spend|join)"
)
# “write and hand in the report”: two verbs of one piece of work. “… and use each in a sentence”: what follows hangs on
# what stands before.
_ONE_WORK = rf"\b(?:{_VERB}|sit|try|watch|find|wait|plan|draft) and\b"
_HANGS_ON = r"\b(?:it|them|each|of each|both)\b"


def hints(typed: Typed) -> list[Hint]:
    """What could be sharper, the weightiest first. Nothing is said of an empty wording."""
    if not typed.what.strip():
        return []
    found = [rule(typed) for rule in RULES]
    return [hint for hint in found if hint is not None]


def no_date(typed: Typed) -> Hint | None:
    """T: without a day there is nothing to look forward to, and the target is never overdue."""
    if typed.due_on is None:
        return Hint("no_date", "By when? Give a day on which you will look at it together.", "by Friday 11 December")
    if typed.today and typed.due_on > typed.today + timedelta(weeks=FAR_WEEKS):
        return Hint(
            "far_date", "That is more than half a year away. A nearer first step is easier to keep.", "in four weeks"
        )
    return None


def no_measure(typed: Typed) -> Hint | None:
    """M: a number, a grade, a figure, or something that is plainly done or not done."""
    if typed.figure or typed.measure.strip():
        return None
    if not typed.is_english:
        return None if re.search(r"\d", typed.what) else _MEASURE
    if _says(typed, _NUMBER) or _says(typed, _GRADE) or (_says(typed, _DONE) and not _says(typed, _MORE)):
        return None
    if how_much(typed):
        return None  # the sharper hint says it
    return _MEASURE


_MEASURE = Hint("no_measure", "How will you both know that it is met?", "three past papers marked · 95 % attendance")


def try_to(typed: Typed) -> Hint | None:
    """A: somebody who tries has met it already. What is done can be looked at."""
    if not typed.is_english or not _says(typed, _TRY):
        return None
    return Hint("try_to", "“Try to” is met by trying. Say what will be done.", "hand in, instead of: try to hand in")


def how_much(typed: Typed) -> Hint | None:
    """S: improve, more, less and better need an amount, or a figure that says it."""
    if not typed.is_english or typed.figure or typed.measure.strip() or not _says(typed, _MORE):
        return None
    if _says(typed, _NUMBER) or _says(typed, _GRADE):
        return None
    return Hint("how_much", "Better by how much, from what to what?", "from 88 % to 95 % · from grade D to grade C")


def vague(typed: Typed) -> Hint | None:
    """S: “regularly” and “soon” mean something else to each of the two."""
    found = re.search(_VAGUE, typed.plain) if typed.is_english else None
    if not found:
        return None
    return Hint(
        "vague", f"“{found[0]}” can be read in two ways. Say how often, or when.", "every Tuesday after lessons"
    )


def two_in_one(typed: Typed) -> Hint | None:
    """S: of two targets in one, one may be met and the other not; what is its state then?"""
    if not typed.is_english:
        return None
    plain = re.sub(r"\s*\n\s*[-•*]?\s*", "; ", typed.what.strip().lower())
    parts = [part for part in re.split(_JOIN, re.sub(_ONE_WORK, "", plain)) if part and part.strip()]
    begun = [
        part for part in parts if re.match(rf"\s*(?:also |then |try to |try and |to |i will |will )*{_VERB}\b", part)
    ]
    begun = begun[:1] + [part for part in begun[1:] if not re.search(_HANGS_ON, part)]
    if len(parts) < 2 or len(begun) < 2:
        return None
    return Hint(
        "two_in_one", "These look like two targets. Set each by itself, or make one a step.", "one sentence, one thing"
    )


def against(typed: Typed) -> Hint | None:
    """A: what is to be done is easier to do, and to see, than what is to be left."""
    if not typed.is_english or not re.match(rf"(?:i will |will |to )?{_AGAINST}", typed.plain):
        return None
    return Hint("against", "Say what will be done instead.", "be in the room by 08:45, instead of: stop being late")


def too_short(typed: Typed) -> Hint | None:
    """S: one or two words are a topic, not yet a target."""
    if not typed.is_english or len(typed.words) >= SHORT_WORDS:
        return None
    return Hint("too_short", "That is a topic. Say who does what.", "finish the first draft of the essay")


def too_long(typed: Typed) -> Hint | None:
    """S: what the student can't repeat, the student can't keep in mind."""
    if len(typed.words) <= LONG_WORDS:
        return None
    return Hint(
        "too_long", "Can the student say it in one breath? Put the rest into steps.", "one sentence, then steps"
    )


def _says(typed: Typed, pattern: str) -> bool:
    return re.search(pattern, typed.plain) is not None


RULES: tuple[Callable[[Typed], Hint | None], ...] = (
    too_short,
    try_to,
    how_much,
    no_measure,
    no_date,
    two_in_one,
    vague,
    against,
    too_long,
)
