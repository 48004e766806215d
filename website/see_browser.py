"""Opens a built site in headless Chromium, as a learner does, and says what it sees: python website/see_browser.py [FOLDER]

It builds nothing: FOLDER (default: site/) is what `python3 workbook.py site` has built. Only this folder's server can be reached:
whatever the site asks of another is a failure. --lessons 1 4 runs these lessons alone, --lessons 0 none; --pictures FOLDER keeps
pictures. Chromium is the one that the environment's CHROMIUM names, else /usr/bin/chromium, else playwright's own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Error, Page, Route, sync_playwright  # noqa: E402

from set_up import open_here  # noqa: E402

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
FIRST_CELL = 20.0  # seconds from opening a lesson until its first cell has run, on two cores that do nothing else
PATIENCE = 240  # seconds for a lesson to its end
CELLS = """cells => cells.map(cell => ({
  count: cell.querySelector('.jp-InputArea-prompt').textContent,
  source: cell.querySelector('.cm-content')?.innerText ?? '',
  text: [...cell.querySelectorAll('.jp-OutputArea-output')].map(one => one.innerText).join('\\n'),
  error: [...cell.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]')].map(one => one.innerText).join('\\n'),
}))"""


class Failed(Exception):
    """What was seen is not what a learner should see."""


class Site:
    """A built site that is handed out, and a browser in which it is opened."""

    def __init__(self, folder: Path, browser: Browser, address: str, pictures: Path | None) -> None:
        self.folder, self.browser, self.address, self.pictures = folder, browser, address, pictures
        self.elsewhere: list[str] = []

    @contextmanager
    def visitor(self, width: int = 1400, height: int = 1000, dark: bool = False) -> Iterator[Page]:
        """A page in a profile of its own, that reaches this site alone."""
        size, scheme = {"width": width, "height": height}, "dark" if dark else "light"
        context = self.browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
        context.route("**/*", self._let_through)
        page = context.new_page()
        page.set_default_timeout(90_000)
        try:
            yield page
        except BaseException:
            self.picture(page, "failed")
            raise
        finally:
            context.close()

    def _let_through(self, route: Route) -> None:
        if route.request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def open(self, page: Page, path: str, app: str = "lab") -> None:
        """Open a file; wait until it is to be seen."""
        page.goto(f"{self.address}lite/{app}/index.html?path={path}")
        page.wait_for_selector(".jp-Notebook .jp-Cell" if path.endswith(".ipynb") else ".jp-FileEditor .cm-content")

    def picture(self, page: Page, name: str) -> None:
        if self.pictures:
            page.screenshot(path=self.pictures / f"{name}.png")


def cells(page: Page) -> list[dict[str, Any]]:
    """The code cells of the notebook, with what they have printed."""
    found: list[dict[str, Any]] = page.eval_on_selector_all(
        ".jp-Notebook:visible .jp-CodeCell, .jp-Notebook .jp-CodeCell", CELLS
    )
    return found


def is_done(cell: dict[str, Any]) -> bool:
    return str(cell["count"]).strip("[]: ").isdigit()


def wait(page: Page, what: str, until: Callable[[], bool], seconds: float) -> float:
    """Wait for something; return how many seconds it took. Raises Failed where it does not come."""
    started = time.monotonic()
    while not until():
        if time.monotonic() - started > seconds:
            raise Failed(f"{what}: not within {seconds:.0f} s")
        page.wait_for_timeout(100)
    return time.monotonic() - started


def menu(page: Page, first: str, second: str) -> None:
    page.get_by_role("menuitem", name=first, exact=True).click()
    page.get_by_role("menuitem", name=second).first.click()


def run(page: Page, place: int, text: str = "") -> None:
    """Run a code cell with the keyboard, with another text in it if there is one; again where it does not begin: a page that
    is still being laid out takes the keys from it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(place)
    before = cells(page)[place]["count"]
    for _ in range(60):
        with contextlib.suppress(Error):  # it was taken away and put back, while the page is laid out
            cell.locator(".jp-InputArea-editor").first.click(timeout=5_000)
            if text:
                page.keyboard.press("Control+A")
                page.keyboard.insert_text(text)
            page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(500)
        if cells(page)[place]["count"] != before:
            return
    raise Failed("a cell does not begin to run")


def run_all(page: Page) -> None:
    page.locator(".jp-Notebook .jp-Cell").first.click()
    menu(page, "Run", "Run All Cells")


