"""A table of a class: for the terminal, as CSV for a spreadsheet, and as JSON for a program."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import Any

from tests.challenges.engine.results import NOT_STARTED, NOT_YET, SOLVED

MISSING, UNREADABLE = "missing", "not checked"
SIGNS = {SOLVED: "✓", NOT_YET: "✗", NOT_STARTED: "·", MISSING: " ", UNREADABLE: "?"}
LETTERS = {SOLVED: "+", NOT_YET: "x", NOT_STARTED: ".", MISSING: " ", UNREADABLE: "?"}
COLUMNS = (
    *(
        "learner",
        "challenge",
        "outcome",
        "met",
        "of",
        "open criteria",
        "problem",
        "hint",
        "misconception",
        "what it is",
    ),
    *("hints", "gave up", "when", "file", "workbook", "their version", "look at", "notes"),
)
FORMULA = (*tuple("=+-@\t\r\n"), "＝", "＋", "－", "＠")
FEW = 2  # challenges for which it is said of each learner what is not met
LONGEST = 200  # characters of a problem
WIDEST = 28  # columns of a terminal for a name


def as_text(learners: Sequence[dict[str, Any]], names: Sequence[str], signs: dict[str, str] = SIGNS) -> str:
    """A line for each learner, a column for each challenge, and below it what is worth a look."""
    width = min(WIDEST, max([7, *(columns(learner["learner"]) for learner in learners)]))
    lines = ["  ".join([padded("", width), *(name[:2] for name in names), "solved", "hints"])]
    for learner in learners:
        by_name = {one["name"]: one for one in learner["challenges"]}
        cells = [f" {signs[by_name[name]['outcome']]}" for name in names]
        solved = sum(one["outcome"] == SOLVED for one in by_name.values())
        hints = sum(one["hints"] for one in by_name.values())
        gave_up = "!" * any(one["gave_up"] for one in by_name.values())
        name = padded(plain(learner["learner"]), width)
        lines.append("  ".join([name, *cells, f"{solved:>6}", f"{hints:>4}{gave_up or ' '}"]).rstrip())
    key = ", ".join(f"{sign} {word}" for word, sign in signs.items() if sign != " ")
    lines += [
        "",
        f"{key}; ! behind the hints: a solution was looked at",
        *(in_full(learners) if len(names) <= FEW else []),
        *below(learners),
    ]
    return "\n".join(lines)


def in_full(learners: Sequence[dict[str, Any]]) -> list[str]:
    """What is not met yet, a line or two for each learner who has begun."""
    lines = []
    for learner in learners:
        for one in learner["challenges"]:
            if one["outcome"] == NOT_YET:
                title = f"{plain(learner['learner'])}, {one['name'][:2]}: {one['met']} of {len(one['criteria'])}"
                lines.append(f"  {title}. {shortened(plain(one['problem'] or ''))}")
    return ["", "Not yet:", *lines] if lines else []


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def below(learners: Sequence[dict[str, Any]]) -> list[str]:
    """The misconceptions that several share, and what could not be checked or needs a look."""
    shared: dict[tuple[str, str, str], list[str]] = {}
    lines, looks = [], []
    for learner in learners:
        looks += [f"  {plain(learner['learner'])}: {plain(note)}" for note in learner["notes"]]
        for one in learner["challenges"]:
            if one["misconception"]:
                key = (one["name"], one["misconception"]["name"], one["misconception"]["says"])
                shared.setdefault(key, []).append(plain(learner["learner"]))
            if one["outcome"] == UNREADABLE and one["problem"] not in learner["notes"]:
                looks.append(f"  {plain(learner['learner'])}, {one['name'][:2]}: {plain(one['problem'])}")
            looks += [f"  {plain(learner['learner'])}, {one['name'][:2]}: {plain(note)}" for note in one["look_at"]]
    if shared:
        lines += ["", "Misconceptions:"]
        for (name, _, says), who in sorted(shared.items(), key=lambda item: (-len(item[1]), item[0])):
            lines.append(f"  {name[:2]}  {says} ({len(who)}: {', '.join(who[:4])}{' …' * (len(who) > 4)})")
    if looks:
        lines += ["", "Look at:", *looks]
    return lines


def as_csv(learners: Sequence[dict[str, Any]]) -> str:
    """A row for each learner and challenge. A spreadsheet takes no cell of it for a formula, and finds out that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for learner in learners:
        for one in learner["challenges"]:
            writer.writerow([safe(cell) for cell in row(learner, one)])
    return "\ufeff" + out.getvalue()


def row(learner: dict[str, Any], one: dict[str, Any]) -> list[Any]:
    misconception, version = one["misconception"] or {}, one["version"]
    unmet = [criterion["criterion"] for criterion in one["criteria"] if criterion["judged"] and not criterion["met"]]
    return [
        learner["learner"],
        one["name"],
        one["outcome"],
        one["met"],
        len(one["criteria"]),
        "; ".join(unmet) if one["outcome"] == NOT_YET else "",
        one["problem"],
        one["hint"],
        misconception.get("name"),
        misconception.get("says"),
        one["hints"],
        one["gave_up"],
        one["when"],
        one["file"],
        version["workbook"],
        version.get("theirs"),
        "; ".join(one["look_at"]),
        "; ".join(learner["notes"]),
    ]


def safe(cell: Any) -> Any:
    """A cell that a spreadsheet shows as it is: one that begins like a formula gets an apostrophe before it."""
    if not isinstance(cell, str):
        return cell
    text = "".join(char if char.isprintable() or char == " " else " " for char in cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else text


def plain(text: str) -> str:
    """A text of a stranger on a terminal: no control characters, which could move the cursor or change colours."""
    return "".join(char if char.isprintable() else "�" for char in text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def padded(text: str, width: int) -> str:
    """A text cut or filled to so many columns."""
    if columns(text) > width:
        while columns(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns(text))
