"""A real browser for the tests of pages, with its own checks of every page it opens.

What cannot run is skipped with the reason; under CI=true that is a failure. A page
that logs an error (a broken script, a breach of the content policy) fails its test.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"

WIDTHS: Final = (360, 768, 1280)
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

_NAMES: Final = (
    "chromium-headless-shell",  # the same pages with no window around them: a third less work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
# An answer of 4xx that a test asks for is logged by the browser as an error too; so is
# whatever a page still fetched when the test was over and its server went.
_EXPECTED_LOG: Final = re.compile(
    r"the server responded with a status of 4\d\d"
    r"|net::ERR_(CONNECTION_(RESET|REFUSED|CLOSED)|EMPTY_RESPONSE|FAILED|INTERNET_DISCONNECTED)"
    r"|Failed to fetch dynamically imported module|error occurred when fetching the script"
)

STARTED: Final = """() => 'enhanced' in document.documentElement.dataset
    || !document.querySelector('script[type=module]')"""

VIOLATIONS: Final = "rules => axe.run(document, rules).then(result => result.violations)"
"""All rules are run. What passed is not described: that takes longer than the rules."""

PageAt = Callable[..., Page]
AtEveryWidth = Callable[..., None]
Note = Callable[[str], None]


def cannot_run(reason: str) -> NoReturn:
    """Skip with the reason, or fail where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def built_front_end() -> Path:
    """The folder of built files; pages without them are not what people see."""
    static = ROOT / "static"
    if not (static / "manifest.json").exists():
        cannot_run("The front-end files are not built. Run `npm ci` and then `npm run build`.")
    return static


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one Playwright has downloaded."""
    with sync_playwright() as playwright:
        running = _launch(playwright)
        yield running
        running.close()


def _launch(playwright: Playwright) -> Browser:
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    try:
        return playwright.chromium.launch(executable_path=named, args=list(_ARGUMENTS))
    except PlaywrightError as error:
        first_line = str(error).strip().splitlines()[0]
        cannot_run(f"No browser: install chromium or run `playwright install`. ({first_line})")


@pytest.fixture(scope="session")
def lent(browser: Browser) -> Iterator[Lent]:
    """The page that tests are lent one after the other."""
    made = Lent(browser)
    yield made
    made.drop()


@pytest.fixture
def page_at(browser: Browser, lent: Lent) -> Iterator[PageAt]:
    """Open a page of a given width: page_at(360), page_at(1280, java_script_enabled=False)."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(width: int, height: int = 900, **options: Any) -> Page:
        if not options and not lent.taken:
            return lent.take(width, height, complaints)
        context = _new_context(browser, viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return _new_page(context, complaints.append, options.get("java_script_enabled", True))

    yield open_page
    for context in contexts:
        _close(context)
    lent.give_back()
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


class Lent:
    """One page for test after test: a new one, with a process of its own, takes a second.

    It is given back empty: nothing stored, no cookie, nothing open. With a service worker
    it is not kept.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None
        self._complaints: list[str] = []
        self.taken = False

    def take(self, width: int, height: int, complaints: list[str]) -> Page:
        """The page, at this size; what the browser complains of goes to `complaints`."""
        self.taken, self._complaints = True, complaints
        if self._page is None:
            self._page = _new_page(
                _new_context(self._browser), lambda text: self._complaints.append(text), True
            )
        self._page.set_viewport_size({"width": width, "height": height})
        return self._page

    def give_back(self) -> None:
        """Leave nothing on it for the next."""
        page, self._complaints = self._page, []
        if page is None or not self.taken:
            return
        self.taken = False
        if page.is_closed() or page.context.service_workers:
            self.drop()
            return
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all()
        page.emulate_media(media="null")
        _forget(page)
        page.context.clear_cookies()

    def drop(self) -> None:
        """The next is lent a new one."""
        if self._page is not None:
            _close(self._page.context)
            self._page = None


def _forget(page: Page) -> None:
    """Leave the address with everything it has stored."""
    page.evaluate("() => location.origin === 'null' || sessionStorage.clear()")
    devtools = page.context.new_cdp_session(page)
    where = {"origin": page.evaluate("() => location.origin"), "storageTypes": "all"}
    page.goto("about:blank")
    devtools.send("Storage.clearDataForOrigin", where)
    devtools.detach()


def _new_context(browser: Browser, **options: Any) -> BrowserContext:
    return browser.new_context(locale="en-GB", timezone_id="Europe/London", **options)


def _new_page(context: BrowserContext, note: Note, scripts: bool) -> Page:
    """A page whose errors are noted."""
    page = context.new_page()
    if scripts:
        _wait_for_scripts(page)
    page.on("pageerror", lambda error: _note("error", str(error), page, note))
    page.on("console", lambda message: _note(message.type, message.text, page, note))
    return page


def _wait_for_scripts(page: Page) -> None:
    """Let `goto` and `reload` end when the page's scripts have started: what a test does
    sooner works too (pages need no script), but it works in another way."""

    def waiting(go: Callable[..., Any]) -> Callable[..., Any]:
        def and_wait(*words: Any, **options: Any) -> Any:
            answer = go(*words, **options)
            page.wait_for_function(STARTED)
            return answer

        return and_wait

    page.goto = waiting(page.goto)  # type: ignore[method-assign]
    page.reload = waiting(page.reload)  # type: ignore[method-assign]


def _close(context: BrowserContext) -> None:
    """Close it, but for one with a service worker: now and then Chromium never gives up
    a page whose worker was offline. That one goes with the browser."""
    if not context.service_workers:
        context.close()


def _note(kind: str, text: str, page: Page, note: Note) -> None:
    if kind == "error" and not _EXPECTED_LOG.search(text):
        note(f"{page.url}: {text}")


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The accessibility checker, from the locked npm packages."""
    if not AXE.exists():
        cannot_run("axe-core is missing. Run `npm ci`.")
    return AXE.read_text("utf-8")


@pytest.fixture
def assert_accessible(axe_source: str) -> Callable[[Page], None]:
    """Fail with a readable list where a page breaks WCAG 2.2 AA or scrolls sideways."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        excess = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert excess <= 0, f"{page.url} is {excess} px wider than the screen."
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(f"() => {{ {axe_source}\n }}")
        rules = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
        found = [_describe(violation) for violation in page.evaluate(VIOLATIONS, rules)]
        assert not found, f"{page.url} is not accessible:\n" + "\n".join(found)

    return check


@pytest.fixture
def at_every_width(
    assert_accessible: Callable[[Page], None], shot: Callable[..., None]
) -> AtEveryWidth:
    """Turn one open page from phone to tablet to desk: nothing breaks, each is pictured.

    at_every_width(page, "calls-start"). Opening it anew for each would take most of the time.
    """

    def check(page: Page, name: str = "") -> None:
        first = page.viewport_size
        assert first is not None
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": first["height"]})
            assert_accessible(page)
            if name:
                shot(page, f"{name}-{width}")
        page.set_viewport_size(first)

    return check


def _describe(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {node['html'][:160]}\n      {node['failureSummary']}"
        for node in violation["nodes"][:5]
    )
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


@pytest.fixture(scope="session")
def shot() -> Callable[..., None]:
    """Save a picture of a page: shot(page, "passenger-home").

    With OUTABOUT_SCREENSHOTS=1 into docs/screenshots, with OUTABOUT_SCREENSHOTS=look
    into an ignored folder; else none is taken, for a picture takes as long as a page.
    """
    wanted = os.environ.get("OUTABOUT_SCREENSHOTS", "")
    folder = (
        ROOT / "docs" / "screenshots" if wanted == "1" else Path(__file__).parent / "screenshots"
    )

    def save(page: Page, name: str, *, full_page: bool = True) -> None:
        if wanted not in ("1", "look"):
            return
        folder.mkdir(parents=True, exist_ok=True)
        page.evaluate("() => document.fonts.ready")
        page.screenshot(path=folder / f"{name}.png", full_page=full_page)

    return save
