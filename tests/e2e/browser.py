"""A headless Chromium for tests and pictures of the sandbox's page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

EXECUTABLE = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 5_000


def require_chromium() -> None:
    """Skip with a reason where Chromium is missing; fail in CI, where nothing may be skipped."""
    if EXECUTABLE.exists():
        return
    reason = f"no Chromium at {EXECUTABLE}: apt-get install -y chromium"
    if os.environ.get("CI"):  # noqa: TID251 - tests have no settings
        pytest.fail(f"CI may not skip: {reason}")
    pytest.skip(reason)


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(EXECUTABLE), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh browser profile: desktop size and light theme unless told otherwise."""
    wanted: dict[str, Any] = {"viewport": DESKTOP, "color_scheme": "light", "locale": "en-GB"}
    wanted |= options
    context = browser.new_context(**wanted)
    context.set_default_timeout(PATIENCE_MS)
    return context


def phone_context(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh profile of a telephone: 390 points wide, touch, sharp pictures."""
    return context_of(browser, viewport=PHONE, has_touch=True, device_scale_factor=2, **options)


def open_page(context: BrowserContext, url: str, place: str = "") -> Page:
    """The sandbox's page, ready; `place` is a hash such as `#/C1/ts?user=U1`."""
    page = context.new_page()
    page.goto(f"{url}/{place}")
    page.get_by_role("main").wait_for()
    return page


def take_picture(page: Page, target: Path) -> Path:
    """Write a PNG of what the page shows; fonts and pictures are waited for."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("[...document.images].every((i) => i.complete)")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target), animations="disabled")
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module.

    Playwright holds an event loop in the thread that uses it; the durable flows of other modules
    must not meet it.
    """
    require_chromium()
    with launched() as running:
        yield running


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """An empty page of a fresh profile, for this test alone."""
    context = context_of(browser)
    yield context.new_page()
    context.close()
