"""Put what was typed back into the forms of a page that has been drawn.

It works on the finished page, so every form takes part and none knows of it, with scripts on or off. Nothing is sent:
the fields merely stand as they stood.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

from core.pages.keeping import Kept

NOT_FOR_WORDS = {"submit", "button", "image", "reset"}
LEFT_ALONE = {"file", "password", *NOT_FOR_WORDS}
TICKED = {"checkbox", "radio"}
NOTICES = "messages"  # the id of the box that holds a page's notices
Attributes = dict[str, str | None]


@dataclass
class Piece:
    """A stretch of the page: a start tag as it stands, and what it says."""

    tag: str
    start: int
    end: int
    attributes: Attributes
    folds: tuple["Piece", ...] = ()
    inside: tuple[int, int] = (0, 0)
    options: list["Piece"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        """What sort of control it is."""
        return (self.attributes.get("type") or "text").lower() if self.tag == "input" else self.tag


@dataclass
class Form:
    """One form of the page with its controls."""

    piece: Piece
    targets: tuple[str, ...]
    controls: list[Piece] = field(default_factory=list)
    button: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one kept form: the words of the button that saves it, and what found no place."""

    kept: Kept
    found: bool
    button: str = ""
    left_over: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Finds the forms of a page and where the page's notices stand."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.notices: int | None = None
        self._starts = [0]
        for line in page.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._open: Form | None = None
        self._folds: list[Piece] = []
        self._select: Piece | None = None
        self._textarea: Piece | None = None
        self._button: Form | None = None
        self._loose: list[tuple[str, Piece]] = []
        self.feed(page)
        self.close()
        by_id = {form.piece.attributes.get("id"): form for form in self.forms}
        for form_id, control in self._loose:
            if form_id in by_id:
                by_id[form_id].controls.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters of a start tag."""
        text = self.get_starttag_text() or ""
        line, column = self.getpos()
        start = self._starts[line - 1] + column
        piece = Piece(tag, start, start + len(text), dict(attrs), tuple(self._folds))
        if piece.attributes.get("id") == NOTICES:
            self.notices = piece.end
        if tag == "form":
            self._begin(piece)
        elif tag == "details":
            self._folds.append(piece)
        elif tag in {"input", "select", "textarea", "button"}:
            self._control(piece)
        elif tag == "option" and self._select is not None:
            self._select.options.append(piece)

    def _begin(self, piece: Piece) -> None:
        self._open = None
        if (piece.attributes.get("method") or "").lower() == "post":
            given = [piece.attributes.get("action") or "", piece.attributes.get("hx-post") or ""]
            self._open = Form(piece, tuple(urljoin(self.address, url) for url in dict.fromkeys(given)))
            self.forms.append(self._open)

    def _control(self, piece: Piece) -> None:
        self._select = piece if piece.tag == "select" else None
        self._textarea = piece if piece.tag == "textarea" else None
        if piece.attributes.get("form"):
            self._loose.append((piece.attributes["form"] or "", piece))
        elif self._open is not None:
            self._open.controls.append(piece)
            if piece.tag == "button" and (piece.attributes.get("type") or "submit") == "submit":
                self._button = self._open if not self._open.button and not piece.name else None

    def handle_endtag(self, tag: str) -> None:
        """Note where a control or a form ends."""
        line, column = self.getpos()
        here = self._starts[line - 1] + column
        if tag == "textarea" and self._textarea is not None:
            self._textarea.inside = (self._textarea.end, here)
            self._textarea = None
        elif tag == "select":
            self._select = None
        elif tag == "button":
            self._button = None
        elif tag == "form":
            self._open = None
        elif tag == "details" and self._folds:
            self._folds.pop()

    def handle_data(self, data: str) -> None:
        """The words on a form's button."""
        if self._button is not None and data.strip():
            self._button.button = f"{self._button.button} {' '.join(data.split())}".strip()


