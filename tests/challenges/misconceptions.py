"""The misconceptions: what the heads of `mistakes/` say, as a list for teachers.

`python -m tests.challenges.misconceptions` writes that list into misconceptions.md anew; what stands above it stays.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from .engine import files
from .engine.results import criteria_of

PAGE = Path(__file__).with_suffix(".md")
LIST = "## All of them"


@dataclass(frozen=True)
class Misconception:
    """One mistake that is known: what whoever makes it believes or does, and the criterion that shows it first."""

    challenge: str
    name: str
    says: str
    fails: str

    @property
    def criterion(self) -> str:
        """The criterion, as a learner reads it."""
        return criteria_of(self.challenge)[self.fails]


def misconceptions_of(challenge: str) -> list[Misconception]:
    """The misconceptions of a challenge, in the order of its criteria."""
    found = [read(path) for path in files.mistakes(challenge)]
    order = list(criteria_of(challenge))
    return sorted(found, key=lambda each: order.index(each.fails))


def read(path: Path) -> Misconception:
    """What the head of a mistake says: its docstring, and which criterion it fails first."""
    source = path.read_text(encoding="utf-8")
    says = " ".join(ast.get_docstring(ast.parse(source)).split())
    return Misconception(path.parents[1].name, path.stem, says, re.search(r"^# fails: (.+)$", source, re.M)[1])


def listed() -> str:
    """The list: each challenge, each criterion that shows misconceptions, and these."""
    number = sum(len(files.mistakes(name)) for name in files.names())
    lines = [
        LIST,
        "",
        f"{number} in {len(files.names())} challenges, each below the criterion that shows it first.",
        "",
    ]
    for name in files.names():
        lines += [f"### {name[:2]} {name[3:].replace('_', ' ').capitalize()}", ""]
        criterion = ""
        for each in misconceptions_of(name):
            if each.criterion != criterion:
                lines += [*([""] if criterion else []), f"**{written(each.criterion)}**", ""]
                criterion = each.criterion
            lines.append(f"- {written(each.says)} [{each.name}]({name}/mistakes/{each.name}.py)")
        lines.append("")
    return "\n".join(lines)


def written(text: str) -> str:
    """A text as it has to be written in Markdown, so that it is read as it stands."""
    return re.sub(r"([<>*_\[\]|])", r"\\\1", text) if "`" not in text else text


@dataclass(frozen=True)
class Told:
    """A misconception that the page tells at length, with lines of what its checker shows."""

    path: Path
    conversation: tuple[str, ...]

    @property
    def challenge(self) -> str:
        return self.path.parents[1].name


def told() -> list[Told]:
    """Those that stand above the list: a conversation each, and below it the link to the mistake."""
    above = PAGE.read_text(encoding="utf-8").partition(LIST)[0]
    found = re.findall(r"^```\n(.*?)^```\n.*?\]\((\S+/mistakes/\w+\.py)\)$", above, re.M | re.S)
    return [Told(PAGE.parent / place, tuple(block.splitlines())) for block, place in found]


def main() -> None:
    above = PAGE.read_text(encoding="utf-8").partition(LIST)[0]
    PAGE.write_text(above + listed(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
