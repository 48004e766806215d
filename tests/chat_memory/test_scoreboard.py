"""The board: each strategy is tried live, what it uses is noted, and what it remembers is told from what it was sent."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion

from chat_memory import BudgetError, count_tokens
from chat_memory.drawing.scales import number
from chat_memory.scoreboard import (
    ORACLES,
    STRATEGIES,
    VAGUE_ONES,
    Board,
    Result,
    Strategy,
    Used,
    best,
    by_kind,
    chart,
    compare,
    difference,
    failures,
    own,
    table,
    talks,
    without_cache,
)
from chat_memory.scoreboard.comparing import Difference, least_difference
from chat_memory.scoreboard.talk import NEVER, text_of
from chat_memory.scoreboard.writers import VAGUE_PROMPT
from common import MODEL, PRICE, get_client, offline_server

from .pictures_read import SVG, read, texts

[TALK] = talks(14, number=1, turns=54, each=2)
NAMED = {strategy.name: strategy for strategy in (*STRATEGIES, *ORACLES, *VAGUE_ONES)}
SERVER_KEPT = ("chain on the server", "compaction")
BUDGET = 1_000


class Reader:
    """A client with a perfect reader: it knows a planted fact where the turn that says it, or its summary, is sent."""

    def __init__(self, talk=TALK) -> None:
        self.talk, self.requests = talk, []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    def create(self, **request: Any) -> ChatCompletion:
        messages = request["messages"]
        self.requests.append(messages)
        said = self.talk.says(messages)
        message: dict[str, Any] = {"role": "assistant", "content": self.answer(messages) if said is None else said}
        if isinstance(said, tuple):
            function = {"name": said[0], "arguments": json.dumps(said[1])}
            message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        tokens = count_tokens(messages)
        usage = {"prompt_tokens": tokens, "completion_tokens": 10, "total_tokens": tokens + 10}
        body = {"id": "1", "object": "chat.completion", "model": "x", "created": 0, "choices": [choice], "usage": usage}
        return ChatCompletion.model_validate(body)

    def answer(self, messages: list[Any]) -> str:
        asked = text_of(messages[-1])
        planted = next((each for each in self.talk.planted if each.question == asked), None)
        sent = "\n".join(text_of(message) for message in messages)
        for said in reversed(planted.said if planted else ()):
            turn = self.talk.turns[said.turn]
            told = (
                turn.lookup.result if turn.lookup else turn.reply if planted.kind == "by the assistant" else turn.user
            )
            if told in sent or said.fact in sent:
                return said.fact
        return "I do not know."


def run(*names: str | Strategy, client_for=Reader, talk=TALK, max_tokens: int = BUDGET) -> Board:
    strategies = [NAMED[name] if isinstance(name, str) else name for name in names]
    return compare([talk], client_for, strategies=strategies, model=MODEL, max_tokens=max_tokens)


@pytest.fixture(scope="module")
def board() -> Board:
    """What the strategies come to that need no writer, with a reader that misses nothing."""
    plain = ("everything", "nothing", "window", "budget", "budget, cut lower", "turns found by search")
    return run(*plain, *(strategy.name for strategy in ORACLES))


def kinds_of(result: Result) -> set[str]:
    """The kinds of which at least one question was answered right."""
    return {each.planted.kind for each in result.answers if each.outcome == "right"}


def test_who_is_sent_everything_misses_nothing_and_who_is_sent_nothing_knows_nothing(board):
    assert board["everything"].recall == 1
    assert board["nothing"].recall == 0
    assert kinds_of(board["nothing"]) == {NEVER}
    assert board["everything"].false == board["nothing"].false == 0
    assert board["everything"].n == 14


def test_turns_found_by_search_know_most_of_what_shares_words_with_the_question_at_a_third_of_the_tokens(board):
    found, everything = board["turns found by search"], board["everything"]
    assert 0.6 < found.recall < everything.recall
    assert found.used.calls == everything.used.calls
    assert found.used.tokens_in < everything.used.tokens_in / 3
    assert found.used.longest < everything.used.longest / 3


@pytest.mark.parametrize("name", ["window", "budget", "budget, cut lower"])
def test_what_keeps_the_newest_turns_knows_what_was_said_late_and_not_what_was_said_early(board, name):
    assert {"late", NEVER} <= kinds_of(board[name])
    assert "early" not in kinds_of(board[name])


def test_a_budget_is_kept_to(board):
    for result in board:
        beyond = (
            "everything",
            "facts by search, oracle",
            "facts and summary, oracle",
        )  # what is learned from goes whole
        assert result.used.longest <= BUDGET or result.strategy in beyond
        assert not result.errors


def test_with_an_oracle_a_summary_loses_nothing_and_facts_by_search_what_the_user_has_not_said(board):
    assert board["summary and recent turns, oracle"].recall == 1
    assert board["summary alone, oracle"].recall == 1
    assert board["facts and summary, oracle"].recall == 1
    lost = {"by the assistant", "in a tool result"}
    assert kinds_of(board["facts by search, oracle"]) & lost == set()
    assert {"early", "corrected", "said twice"} <= kinds_of(board["facts by search, oracle"])


def test_what_a_memory_asks_for_itself_is_in_its_costs(board):
    turns = len(TALK.turns) + len(TALK.lookups)
    assert board["everything"].used.calls == turns
    assert board["summary alone, oracle"].used.calls == turns + len(TALK.turns)
    assert board["facts by search, oracle"].used.calls >= turns + len(TALK.turns) // 8
    assert board["everything"].asking.calls == len(TALK.planted)


def test_the_questions_are_asked_on_one_state(board):
    client = Reader()
    run("everything", client_for=lambda talk: client)
    asked = client.requests[-len(TALK.planted) :]
    assert len({len(messages) for messages in asked}) == 1
    assert all(result.branched for result in board)


def test_the_same_run_gives_the_same_board():
    first, second = (run("budget", "summary and recent turns, oracle").as_json(PRICE) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first)) == first


@pytest.mark.parametrize("name", ["everything", "summary and recent turns", "facts by search", *SERVER_KEPT])
def test_strategies_run_on_the_offline_model(name):
    result = run(name, client_for=lambda talk: offline_server(says=talk.says).client())[name]
    assert not result.errors
    assert result.used.calls >= len(TALK.turns)
    assert result.right > 0
    if name in ("everything", "chain on the server"):
        assert result.recall > 0.8


def test_the_chain_on_the_server_is_billed_as_if_everything_had_been_sent():
    both = run("everything", "chain on the server", client_for=lambda talk: offline_server(says=talk.says).client())
    everything, chain = both.results
    assert chain.used.tokens_in == pytest.approx(everything.used.tokens_in, rel=0.01)


def test_the_vague_writer_is_asked_vaguely():
    client = Reader()
    run("summary and recent turns, vague", client_for=lambda talk: client)
    assert any(text_of(messages[0]) == VAGUE_PROMPT for messages in client.requests)
    client = Reader()
    run("summary and recent turns", client_for=lambda talk: client)
    assert not any(text_of(messages[0]) == VAGUE_PROMPT for messages in client.requests)


class Mine:
    """A memory as a learner writes it: without tools, and with a client and a list."""

    def __init__(self, client: Any, system: str, max_tokens: int = 100) -> None:
        self.client, self.messages = client, [{"role": "system", "content": system}]

    def ask(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = self.client.chat.completions.create(model=MODEL, messages=self.messages).choices[0].message.content
        self.messages.append({"role": "assistant", "content": reply})
        return reply


def test_a_class_of_ones_own_is_compared_though_it_knows_no_tools():
    result = run(own("mine", Mine))["mine"]
    assert result.recall == 1
    assert result.branched
    assert result.used.calls == len(TALK.turns)


class Uncopied(Mine):
    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("cannot be copied")


def test_a_memory_that_cannot_be_copied_is_asked_all_the_same_and_the_table_says_so():
    board = run(own("mine", Uncopied))
    assert not board["mine"].branched
    assert "one after the other" in table(board, PRICE)


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (lambda: None, "takes no client"),
        (lambda client, size: None, "needs size"),
        (lambda client, *, size: None, "size"),
        (lambda *, system: None, "takes no client"),
    ],
)
def test_a_factory_that_cannot_be_called_is_refused_with_a_reason(factory, words):
    with pytest.raises(TypeError, match=words):
        own("mine", factory)


def test_a_memory_that_fails_now_and_then_goes_on_and_one_that_fails_at_once_is_an_error():
    class Failing(Mine):
        def ask(self, text: str) -> str:
            if len(self.messages) > 20:
                raise RuntimeError("full")
            return super().ask(text)

    board = run(own("mine", Failing))
    assert any("RuntimeError: full" in error for error in board["mine"].errors)
    assert "errors, the first: turn" in table(board, PRICE)
    with pytest.raises(BudgetError):
        run("budget", max_tokens=10)
    with pytest.raises(TypeError, match="not text"):
        run(own("mine", lambda client: SimpleNamespace(ask=lambda text: None)))


def test_a_factory_may_take_the_client_and_whatever_else():
    def factory(client, *rest):
        return Mine(client, "You are helpful.")

    assert run(own("mine", factory))["mine"].recall == 1


@pytest.mark.parametrize(
    ("branch", "words"),
    [
        (lambda: None, "branch.. returned NoneType"),
        (lambda message_id: None, "missing 1 required positional argument"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_branch_that_fails_is_an_error_of_its_row(branch, words):
    def factory(client, system):
        memory = Mine(client, system)
        memory.branch = branch
        return memory

    result = run(own("mine", factory))["mine"]
    assert result.recall == 0
    assert len(result.errors) == len(TALK.planted)
    assert re.search(words, result.errors[0])


def test_a_memory_that_asks_no_model_or_branches_into_itself_is_told_in_the_table():
    class Silent(Mine):
        def ask(self, text: str) -> str:
            return "I do not know."

        def branch(self) -> Any:
            return self

    board = run(own("mine", Silent))
    told = table(board, PRICE)
    assert "no request was seen in the talk" in told
    assert "mine *" in told


def test_what_a_memory_does_only_for_the_questions_is_seen():
    class Late(Mine):
        def ask(self, text: str) -> str:
            asked = text in {planted.question for planted in TALK.planted}
            if asked:
                return super().ask(text)
            self.messages.append({"role": "user", "content": text})
            return Mine(self.client, "Be helpful.").ask(text)

    board = run(own("late", Late), own("mine", Mine))
    late, mine = board.results
    assert late.used.tokens_in < mine.used.tokens_in / 5
    assert late.longest > late.used.longest * 5
    assert late.asking.money(PRICE) > late.money(PRICE) / 2
    assert f"{late.longest:,}" in table(board, PRICE)
    assert late.as_json(PRICE)["money_asking"] == late.asking.money(PRICE)


def test_talks_without_questions_have_a_table():
    talk = replace(TALK, planted=())
    assert "0 questions about what was said, 0 about" in table(run(own("mine", Mine), talk=talk), PRICE)


def test_a_strategy_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="There are: nothing"):
        run("nothing")["noting"]


# ---- what it costs ----


def test_the_price_of_each_kind_of_token_counts():
    used = Used(calls=1, tokens_in=1_000_000, cached=500_000, written=100_000, out=10_000)
    price = SimpleNamespace(input=1.0, cached=0.1, cache_write=1.25, output=10.0)
    assert used.money(price) == pytest.approx(0.4 + 0.05 + 0.125 + 0.1)
    assert used.money(without_cache(price)) == pytest.approx(1.1)


HELLO = [{"role": "user", "content": "My two cats are called Tofu and Mochi. What are my cats called?"}]


@pytest.mark.parametrize(
    "asked",
    [
        lambda client: client.post,
        lambda client: client.images,
        lambda client: client.chat.completions.with_streaming_response,
        lambda client: client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO, stream=True),
        lambda client: client._client,
    ],
)
def test_what_cannot_be_noted_is_said_in_the_row(asked):
    class Sly(Mine):
        def ask(self, text: str) -> str:
            asked(self.client)
            return super().ask(text)

    board = run(
        own("mine", Sly), client_for=lambda talk: get_client(), talk=replace(TALK, turns=TALK.turns[:3], planted=())
    )
    assert board["mine"].unseen
    assert "mine: costs more than is noted" in table(board, PRICE)
    assert "over " in table(board, PRICE)


# ---- what a difference is worth ----


def test_a_difference_is_one_of_questions():
    found = Difference("a", "b", 9, 1, 20)
    assert found.p == pytest.approx(22 / 1024)
    assert found.is_certain
    assert "more than chance" in str(found)
    assert not Difference("a", "b", 5, 0, 20).is_certain
    assert Difference("a", "b", 0, 0, 20).p == 1
    assert least_difference() == 6


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_difference_is_the_same_from_both_sides(a, b):
    one, other = Difference("a", "b", a, b, 120), Difference("b", "a", b, a, 120)
    assert one.p == other.p
    assert 0 < one.p <= 1


def test_strategies_are_compared_by_the_questions_that_both_were_asked(board):
    found = difference(board["everything"], board["nothing"])
    assert (found.only_first, found.only_second, found.n) == (14, 0, 14)
    [other] = talks(15, number=1, turns=54, each=2)
    with pytest.raises(ValueError, match="not asked the same"):
        difference(board["everything"], run("nothing", client_for=Reader, talk=other)["nothing"])


# ---- tables and chart ----


def test_the_table_is_sorted_by_cost_and_says_what_a_question_is_worth(board):
    lines = table(board, PRICE).splitlines()
    names = [result.strategy for result in board.by_money(PRICE)]
    assert [line[: len(name)] for line, name in zip(lines[1:], names, strict=False)] == names
    assert "14 questions about what was said (one is worth 7.1 %), 2 about what was never said" in lines[-3]
    assert "$ asking" in lines[-1]
    assert len({len(line) for line in lines[: len(names) + 1]}) == 1


def test_the_table_by_kind_has_a_column_for_each(board):
    lines = by_kind(board, PRICE).splitlines()
    assert len(lines) == 1 + len(board.results)
    assert next(line for line in lines if line.startswith("nothing")).split()[1:] == ["0/2"] * 7 + ["2/2"]


def test_what_a_strategy_failed_at_is_told_with_its_reply(board):
    told = failures(board, "window", "early")
    assert told.count("missed, early") == 2
    assert "I do not know." in told
    assert "all of them right" in failures(board, "everything")


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=8))
def test_no_strategy_beats_one_on_the_line(points):
    fixed = [Fixed(str(number), money, recall / 9) for number, (money, recall) in enumerate(points)]
    board = Board(tuple(fixed), "m", 1, 1)
    line = best(board, PRICE)
    for on in line:
        assert not any(r.money(PRICE) <= on.money(PRICE) and r.recall > on.recall for r in board)
    assert all(any(on.money(PRICE) <= r.money(PRICE) and on.recall >= r.recall for on in line) for r in board)


class Fixed:
    """A result whose costs and recall are given."""

    def __init__(self, strategy: str, money: int, recall: float) -> None:
        self.strategy, self.recall, self._used = strategy, recall, Used(tokens_in=money * 1_000_000)

    def money(self, price: Any) -> float:
        return self._used.money(price)


def test_the_chart_names_each_strategy_and_marks_both_ends(board):
    drawn = chart(board, PRICE, "Recall & costs")
    names = {result.strategy for result in board}
    assert [text for text in texts(drawn) if text in names] == [name for place in drawn.places for name in place.names]
    assert {name for place in drawn.places for name in place.names} == names
    assert {"Recall & costs", "recall (%)", "dollars for 1,000 talks", "0", "100"} <= set(texts(drawn))
    marks = [path.get("fill") for path in read(drawn).findall(f"{SVG}path") if path.get("d").endswith("z")]
    assert len(marks) == len(drawn.places) and len(set(marks)) == 2


def test_the_chart_says_in_words_where_each_lies_and_which_none_beats():
    fixed = [Fixed("everything", 50, 1.0), Fixed("window", 20, 0.3), Fixed("slow", 60, 0.2), Fixed("nothing", 5, 0.0)]
    drawn = chart(Board(tuple(fixed), "m", 1, 1), PRICE)
    money = [number(1000 * result.money(PRICE)) for result in fixed]
    points = [f"nothing: 0 % for {money[3]}", f"window: 30 % for {money[1]}", f"everything: 100 % for {money[0]}"]
    said = (
        f"recall (%), by dollars for 1,000 talks. {'; '.join(points)}; slow: 20 % for {money[2]}. No other one beats "
    )
    assert drawn.alt == f"{said}nothing, window and everything."
    assert read(drawn).find(f"{SVG}desc").text == drawn.alt
    rows = drawn.text.splitlines()[2:]
    assert [row.split()[-1] for row in rows] == ["0", "30", "100", "20"]
    assert [row[0] for row in rows] == ["*", "*", "*", " "]
    assert max(map(len, drawn.text.splitlines())) == 78


def test_strategies_in_one_place_are_named_together():
    same = [Fixed("everything", 5, 1.0), Fixed("chain", 5, 1.0), Fixed("window", 2, 0.3)]
    drawn = chart(Board(tuple(same), "m", 1, 1), PRICE)
    assert [place.names for place in drawn.places] == [("window",), ("chain", "everything")]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 9), st.integers(0, 40)), min_size=1, max_size=12))
def test_no_name_stands_upon_another_or_upon_a_point(points):
    fixed = [Fixed(f"{at} " + "x" * length, money, recall / 9) for at, (money, recall, length) in enumerate(points)]
    drawn = chart(Board(tuple(fixed), "m", 1, 1), PRICE)
    boxes = [
        tuple(float(svg.get(side)) for side in ("x", "y", "width", "height"))
        for svg in read(drawn).iter(f"{SVG}svg")
        if svg.get("x")
    ]
    marks = [path.get("d") for path in read(drawn).findall(f"{SVG}path") if path.get("d").endswith("z")]
    boxes += [(*map(float, re.match(r"M(\S+) ([\d.]+)", mark).groups()), 0, 0) for mark in marks]
    assert len(boxes) == 2 * len(drawn.places)
    for (a, b, w, h), (c, d, u, v) in combinations(boxes, 2):
        assert a + w <= c + 1 or c + u <= a + 1 or b + h <= d + 1 or d + v <= b + 1  # rounded to 1 px
    assert all(a >= 0 and a + w <= 520 for a, _, w, _ in boxes)


def test_of_no_strategy_there_is_no_chart():
    with pytest.raises(ValueError, match="no strategy is on the board"):
        chart(Board((), "m", 1, 1), PRICE)
