"""The table of clients: what each can do, in a terminal and in Markdown, and why something cannot be done."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from .program import Result

MARKS = {"ok": "✓", "failed": "✗", "gap": "–"}
Outcomes = Mapping[str, Sequence[Result]]  # by the client's name

HEAD = """\
# What other people's clients can do with the offline model

`python3 workbook.py clients` runs each client in an environment of its own against `python3 workbook.py serve`, and prints
this; with `--write` it writes it here. A check judges what comes back: the planted fact, the tool's argument and its result.
✓ it works · ✗ it fails, and should not · – the client or the API itself has no such thing · empty: not tried. The table has the
checks of several clients; those that only one has are listed below it.
"""


def checks_of(outcomes: Outcomes) -> list[str]:
    """The names of all checks: those that most clients have first, else in the order of their programs."""
    order: dict[str, int] = {}
    for results in outcomes.values():
        for result in results:
            order[result.check] = order.get(result.check, 0) + 1
    return sorted(order, key=lambda name: -order[name])


def marks(outcomes: Outcomes) -> dict[str, list[str]]:
    """The mark of every client for every check; an empty one where it has no such check."""
    found = {name: {result.check: MARKS[result.result] for result in results} for name, results in outcomes.items()}
    return {check: [found[name].get(check, "") for name in outcomes] for check in checks_of(outcomes)}


def shared(outcomes: Outcomes) -> dict[str, list[str]]:
    """The marks for the checks that more than one client has."""
    return {check: row for check, row in marks(outcomes).items() if sum(map(bool, row)) > 1}


def counted(results: Sequence[Result], result: str) -> int:
    """How many checks came out so."""
    return sum(one.result == result for one in results)


def summary(results: Sequence[Result]) -> str:
    """How many checks came out how, in one line."""
    counts = {mark: counted(results, name) for name, mark in MARKS.items()}
    return "  ".join(f"{count:>3} {mark}" for mark, count in counts.items())


def in_a_terminal(outcomes: Outcomes) -> str:
    """The table: a row for each check, a column for each client, numbered as the list above it."""
    lines = [f"{number:>3}  {name:<18}{summary(results)}" for number, (name, results) in enumerate(outcomes.items(), 1)]
    rows = marks(outcomes)
    width = max(map(len, rows), default=0)
    lines += ["", " " * width + "".join(f"{number:>4}" for number in range(1, len(outcomes) + 1))]
    lines += [f"{check:<{width}}" + "".join(f"{mark:>4}" for mark in row).rstrip() for check, row in rows.items()]
    gaps = [f"{client}, {result.check}: {result.said}" for client, result in with_result(outcomes, "gap")]
    lines += ["", "Gaps:"] if gaps else []
    lines += [textwrap.fill(gap, 100, initial_indent="  ", subsequent_indent="    ") for gap in gaps]
    return "\n".join(lines)


def with_result(outcomes: Outcomes, result: str) -> list[tuple[str, Result]]:
    """The checks that came out so, each with its client."""
    return [(client, one) for client, results in outcomes.items() for one in results if one.result == result]


def in_markdown(outcomes: Outcomes, installed: Mapping[str, Sequence[str]]) -> str:
    """The page: the table of what several clients can do, what one alone was tried on, the gaps, and with which versions."""
    lines = [HEAD, f"| | {' | '.join(outcomes)} |", "|---|" + ":-:|" * len(outcomes)]
    counts = ([f"{n} {mark}" for name, mark in MARKS.items() if (n := counted(one, name))] for one in outcomes.values())
    lines.append(f"| **all checks** | {' | '.join(map('<br>'.join, counts))} |")
    lines += [f"| {check} | {' | '.join(row)} |" for check, row in shared(outcomes).items()]
    lines += ["", "## Checks that one client has", ""]
    for client, results in outcomes.items():
        own = [one for one in results if one.check not in shared(outcomes)]
        lines += [f"- **{client}**: {'; '.join(f'{one.check} {MARKS[one.result]}' for one in own)}"] if own else []
    for name, title in (("failed", "Failures"), ("gap", "Gaps")):
        found = with_result(outcomes, name)
        lines += ["", f"## {title}", ""] if found else []
        lines += [f"- **{client}**, {result.check}: {escaped(result.said)}" for client, result in found]
    lines += ["", "## Versions", ""]
    lines += [
        f"- **{name}**: {', '.join(pin.replace('==', ' ') for pin in pins) or 'that of the machine'}"
        for name, pins in installed.items()
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
