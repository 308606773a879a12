"""Telephone numbers as people write them: which can be rung by a tap, and what the tap dials."""

import re

_NUMBER = re.compile(r"(?P<number>\+?[\d\s().\-–/]{3,}?)\s*(?:,?\s*(?:ext|extension|x)\.?\s*(?P<extension>\d{1,6}))?")


def dialled(text: str) -> str:
    """The address that rings what somebody wrote (tel:02079460018;ext=204, RFC 3966); empty where it can't be dialled.

    An extension by itself (“ext. 204”) and words are left as text: a telephone would ring somebody else.
    """
    found = _NUMBER.fullmatch(text.strip())
    digits = re.sub(r"[^\d+]", "", re.sub(r"\(0\)", "", found["number"])) if found else ""
    if found is None or len(digits.lstrip("+")) < 3:
        return ""
    return f"tel:{digits}" + (f";ext={found['extension']}" if found["extension"] else "")
