"""How often a search finds what is asked in other words: words, vectors of a list, vectors of a real model, and several in one.

First questions about facts, as `UserFacts` keeps them: is the fact among the first 1, 3, 5, 10? Then about long talks:
are all messages that answer among those that fit into as many tokens as the first 1, 3, 5, 10 of BM25 have? Behind the share
for 5, Wilson's 95% interval, and how many questions are found where the first row misses, and the other way round. The
real model is left out where its package is not installed.

    python tests/benchmarks/bench_meaning.py [--write]

--write stores the figures that lesson 09 prints, in tests/benchmarks/meaning/figures.txt.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import comb
from pathlib import Path

if __name__ == "__main__":  # run by its path: what is used is this copy of the workbook, whichever is installed
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from chat_memory import message_tokens
from mock_model.meaning import minilm
from tests.benchmarks import asked_in_other_words as asked
from tests.benchmarks.asked_in_other_words import Asking
from tests.benchmarks.rankings import Order, Ranking, bm25, by_vectors, finding, fused, interval, words

FIGURES = asked.FOLDER / "figures.txt"
FIRST = (1, 3, 5, 10)
SHOWN = FIRST.index(5)  # for which the interval is printed
LIST, REAL = by_vectors("offline-embedding"), by_vectors(minilm.NAME)
BY_LIST, BY_REAL = "vectors of a list", "vectors of a real model"
FACTS: dict[str, Ranking] = {
    "words": words,
    "BM25 with stems": bm25,
    BY_LIST: LIST,
    BY_REAL: REAL,
    "words and list": fused(words, LIST),
    "words and real model": fused(words, REAL),
}
TALKS: dict[str, Ranking] = {
    "BM25 with stems": bm25,
    "words": words,
    BY_LIST: LIST,
    BY_REAL: REAL,
    "words and real model": fused(words, REAL),
    "find": finding,
    "find and real model": fused(finding, REAL),
}
HEAD = f"{'':26}" + "".join(f"{f'first {n}':>10}" for n in FIRST) + "   95% for 5   better : worse"


def hits_of_facts(asking: Asking, order: Sequence[Order]) -> list[list[bool]]:
    """For each question, whether what it needs is among the first 1, 3, 5, 10."""
    return [[one.needed <= set(places[:n]) for n in FIRST] for one, places in zip(asking.asked, order, strict=True)]


def hits_of_talk(asking: Asking, order: Sequence[Order], budgets: Sequence[Sequence[int]]) -> list[list[bool]]:
    """For each question, whether all that it needs fits into each of its budgets of tokens, taken best first."""
    sizes = [size(text) for text in asking.texts]
    hits = []
    for one, places, each in zip(asking.asked, order, budgets, strict=True):
        hits.append([])
        for budget in each:
            taken, left = set(), budget
            for place in places:
                if sizes[place] <= left:
                    taken.add(place)
                    left -= sizes[place]
            hits[-1].append(one.needed <= taken)
    return hits


def budgets_of(asking: Asking) -> list[list[int]]:
    """The tokens of the first 1, 3, 5, 10 messages that BM25 finds, for each question."""
    return [[sum(size(asking.texts[at]) for at in places[:n]) for n in FIRST] for places in bm25(asking)]


def size(text: str) -> int:
    """The tokens of a message with this text."""
    return message_tokens({"role": "user", "content": text})


def line(name: str, hits: Sequence[Sequence[bool]], base: Sequence[Sequence[bool]]) -> str:
    """A row of a table: the shares, the interval, and what is won and lost against the first row."""
    shares = "".join(f"{sum(row[at] for row in hits) / len(hits):>10.0%}" for at in range(len(FIRST)))
    low, high = interval(sum(row[SHOWN] for row in hits), len(hits))
    won = sum(mine[SHOWN] and not theirs[SHOWN] for mine, theirs in zip(hits, base, strict=True))
    lost = sum(theirs[SHOWN] and not mine[SHOWN] for mine, theirs in zip(hits, base, strict=True))
    versus = "" if hits is base else f"{won:4} : {lost:<3} {told_by_chance(won, lost)}"
    return f"{name:26}{shares}   {low:3.0%} – {high:3.0%}   {versus}".rstrip()


def told_by_chance(won: int, lost: int) -> str:
    """What a sign test says of it: how often chance alone would do as much."""
    of = won + lost
    p = min(1.0, 2 * sum(comb(of, n) for n in range(min(won, lost) + 1)) / 2**of)
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def table(title: str, rankings: dict[str, Ranking], asking: list[Asking], kinds: Sequence[str] = ()) -> list[str]:
    """A table of all rankings for questions, of these kinds where there are some."""
    rows: dict[str, list[list[bool]]] = {}
    for name, ranking in rankings.items():
        if "real" in name and not minilm.is_installed():
            continue
        rows[name] = []
        for one in asking:
            hits = hits_of_talk(one, ranking(one), budgets_of(one)) if one.roles else hits_of_facts(one, ranking(one))
            chosen = [hit for hit, each in zip(hits, one.asked, strict=True) if not kinds or each.kind in kinds]
            rows[name] += chosen
    base = next(iter(rows.values()))
    return [f"{title}: {len(base)} questions", HEAD, *(line(name, hits, base) for name, hits in rows.items()), ""]


def tables() -> list[str]:
    """All that is printed."""
    held = [asked.talk(name) for name in asked.HELD_OUT]
    facts = asked.facts()
    messages = sum(len(one.texts) for one in held)
    return [
        *table(f"{len(facts.texts)} facts, asked in other words", FACTS, [facts]),
        *table("The same facts, asked in their own words", FACTS, [asked.facts(in_its_words=True)]),
        *table(f"Talks of {messages} messages, held out", TALKS, held),
        *table("of these, the answer is short and stands beside what it answers", TALKS, held, ("next",)),
        *table("of these, it is asked who said it", TALKS, held, ("speaker",)),
        *table("of these, all others", TALKS, held, ("words", "other", "time", "two")),
        *table("The talk by which find was made", TALKS, [asked.talk(name) for name in asked.DEVELOPMENT]),
    ]


def main() -> None:
    lines = tables()
    print("\n".join(lines))
    if not minilm.is_installed():
        print(f"The real model was left out: {minilm.INSTALL}")
    if "--write" in sys.argv[1:]:
        if not minilm.is_installed():
            sys.exit("Nothing was written: the figures of the real model are missing.")
        FIGURES.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
