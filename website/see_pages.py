"""Looks at the built pages in Chromium: faults of accessibility (axe), the keyboard, phones, search, requests elsewhere, links.

python -m website.see_pages site [--only "lessons/*"] [--pictures FOLDER]

Needs `npm ci --prefix website`. It prints each fault; its exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from website.pages.dead_links import dead

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "website" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
BELOW = "/a-folder/"  # the site lies in a folder of its server, as on GitHub Pages
PATIENCE = 120_000  # milliseconds, on a busy machine
WIDE, PHONE = (1280, 900), (390, 844)
MODES = {
    "light": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "light, on a phone": (PHONE, "light"),
    "dark, on a phone": (PHONE, "dark"),
}
HEADINGS = """() => [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")]
    .filter(e => e.checkVisibility()).map(e => Number(e.tagName[1]))"""
AXE_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(", ")
    + " (" + v.nodes.length + ")")"""
NARROWER = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
SEEN = """e => { const box = e.getBoundingClientRect(); const style = getComputedStyle(e);
    return box.width > 1 && box.height > 1 && box.bottom > 0 && style.visibility !== "hidden" && style.opacity !== "0" }"""
OUTLINED = """() => { const e = document.activeElement; const s = getComputedStyle(e);
    return e === document.body
    || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) ? "" : e.outerHTML.slice(0, 90) }"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site below a folder, and says nothing."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/" + path.removeprefix(BELOW) if path.startswith(BELOW) else "/not-there")

    def log_message(self, *said: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, for as long as it is looked at."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BELOW}"
    finally:
        server.shutdown()


class Faults:
    """What is wrong, each thing once, printed when it is found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def note(self, where: str, *what: str) -> None:
        for line in (f"{where}: {each}" for each in what):
            if line not in self.found:
                self.found.append(line)
                print(line, flush=True)


def watched(browser: Browser, address: str, faults: Faults, size: tuple[int, int] = WIDE) -> Page:
    """A page whose errors and whose requests to other machines are faults."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: faults.note(page.url, f"an error: {error}"))
    page.on("console", lambda said: said.type == "error" and faults.note(page.url, f"the console says: {said.text}"))

    def asked(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            faults.note(page.url, f"asks for {request.url}")

    page.on("request", asked)
    return page


def out_of_order(levels: list[int]) -> str:
    """What is wrong with the levels of headings; empty where they begin with 1, once, and leave none out."""
    if levels.count(1) != 1 or levels[0] != 1:
        return f"{levels.count(1)} headings of level 1, or not at the beginning"
    jumps = [(one, two) for one, two in pairwise(levels) if two > one + 1]
    return f"a heading of level {jumps[0][1]} after one of {jumps[0][0]}" if jumps else ""


def look(page: Page, address: str, name: str, axe: str, faults: Faults, pictures: Path | None) -> None:
    """Look at one page in each mode."""
    page.emulate_media(color_scheme="light")
    page.goto(address + name)
    page.evaluate(axe)
    if wrong := out_of_order(page.evaluate(HEADINGS)):
        faults.note(name, wrong)
    for mode, (size, scheme) in MODES.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        page.wait_for_timeout(300)  # colours change slowly
        faults.note(f"{name}, {mode}", *page.evaluate(AXE_RUN))
        if (wider := page.evaluate(NARROWER)) > 0:
            faults.note(f"{name}, {mode}", f"the page is {wider} pixels wider than the screen")
        if page.locator("a.run").count():
            shown = [link for link in page.locator("article a.run[href*='lite/']").all() if link.is_visible()]
            if len(shown) != 1:
                faults.note(f"{name}, {mode}", f"'Run in the browser' is there {len(shown)} times")
        if pictures:
            place = pictures / f"{name.replace('/', '_').removesuffix('.html')}, {mode}.png"
            page.screenshot(path=str(place), full_page=False)


def keyboard(page: Page, address: str, name: str, faults: Faults) -> None:
    """The keyboard alone: the link past the lists, an answer that unfolds, and a focus that is always seen."""
    page.goto(address + name)
    page.keyboard.press("Tab")
    link = page.evaluate_handle("document.activeElement")
    if "main-content" not in (page.evaluate("e => e.getAttribute('href') || ''", link)) or not page.evaluate(
        SEEN, link
    ):
        faults.note(name, "the first stop of the keyboard is no visible link past the lists")
    for _ in range(40):
        page.keyboard.press("Tab")
        if unseen := page.evaluate(OUTLINED):
            faults.note(name, f"the focus is not seen on {unseen}")
    answer = page.locator("article details").first
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    if answer.get_attribute("open") is None:
        faults.note(name, "Enter does not unfold an answer")
    page.locator("button.theme-switch-button:visible").first.focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    if page.evaluate("document.documentElement.dataset.mode") not in ("light", "dark"):
        faults.note(name, "the keyboard does not switch the theme")


def search(page: Page, address: str, words: str, faults: Faults) -> None:
    """Words that are in the lessons are found; so they are where the site is opened as files."""
    page.goto(f"{address}search.html?q={words}")
    try:
        page.wait_for_selector("#search-results ul.search li a", timeout=PATIENCE)
    except Exception:
        faults.note(f"search at {address[:8]}…", f"does not find {words!r}")


def see(folder: Path, only: str, axe: Path, pictures: Path | None, chromium: str | None) -> list[str]:
    """Look at every page whose name fits `only`; return the faults."""
    from playwright.sync_api import sync_playwright

    faults, script = Faults(), axe.read_text(encoding="utf-8")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(only) if path.suffix == ".html")
    names = [name for name in names if not name.startswith(("lite/", "_static/"))]
    faults.note("links", *dead(folder))
    with served(folder) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=FLAGS.split())
        page = watched(browser, address, faults)
        for name in names:
            look(page, address, name, script, faults, pictures)
        tries: list[Callable[[], None]] = []
        if lesson := next((name for name in names if name.startswith("lessons/")), None):
            tries.append(lambda: keyboard(watched(browser, address, faults), address, lesson, faults))
        if "search.html" in names:
            files = folder.as_uri() + "/"
            tries.append(lambda: search(watched(browser, address, faults), address, "budget", faults))
            tries.append(lambda: search(watched(browser, files, faults), files, "budget", faults))
        for each in tries:
            each()
        browser.close()
    print(f"{len(names)} pages in {len(MODES)} modes: {len(faults.found)} faults")
    return faults.found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the built site")
    parser.add_argument("--only", default="**/*.html", help="pages, as a pattern")
    parser.add_argument("--axe", type=Path, default=AXE, help="axe.min.js, where it is not in website/node_modules")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of every page in every mode")
    given = parser.parse_args()
    if not given.axe.is_file():
        sys.exit(f"{given.axe} is not there. Install it: npm ci --prefix website")
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    sys.exit(bool(see(given.folder.resolve(), given.only, given.axe, given.pictures, chromium)))


if __name__ == "__main__":
    main()
