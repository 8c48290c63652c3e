"""Firefox and WebKit as a person has them: Mozilla's Marionette and the W3C's WebDriver, which agree on what is used here."""
import contextlib
import os
import subprocess

from marionette_driver.marionette import Marionette
from selenium import webdriver
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from support.clock import until

FIREFOX = "/usr/bin/firefox-esr"
WEBKIT = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver"
WIDTH, HEIGHT = 1280, 900
WAIT_SECONDS = 30
TEXT = "return (document.querySelector(arguments[0]) || {innerText: null}).innerText"


class Tab:
    """A page in one of them. What is waited for is a selector, and a text in the first element that it names."""

    def __init__(self, driver, goto, run):
        # `goto(url)` opens a page, `run(script, arguments)` returns what a script of it returns.
        self._driver, self.goto, self.run = driver, goto, run

    def wait_for(self, selector, text=""):
        until(lambda: (found := self.run(TEXT, [selector])) is not None and text in found, WAIT_SECONDS, f"{selector} with {text!r}")

    def write(self, selector, text):
        self._element(selector).send_keys(text)

    def click(self, selector):
        self._element(selector).click()

    def _element(self, selector):
        self.wait_for(selector)
        return self._driver.find_element("css selector", selector)


@contextlib.contextmanager
def firefox():
    # A profile of its own, which goes with it; any free port.
    driver = Marionette(bin=FIREFOX, headless=True, port=0, gecko_log="-")
    driver.start_session()
    try:
        driver.set_window_rect(width=WIDTH, height=HEIGHT)
        yield Tab(driver, driver.navigate, driver.execute_script)
    finally:
        driver.cleanup()


@contextlib.contextmanager
def display():
    """A screen of its own for a browser that wants one; yields its name."""
    reading, writing = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"], pass_fds=[writing],
                              stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def webkit():
    with display() as name:
        options = Options()
        options.binary_location = WEBKIT
        options.add_argument("--automation")
        # Its sandbox needs namespaces, which a machine for tests does not give to everybody.
        environment = {**os.environ, "DISPLAY": name, "GDK_BACKEND": "x11", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        driver = webdriver.WebKitGTK(options=options, service=Service(executable_path=WEBKIT_DRIVER, env=environment))
        try:
            driver.set_window_size(WIDTH, HEIGHT)
            yield Tab(driver, driver.get, lambda script, arguments: driver.execute_script(script, *arguments))
        finally:
            driver.quit()
