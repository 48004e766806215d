"""What the offline model makes of conversations with a fact in them: answered, near, denied though said, false, leaked.

    python tests/mock_model/measure.py            # both sets of talks/
    python tests/mock_model/measure.py test --show false denied

A fact is *answered* where the reply has what is expected, as an answer or as "the nearest"; *denied* where the model finds
nothing; *false* where it gives, as its answer, only what a right one must not have; else *missed*: it tells something else
that was said. Something similar is given *as own* where the reply says it of the user ("Your …"), and neither calls it the
nearest, nor quotes it, nor names somebody else or another time; what was never said is *leaked* where it gets an answer.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from mock_model import get_mock_client

TALKS = Path(__file__).parent / "talks"
CLIENT = get_mock_client()
ANOTHER = re.compile(
    r"\b\w+['’]s\b|\b(?:not|never|wish|would|wanted|used to|last|first|saw|ago|he|she|they|his|her|their|my|mine)\b",
    re.I,
)


def talks(name: str) -> list[dict]:
    """The conversations of a set."""
    return [json.loads(line) for line in (TALKS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def ask(talk: dict) -> str:
    """The reply to the question of a conversation."""
    messages = [{"role": role, "content": content} for role, content in talk["messages"]]
    messages.append({"role": "user", "content": talk["question"]})
    return CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content


def holds(text: str, expected: str) -> bool:
    """Whether a text has one of the alternatives "a|b", at the beginning of a word."""
    return any(re.search(r"(?<!\w)" + re.escape(part), text, re.IGNORECASE) for part in expected.split("|"))


def outcome(talk: dict, reply: str) -> str:
    """What became of a question."""
    near, nothing = "The nearest I find" in reply, "I find no answer" in reply
    if talk["type"] == "fact":
        if all(holds(reply, e) for e in talk["expect"]):
            return "answered as the nearest" if near else "answered"
        if nothing:
            return "denied"
        wrong = not near and any(holds(reply, f) for f in talk["forbid"])
        return "false" if wrong else "missed"
    if nothing or near:
        return "nothing" if nothing else "near"
    if talk["type"] == "never":
        return "leaked"
    own = re.match(r"Your? ", reply) and ': "' not in reply and not ANOTHER.search(reply)
    return "as own" if own and any(holds(reply, t) for t in talk["trap"]) else "told with its owner"


@lru_cache(maxsize=2)
def measured(name: str, step: int = 1) -> list[tuple[dict, str, str]]:
    """Each conversation of a set, or each second or third …, with the reply and what became of it."""
    replies = [(talk, ask(talk)) for talk in talks(name)[::step]]
    return [(talk, reply, outcome(talk, reply)) for talk, reply in replies]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=["fit", "test"])
    parser.add_argument("--show", nargs="*", default=[], metavar="OUTCOME")
    options = parser.parse_args()
    for name in options.sets:
        counts: dict[str, Counter] = {"fact": Counter(), "correction": Counter(), "near": Counter(), "never": Counter()}
        for talk, reply, became in measured(name):
            counts[talk["type"]][became] += 1
            if talk.get("correction"):
                counts["correction"][became] += 1
            if became in options.show:
                print(f"{became}: {talk['question']} {talk.get('expect') or talk.get('trap') or ''} -> {reply}")
        print(f"\n{name}.jsonl")
        for kind, found in counts.items():
            total = sum(found.values()) or 1
            print(
                f"  {kind:<10} {total:>4}: " + ", ".join(f"{k} {n} ({n / total:.1%})" for k, n in found.most_common())
            )


if __name__ == "__main__":
    main()
