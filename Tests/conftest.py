"""What the end-to-end tests and the comparison with the replaced system share."""
import pytest
from playwright.sync_api import sync_playwright

from support.browser import launch


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a process: to start it takes as long as a test, and a process can run Playwright once."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()
