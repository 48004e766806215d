"""The figures that lesson 09 prints are those that its benchmark measures; the questions are what they claim to be."""

import pytest

from chat_memory.search.terms import of_fact, of_question
from mock_model.meaning import minilm

from .benchmarks import asked_in_other_words as asked
from .benchmarks import bench_meaning as bench

STORED = bench.FIGURES.read_text(encoding="utf-8").split("\n\n")
OFFLINE = ("words", "BM25 with stems", "find", bench.BY_LIST)  # they need no weights


def rows(table: list[str]) -> dict[str, str]:
    """The rows of a table by their names; the first two lines are its title and its head."""
    return {line[:26].strip(): line for line in table[2:] if line}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_stored_figures_are_those_that_are_measured(number):
    held = [asked.talk(name) for name in asked.HELD_OUT]
    given = [[asked.facts()], [asked.facts(in_its_words=True)], held][number]
    rankings = bench.TALKS if number == 2 else bench.FACTS
    fast = {name: ranking for name, ranking in rankings.items() if name in OFFLINE}
    title, _, *_ = STORED[number].splitlines()
    measured = bench.table(title.rpartition(": ")[0], fast, given)
    stored = rows(STORED[number].splitlines())
    assert measured[0] == title
    assert {name: stored[name] for name in fast} == rows(measured)
    assert list(stored) == list(rankings)


@pytest.mark.skipif(not minilm.is_installed(), reason=f"its weights are not installed: {minilm.INSTALL}")
def test_so_are_those_of_the_real_model():
    assert (
        rows(STORED[0].splitlines())[bench.BY_REAL]
        == rows(bench.table("", bench.FACTS, [asked.facts()]))[bench.BY_REAL]
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
