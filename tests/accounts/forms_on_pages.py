"""Forms as a browser has them: read from a page, typed into, sent."""

from typing import Any
from urllib.parse import urljoin

from lxml import html

WORDS = "Only I typed these words <7> & “these”"
TOKENS = {"csrfmiddlewaretoken", "page_for", "form_number"}
Fields = dict[str, list[str]]


class PageForm:
    """One form of a page, with what its fields hold."""

    def __init__(self, element: Any, address: str) -> None:
        self.element = element
        self.address = address
        self.target = urljoin(address, element.get("action") or "")

    def fields(self) -> Fields:
        """What would be sent without pressing a named button."""
        found: Fields = {}
        for control in self.element.xpath(".//input | .//select | .//textarea"):
            name, kind = control.get("name"), control.get("type", "text")
            if not name or kind in {"file", "submit"}:
                continue
            if control.tag == "select":
                values = control.xpath(".//option[@selected]/@value") or control.xpath("(.//option)[1]/@value")
            elif control.tag == "textarea":
                values = [(control.text or "").removeprefix("\n").removeprefix("\r\n")]
            elif kind in {"checkbox", "radio"}:
                values = [control.get("value", "on")] if "checked" in control.attrib else []
            else:
                values = [control.get("value", "")]
            if values:
                found.setdefault(name, []).extend(values)
        return found

    def typed(self) -> Fields:
        """Its fields after somebody wrote in every box, ticked what was not ticked and chose the last of each choice."""
        fields = self.fields()
        for control in self.element.xpath(".//input | .//select | .//textarea"):
            name, kind = control.get("name"), control.get("type", "text")
            if not name or name in TOKENS or kind in {"file", "submit", "hidden"}:
                continue
            if control.tag == "select":
                fields[name] = [control.xpath(".//option/@value")[-1]]
            elif kind in {"checkbox", "radio"}:
                fields[name] = [control.get("value", "on")]
            else:
                fields[name] = ["2026-12-01" if kind == "date" else "7" if kind == "number" else WORDS]
        return fields


def forms_of(page: Any, address: str) -> list[PageForm]:
    """The forms of a page that change something, without the frame's own."""
    tree = html.fromstring(page.content.decode())
    return [PageForm(form, address) for form in tree.xpath("//main//form[@method='post']")]


def without_tokens(fields: Fields) -> Fields:
    """What was typed and chosen."""
    return {name: values for name, values in fields.items() if name not in TOKENS}
