"""The order of people, and the forms of a name that a search can find."""

import re
import unicodedata

# Letters that do not come apart into a letter and an accent.
_WHOLE_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_DROPPED = re.compile(r"['’‘ʼ`´\-‐‑–—.]")
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Text with accents and case folded, apostrophes and hyphens dropped, spaces single."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_WHOLE_LETTERS)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SPACES.sub(" ", _DROPPED.sub("", bare)).strip()


def sort_key(family: str, given: str) -> str:
    """The key by which people are ordered: family name first. Never leave the order to the database's collation."""
    return f"{fold(family)}\x01{fold(given)}"[:400]


def clean(text: str) -> str:
    """A name as it is stored: composed form, no control letters, single spaces, nothing else changed."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        letter for letter in composed if unicodedata.category(letter) not in {"Cc", "Cs"} or letter.isspace()
    )
    return _SPACES.sub(" ", kept).strip()
