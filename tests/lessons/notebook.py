"""A lesson as its rules look at it: cells, headings, sections, folded answers and links."""

import ast
import json
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.M)
FOLDED = re.compile(r"<details>\s*<summary>(.+?)</summary>(.*?)</details>", re.S)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)|(?:href|src)=\"([^\"]+)\"")
CODE_IN_TEXT = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson; its name in messages is its number, from 1, and how it begins."""

    number: int
    raw: dict[str, Any]

    @property
    def is_code(self) -> bool:
        return self.raw["cell_type"] == "code"

    @property
    def source(self) -> str:
        source = self.raw["source"]
        return source if isinstance(source, str) else "".join(source)

    @property
    def prose(self) -> str:
        """The text of a markdown cell without the code in it."""
        return "" if self.is_code else CODE_IN_TEXT.sub("", self.source)

    @property
    def tags(self) -> set[str]:
        return set(self.raw.get("metadata", {}).get("tags", []))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        return self.raw.get("outputs", [])

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(len(marks), title) for marks, title in HEADING.findall(self.prose)]

    @cached_property
    def tree(self) -> ast.Module:
        """What the code says; nothing where it is no Python, which is another check's business."""
        try:
            with warnings.catch_warnings(action="ignore"):
                return ast.parse(self.source)
        except SyntaxError:
            return ast.Module([], [])

    def __str__(self) -> str:
        first = next(iter(self.source.strip().splitlines()), "")
        return f"cell {self.number} ({first[:50]})"


@dataclass
class Lesson:
    """A notebook, and where it is; links are looked up from there."""

    path: Path
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        return f"lessons/{self.path.name}"

    @property
    def number(self) -> int:
        return int("".join(filter(str.isdigit, self.path.name[:2])) or 0)

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(number, raw) for number, raw in enumerate(self.raw["cells"], start=1)]

    @cached_property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_code]

    def after(self, cell: Cell) -> Cell | None:
        return self.cells[cell.number] if cell.number < len(self.cells) else None

    @cached_property
    def sections(self) -> list[tuple[str, list[Cell]]]:
        """The parts under a heading of level 2, with their cells: a cell belongs to its last such heading."""
        parts: list[tuple[str, list[Cell]]] = []
        for cell in self.cells:
            parts += [(title, []) for level, title in cell.headings if level == 2]
            if parts:
                parts[-1][1].append(cell)
        return parts

    def section(self, title: str) -> list[Cell]:
        return next((cells for found, cells in self.sections if found == title), [])


def load(path: Path) -> Lesson:
    return Lesson(path, json.loads(path.read_text(encoding="utf-8")))


def text_of(cells: list[Cell]) -> str:
    return "\n".join(cell.source for cell in cells if not cell.is_code)


def call_name(call: ast.Call) -> str:
    """The last name of what is called: `exit` of `sys.exit()`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
