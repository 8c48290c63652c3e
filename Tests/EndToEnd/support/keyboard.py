"""A person at the keyboard, without a mouse."""
from support.clock import until

# Nobody reaches for a button that is farther away than this.
TABS = 120


def tab_to(page, selector):
    """Presses Tab until this has the focus."""
    wanted = page.locator(selector).and_(page.locator(":focus"))
    for _ in range(TABS):
        if wanted.count():
            return
        page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    raise AssertionError(f"not reached with Tab: {selector}; the focus is on {focused}")


def press(page, selector):
    tab_to(page, selector)
    page.keyboard.press("Enter")


def write(page, selector, text):
    """Fills in a field."""
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def fill_in(page, name, text):
    """A field of the open dialog."""
    write(page, f"dialog [name={name}]", text)


def choose(page, name, text):
    """In a list of the open dialog, by typing the beginning."""
    tab_to(page, f"dialog [name={name}]")
    page.keyboard.type(text)


class Hands:
    """Who has an eye on the focus: after each key something on the page has it."""

    def __init__(self, page):
        self.page = page

    def tab_to(self, selector):
        tab_to(self.page, selector)

    def key(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.expect_some_focus()

    def press(self, selector):
        self.tab_to(selector)
        self.key("Enter")

    def write(self, selector, text):
        write(self.page, selector, text)

    def choose(self, selector, text):
        """In a list, by the beginning of what it says."""
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def expect_focus(self, selector):
        self.page.wait_for_selector(f"{selector}:focus")

    def expect_some_focus(self):
        """Soon: a page that draws itself anew may lose it for a moment."""
        until(lambda: self.page.evaluate("document.activeElement !== document.body && document.activeElement.isConnected"), 2,
              "something has the focus")
