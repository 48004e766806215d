"""The figures that lesson 09 prints are those that its benchmark measures; the questions are what they claim to be."""

import pytest

from chat_memory.search.terms import of_fact, of_question
from mock_model.meaning import minilm

from .benchmarks import asked_in_other_words as asked
from .benchmarks import bench_meaning as bench

STORED = bench.FIGURES.read_text(encoding="utf-8").split("\n\n")
SHORT = bench.IN_SHORT.read_text(encoding="utf-8").split("\n\n")
OFFLINE = ("words", "BM25 with stems", bench.BY_THREE, "find", bench.BY_LIST)  # they need no weights


def rows(table: list[str]) -> dict[str, str]:
    """The rows of a table by their names; the first two lines are its title and its head."""
    return {line[:26].strip(): line for line in table[2:] if line}


def offline(rankings: dict) -> dict:
    return {name: ranking for name, ranking in rankings.items() if name in OFFLINE}


def is_pair(name: str) -> bool:
    return ", against " in name


def test_the_stored_figures_are_those_that_are_measured(monkeypatch):
    for which in ("FACTS", "TALKS"):
        monkeypatch.setattr(bench, which, offline(getattr(bench, which)))
    of = bench.measurements()
    assert len(STORED) == len(of)
    for text, (title, hits) in zip(STORED, of.values(), strict=True):
        measured = bench.table(title, hits)
        assert measured[0] == text.splitlines()[0]
        stored = [row for row in text.splitlines()[2:] if row[:26].strip() in hits]
        assert stored == [row for row in measured[2:-1] if row[:26].strip() in hits]
        assert [row for row in measured if is_pair(row)] == [
            row for row in text.splitlines() if is_pair(row) and "real" not in row
        ]
    short = [row for row in bench.in_short(of) if row]
    assert set(short) <= set("\n".join(SHORT).splitlines())
    assert all(len(row) <= 100 for row in "\n".join(SHORT).splitlines())


@pytest.mark.skipif(not minilm.is_installed(), reason=f"its weights are not installed: {minilm.INSTALL}")
def test_so_are_those_of_the_real_model():
    assert (
        rows(STORED[0].splitlines())[bench.BY_REAL]
        == rows(bench.table("", bench.measured(bench.FACTS, [asked.facts()])))[bench.BY_REAL]
    )


def test_find_is_better_than_bm25_by_more_than_five_points_at_no_more_tokens():
    won = {}
    for name in asked.HELD_OUT:
        talk = asked.talk(name)
        budgets = bench.budgets_of(talk)
        for ranking in (bench.bm25, bench.finding):
            hits = bench.hits_of_talk(talk, ranking(talk), budgets)
            won.setdefault(ranking, []).extend(hit[bench.SHOWN] for hit in hits)
    found, usual = (sum(won[ranking]) / len(won[ranking]) for ranking in (bench.finding, bench.bm25))
    assert found > usual + 0.05


def test_a_question_in_other_words_shares_none_and_one_in_its_words_shares_some():
    sharing = []
    for facts in (asked.facts(), asked.facts(in_its_words=True)):
        shared = [
            not set(of_question(one.question)).isdisjoint(of_fact(facts.texts[place]))
            for one in facts.asked
            for place in one.needed
        ]
        sharing.append(sum(shared) / len(shared))
    assert sharing[0] < 0.05 and sharing[1] > 0.95


def test_what_is_asked_for_is_there():
    for name in (*asked.DEVELOPMENT, *asked.HELD_OUT):
        talk = asked.talk(name)
        assert len(talk.texts) == len(talk.roles) == len(talk.days) > 200 and talk.days == sorted(talk.days)
        assert all(one.needed and max(one.needed) < len(talk.texts) for one in talk.asked)
        assert len({one.question for one in talk.asked}) == len(talk.asked) > 50