def the_first_cell(site: Site) -> str:
    """Seconds from opening lesson 01 until its first cell has run."""
    with site.visitor() as page:
        started = time.monotonic()
        site.open(page, "lessons/01_stateless_calls.ipynb")
        seen = time.monotonic() - started
        run(page, 0)
        wait(page, "the first cell", lambda: is_done(cells(page)[0]), 180)
        took = time.monotonic() - started
        site.picture(page, "first_cell")
        if error := cells(page)[0]["error"]:
            raise Failed(error[-600:])
    if took > FIRST_CELL:
        raise Failed(
            f"{took:.1f} s after opening, more than {FIRST_CELL:.0f} s (the page was to be seen after {seen:.1f} s)"
        )
    return f"{took:.1f} s after opening; the page was to be seen after {seen:.1f} s"


def a_lesson(site: Site, name: str) -> str:
    """A lesson run to its end: an error only where the executed lesson has one."""
    stored = json.loads((site.folder / "lite" / "files" / "read" / f"{name}.ipynb").read_text(encoding="utf-8"))
    expected = [
        any(output["output_type"] == "error" for output in cell["outputs"])
        for cell in stored["cells"]
        if cell["cell_type"] == "code"
    ]
    with site.visitor() as page:
        site.open(page, f"lessons/{name}.ipynb")
        run_all(page)
        took = wait(
            page,
            "its last cell",
            lambda: len(cells(page)) == len(expected) and all(map(is_done, cells(page))),
            PATIENCE,
        )
        found = cells(page)
        site.picture(page, name)
    for number, (cell, fails) in enumerate(zip(found, expected, strict=True), start=1):
        if bool(cell["error"]) != fails:
            raise Failed(f"code cell {number}: {cell['error'][-600:] or 'no error, where the lesson shows one'}")
    return f"{len(found)} cells in {took:.0f} s"


def a_challenge(site: Site) -> str:
    """Challenge 01 solved in the editor, checked, still there after a reload; and work that never ends."""
    work = "work/01_stateless_calls.py"
    solution = (ROOT / "tests/challenges/01_stateless_calls/solutions/reference.py").read_text(encoding="utf-8")
    with site.visitor() as page:
        write(site, page, work, solution)
        said = checked(site, page)
        site.picture(page, "solved")
        if "solved" not in said.lower():
            raise Failed(f"check(1) said: {said}")
        page.reload()
        site.open(page, work)
        last, editor = solution.splitlines()[-1].strip(), page.locator(".jp-FileEditor .cm-content")
        wait(page, "the saved file, after a reload", lambda: last in editor.inner_text(), 20)
        starter = (ROOT / "tests/challenges/01_stateless_calls/starter.py").read_text(encoding="utf-8")
        write(site, page, work, starter.replace("raise NotImplementedError", "while True:\n        pass"))
        started = time.monotonic()
        endless = checked(site, page)
        took = time.monotonic() - started
        site.picture(page, "endless")
        if "seconds" not in endless or "9 of 9" in endless:
            raise Failed(f"of an endless loop check(1) said: {endless}")
    return f"solved, still there after a reload; an endless loop ends after {took:.0f} s: {sentence(endless)}"


def write(site: Site, page: Page, path: str, text: str) -> None:
    """Put a text into a file in the editor, and save it with the keyboard."""
    site.open(page, path)
    page.locator(".jp-FileEditor .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+S")
    wait(page, "saving", lambda: page.locator(".jp-mod-dirty").count() == 0, 20)
    page.wait_for_timeout(500)


def checked(site: Site, page: Page) -> str:
    """What check(1) says in lesson 01: its first cell and its last are run."""
    site.open(page, "lessons/01_stateless_calls.ipynb")
    lesson = json.loads((site.folder / "lite/files/lessons/01_stateless_calls.ipynb").read_text(encoding="utf-8"))
    last = sum(cell["cell_type"] == "code" for cell in lesson["cells"]) - 1
    wait(page, "all cells", lambda: len(cells(page)) == last + 1, 60)
    for place in (0, last):
        run(page, place)
    wait(page, "check(1)", lambda: is_done(cells(page)[last]), 180)
    return str(cells(page)[last]["text"])


