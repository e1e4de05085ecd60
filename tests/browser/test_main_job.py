"""The whole job on the running demo: ask, be offered, book, plan, drive; and by phone.

The demo is started as anybody would start it, by its command, on a Tuesday
morning. Everything is done in a real browser, by what is on the pages.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from booking.embedded.children import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MORNING = "2026-12-08T08:00"
DAY = "2026-12-08"
DONE_OR_NOT = ("[data-done]", ":not([data-done])")
PASSENGER, MOBILE = "Malcolm Green", "07700900033"
PASSWORD = "sample bus 2026"
PATIENCE_MS = 60_000
SIX_DIGITS = re.compile(r"(?<!\d)(\d{6})(?!\d)")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, built_front_end: None) -> Iterator[str]:
    """The address of a demo started for these tests, or of one that runs already (DEMO_URL)."""
    if "DEMO_URL" in os.environ:
        yield os.environ["DEMO_URL"]
        return
    port, folder = free_port(), tmp_path_factory.mktemp("demo")
    log = folder / "demo.log"
    command = [sys.executable, "-m", "booking.cli", "demo", "--port", str(port)]
    command += ["--data", str(folder / "data"), "--at", MORNING]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(2400):
        if "is running at" in log.read_text():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.25)
    raise AssertionError(f"the demo did not come up: {log.read_text()}")


@pytest.fixture
def new_page(browser: Browser, demo: str) -> Iterator[Callable[[int], Page]]:
    """Opens a page of a new person's browser, so wide."""
    contexts: list[BrowserContext] = []

    def make(width: int) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=demo, locale="en-GB"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def go_on(page: Page) -> None:
    """Press the page's one button."""
    page.locator("main form button[type=submit]:visible").last.click()
    page.wait_for_load_state()


def choose(page: Page, name: str, value: str) -> None:
    """Tick a radio by what it means."""
    page.locator(f"[name={name}][value='{value}']").check(force=True)


def words(page: Page) -> str:
    """What the page says."""
    return " ".join(page.locator("main").inner_text().split())


def digits(page: Page) -> str:
    """A six-figure code that the page shows."""
    found = SIX_DIGITS.search(words(page))
    assert found is not None, words(page)
    return found[1]


def sign_in_passenger(page: Page) -> None:
    """By the code sent to their mobile, which the demo shows."""
    page.goto("/sign-in")
    page.fill("[name=contact]", MOBILE)
    go_on(page)
    messages = page.context.new_page()
    for _ in range(60):
        messages.goto("/sent")
        if SIX_DIGITS.search(words(messages)):
            break
        time.sleep(0.5)
    page.fill("[name=code]", digits(messages))
    messages.close()
    go_on(page)


