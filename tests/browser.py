"""A real Chromium against a real server. Whatever a page complains about fails the test.

@pytest.mark.browser
def test_a_visitor_reads_the_catalogue(browser, live_site):
    page = browser.page()
    page.goto(live_site.url)
"""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Report-only policies and blocked inline styles do not always reach the console: the event does.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `CSP: ${event.violatedDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`))"""


class Browser:
    """Hands out pages, each a visitor with cookies of their own, and keeps what the pages complain about."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._pages: list[Page] = []
        self._expected: list[str] = []
        self.complaints: list[str] = []

    def page(self, **options) -> Page:
        """A new visitor. `options` are Playwright's for a context: viewport, color_scheme, java_script_enabled …"""
        context = self._chromium.new_context(**options)
        context.set_default_timeout(15_000)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", self._watch)
        return context.new_page()

    def expect(self, pattern: str) -> None:
        """Complaints that match are part of this test: `browser.expect("status of 404")`."""
        self._expected.append(pattern)

    def close(self) -> None:
        for page in self._pages:
            if not page.is_closed():
                page.wait_for_timeout(50)  # lets the last messages arrive
        for context in {page.context for page in self._pages}:
            context.close()

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(re.search(pattern, text) for pattern in self._expected)]

    def _watch(self, page: Page) -> None:
        def complain(text: str) -> None:
            self.complaints.append(f"{page.url}: {text}")

        self._pages.append(page)
        page.on("console", lambda message: message.type == "error" and complain(message.text))
        page.on("pageerror", lambda error: complain(f"uncaught {error}"))
        page.on("response", lambda response: response.status >= 500 and complain(f"{response.status} {response.url}"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no browser on PATH: one of {', '.join(NAMES)}")
    # Playwright keeps an event loop in this thread, which Django would take for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def browser(chromium) -> Iterator[Browser]:
    browser = Browser(chromium)
    yield browser
    browser.close()
    assert not browser.unexpected, "\n".join(browser.unexpected)


@pytest.fixture
def live_site(live_server, settings):
    """The site in a thread of its own, on http://localhost:<port>; links in mail and on certificates lead to it."""
    settings.SITE_URL = live_server.url
    return live_server
