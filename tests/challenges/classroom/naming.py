"""The misconception behind wrong code, named by what the code does: by which mistake fails the same criteria in the same way.

Each mistake in `mistakes/` is a misconception with a name. What its checker says of it, criterion by criterion, is kept in
`signatures.json` (`python -m tests.challenges.classroom.signatures` writes it anew). A wrong name leads a teacher astray, so
that none is given where nothing is near, or where two are.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.challenges.engine.report import PRINTED
from tests.challenges.engine.results import Result

SIGNATURES = Path(__file__).parent / "signatures.json"
NEAR = 0.8  # how alike it has to be at least: 1 is the same in everything that the checker says
AHEAD, ALONE = 0.3, 0.01  # by how much more than the next one; and where it is the same in all that is shown
FIRST = 3.0  # how much more the first unmet criterion counts than another one
# How alike two checks of one criterion are: in all that is shown, in the sentence, in the sentence but for numbers and
# quotations, in the hint only. With another hint the sentence counts less: the hint says what the checker has found out.
SHOWN, SENTENCE, WORDS, HINT, OTHER_HINT = 1.0, 0.85, 0.7, 0.4, 0.6
Said = tuple[str, str, str]  # of a criterion: its problem, its first hint, and a digest of all that is shown
Signature = dict[str, Said]  # the first unmet criterion, and all others that were judged and are not met


@dataclass(frozen=True)
class Misconception:
    """One of a challenge's mistakes."""

    name: str  # of its file
    says: str  # in a sentence
    alike: float  # how alike the code behaves, up to 1


def misconception(result: Result) -> dict[str, Any] | None:
    """The misconception that most likely stands behind a result that is not yet solved; None where none fits well."""
    found = best(signature_of(result), known().get(result.name, {}))
    return asdict(found) if found else None


def best(mine: Signature, mistakes: dict[str, dict[str, Any]]) -> Misconception | None:
    """The mistake that is nearest, if it is near, and nearer than any other."""
    order = sorted(((alike(mine, one["said"]), name) for name, one in mistakes.items()), reverse=True)
    if not order or not mine:
        return None
    near, name = order[0]
    next_near = order[1][0] if len(order) > 1 else 0.0
    if near < NEAR or near - next_near < (AHEAD if near < SHOWN else ALONE):
        return None
    return Misconception(name, mistakes[name]["says"], round(near, 2))


def alike(mine: Signature, theirs: Signature) -> float:
    """How alike two results are, from 0 to 1: over all criteria that one of the two does not meet."""
    firsts = {next(iter(one), None) for one in (mine, theirs)}
    weights = {test: FIRST if test in firsts else 1.0 for test in mine.keys() | theirs.keys()}
    likeness = {test: likeness_of(mine.get(test), theirs.get(test)) for test in weights}
    return sum(weights[test] * likeness[test] for test in weights) / (sum(weights.values()) or 1.0)


def likeness_of(mine: Said | None, theirs: Said | None) -> float:
    if mine is None or theirs is None:
        return 0.0
    if mine[2] == theirs[2]:
        return SHOWN
    same_hint = without_lines(mine[1]) == without_lines(theirs[1])
    for same, likeness in ((without_lines, SENTENCE), (words_of, WORDS)):
        if same(mine[0]) == same(theirs[0]):
            return likeness if same_hint else likeness * OTHER_HINT
    return HINT if same_hint and mine[1] else 0.0


def words_of(problem: str) -> str:
    """A problem without what differs from code to code: lines of it, numbers, and what is quoted."""
    text = re.sub(r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|\[[^\]]*\]", "…", without_lines(problem))
    return re.sub(r"-?\d[\d,.]*", "0", text)


def without_lines(problem: str) -> str:
    """A problem without the lines of code that it quotes."""
    return re.sub(r",? in line \d+ \(.*\)(?=[.:,]|$)", "", problem)


def signature_of(result: Result) -> Signature:
    """What a checker says of the first criterion that is not met, and of all others that it could judge."""
    unmet = [criterion for criterion in result.criteria if not criterion.met and criterion.here and criterion.started]
    first = result.first_unmet
    return {
        criterion.test: (criterion.problem, (criterion.hints or [""])[0], digest_of(criterion.explained))
        for criterion in sorted(unmet, key=lambda criterion: criterion is not first)
        if criterion is first or criterion.judged
    }


def digest_of(explained: str) -> str:
    """What is shown, in short, but for what the code has printed: that is its style."""
    shown = " ".join(block for block in explained.split("\n\n") if not block.lstrip().startswith(PRINTED))
    return hashlib.sha256(without_lines(" ".join(shown.split())).encode()).hexdigest()[:12]


@cache
def known() -> dict[str, dict[str, dict[str, Any]]]:
    """What is kept of all mistakes, by challenge and name. An edition for learners has none."""
    try:
        return json.loads(SIGNATURES.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
