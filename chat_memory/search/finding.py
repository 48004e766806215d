"""Find what was said: the messages of a talk, or its turns, that answer a question, whole and within a budget of tokens."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate, chain
from typing import NamedTuple

from ..content import RESULTS, parts_of, said, text_in
from ..errors import whole_number
from ..messages import Message
from ..texts import DEFAULT_MODEL, Count
from ..tokens import TOKENS_PER_MESSAGE, Counting, PartTokens
from ..turns import INSTRUCTING, split_turns
from .ranking import Said, worth


class Found(NamedTuple):
    """A message that was found, with its number: the first behind the leading instructions has number 1, as for facts."""

    number: int
    message: Message


def find_messages(
    messages: Iterable[Message],
    question: str,
    max_tokens: int = 500,
    *,
    days: Iterable[date | None] | None = None,
    today: date | None = None,
    model: str = DEFAULT_MODEL,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> list[Found]:
    """The messages that bear on a question, best first, of at most `max_tokens` tokens together; [] where none does.

    A message is found by words that it shares with the question, as facts are, and by those of the messages just before
    it, some five messages on: "Sixty square metres." is found by what the message before has asked. What bears on it much
    less than the best message is not found. What the user said is preferred for "What did I say?", what the model said
    for "What did you recommend?", and a speaker's words where one `name` of a message stands in the question. `days` says
    on which day each message was said (instructions too): then "yesterday", "last week", "two weeks ago", "in March" or
    "on 14 March", seen from `today`, prefer messages of these days. Speakers and days are read in English.

    A message that does not fit is passed over, and so is one whose tokens are not known, as of a picture for which neither
    `model` nor `part_tokens` says them. Instructions are not found, nor is a message without words. Reads every message
    once: the time grows as the talk does. `model`, `count` and `part_tokens` are those of `count_tokens`. Raises TypeError
    or ValueError for what is no message, no question, no whole number from 0, or not a day for each message.
    """
    turns, worths = _ranked(messages, question, days, today)
    spoken = list(chain.from_iterable(turns))
    sizes = Counting.of(model, count, part_tokens)
    return [Found(at + 1, spoken[at]) for at in _fitting(worths, [[message] for message in spoken], sizes, max_tokens)]


def find_turns(
    messages: Iterable[Message],
    question: str,
    max_tokens: int = 500,
    *,
    limit: int | None = None,
    days: Iterable[date | None] | None = None,
    today: date | None = None,
    model: str = DEFAULT_MODEL,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> list[list[Message]]:
    """The turns that bear on a question, in the order of the talk and ready to be sent: at most `limit` of them.

    A turn is worth what the best of its messages is; all else is as for `find_messages`.
    """
    if limit is not None:
        whole_number("limit", limit, least=0)
    turns, worths = _ranked(messages, question, days, today)
    ends = list(accumulate(map(len, turns)))
    best_of = [max(worths[end - len(turn) : end]) for turn, end in zip(turns, ends, strict=True)]
    places = _fitting(best_of, turns, Counting.of(model, count, part_tokens), max_tokens, limit)
    return [turns[at] for at in sorted(places)]


def _ranked(
    messages: Iterable[Message], question: str, days: Iterable[date | None] | None, today: date | None
) -> tuple[list[list[Message]], list[float]]:
    """The turns of a talk, and the worth of each of their messages; 0 for those without words, such as calls of tools."""
    history = list(messages)
    dates = [None] * len(history) if days is None else list(days)
    if len(dates) != len(history):
        raise ValueError(
            f"days holds {len(dates):,} days for {len(history):,} messages. Give one for each, None where it is not known."
        )
    for at, day in [*enumerate(dates), ("today", today)]:
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            what = at if at == "today" else f"days[{at}]"
            raise TypeError(
                f"{what} must be a date or None, got {type(day).__name__}: its date() or date.fromisoformat()."
            )
    instructions, turns = split_turns(history)
    spoken = list(enumerate(chain.from_iterable(turns), len(instructions)))
    worded = [(at, _said(message, at, dates[at])) for at, message in spoken if message["role"] not in INSTRUCTING]
    worded = [(at, one) for at, one in worded if one.text.strip()]
    values = worth(question, [one for _, one in worded], today or date.today())
    of = dict(zip((at for at, _ in worded), values, strict=True))
    return turns, [of.get(at, 0.0) for at, _ in spoken]


def _said(message: Message, at: int, day: date | None) -> Said:
    """What is ranked of a message. The result of a call is on the model's side, and its name is a function's."""
    is_result = message["role"] in RESULTS
    name = "" if is_result else str(message.get("name") or "")
    try:
        words = said(message, f"messages[{at}]")
    except ValueError:  # a part of a kind that is not known: what else it says can be found
        parts = parts_of(message.get("content"), f"messages[{at}]")
        words = "\n".join(text for part in parts if (text := text_in(part)))
    return Said(words, "assistant" if is_result else message["role"], name, day)


def _fitting(
    worths: Sequence[float],
    parts: Sequence[Sequence[Message]],
    sizes: Counting,
    max_tokens: int,
    limit: int | None = None,
) -> list[int]:
    """Places of parts that fit, best first, of equals the newer first; what is too long, or of no known size, is left out."""
    left = whole_number("max_tokens", max_tokens, least=0)
    places: list[int] = []
    for at in sorted((at for at, value in enumerate(worths) if value), key=lambda at: (-worths[at], -at)):
        if left < TOKENS_PER_MESSAGE or len(places) == limit:
            break
        if all(_is_known(message, sizes) for message in parts[at]):
            size = sum(map(sizes.message, parts[at]))
            if size <= left:
                places.append(at)
                left -= size
    return places


def _is_known(message: Message, sizes: Counting) -> bool:
    """Whether the tokens of each part of a message are known."""
    parts = parts_of(message.get("content"), "content")
    try:
        return all(text_in(part) is not None or sizes.has_price(part, "content") for part in parts)
    except RuntimeError:  # what reads the size of a picture is not installed
        return False
