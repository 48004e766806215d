"""Long talks, whose old turns go into a summary: what is said in them, and a server that tells questions from summaries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any

import httpx2

from criteria import Message, NotYet, NoUse, Scene
from mock_model import tokens
from mock_model.admitting import no_answer
from mock_model.replying import Reply
from recording import RecordingServer
from talking import in_other_words

RULES = "You are a helpful assistant."
FAILURES = (429, 500, "timeout", "connection", "drop", "length", "empty")
OWN_ERRORS = (NameError, AttributeError, TypeError, LookupError)  # of the code itself, whatever the server did
RAMBLING = "The two of them went on and on about this and that and nothing much."  # about 15 tokens
MOST_RAMBLING = 16  # summaries
PETS = "dog cat parrot rabbit pony goat".split()
PET_NAMES = "Biscuit Pixel Pepper Waffle Ziggy Olive Mango Nutmeg".split()
PEOPLE = "sister brother uncle aunt cousin".split()
TOWNS = "Lisbon Oslo Cusco Ghent Turin Porto Krakow Bergen".split()
FOOD = "soup coffee tea bread rice cake juice salad cheese toast".split()
MANNERS = "cold late sweet salty dry warm small fresh".split()


@dataclass(frozen=True)
class Fact:
    """Something that the user says, a question for it, and the word that the answer must hold."""

    said: str
    question: str
    answer: str


def facts(random: Random) -> list[Fact]:
    """Three facts, of three kinds, in any order."""
    pet, person = random.choice(PETS), random.choice(PEOPLE)
    name, town, budget = random.choice(PET_NAMES), random.choice(TOWNS), str(random.randrange(310, 980, 10))
    found = [
        Fact(f"My {pet} is called {name}.", f"What is my {pet} called?", name),
        Fact(f"My {person} lives in {town}.", f"Where does my {person} live?", town),
        Fact(f"My budget is {budget} euros.", "How much is my budget?", budget),
    ]
    random.shuffle(found)
    return found


def words_of(count: int) -> str:
    """So many words, or a few less, that mean nothing."""
    return ("And so it went on. " * (count // 5)).strip()


def small_talk(random: Random, more: int = 0) -> Iterator[str]:
    """Sentences that need not be remembered, no two of them alike; each with so many words more."""
    said = [f"The {food} was {manner} today." for food in FOOD for manner in MANNERS]
    random.shuffle(said)
    for number in count():
        for text in said:
            yield f"{text.replace('today', f'on day {number}') if number else text} {words_of(more)}".strip()


class TalkServer(RecordingServer):
    """A server that is told what the user asks: a request that does not end with it is one for a summary.

    What fails is asked for beforehand: `fail_questions` and `fail_summaries` hold kinds of failures, the next one first.
    With `rambling`, every other one of the first summaries is followed by so many sentences that nobody asked for. With
    `known`, it does not read the messages as the offline model does, but only looks for these facts in them: faster.
    """

    def __init__(self, rambling: int = 0, known: Sequence[Fact] = (), **options: Any) -> None:
        super().__init__(reply_to=self.say, **options)
        self.known = known
        self.asked = ""
        self.fail_questions: list[str | int] = []
        self.fail_summaries: list[str | int] = []
        self.asks: list[bool] = []  # of each request, whether it asks the question
        self._rambling, self._summaries = rambling, 0

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return super().handle(request)
        number = len(self.requests)
        asks = ends_with(body["messages"], self.asked)
        self.asks.append(asks)
        failures = self.fail_questions if asks else self.fail_summaries
        if failures:
            self.failing[number] = failures.pop(0)
        try:
            return super().handle(request)
        finally:
            self.prompt_tokens[number] = size_of(self.requests[number])

    def say(self, body: dict[str, Any], fits: Any) -> Reply:
        reply = self.simply(body["messages"]) if self.known else in_other_words(body, fits)
        if self._rambling and not self.asks[-1]:
            self._summaries += 1
            if self._summaries in range(1, MOST_RAMBLING, 2):
                return replace(reply, content=" ".join([reply.content or "", *[RAMBLING] * self._rambling]))
        return reply

    def simply(self, messages: list[Message]) -> Reply:
        """A reply, or a summary, of the facts that are there."""
        text = " ".join(str(message.get("content")) for message in messages)
        known = [fact for fact in self.known if fact.answer in text]
        if not self.asks[-1]:
            told = "They talked about this and that, and then about one or two things more."
            return Reply(" ".join([told, *(fact.said for fact in known)]))
        if self.asked not in [fact.question for fact in self.known]:
            return Reply("I see.")
        said = next((f"You said: {fact.said}" for fact in known if fact.question == self.asked), None)
        return Reply(said or no_answer(messages))

    @property
    def summaries(self) -> int:
        """How many summaries have been asked for."""
        return self.asks.count(False)

    @property
    def written(self) -> int:
        """How many summaries were not let fail."""
        return sum(not asks and number not in self.failing for number, asks in enumerate(self.asks))


def size_of(messages: list[Message]) -> int:
    """The tokens of a request, as the server counts them."""
    return sum(tokens.count_message(message, "o200k_base") for message in messages) + tokens.PRIMING


def ends_with(messages: list[Message], text: str) -> bool:
    """Whether the last message is a user's and ends with this text."""
    last = messages[-1] if messages else {}
    content = last.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return last.get("role") == "user" and isinstance(content, str) and content.strip().endswith(text)


def was_raised_for(problem: NotYet) -> bool:
    """Whether an error that came out of a learner's code is about a call that failed, not about the code itself."""
    return isinstance(problem.__cause__, Exception) and not isinstance(problem.__cause__, OWN_ERRORS)


def in_order(wanted: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> bool:
    """Whether all that is wanted is there, word for word and in this order, whatever stands between or before the words."""
    rest = iter(found)
    return all(any(there[0] == role and there[1].endswith(text) for there in rest) for role, text in wanted)


def only(scene: Scene, *titles: str) -> Scene:
    """What a scene shows under these titles, the newest of each: more would bury what is said about it."""
    newest = {shown.title: shown for shown in scene.shown if shown.title in titles}
    return Scene(list(newest.values()))


@contextmanager
def beside_the_point() -> Iterator[None]:
    """What is wrong here is to be mended first, but says nothing about the criterion that is judged."""
    try:
        yield
    except NotYet as problem:
        problem.judged = False
        raise
    except NoUse as stop:
        stop.problem.judged = False
        raise


def expect_messages(scene: Scene, messages: Any, what: str) -> None:
    """Expect a list of plain messages: dicts with a role and a text, and nothing else."""
    scene.expect(
        isinstance(messages, list),
        f"{what} should be a list of messages, but it is {type(messages).__name__}.",
        why="A list of messages is what the model can be sent.",
        hint="Does every way through your function end in a return, and of a list?",
    )
    odd = [
        m
        for m in messages
        if not (isinstance(m, dict) and set(m) == {"role", "content"} and isinstance(m["content"], str))
    ]
    scene.expect(
        not odd,
        f"Every message should be a dict with a role and a text, but {what} has {odd[:1]!r:.200}.",
        why="The model's own message object holds more than was said (its reasoning, empty fields), "
        "and what is kept is sent, and paid for, again and again.",
        hint=(
            "What of the model's answer has to be kept, and what else is in the message object that it came in?",
            'Keep {"role": "assistant", "content": …} with the text of the reply, and nothing else.',
        ),
    )
