"""A lesson as slides, one rule for all: which cell begins a slide, follows on one, is told by the presenter, is left out.

A heading begins a slide (##), or one below it (###: a question to predict, its folded answer with it). What is run is
shown behind the question, piece by piece, as long as there is room, else on a slide below. What explains stands where
there is room for it; else it is the presenter's to tell. The set-up, the cell that checks the challenge, and the way on
are left out. How much room a cell takes is reckoned in lines of text, as `lessons/slides` shows it on a projector of
1280 by 720 points.
"""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import Any

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
Cell = dict[str, Any]

ROOM = 20.5  # lines of text on a slide
SMALLER = (1, 0.9, 0.8, 0.7, 0.65)  # how small `lessons/slides` may make what alone is too much for a slide
LINE = 33  # points of the 720 that a slide is high
TEXT, CODE = 98, 104  # characters in a line of text, and in one of code
CODE_LINE = 0.8  # of a line of text is one of code high
WIDE, HIGH = 1040, 420  # points: how wide pictures are drawn, and how high at most
LEFT_OUT = ("Set-up", "Next")
TASK = "Your turn"
HEADING = re.compile(r"^(##+) +(.+?) *$", re.M)
FOLDED = re.compile(r"<details>\s*<summary>.*?</summary>(.*?)</details>", re.S)
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]*\.svg)\)")
TABLE = re.compile(r"^\|", re.M)


def stamp(notebook: dict[str, Any]) -> None:
    """Write into each cell's metadata what it is on slides."""
    for cell, kind in zip(notebook["cells"], kinds(notebook["cells"]), strict=True):
        cell["metadata"]["slideshow"] = {"slide_type": kind}


def kinds(cells: list[Cell]) -> list[str]:
    """What each cell of a lesson is on slides: slide, subslide, fragment, notes or skip."""
    section, left, found = "", 0.0, []
    for number, cell in enumerate(cells):
        headings = HEADING.findall(source_of(cell)) if cell["cell_type"] == "markdown" else []
        section = next((title for marks, title in reversed(headings) if marks == "##"), section)
        following = cells[number + 1] if number + 1 < len(cells) else None
        kind = "slide" if not found else kind_of(cell, {marks for marks, _ in headings}, section, left, following)
        if kind in ("slide", "subslide"):
            left = ROOM
        if kind not in ("skip", "notes"):
            left -= lines_of(cell)
        found.append(kind)
    return found


def kind_of(cell: Cell, marks: set[str], section: str, left: float, following: Cell | None) -> str:
    """What a cell is on slides, where so many lines are left on the slide that it could go on with."""
    code, lines = cell["cell_type"] == "code", lines_of(cell)
    if section in LEFT_OUT or (section == TASK and code):
        return "skip"
    if marks and fits(cell):
        return "slide" if "##" in marks else "subslide"
    if lines <= left and not marks:
        return "fragment"
    return "subslide" if code or (has_to_be_seen(cell, following) and fits(cell)) else "notes"


def has_to_be_seen(cell: Cell, following: Cell | None) -> bool:
    """Whether a text holds a picture or a table, or leads to code that has room behind it."""
    text = source_of(cell)
    leads = text.rstrip().endswith(":") and following is not None and following["cell_type"] == "code"
    return bool(PICTURE.search(text) or TABLE.search(text)) or (leads and lines_of(cell) + lines_of(following) <= ROOM)


def fits(cell: Cell) -> bool:
    """Whether a slide can hold a cell alone, if need be made smaller: then more characters stand in a line, too."""
    return any(lines_of(cell, size) <= ROOM / size for size in SMALLER)


def lines_of(cell: Cell, size: float = 1) -> float:
    """How many lines of a slide a cell takes, its outputs too."""
    if cell["cell_type"] == "markdown":
        return lines_of_text(source_of(cell), size)
    return 0.6 + lines_of_code(source_of(cell), size) + sum(lines_of_output(output, size) for output in cell["outputs"])


def lines_of_text(text: str, size: float = 1) -> float:
    """How many lines a text takes. Of folded answers one is open at a time: the longest counts, and the summary of each."""
    answers = [lines_of_text(answer, size) for answer in FOLDED.findall(text) if answer.strip()]
    lines = 1.3 * len(answers) + max(answers, default=0)
    for paragraph in re.split(r"\n\s*\n", FOLDED.sub("", text).strip()):
        rows = paragraph.splitlines()
        by_row = re.match(r"#|\||[-*] |\d+\. |```", paragraph)  # else it is filled anew
        lengths = map(len, rows) if by_row else [len(" ".join(rows))]
        each = 1.25 if paragraph.startswith("|") else 1
        lines += 0.6 + sum(each * max(1, ceil(length * size / TEXT)) for length in lengths)
        lines += 0.7 * len(re.findall(r"^#", paragraph, re.M)) + sum(map(lines_of_picture, PICTURE.findall(paragraph)))
    return lines


def lines_of_code(text: str, size: float = 1) -> float:
    return CODE_LINE * sum(max(1, ceil(len(line) * size / CODE)) for line in text.splitlines())


def lines_of_output(output: dict[str, Any], size: float = 1) -> float:
    """How many lines an output takes: a picture as many as it is high, text as many as it has."""
    data = output.get("data", {})
    if svg := "".join(data.get("image/svg+xml", "")):
        return lines_of_svg(svg)
    return 0.3 + lines_of_code("".join(output.get("text", data.get("text/plain", ""))), size)


def lines_of_picture(name: str) -> float:
    """How many lines a picture of `lessons/` takes."""
    return lines_of_svg((LESSONS / name).read_text(encoding="utf-8"))


def lines_of_svg(svg: str) -> float:
    wide, high = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)', svg).groups()
    return 0.4 + min(HIGH, float(high) * WIDE / float(wide)) / LINE


def source_of(cell: Cell) -> str:
    """What is written in a cell."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
