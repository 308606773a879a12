"""A calendar as the text that calendar programs read (RFC 5545). Pure: events go in, text comes out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

LINE = 75  # octets of a line, without its end (section 3.1)


def calendar_text(name: str, host: str, events: Iterable[Mapping[str, Any]], made_at: datetime) -> str:
    """The whole calendar. An event has `uid`, `starts`, `ends` (aware), `title`, `place`, `busy`, `changed`."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Waymark//One-to-ones//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for event in events:
        lines += _event(event, host, made_at)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(event: Mapping[str, Any], host: str, made_at: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event['uid']}@{host}",
        f"DTSTAMP:{_moment(made_at)}",
        f"LAST-MODIFIED:{_moment(event['changed'])}",
        f"DTSTART:{_moment(event['starts'])}",
        f"DTEND:{_moment(event['ends'])}",
        f"SUMMARY:{escaped(event['title'])}",
        *([f"LOCATION:{escaped(event['place'])}"] if event["place"] else []),
        "CLASS:PRIVATE",
        f"TRANSP:{'OPAQUE' if event['busy'] else 'TRANSPARENT'}",
        "END:VEVENT",
    ]


def _moment(value: datetime) -> str:
    """In UTC, so that no time zone has to be described (section 3.3.5, form 2)."""
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Text with what would end it written otherwise (section 3.3.11); control characters are left out."""
    for letter, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        text = text.replace(letter, instead)
    return "".join(letter for letter in text if ord(letter) >= 32 and ord(letter) != 127)


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, never within a letter (section 3.1)."""
    pieces, piece, room = [], "", LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LINE - 1  # a piece that goes on begins with a space
        piece, room = piece + letter, room - size
    return "\r\n ".join([*pieces, piece])
