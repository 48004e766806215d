"""Spelling: which known name somebody meant who wrote an unknown one."""

from __future__ import annotations

from collections.abc import Iterable

MOST_EDITS = 2


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint to the known names that are at most two edits away, the nearest first; empty where there is none."""
    near = sorted((edits, one) for one in known if (edits := _edits(name, one)) <= MOST_EDITS)
    if not near:
        return ""
    *most, last = [f"'{one}'" for _, one in near]
    return f" Did you mean {', '.join(most)}{' or ' if most else ''}{last}?"


def _edits(one: str, other: str) -> int:
    """Letters to insert, leave out or change, to make one word the other (Levenshtein's distance)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row = row, [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != wanted)))
    return row[-1]
