"""Pictures of every page into .build/screenshots, light and dark, wide and narrow, with an index.html that shows them side by side:
for looking at, and for the README and docs/.

  python -m scenes.screenshots                   all of them
  python -m scenes.screenshots ward 'patient-*'  some, by their names
  python -m scenes.screenshots --docs            and the best ones, smaller, into docs/
"""
import argparse
import contextlib
import html
import os
import sys
import time
from dataclasses import dataclass
from fnmatch import fnmatch

sys.dont_write_bytecode = True
from playwright.sync_api import sync_playwright

from scenes.scene_steps import settle
from scenes.scenes import SCENES, Windows
from scenes.story import Hospital
from support.browser import launch
from support.paths import REPOSITORY

PLACE = os.path.join(REPOSITORY, ".build", "screenshots")
SIZES = {"wide": {"viewport": {"width": 1920, "height": 1080}},
         "narrow": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}}
# A ward of 32 is very long on a telephone; nobody looks at all of it.
TALLEST = 6000
# Also in English.
ENGLISH = ("ward-small", "patient-alert", "alerts")
SCHEMES = ("light", "dark")
# The first ward fills a wall of 32 tiles.
PATIENTS, FIRST_WARD = 44, 32
DOCS_BYTES = 250_000


@dataclass
class Docs:
    """A picture for the README or another page of docs/."""
    file: str
    scheme: str
    width: int
    height: int
    # What is scrolled to, where it is not the page's top.
    part: str | None = None


DOCS = {
    "ward": Docs("ward", "dark", 1280, 720), "patient-alert": Docs("patient", "light", 1600, 1000),
    "patient-history": Docs("history", "light", 1280, 800, "history-chart"), "alerts": Docs("alerts", "light", 1280, 700),
    "administration-devices": Docs("administration", "light", 1280, 700), "administration-audit": Docs("audit", "light", 1280, 640),
}


class Photographer:
    def __init__(self, browser, hospital):
        self.hospital = hospital
        self.windows = {size: Windows(browser, hospital, **options) for size, options in SIZES.items()}
        self.taken = []

    def take(self, name, scene, size, language="fr"):
        page = self.windows[size].of(scene.role, language)
        with self.explained(page, name), scene.ready(page, self.hospital):
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.shoot(page, "-".join([name, *([language] if language != "fr" else []), size, scheme]), scene.full_page)
            if name in DOCS and size == "wide" and language == "fr":
                self.shoot_for_docs(page, DOCS[name])

    @contextlib.contextmanager
    def explained(self, page, name):
        """Leaves a picture of what was there instead of what was waited for."""
        try:
            yield
        except BaseException:
            page.screenshot(path=os.path.join(PLACE, f"failed-{name}.png"))
            raise

    def shoot(self, page, name, full_page):
        # Two frames: a canvas that is drawn anew has its colours then.
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        whole = page.evaluate("() => ({width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight})")
        clip = {"x": 0, "y": 0, "width": whole["width"], "height": min(whole["height"], TALLEST)}
        page.screenshot(path=os.path.join(PLACE, name + ".png"), full_page=full_page, clip=clip if full_page else None)
        self.taken.append(name)

    def shoot_for_docs(self, page, docs):
        page.emulate_media(color_scheme=docs.scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": docs.width, "height": docs.height})
        page.evaluate("(part) => part ? document.querySelector(part).scrollIntoView() : window.scrollTo(0, 0)", docs.part)
        settle(page)
        self.shoot(page, f"docs-{docs.file}", False)
        page.set_viewport_size(SIZES["wide"]["viewport"])


def write_index(names):
    """A contact sheet: a row a page, its four pictures beside each other."""
    groups = {}
    for name in names:
        page, size, scheme = name.rsplit("-", 2)
        groups.setdefault(page, []).append((f"{size} {scheme}", name))
    rows = "".join(f"<section><h2>{html.escape(page)}</h2><div>" + "".join(
        f'<a href="{name}.png"><figure><img loading="lazy" src="{name}.png" alt="{html.escape(page)}, {what}">'
        f"<figcaption>{what}</figcaption></figure></a>"
        for what, name in pictures) + "</div></section>" for page, pictures in groups.items())
    style = ("body{font:1rem/1.4 system-ui,sans-serif;margin:1.5rem;background:#888;color:#fff}"
             "section>div{display:flex;gap:1rem;align-items:flex-start}"
             "figure{margin:0}img{height:26rem;max-width:44rem;object-fit:cover;object-position:top}a{color:inherit}")
    with open(os.path.join(PLACE, "index.html"), "w", encoding="utf-8") as file:
        file.write('<!doctype html><html lang="en"><meta charset="utf-8"><title>FAJMA: pictures</title>'
                   f"<style>{style}</style><h1>FAJMA</h1>{rows}</html>")


def copy_to_docs(names):
    for name in names:
        with open(os.path.join(PLACE, name + ".png"), "rb") as file:
            picture = file.read()
        file_name = name.removeprefix("docs-") + ".png"
        if len(picture) > DOCS_BYTES:
            sys.exit(f"docs/{file_name} would have {len(picture)} bytes, more than {DOCS_BYTES}: take a smaller part of the page")
        with open(os.path.join(REPOSITORY, "docs", file_name), "wb") as file:
            file.write(picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of scenes; * stands for anything")
    parser.add_argument("--docs", action="store_true", help="copy the README's pictures into docs/")
    options = parser.parse_args()
    wanted = {name: scene for name, scene in SCENES.items() if not options.names or any(fnmatch(name, wanted) for wanted in options.names)}
    os.makedirs(PLACE, exist_ok=True)
    begin = time.monotonic()
    with Hospital(PATIENTS, FIRST_WARD) as hospital, sync_playwright() as playwright:
        # As on a wall: the sound need not wait for a hand.
        browser = launch(playwright.chromium, "--autoplay-policy=no-user-gesture-required")
        photographer = Photographer(browser, hospital)
        for name, scene in wanted.items():
            for size in SIZES:
                photographer.take(name, scene, size)
                if name in ENGLISH:
                    photographer.take(name, scene, size, "en")
        browser.close()
    pictures = [name for name in photographer.taken if not name.startswith("docs-")]
    write_index(pictures)
    if options.docs:
        copy_to_docs(sorted(set(photographer.taken) - set(pictures)))
    print(f"{len(pictures)} pictures in {time.monotonic() - begin:.0f} s: {os.path.join(PLACE, 'index.html')}")


if __name__ == "__main__":
    main()
