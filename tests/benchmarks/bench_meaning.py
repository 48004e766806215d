"""How often a search finds what is asked in other words: words, vectors of a list, vectors of a real model, and several in one.

First questions about facts, as `UserFacts` keeps them: is the fact among the first 1, 3, 5, 10? Then about long talks:
are all messages that answer among those that fit into as many tokens as the first 1, 3, 5, 10 of BM25 have? Behind the share
for 5, Wilson's 95% interval, and how many questions are found where the first row misses, and the other way round; below
a table of talks the same for pairs of other rows. The real model is left out where its package is not installed.

    python tests/benchmarks/bench_meaning.py [--write]

--write stores all figures in tests/benchmarks/meaning/figures.txt, and what lesson 09 prints of them in in_short.txt.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import compress
from math import comb
from pathlib import Path

if __name__ == "__main__":  # run by its path: what is used is this copy of the workbook, whichever is installed
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from chat_memory import message_tokens
from mock_model.meaning import minilm
from tests.benchmarks import asked_in_other_words as asked
from tests.benchmarks.asked_in_other_words import Asking
from tests.benchmarks.rankings import Order, Ranking, bm25, bm25_behind, by_vectors, finding, fused, interval, words

FIGURES = asked.FOLDER / "figures.txt"
IN_SHORT = asked.FOLDER / "in_short.txt"
Rows = dict[
    str, list[list[bool]]
]  # by the names of rankings, for each question: is it found among the first 1, 3, 5, 10?
FIRST = (1, 3, 5, 10)
SHOWN = FIRST.index(5)  # for which the interval is printed
LIST, REAL = by_vectors("offline-embedding"), by_vectors(minilm.NAME)
BY_THREE = "BM25 with the two before"  # messages
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
    BY_THREE: bm25_behind,
    "words": words,
    BY_LIST: LIST,
    BY_REAL: REAL,
    "words and real model": fused(words, REAL),
    "find": finding,
    "find and real model": fused(finding, REAL),
}
KINDS = {  # of questions about talks: what they are, and how the files of the talks call them
    "a short answer": ("the answer is short and stands beside what it answers", ("next",)),
    "who said it": ("it is asked who said it", ("speaker",)),
    "others": ("all others", ("words", "other", "time", "two")),
}
PAIRS = (("find", BY_THREE), ("find", BY_REAL), ("find", "find and real model"))
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
    versus = "" if hits is base else compared(hits, base)
    return f"{name:26}{shares}   {low:3.0%} – {high:3.0%}   {versus}".rstrip()


def compared(hits: Sequence[Sequence[bool]], others: Sequence[Sequence[bool]]) -> str:
    """How many questions one ranking finds where another misses, the other way round, and what a sign test says of it."""
    won = sum(mine[SHOWN] and not theirs[SHOWN] for mine, theirs in zip(hits, others, strict=True))
    lost = sum(theirs[SHOWN] and not mine[SHOWN] for mine, theirs in zip(hits, others, strict=True))
    return f"{won:4} : {lost:<3} {told_by_chance(won, lost)}"


def told_by_chance(won: int, lost: int) -> str:
    """What a sign test says of it: how often chance alone would do as much."""
    of = won + lost
    p = min(1.0, 2 * sum(comb(of, n) for n in range(min(won, lost) + 1)) / 2**of)
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def measured(rankings: dict[str, Ranking], asking: Sequence[Asking]) -> Rows:
    """The hits of all rankings for all questions; those of the real model only where it is installed."""
    rows: Rows = {}
    for name, ranking in rankings.items():
        if "real" not in name or minilm.is_installed():
            rows[name] = []
            for one in asking:
                order = ranking(one)
                rows[name] += hits_of_talk(one, order, budgets_of(one)) if one.roles else hits_of_facts(one, order)
    return rows


def of_kinds(rows: Rows, asking: Sequence[Asking], kinds: Sequence[str]) -> Rows:
    """The hits for questions of these kinds."""
    are = [each.kind in kinds for one in asking for each in one.asked]
    return {name: list(compress(hits, are)) for name, hits in rows.items()}


def table(title: str, rows: Rows) -> list[str]:
    """A table of all rankings, and below it how some of them compare."""
    base = next(iter(rows.values()))
    pairs = [pair for pair in PAIRS if rows.keys() >= set(pair)]
    return [
        f"{title}: {len(base)} questions",
        HEAD,
        *(line(name, hits, base) for name, hits in rows.items()),
        *(f"{f'{one}, against {other}':80}{compared(rows[one], rows[other])}" for one, other in pairs),
        "",
    ]


def short_table(title: str, columns: dict[str, Rows], names: Sequence[str]) -> list[str]:
    """A table of the shares for 5 alone, a column for each of several measurements."""
    asked = {column: len(next(iter(rows.values()))) for column, rows in columns.items()}
    heads = [f"{column} ({of})" for column, of in asked.items()]
    lines = [title, f"{'':26}" + "".join(f"  {head}" for head in heads)]
    for name in names:
        found = [rows[name] for rows in columns.values() if name in rows]  # none, where the real model is not installed
        shares = [f"{sum(row[SHOWN] for row in hits) / len(hits):.0%}" for hits in found]
        cells = "".join(f"  {share:>{len(head)}}" for share, head in zip(shares, heads, strict=False))
        lines += [f"{name:26}{cells}"] * bool(found)
    return [*lines, ""]


def measurements() -> dict[str, tuple[str, Rows]]:
    """All that is measured: for each what is asked, and the hits."""
    facts, same = [asked.facts()], [asked.facts(in_its_words=True)]
    held = [asked.talk(name) for name in asked.HELD_OUT]
    talks = measured(TALKS, held)
    made = measured(TALKS, [asked.talk(name) for name in asked.DEVELOPMENT])
    return {
        "other words": (f"{len(facts[0].texts)} facts, asked in other words", measured(FACTS, facts)),
        "same words": ("The same facts, asked in their own words", measured(FACTS, same)),
        "talks": (f"Talks of {sum(len(one.texts) for one in held)} messages, held out", talks),
        **{key: (f"of these, {what}", of_kinds(talks, held, kinds)) for key, (what, kinds) in KINDS.items()},
        "made": ("The talk by which find was made", made),
    }


def in_short(of: dict[str, tuple[str, Rows]]) -> list[str]:
    """Two small tables of the most important rows."""
    title = "Answers found in talks, with as many tokens as the first five messages of BM25 have"
    return [
        *short_table(
            "Facts found among the first five",
            {"in other words": of["other words"][1], "in the same words": of["same words"][1]},
            ["words", BY_LIST, BY_REAL, "words and real model"],
        ),
        *short_table(
            title,
            {"all": of["talks"][1]} | {key: of[key][1] for key in KINDS},
            ["BM25 with stems", BY_THREE, BY_REAL, "find"],
        ),
    ]


def main() -> None:
    of = measurements()
    texts = {FIGURES: [row for each in of.values() for row in table(*each)], IN_SHORT: in_short(of)}
    for lines in texts.values():
        print("\n".join(lines))
    if not minilm.is_installed():
        print(f"The real model was left out: {minilm.INSTALL}")
    if "--write" in sys.argv[1:]:
        if not minilm.is_installed():
            sys.exit("Nothing was written: the figures of the real model are missing.")
        for path, lines in texts.items():
            path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
