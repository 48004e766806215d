"""Turns with tools: calls travel with their results, large results are shortened first, reasoning stays where it must.

A turn with tools is a question and its steps. A step is a message of the model with all results of its calls, so the last
step, the answer, has none. An API refuses a call without its result and a result without its call: a step stays whole or
goes whole. Some servers also want what the model has thought in a turn that called tools, and refuse the turn without it
(see `reasoning_where_needed`); so a turn's reasoning goes with the turn, or with its step, and never alone.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias, cast

from .content import RESULTS, calls_of, part_in_words, parts_of
from .errors import whole_number
from .messages import AnyMessage, MessageLike
from .tokens import listed, message_tokens
from .turns import role_of, split_turns

Cost: TypeAlias = Callable[[MessageLike], int]  # the tokens of one message in a request
LEAST_RESULT = 40  # tokens: what stays of an older result that is shortened, its message included
LONGEST_TOKEN = 16  # characters: few tokens are longer, so no longer text is tried
HEAD = 2 / 3  # of what stays of a shortened text; the rest is its end
# where servers put what a model has thought
REASONING_AS_TEXT = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
REASONING_ITEMS = ("reasoning_items", "reasoning_tokens")  # and where the Responses API's are: see `responses.items`
REASONING = (*REASONING_AS_TEXT, *REASONING_ITEMS)


def split_steps(turn: Iterable[AnyMessage]) -> tuple[list[AnyMessage], list[list[AnyMessage]]]:
    """Split a turn into its question and its steps: each a message with the results of its calls.

    What stands between a call and its last result is in the same step. The question is a list with the user message, or
    an empty one. Joined together again, the parts are the turn; the caller's messages are returned as they are.

    Raises TypeError or ValueError, naming the place, for what is no message.
    """
    turn = listed(turn)
    first = 1 if turn and role_of(turn[0], 0) == "user" else 0
    return list(turn[:first]), [[turn[i] for i in places] for places in steps_by_place(turn, first)]


def steps_by_place(history: Sequence[MessageLike], first: int) -> list[list[int]]:
    """The steps of what begins at the message number `first`, as the numbers of their messages."""
    steps: list[list[int]] = []
    caller = None  # the newest step that makes a call
    for i in range(first, len(history)):
        if role_of(history[i], i) in RESULTS and steps:
            its = len(steps) - 1 if caller is None else caller
            steps[its].extend([*chain.from_iterable(steps[its + 1 :]), i])
            del steps[its + 1 :]
            continue
        if calls_of(history[i], f"messages[{i}]"):
            caller = len(steps)
        steps.append([i])
    return steps


def shorten_result(message: AnyMessage, max_tokens: int, cost: Cost = message_tokens) -> AnyMessage:
    """The message with as much of the beginning and the end of its text as fits into `max_tokens`, all of it counted.

    A line between the two says how large the whole was, so that the model knows that something is missing. Where there is
    not even room for that line and a few words, the line is all that stays, also where it takes more than `max_tokens`.
    A message that is small enough, or no smaller so, is returned as it is; the caller's is never changed.
    """
    whole_number("max_tokens", max_tokens, least=0)
    size = cost(message)
    if size <= max_tokens:
        return message
    parts = parts_of(message.get("content"), "message['content']")
    text = "\n".join(part_in_words(part, f"message['content'][{i}]") for i, part in enumerate(parts))

    def with_characters(kept: int) -> AnyMessage:
        head = round(kept * HEAD)
        note = f"[… {size:,} tokens in all: the {'middle' if kept else 'text'} is left out …]"
        pieces = (text[:head].rstrip(), note, text[len(text) - (kept - head) :].lstrip() if kept > head else "")
        return cast(AnyMessage, {**message, "content": "\n".join(piece for piece in pieces if piece)})

    best, most = 0, min(len(text), max_tokens * LONGEST_TOKEN)  # characters
    while best < most:
        tried = (best + most + 1) // 2
        if cost(with_characters(tried)) <= max_tokens:
            best = tried
        else:
            most = tried - 1
    shortened = with_characters(best)
    return shortened if cost(shortened) < size else message


def thin_turn(
    turn: Iterable[AnyMessage], max_tokens: int, *, cut_to: int | None = None, cost: Cost = message_tokens
) -> list[AnyMessage]:
    """Return a turn that has at most `max_tokens` tokens: results are shortened, then whole steps go; the question never.

    A turn that fits is returned as it is. Otherwise the results of older steps are shortened, the oldest first, down to
    about 40 tokens each; then those of the newest step, all to the same size, the largest that fits; and where this is
    not enough, whole steps go, the oldest first. (What a model hands over in a call is never shortened: it would not be
    what it has said.) With `cut_to`, what is too large is cut down to this lower mark, so that the next steps only append
    to what was sent and the provider's prompt cache works for them: what is cut depends only on the turn, step by step.

    Where not even the question fits, the question is returned: see the result's size. Messages are the caller's or copies
    with a shorter text; nothing of the caller's is changed. `cost` counts one message.

    Raises TypeError or ValueError for sizes that are no whole numbers and for what is no message.
    """
    whole_number("max_tokens", max_tokens, least=0)
    lower = max_tokens if cut_to is None else min(whole_number("cut_to", cut_to, least=0), max_tokens)
    question, steps = split_steps(turn)
    used = sum(map(cost, question))
    thinning = _Thinning(max_tokens - used, lower - used, cost)
    for step in steps:
        thinning.add(step)
    return [*question, *thinning.messages()]


class _Thinning:
    """The steps of a turn, one after the other, as they have to be when each of them is sent."""

    def __init__(self, room: int, lower: int, cost: Cost) -> None:
        self._room, self._lower, self._cost = room, lower, cost
        self._whole: list[list[Any]] = []  # each step as it was
        self._sent: list[list[Any]] = []  # each step as it is sent; an empty one is left out
        self._sizes: list[int] = []  # tokens of each step as it is sent

    def messages(self) -> list[Any]:
        return list(chain.from_iterable(self._sent))

    def add(self, step: list[Any]) -> None:
        self._whole.append(step)
        self._sent.append(step)
        self._sizes.append(sum(map(self._cost, step)))
        if self._too_much <= 0:
            return
        for place in range(len(self._sent) - 1):
            if sum(self._sizes) > self._lower and self._sent[place]:
                self._shorten(place, LEAST_RESULT)
        if self._too_much > 0:
            self._shorten(-1, self._largest_result())
        for place in range(len(self._sent)):
            if self._too_much > 0:
                self._sent[place], self._sizes[place] = [], 0
        if self._sent[-1]:  # there may be more room for it now
            self._shorten(-1, self._largest_result())

    @property
    def _too_much(self) -> int:
        return sum(self._sizes) - self._room

    def _shorten(self, place: int, most: int) -> None:
        """Shorten the results of a step to `most` tokens each."""
        step = self._with_results_of(self._whole[place], most)
        self._sent[place], self._sizes[place] = step, sum(map(self._cost, step))

    def _with_results_of(self, step: list[Any], most: int) -> list[Any]:
        return [shorten_result(m, most, self._cost) if m["role"] in RESULTS else m for m in step]

    def _largest_result(self) -> int:
        """The most tokens that each result of the newest step can have, in what the others leave."""
        step = self._whole[-1]
        results = [self._cost(message) for message in step if message["role"] in RESULTS]
        room = self._room - sum(self._sizes[:-1]) - (sum(map(self._cost, step)) - sum(results))
        left = len(results)
        for size in sorted(results):  # the small ones stay whole, the large ones share what is left
            if size * left > room:
                return max(room // left, 0)
            room, left = room - size, left - 1
        return max(results, default=0)


def calls_tools(turn: Iterable[MessageLike]) -> bool:
    """Whether a tool, or a function in the older form, is called in a turn."""
    return any(calls_of(message, f"messages[{i}]") for i, message in enumerate(turn))


def reasoning_where_needed(history: Iterable[AnyMessage]) -> list[AnyMessage]:
    """The history without what the model has thought in turns that called no tool; in turns that did, nothing is changed.

    In a plain turn reasoning is dead weight: DeepSeek ignores it when it comes back, and others never take it. In a turn
    that called tools DeepSeek V4 and Kimi answer 400 where it is missing, in all later requests too
    (https://api-docs.deepseek.com/guides/thinking_mode). The messages are the caller's, or copies without that field.
    """
    instructions, turns = split_turns(history)
    kept = (turn if calls_tools(turn) else map(_without_reasoning, turn) for turn in turns)
    return [*instructions, *chain.from_iterable(kept)]


def _without_reasoning(message: AnyMessage) -> AnyMessage:
    if not any(name in message for name in REASONING):
        return message
    return cast(AnyMessage, {name: value for name, value in message.items() if name not in REASONING})
