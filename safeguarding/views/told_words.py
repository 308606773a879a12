"""Sentences about who is told that the head has broken glass: only those who are there."""

from collections.abc import Collection

from safeguarding.choices import Audience

NAMED = {Audience.TEAM: "the safeguarding team", Audience.CHAIR: "the chair of governors"}


def told_words(told: Collection[str]) -> str:
    """Who was told when glass was broken, and who was not there to be told."""
    return _sentences(told, "told by email")


def would_tell_words(there: Collection[str]) -> str:
    """Who will be told when glass is broken now."""
    return _sentences(there, "told by email at once", now=True)


def _sentences(told: Collection[str], how: str, *, now: bool = False) -> str:
    there = [words for audience, words in NAMED.items() if audience in told]
    gone = [words for audience, words in NAMED.items() if audience not in told]
    is_told = ("are" if now else "were") if len(there) > 1 else ("is" if now else "was")
    said = [f"{' and '.join(there).capitalize()} {is_told} {how}."] if there else []
    missing = "is" if now else "was"
    if NAMED[Audience.TEAM] in gone:
        said.append(f"No one {missing} in the safeguarding team.")
    if NAMED[Audience.CHAIR] in gone:
        said.append(f"There {missing} no chair of governors.")
    return " ".join(said)
