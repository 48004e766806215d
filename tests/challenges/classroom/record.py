"""A record: what `check --json` and `class` tell a program of one learner's file. What each field means: readme.md."""

from __future__ import annotations

from typing import Any

from tests.challenges.engine.results import NOT_YET, Result

from . import hints_read, naming


def of(result: Result, hints: Any, when: str | None, version: dict[str, Any]) -> dict[str, Any]:
    """The record of a result. `hints` is the learner's own record of the hints they asked for."""
    unmet = result.first_unmet if result.outcome == NOT_YET else None
    return {
        "challenge": result.number,
        "name": result.name,
        "outcome": result.outcome,
        "met": result.met,
        "criteria": [
            {
                "criterion": criterion.text,
                "test": criterion.test,
                "met": criterion.met,
                "judged": criterion.judged,
            }
            for criterion in result.criteria
        ],
        "problem": unmet.problem if unmet else None,
        "hint": (unmet.hints or [None])[0] if unmet else None,
        "shown": unmet.explained if unmet else None,
        "misconception": naming.misconception(result) if unmet else None,
        **hints_read.told_of(hints, result.name),
        "when": when,
        "version": version,
    }
