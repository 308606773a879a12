"""A person who has no pointer: reaches everything with Tab, and sees where they are."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

MOST_TABS = 80
# What shows the focus: an outline or a shadow of the control, of its label (marks and segments hide the control itself),
# or of the row or box that it stands in. And neither the top bar nor the bar with Save covers it.
VISIBLE = """control => {
    const shows = (element) => {
        const style = element && getComputedStyle(element);
        const clear = (colour) => /, 0\\)/.test(colour);
        const outline = style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && !clear(style.outlineColor);
        return outline || (style && style.boxShadow !== "none" && !clear(style.boxShadow));
    };
    const seen = [control, ...(control.labels ?? []), control.closest("li, tr, label")];
    const box = control.getBoundingClientRect();
    const edge = (selector, side) => {
        const bar = document.querySelector(selector);
        return bar && !bar.contains(control) && !control.matches(".wm-skip") ? bar.getBoundingClientRect()[side] : null;
    };
    const top = edge(".wm-bar", "bottom") ?? 0;
    const bottom = Math.min(edge(".wm-save-bar", "top") ?? innerHeight, innerHeight);
    const uncovered = Math.min(box.bottom, bottom) - Math.max(box.top, top);
    return seen.some(shows) && uncovered >= Math.min(box.height, 12);
}"""
WHERE = "e => e.outerHTML.slice(0, 160)"


class Keyboard:
    """Drives a page with keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press_to(
        self, role: Any, name: str | re.Pattern[str], within: Locator | None = None, most: int = MOST_TABS
    ) -> None:
        """Tab to the first element of this role and name; the focus must be visible when it gets there."""
        exact = isinstance(name, str)
        self.tab_to((within or self.page).get_by_role(role, name=name, exact=exact).first, most)

    def tab_to(self, wanted: Locator, most: int = MOST_TABS, back: bool = False) -> None:
        """Tab, or Shift-Tab, until this element has the focus."""
        handle = wanted.element_handle()
        assert handle is not None
        for _ in range(most):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if handle.evaluate("e => document.activeElement === e"):
                self._see(handle)
                return
        here = self.page.locator("*:focus")
        at = here.first.evaluate(WHERE) if here.count() else "nothing"
        raise AssertionError(f"{most} tabs do not lead to {handle.evaluate(WHERE)}; they led to {at}")

    def skip(self) -> None:
        """The first Tab of a page is the link that skips the frame; it is seen, and leads into the page."""
        self.tab_to(self.page.locator(".wm-skip"), most=1)
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(words)

    def follow(self, role: Any, name: str | re.Pattern[str], within: Locator | None = None, key: str = "Enter") -> None:
        """Reach a link or button and press it, which opens another page."""
        self.press_to(role, name, within)
        self.and_wait(key)

    def and_wait(self, key: str = "Enter") -> None:
        """Press a key that opens another page."""
        with self.page.expect_navigation():
            self.press(key)

    def pick(self, wanted: Locator, key: str = "ArrowRight") -> None:
        """Reach a group of radio buttons as a browser does, at its checked or first one, and go on to this one."""
        group = wanted.get_attribute("name")
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name") == group:
                break
        else:
            raise AssertionError(f"No tab leads to the choice {group}")
        self._go(lambda: bool(wanted.evaluate("e => document.activeElement === e")), key)
        if not wanted.is_checked():
            self.press("Space")
        assert wanted.is_checked()
        self._see(wanted.element_handle())

    def choose(self, label: str | re.Pattern[str], option: str, within: Locator | None = None) -> None:
        """Reach a list and choose by its first letters."""
        field = (within or self.page).get_by_label(label).first
        self.tab_to(field)
        self.type(option)
        assert field.evaluate("e => e.selectedOptions[0].text.trim()") == option

    def unfold(self, words: str | re.Pattern[str]) -> None:
        """Reach a folded part and open it."""
        summary = self.page.locator("summary", has_text=words).first
        self.tab_to(summary)
        self.press("Enter")
        assert summary.evaluate("e => e.parentElement.open")

    def write(self, label: str | re.Pattern[str], words: str, within: Locator | None = None) -> None:
        """Reach a field and type."""
        self.tab_to((within or self.page).get_by_label(label).first)
        self.type(words)

    def _see(self, control: Any) -> None:
        """The focus can be seen here, at the latest when the page has scrolled and its colours have changed."""
        for _ in range(10):
            if control.evaluate(VISIBLE):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"The focus can't be seen on {control.evaluate(WHERE)}")

    def _go(self, there: Callable[[], bool], key: str) -> None:
        for _ in range(12):
            if there():
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead there")
