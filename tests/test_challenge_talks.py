"""The talks of challenge 14: made by chance, sound, and such that what is known depends on what is sent."""

import importlib
import re

import pytest

from chat_memory.scoreboard import Planted, scoring
from chat_memory.scoreboard import wordings as known_wordings

from .challenges.engine.learner_code import Work
from .challenges.situations.long_talks import drawn

CHALLENGE = "tests.challenges.14_choosing_a_strategy"
played, reading, talks, wordings = (
    importlib.import_module(f"{CHALLENGE}.{name}") for name in ("played", "reading", "talks", "wordings")
)
SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_everything_all_is_known_and_with_this_turn_alone_nothing(seed):
    talk = talks.talk(seed)
    everything, nothing = played.beside(talk, None), played.beside(talk, 1)
    assert everything.right == everything.asked == sum(talks.COUNTS.values())
    assert nothing.right == 0
    assert nothing.cost.money < everything.cost.money / 4


@pytest.mark.parametrize("seed", SEEDS)
def test_the_point_lies_between_the_windows(seed):
    talk, point = talks.talk(seed), importlib.import_module(f"{CHALLENGE}.expected")
    everything, small, large = (played.beside(talk, turns) for turns in (None, 6, 24))
    assert small.cost.money < point.SHARE * everything.cost.money < large.cost.money
    assert small.right < point.RECALL * small.asked
    assert large.right < point.RECALL * large.asked


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fact_stands_where_it_is_said_and_nowhere_else(seed):
    talk = talks.talk(seed)
    for planted in talk.planted:
        for value in (*planted.answers, *planted.wrong) if planted.kind != "negated" else ():
            pattern = re.compile(rf"\b{value}\b")
            places = [n for n, turn in enumerate(talk.turns) if pattern.search(f"{turn.user}\n{turn.reply}")]
            assert places and set(places) <= {said.turn for said in planted.said}
        by_user = any(planted.answers[0] in turn.user for turn in talk.turns) if planted.answers else False
        assert not (planted.kind == "by the assistant" and by_user)


PRICE = Planted("corrected", "How many euros do we pay for the tandem?", ("385",), ("415",))
CELERY = Planted("negated", "Does anybody in our family eat celery?", ("no",), ("yes",))


@pytest.mark.parametrize(
    ("planted", "sent", "outcome"),
    [
        (PRICE, "We pay 415 euros for the tandem. We pay 385 euros for the tandem now.", "right"),
        (PRICE, "We pay 385 euros for the tandem now. We pay 415 euros for the tandem.", "false"),
        (PRICE, "tandem: 385 (was 415)", "right"),
        (PRICE, "The price of the tandem has changed from 415 to 385 euros.", "right"),
        (PRICE, "The tandem costs 385 and not 415.", "right"),
        (PRICE, '{"tandem": "415"}', "false"),
        (PRICE, f"We have a tandem. {'And so it went on. ' * 20}It is 385.", "missed"),
        (PRICE, "The tandem costs 1385, or 38 by 5.", "missed"),
        (CELERY, "Nobody in our family eats celery.", "right"),
        (CELERY, "celery: never", "right"),
        (CELERY, "The user avoids celery.", "right"),
        (CELERY, "family eats celery", "false"),
        (CELERY, "We like celery. Nobody in our family eats celery.", "right"),
        (CELERY, "Nobody in our family eats liver. We had it in town.", "missed"),
    ],
)
def test_the_model_reads_what_stands_there_in_whatever_form(planted, sent, outcome):
    question = {"role": "user", "content": planted.question}
    for messages in (
        [{"role": "assistant", "content": sent}, question],
        [{"role": "system", "content": f"Be brief.\n{sent}"}, question],
        [{"role": "user", "content": f"{sent}\n\n{planted.question}"}],
    ):
        assert scoring.outcome(planted, reading.read(planted, messages)) == outcome


def test_each_file_meets_talks_of_its_own_and_the_same_each_time(tmp_path):
    def seed(source: str) -> int:
        path = tmp_path / "mine.py"
        path.write_text(source, encoding="utf-8")
        return drawn(Work(path, path.name), 14).randrange(100_000)

    assert seed("x = 1\n") == seed("x = 1\n") != seed("x = 2\n")
    assert talks.talk(1) == talks.talk(1) != talks.talk(2)


def test_the_words_are_not_those_that_the_lesson_shows():
    def said(module) -> set[str]:
        rows = [row for value in vars(module).values() if isinstance(value, tuple) for row in value]
        return {thing for row in rows if hasattr(row, "things") for thing in row.things}

    assert said(wordings) and not said(wordings) & said(known_wordings)


def test_how_many_turns_there_are_is_what_the_starter_says():
    starter = importlib.import_module(f"{CHALLENGE}.starter")
    assert f"A talk of {talks.TURNS} turns" in starter.__doc__
    assert starter.Memory.__init__.__defaults__ == (played.MAX_TOKENS,)
