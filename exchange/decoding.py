"""The text of a file that somebody sent: which encoding it is in, or a sentence on what is wrong with it."""

import re

from exchange.bundle import Problem

# What is often sent in place of a CSV file, by how it begins.
NO_CSV = (
    (b"PK\x03\x04", "This is a zip or an Excel workbook, not a CSV file. In Excel, save each sheet as “CSV UTF-8”."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook, not a CSV file. In Excel, save each sheet as “CSV UTF-8”."),
    (b"%PDF", "This is a PDF, not a CSV file. Export the data as CSV."),
    (b"<?xml", "This is an XML file, not a CSV file. Export the data as CSV."),
)
BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8"))
_WHOLE_LETTER = re.compile("[\x80-\U0010ffff]")
_STRAY_BYTE = re.compile("[\udc80-\udcff]")


def text_of(name: str, content: bytes, problems: list[Problem]) -> str | None:
    """The text of a file; nothing, and a fatal problem, when it has none that can be read.

    UTF-8 and UTF-16 are read, and Windows-1252 with a problem that says so. Nothing is guessed where names would suffer.
    """
    words = next((words for begins, words in NO_CSV if content.startswith(begins)), "")
    if words:
        return _unreadable(name, 1, words, problems)
    mark, encoding = next(((m, e) for m, e in BYTE_ORDER_MARKS if content.startswith(m)), (b"", ""))
    if not content.removeprefix(mark).strip():
        return _unreadable(name, 1, f"{name} is empty: not even a line of column names.", problems)
    if encoding == "utf-16":
        return _utf_16(name, content, problems)
    text = _utf_8(name, content, problems)
    if text is not None and "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        words = "A zero byte: not a CSV file, or one in an encoding that nothing names. Save it as “CSV UTF-8”."
        return _unreadable(name, line, words, problems)
    return text


def _utf_16(name: str, content: bytes, problems: list[Problem]) -> str | None:
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError:
        words = f"{name} is cut off or damaged: its text (UTF-16) can’t be read to the end. Export it again."
        return _unreadable(name, 1, words, problems)
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return _unreadable(name, line, "A zero byte: not a CSV file.", problems)
    return text


def _utf_8(name: str, content: bytes, problems: list[Problem]) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        if wrong.reason == "unexpected end of data":
            words = f"{name} is cut off in the middle of a letter. Export it again."
            return _unreadable(name, line, words, problems)
    loose = content.decode("utf-8-sig", errors="surrogateescape")
    line = loose[: _STRAY_BYTE.search(loose).start()].count("\n") + 1  # type: ignore[union-attr]  # there is one
    if _WHOLE_LETTER.search(_STRAY_BYTE.sub("", loose)):
        words = f"{name} is partly in UTF-8 and partly not, so names with accents would be spoilt. Export it as UTF-8."
        return _unreadable(name, line, words, problems)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        words = f"{name} is in an encoding that Waymark does not know. Export it as UTF-8."
        return _unreadable(name, line, words, problems)
    words = f"{name} is not in UTF-8; it was read as Windows-1252. Check names with accents, and save it as UTF-8."
    problems.append(Problem(name, line, "", "", words))
    return text


def _unreadable(name: str, line: int, words: str, problems: list[Problem]) -> None:
    problems.append(Problem(name, line, "", "", words, fatal=True))
