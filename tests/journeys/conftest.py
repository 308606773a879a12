"""A real browser on a real server, on a demonstration college of its own.

Left out, with a word why, where no Chromium is installed.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import CHROMIUM, why_left_out
from tests.worker import Worker

AXE = Path(project_settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
TODAY = date(2026, 11, 20)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are left out, and say so."""
    if reason := why_left_out():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the stories of a file."""
    # Playwright's plain interface keeps an event loop in this thread; Django is used beside it, never inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as engine:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        found = engine.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def college_site(college_db: str, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The demonstration college, served; it is Friday 20 November 2026 there, for programs that a test starts too."""
    settings.DEMO = True
    settings.FIXED_TODAY = TODAY
    settings.BASE_URL = live_server.url
    monkeypatch.setenv("WAYMARK_TODAY", TODAY.isoformat())
    return live_server


class Story:
    """What somebody does in the browser; watches for whatever the content policy stops and for errors on the way."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def sign_in(self, cast: str) -> None:
        """Sign in as a member of the cast."""
        self.page.goto(f"{self.address}/demo/")
        self.page.get_by_role("button", name=f"Sign in as {cast}", exact=True).click()
        self.page.wait_for_load_state("load")

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(f"{self.address}{path}")

    def check(self) -> None:
        """The page has no fault that axe finds, needs no sideways scroll, and broke no content policy."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
        faults = [
            f"{rule['id']}: {rule['nodes'][0]['html'][:200]} ({len(rule['nodes'])})" for rule in found["violations"]
        ]
        assert faults == [], f"{self.page.url}: {faults}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        assert self.faults == [], f"{self.page.url}: {self.faults}"


@pytest.fixture
def story(browser: Browser, college_site: Any) -> Iterator[Callable[..., Story]]:
    """`story(PHONE)`: a fresh browser of this size."""
    opened: list[BrowserContext] = []

    def make(size: dict[str, int] = LAPTOP) -> Story:
        context = browser.new_context(viewport=size, locale="en-GB", timezone_id="Europe/London")  # type: ignore[arg-type]  # a plain dict will do
        context.set_default_timeout(30_000)
        opened.append(context)
        return Story(context.new_page(), college_site.url)

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def college_worker(college_site: Any, tmp_path: Path) -> Iterator[Worker]:
    """A real worker on the story's college."""
    made = Worker(tmp_path / "worker.log")
    made.start()
    yield made
    made.kill()