def sign_in_staff(page: Page, email: str) -> None:
    """With password and second step."""
    page.goto("/staff/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    go_on(page)
    page.fill("[name=code]", digits(page))
    go_on(page)


def ask_for_library(page: Page) -> None:
    """From home to the library in Melton, there by eleven, home from two."""
    page.goto("/ask")
    choose(page, "start", "home")
    go_on(page)
    choose(page, "finish", "other")
    page.fill("[name=finish_text]", "Library, Melton Mowbray")
    go_on(page)
    if "/which/" in page.url:
        page.get_by_label("Library, Melton Mowbray", exact=True).check(force=True)
        go_on(page)
    choose(page, "day", DAY)
    go_on(page)
    choose(page, "when", "arrive_by")
    page.fill("[name=arrive_by_clock]", "11")
    go_on(page)
    choose(page, "home", "leave_at")
    page.fill("[name=leave_at_clock]", "2pm")
    go_on(page)
    go_on(page)


def plan_now(page: Page) -> None:
    """Have the day planned and wait until the page says it is done."""
    page.goto(f"/board/MEL1/{DAY}")
    page.get_by_role("button", name="Plan now").click()
    for _ in range(120):
        page.goto(f"/board/MEL1/{DAY}")
        if re.search(r"Found better runs|No better runs|no others can be better", words(page)):
            return
        time.sleep(0.5)
    raise AssertionError(words(page))


def shift_of(page: Page, reference: str) -> str:
    """The address of the shift that carries a journey, found on the operator's lists."""
    page.goto(f"/board/MEL1/{DAY}/journeys")
    row = page.locator("tr", has_text=reference).first
    bus = re.search(r"Blue bus \d", row.inner_text())
    assert bus is not None, row.inner_text()
    page.goto(f"/board/MEL1/{DAY}")
    links = page.locator("a[href^='/board/shifts/']").all()
    return next(
        str(link.get_attribute("href")) for link in links if bus[0] in str(link.text_content())
    )


def code_for_driver(page: Page, shift: str) -> str:
    """Give the driver of that shift a code for their phone."""
    page.goto(shift)
    name = page.locator("select option[selected]").first.inner_text().strip()
    page.goto("/board/drivers")
    page.locator("main").get_by_role("link", name=name).first.click()
    page.get_by_role("button", name="Give a code for a new phone").click()
    page.wait_for_load_state()
    found = re.search(r"\b[A-Z2-9]{8}\b|\b[A-Z2-9]{4}[ -][A-Z2-9]{4}\b", words(page))
    assert found is not None, words(page)
    return found[0]


def drive_until_travelled(page: Page, shift: str) -> None:
    """Press the driver's one big button, stop after stop, until the passenger has got off."""
    page.goto(f"/drive/shifts/{shift.rsplit('/', 1)[1]}")
    theirs = f'[data-task][data-action="dropoff"][data-name="{PASSENGER}"]'
    expect(page.locator(theirs)).not_to_have_count(0)
    for _ in range(120):
        # While the page is loading there is nothing of either kind.
        done, open_ = (page.locator(f"{theirs}{which}") for which in DONE_OR_NOT)
        if done.count() > 0 and open_.count() == 0:
            return
        page.locator("button.oa-button--go:visible").first.click()
        page.wait_for_timeout(400)
        page.wait_for_load_state()
    raise AssertionError(words(page))


def wait_for_words(page: Page, address: str, wanted: str) -> None:
    """Reload a page until it says something: what a driver reports takes a moment to arrive."""
    for _ in range(60):
        page.goto(address)
        if wanted in words(page).lower():
            return
        page.wait_for_timeout(500)
    raise AssertionError(words(page))


def test_a_passenger_books_and_is_driven(
    new_page: Callable[[int], Page], shot: Callable[[Page, str], None]
) -> None:
    """Passenger → offer → booking → batch → driver's manifest → dropped off."""
    passenger = new_page(360)
    sign_in_passenger(passenger)
    ask_for_library(passenger)
    expect(passenger.locator("main")).to_contain_text("The bus comes between")
    expect(passenger.locator("main")).to_contain_text("You will be home by")
    shot(passenger, "passenger")
    passenger.locator("[name=offer]").first.check(force=True)
    go_on(passenger)
    expect(passenger.locator("main")).to_contain_text("We are keeping this for you")
    # "Book it as well" where the sample already has them on a bus around then.
    passenger.get_by_role("button", name=re.compile("Book (this journey|it as well)")).click()
    expect(passenger.locator("h1")).to_contain_text("booked")
    journey = passenger.url.removesuffix("/booked")
    found = re.search(r"\b[A-Z2-9]{3} [A-Z2-9]{3}\b", words(passenger))
    assert found is not None

    operator = new_page(1280)
    sign_in_staff(operator, "operator@demo.example")
    plan_now(operator)
    shift = shift_of(operator, found[0])
    operator.goto(f"/board/MEL1/{DAY}")
    operator.locator(".leaflet-interactive").first.wait_for(state="attached")
    shot(operator, "operator")
    code = code_for_driver(operator, shift)

    driver = new_page(360)
    driver.goto("/sign-in/driver")
    driver.fill("main input[type=text]", code)
    go_on(driver)
    driver.goto(f"/drive/shifts/{shift.rsplit('/', 1)[1]}")
    shot(driver, "driver")
    drive_until_travelled(driver, shift)

    wait_for_words(passenger, journey, "travelled")


def test_a_call_handler_books_for_today_and_cancels(
    new_page: Callable[[int], Page], shot: Callable[[Page, str], None]
) -> None:
    """Call handler → same-day booking read out and booked → cancelled again."""
    page = new_page(1280)
    sign_in_staff(page, "calls@demo.example")
    page.goto("/calls/")
    page.fill("[name=who]", "Malcom Green ab ketelby")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.locator("main").get_by_role("link", name=PASSENGER).first.click()
    page.wait_for_load_state()
    page.locator("main a", has_text="Book a journey").click()
    page.fill("[name=finish_text]", "Village hall, Harby")
    page.select_option("[name=day]", DAY)
    page.select_option("[name=when]", "any")
    page.select_option("[name=home]", "no")
    page.get_by_role("button", name="See times").click()
    page.wait_for_load_state()
    shot(page, "call-handler")
    page.locator("[name=offer]").first.check(force=True)
    go_on(page)
    page.get_by_role("button", name=re.compile("Book")).first.click()
    page.wait_for_load_state()
    found = re.search(r"\b[A-Z2-9]{3} [A-Z2-9]{3}\b", words(page))
    assert found is not None, words(page)

    page.goto("/calls/")
    page.fill("[name=reference]", found[0])
    page.get_by_role("button", name="Open the journey").click()
    page.locator("main a", has_text="Cancel").first.click()
    page.wait_for_load_state()
    go_on(page)
    expect(page.locator("main")).to_contain_text(re.compile("cancelled", re.IGNORECASE))
