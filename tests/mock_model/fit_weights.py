"""Fit the weights in mock_model/data/weights.txt: how much each feature counts for a sentence to be the answer.

    python tests/mock_model/fit_weights.py

They are fitted on talks/fit.jsonl, and on the facts of facts.jsonl with other facts around them: the likelihood of the
sentences that hold the answer is made as large as it gets, large weights costing a little. The same data give the same
weights.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from math import exp, sqrt
from operator import mul
from pathlib import Path

from mock_model.finding.asking import Question, questions
from mock_model.finding.features import NAMES
from mock_model.finding.ranking import described
from mock_model.sentences.reading import read

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "mock_model/data/weights.txt"
PENALTY, STEPS, RATE = 0.3, 500, 0.05
Example = tuple[list[list[float]], list[float]]  # the features of each sentence, and 1 for those that answer, else 0


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def talks() -> Iterator[dict]:
    """The conversations with a fact; those of facts.jsonl get two facts of other kinds and a near miss around them."""
    yield from (talk for talk in lines(HERE / "talks/fit.jsonl") if talk["type"] == "fact")
    facts = lines(HERE / "facts.jsonl")
    for n, fact in enumerate(facts):
        others = [facts[(n + step) % len(facts)]["fact"] for step in (40, 90)]
        blocks = [others[0], fact["fact"], others[1], fact["near_miss"] if n % 2 else []]
        yield fact | {"messages": [message for block in blocks[n % 3 :] + blocks[: n % 3] for message in block]}


def holds(text: str, expected: str) -> bool:
    """Whether a text has one of the alternatives "a|b", at the beginning of a word."""
    return any(re.search(r"(?<!\w)" + re.escape(part), text, re.IGNORECASE) for part in expected.split("|"))


def example(talk: dict) -> Example | None:
    """The features of each sentence of a conversation that may answer, and which do; None where none does."""
    conversation = read([{"role": role, "content": content} for role, content in talk["messages"]])
    asked = max(questions(talk["question"]) or (Question(talk["question"]),), key=lambda q: len(q.bases))
    found = described(asked, conversation)
    texts = [conversation[at].text for at in found]
    expect = [e for e in talk["expect"] if e not in ("yes", "no")]
    right = [all(holds(t, e) for e in expect) and not any(holds(t, f) for f in talk["forbid"]) for t in texts]
    if not any(right):
        right = [any(holds(t, e) for e in expect) for t in texts]
    return ([list(row) for row in found.values()], list(map(float, right))) if any(right) else None


def fit(examples: list[Example]) -> list[float]:
    """The weights under which the right sentences are likeliest, by gradient descent with moments (Adam)."""
    weights, mean, square = ([0.0] * len(NAMES) for _ in range(3))
    for step in range(1, STEPS + 1):
        slopes = [slope(features, right, weights) for features, right in examples]
        for at, weight in enumerate(weights):
            down = (PENALTY * weight + sum(each[at] for each in slopes)) / len(examples)
            mean[at] = 0.9 * mean[at] + 0.1 * down
            square[at] = 0.99 * square[at] + 0.01 * down**2
            way = mean[at] / (1 - 0.9**step) / (sqrt(square[at] / (1 - 0.99**step)) + 1e-8)
            weights[at] = weight - RATE * way
    return weights


def slope(features: list[list[float]], right: list[float], weights: Sequence[float]) -> list[float]:
    """How much less likely a little more of each weight makes the right sentences of an example."""
    sums = [worth(row, weights) for row in features]
    odds = [exp(one - max(sums)) for one in sums]
    share = [one / sum(odds) for one in odds]
    both = sum(map(mul, share, right))
    less = [part * (1 - one / both) for part, one in zip(share, right, strict=True)]
    return [worth(column, less) for column in zip(*features, strict=True)]


def worth(features: Sequence[float], weights: Sequence[float]) -> float:
    return sum(map(mul, features, weights))


def main() -> None:
    examples = [found for talk in talks() if (found := example(talk))]
    weights = fit(examples)
    told = [f"{name} {weight:.2f}" for name, weight in zip(NAMES, weights, strict=True)]
    head = (
        "# How much each feature of a sentence speaks for it: fitted by tests/mock_model/fit_weights.py.\n[weights]\n"
    )
    TARGET.write_text(head + "\n".join(told) + "\n", encoding="utf-8", newline="\n")
    first = 0.0
    for features, right in examples:
        sums = [worth(row, weights) for row in features]
        first += right[sums.index(max(sums))]
    print(
        f"{len(examples)} conversations, the likeliest sentence answers in {first / len(examples):.1%}: {', '.join(told)}"
    )


if __name__ == "__main__":
    main()
