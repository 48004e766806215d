"""The talks of challenge 14: made by chance, sound, and such that what is known depends on what is sent."""

import importlib
import re
from types import ModuleType

import pytest

from chat_memory.scoreboard import Planted, Talk, scoring
from chat_memory.scoreboard import wordings as known_wordings
from chat_memory.summary import PROMPT

from .challenges.engine.learner_code import Work
from .challenges.situations.long_talks import drawn

CHALLENGE = "tests.challenges.14_choosing_a_strategy"
keeping, model, played, reading, talks, two_memories, wordings = (
    importlib.import_module(f"{CHALLENGE}.{name}")
    for name in ("keeping", "model", "played", "reading", "talks", "two_memories", "wordings")
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
        (PRICE, "My colleague is not from Porto. 385 euros is what we pay for the tandem.", "right"),
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


def test_what_a_function_has_found_is_read_behind_the_question():
    question = {"role": "user", "content": PRICE.question}
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}
    found = {"role": "tool", "tool_call_id": "call_1", "content": f"{PRICE.question}: We pay 385 euros for the tandem."}
    assert scoring.outcome(PRICE, reading.read(PRICE, [question, call, found])) == "right"
    assert model.asks([question, call, found], PRICE.question)
    assert not model.asks([question, {"role": "assistant", "content": "385"}], PRICE.question)
    assert not model.asks([question, call, found, {"role": "user", "content": "Go on."}], PRICE.question)


EVERY_KIND = frozenset(keeping.NAMED)
BOTH = frozenset({"by the assistant", "in a tool result"})


@pytest.mark.parametrize(
    ("prompt", "values", "speakers"),
    [
        (PROMPT, EVERY_KIND, BOTH),
        ("Keep every fact, whoever has said it.", EVERY_KIND, BOTH),
        ("Write down all that was told so far. Leave out the small talk.", EVERY_KIND, BOTH),
        ("Do not leave out any details.", EVERY_KIND, BOTH),
        ("Keep what the user and the assistant said, and what a tool has found.", EVERY_KIND, BOTH),
        ("Keep names and dates.", {"name", "day"}, BOTH),
        ("Keep all facts, without names or numbers.", {"place", "day", "denial"}, BOTH),
        ("Skip greetings, keep names.", {"name"}, BOTH),
        ("Keep decisions and what is not so.", {"denial"}, BOTH),
        ("Keep the mood. Leave out names, numbers, dates and codes.", set(), BOTH),
        ("Summarize the conversation and keep a friendly tone.", set(), BOTH),
        ("Keep it short.", set(), BOTH),
        ("Keep what the user states, and nothing that the assistant or a tool says.", EVERY_KIND, set()),
        ("Only keep facts that the user has told you.", EVERY_KIND, set()),
        ("user: Hello.\nassistant: Hi.\nKeep names that the assistant said.", {"name"}, BOTH),
    ],
)
def test_notes_hold_what_their_prompt_asks_for_and_nothing_else(prompt, values, speakers):
    kept = keeping.kept_by(prompt)
    assert kept.values == values
    assert kept.speakers == speakers or not kept.values


def test_notes_so_far_are_older_than_the_turns_wherever_they_stand():
    talk = next(talk for talk in map(talks.talk, SEEDS) if any(p.kind == "corrected" for p in talk.planted))
    corrected = next(planted for planted in talk.planted if planted.kind == "corrected")
    old, new = corrected.said
    turn = {"role": "user", "content": talk.turns[new.turn].user}
    for messages in (
        [turn, {"role": "user", "content": f"Keep all facts. What you noted before: {old.fact}"}],
        [
            {"role": "user", "content": f"Noted before: {old.fact}"},
            turn,
            {"role": "user", "content": "Keep all facts."},
        ],
    ):
        found = {
            planted.question: fact for planted, fact in reading.standing_in(talk, model.notes_first(messages, talk))
        }
        assert found[corrected.question] == new.fact


def test_nothing_that_knows_the_answers_hangs_at_the_client():
    talk = talks.talk(1)
    server = model.Model(talk)
    reached, waiting = {}, [server.client()]
    while waiting:
        one = waiting.pop()
        if id(one) in reached or isinstance(one, (type, ModuleType, str, bytes)):
            continue
        reached[id(one)] = one
        inside = (*vars(one).values(),) if hasattr(one, "__dict__") else ()
        cells = [cell.cell_contents for cell in getattr(one, "__closure__", None) or ()]
        more = one.values() if isinstance(one, dict) else one if isinstance(one, (list, tuple, set)) else ()
        waiting += [*inside, *cells, *more, *(getattr(one, name, None) for name in ("__self__", "func", "args"))]
    assert model.asked_of in reached.values(), "what answers a request"
    assert not any(isinstance(one, (Planted, Talk, model.Model)) for one in reached.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_two_memories_are_told_what_only_one_of_them_may_know(seed):
    one, other = (two_memories.longer(talks.talk(each), each) for each in (seed, seed + 100))
    heard = two_memories.said_to(one, other)
    assert [*two_memories.told_to(one, other)]
    assert all(heard.search(turn.user) for turn in one.turns)
    assert not any(heard.search(text) for turn in other.turns for text in (turn.user, turn.reply))


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
    assert starter.Memory.__init__.__defaults__ == (played.DEFAULT,)
    assert f"({played.MAX_TOKENS:,} in the talks of {talks.TURNS} turns)" in starter.__doc__