def sentence(text: str) -> str:
    """The line that speaks of seconds, else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "seconds" in line), lines[0] if lines else "nothing")


def an_endless_cell(site: Site) -> str:
    """A cell that never ends is stopped by a restart of the kernel, and files are as they were."""
    with site.visitor() as page:
        site.open(page, "lessons/01_stateless_calls.ipynb")
        run(page, 0, "while True: pass")
        wait(page, "the loop", lambda: "*" in cells(page)[0]["count"], 60)
        page.wait_for_timeout(3000)
        menu(page, "Kernel", "Restart Kernel")
        page.locator(".jp-Dialog .jp-mod-accept").click()
        run(page, 0, "print(6 * 7)")
        took = wait(page, "a cell after the restart", lambda: "42" in cells(page)[0]["text"], 120)
    return f"Kernel, Restart Kernel stops it; the next cell has run {took:.0f} s later"


def a_phone(site: Site) -> str:
    """Lesson 01 in the Notebook application, 390 pixels wide: nothing sticks out, and a cell runs."""
    with site.visitor(390, 844) as page:
        site.open(page, "lessons/01_stateless_calls.ipynb", "notebooks")
        page.wait_for_timeout(1000)
        site.picture(page, "phone")
        run(page, 0)
        wait(page, "the first cell", lambda: is_done(cells(page)[0]), 180)
        width = page.evaluate("document.documentElement.scrollWidth")
        menu(page, "Run", "Run All Cells")
        wait(page, "the lesson", lambda: all(map(is_done, cells(page))), PATIENCE)
        site.picture(page, "phone_run")
    if width > 390:
        raise Failed(f"the page is {width} pixels wide")
    return "runs, and nothing is wider than the screen"


def in_the_dark(site: Site) -> str:
    """An executed lesson shows its pictures, also to somebody whose system is dark."""
    shown = 0
    for dark in (False, True):
        with site.visitor(dark=dark) as page:
            site.open(page, "read/07_chat_memory.ipynb")
            page.wait_for_timeout(3000)
            shown = page.locator(".jp-OutputArea-output svg, .jp-OutputArea-output img").count()
            page.locator(".jp-OutputArea-output svg, .jp-OutputArea-output img").first.scroll_into_view_if_needed()
            site.picture(page, "read_dark" if dark else "read_light")
            is_dark = page.locator("body").get_attribute("data-jp-theme-light") == "false"
            if is_dark != dark:
                raise Failed(f"the theme is {'dark' if is_dark else 'light'}, and the system is not")
        if not shown:
            raise Failed("none is shown")
    return f"{shown} pictures in lesson 07, light and dark"


def nothing_elsewhere(site: Site) -> str:
    if site.elsewhere:
        raise Failed(f"asked for: {', '.join(sorted(set(site.elsewhere))[:10])}")
    return "nothing was asked of another server"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site")
    parser.add_argument("--lessons", nargs="*", type=int, help="their numbers (default: all)")
    parser.add_argument("--only", nargs="*", help="names of checks, such as a_phone")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args(arguments)
    if not (options.folder / "lite" / "index.html").is_file():
        sys.exit(f"There is no site in {options.folder}: build one with python3 workbook.py site.")
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    names = sorted(path.stem for path in (options.folder / "lite" / "files" / "lessons").glob("*.ipynb"))
    checks: list[tuple[str, Callable[[Site], str]]] = [("the first cell", the_first_cell)]
    checks += [
        (f"lesson {name}", lambda site, name=name: a_lesson(site, name))  # type: ignore[misc]
        for name in names
        if options.lessons is None or int(name[:2]) in options.lessons
    ]
    rest = (a_challenge, an_endless_cell, a_phone, in_the_dark, nothing_elsewhere)
    checks += [(check.__name__.replace("_", " "), check) for check in rest]
    if options.only is not None:
        checks = [
            (title, check)
            for title, check in checks
            if title.replace(" ", "_") in options.only or title in options.only
        ]
    return see(options.folder.resolve(), checks, options.pictures)


def see(folder: Path, checks: list[tuple[str, Callable[[Site], str]]], pictures: Path | None) -> int:
    """Make all checks, and print a line for each; return the exit code."""
    server = open_here.server(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    system = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system if Path(system).exists() else None, args=FLAGS)
        site = Site(folder, browser, f"http://127.0.0.1:{server.server_port}/", pictures)
        for title, check in checks:
            try:
                print(f"ok    {title}: {check(site)}", flush=True)
            except Exception as error:
                failed += 1
                print(f"FAILS {title}: {error}", flush=True)
        browser.close()
    server.shutdown()
    print(f"{len(checks) - failed} of {len(checks)} as they should be.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
