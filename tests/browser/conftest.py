"""A real browser for the tests that need one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

# The system's browser where there is one; it is not to talk to anybody but the tests.
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name for what is served here without https, where a browser trusts no page with keys.
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
]


# Of the package and not the session: as long as it is open, `asyncio.run` does not work in this thread.
@pytest.fixture(scope="package")
def chromium() -> Iterator[BrowserType]:
    """What starts browsers."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="package")
def executable() -> str | None:
    """Chromium: the system's own, else none for the one that Playwright installs."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="package")
def browser(chromium: BrowserType, executable: str | None) -> Iterator[Browser]:
    """A browser that all tests share."""
    browser = chromium.launch(executable_path=executable, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without a past."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty tab."""
    return context.new_page()