class Refilled:
    """A drawn page with kept forms put back into it."""

    def __init__(self, page: str, address: str) -> None:
        self._page = page
        self._reader = _Reader(page, address)
        self._edits: dict[int, tuple[int, str]] = {}
        self._taken: set[int] = set()

    def put_back(self, kept: Kept, word_field: str, word: str) -> Result:
        """Fill one kept form into the form that it came from; `word` replaces that form's hidden `word_field`."""
        form = self._form_of(kept)
        if form is None:
            return Result(kept, False, left_over=list(_all_words(kept)))
        self._taken.add(form.piece.start)
        self._change(form.piece, {**form.piece.attributes, "data-refilled": ""})
        waiting = {name: list(values) for name, values in kept.fields}
        for control in form.controls:
            if control.name == word_field:
                self._change(control, {**control.attributes, "value": word})
            elif control.name in waiting or control.kind in TICKED:
                self._fill(control, waiting.get(control.name, []))
        buttons = {control.name for control in form.controls if control.kind in NOT_FOR_WORDS}
        left = [(words_of(name), value) for name, values in waiting.items() if name not in buttons for value in values]
        return Result(kept, True, form.button, [(name, value) for name, value in left if value.strip()])

    def with_notice(self, html: str) -> str:
        """The page as it is now, with a notice where notices stand."""
        edits = dict(self._edits)
        if self._reader.notices is not None:
            edits.setdefault(self._reader.notices, (self._reader.notices, html))
        pieces, at = [], 0
        for start in sorted(edits):
            end, words = edits[start]
            pieces += [self._page[at:start], words]
            at = end
        return "".join([*pieces, self._page[at:]])

    def _form_of(self, kept: Kept) -> Form | None:
        """The form that goes to the same address; of several, the one whose hidden fields say the same."""
        free = [form for form in self._reader.forms if form.piece.start not in self._taken]
        same = [form for form in free if kept.target in form.targets]
        path = kept.target.partition("?")[0]
        same = same or [form for form in free if path in {target.partition("?")[0] for target in form.targets}]
        names = {name for name, _ in kept.fields}
        same = [form for form in same if names & {control.name for control in form.controls}]

        def likeness(form: Form) -> int:
            hidden = [control for control in form.controls if control.kind == "hidden"]
            return sum(control.attributes.get("value") == kept.first(control.name) for control in hidden)

        return max(same, key=likeness, default=None)

    def _fill(self, control: Piece, values: list[str]) -> None:
        if control.kind in TICKED:
            own = control.attributes.get("value", "on") or ""
            ticked = own in values
            if ticked:
                values.remove(own)
            self._set(control, "checked", ticked)
        elif control.tag == "select":
            self._choose(control, values)
        elif control.tag == "textarea" and values:
            start, end = control.inside
            self._unfold(control)
            self._edits[start] = (end, "\n" + escape(values.pop(0), quote=False))
        elif control.tag == "input" and control.kind not in LEFT_ALONE and values:
            value = values.pop(0)
            if value != (control.attributes.get("value") or ""):
                self._change(control, {**control.attributes, "value": value})
                self._unfold(control)

    def _choose(self, control: Piece, values: list[str]) -> None:
        for option in control.options:
            own = option.attributes.get("value") or ""
            chosen = own in values
            if chosen:
                values.remove(own)
            self._set(option, "selected", chosen)

    def _set(self, piece: Piece, name: str, on: bool) -> None:
        if on == (name in piece.attributes):
            return
        kept = {key: value for key, value in piece.attributes.items() if key != name}
        self._change(piece, kept | ({name: None} if on else {}))
        if on:
            self._unfold(piece)

    def _unfold(self, piece: Piece) -> None:
        for fold in piece.folds:
            self._change(fold, {**fold.attributes, "open": None})

    def _change(self, piece: Piece, attributes: Attributes) -> None:
        written = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items()
        )
        self._edits[piece.start] = (piece.end, f"<{piece.tag}{written}>")


def words_of(name: str) -> str:
    """A field's name as words: “new1-due_on” is “Due on”."""
    return name.rpartition("-")[2].replace("_", " ").strip().capitalize() or name


def _all_words(kept: Kept) -> Iterator[tuple[str, str]]:
    for name, values in kept.fields:
        yield from ((words_of(name), value) for value in values if value.strip())
