"""Long talks, whose old turns go into a summary: what is said in them, and a server that tells questions from summaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, takewhile, zip_longest
from random import Random
from typing import Any
from zlib import crc32

import httpx2

from common import MODEL
from mock_model.api import tokens
from mock_model.api.completion import Reply
from mock_model.tasks.admitting import no_answer

from ..engine.criteria import Message, NotYet, NoUse, Scene
from ..engine.learner_code import Work
from ..engine.recording_server import RecordingServer
from .told_facts import ASSENT, in_other_words, spoken

RULES = "You are a helpful assistant."
OTHER_RULES = "You are a patient guide. Be polite."
FAILURES = (429, 500, "timeout", "connection", "drop", "length", "empty")
OWN_ERRORS = (NameError, AttributeError, TypeError, LookupError)  # of the code itself, whatever the server did
NO_SUMMARY = re.compile(rf"^({'|'.join(map(re.escape, ASSENT))})$|find no answer|haven't told me")
RAMBLING = "The two of them went on and on about this and that and nothing much."  # about 15 tokens
MOST_RAMBLING = 16  # summaries
PETS = "dog cat parrot rabbit pony goat".split()
PET_NAMES = "Biscuit Pixel Pepper Waffle Ziggy Olive Mango Nutmeg".split()
PEOPLE = "sister brother uncle aunt cousin".split()
TOWNS = "Lisbon Oslo Cusco Ghent Turin Porto Krakow Bergen".split()
FOOD = "soup coffee tea bread rice cake juice salad cheese toast".split()
MESSAGE_KEYS = {"role", "content", "name"}  # of plain messages in a request
MESSAGE_HINTS = (
    "What of the model's answer has to be kept, and what else is in the message object that it came in?",
    'Keep {"role": "assistant", "content": …} with the text of the reply, and nothing else.',
)
MODEL_HINTS = (
    "Where does the name of the model come from, in each of your calls? from common import MODEL, and model=MODEL.",
    "What does summarize take for a model when it is not told one? Its last arguments have names: model=MODEL.",
)
UNREAD_HINTS = (
    "Which messages are no longer sent after this turn? And which ones did the summariser read, with all that was said in them?",
    "What the summariser reads and what stays have to make up the whole: turns[:n] and turns[n:], with the same n. A turn is a "
    "question with its reply.",
)
MANNERS = "cold late sweet salty dry warm small fresh".split()


@dataclass(frozen=True)
class Fact:
    """Something that the user says, a question for it, and the word that the answer must hold."""

    said: str
    question: str
    answer: str

    def is_known(self, reply: str, requests: Sequence[Sequence[Message]]) -> bool:
        """Whether the answer is in a reply, or in what was sent for it. (How well the model reads is no matter of memory.)"""
        return self.word.search(reply) is not None or any(map(self.is_in, requests))

    def is_in(self, messages: Sequence[Message]) -> bool:
        """Whether one of these messages has the answer in it."""
        return any(self.word.search(text) for _, text in spoken(messages))

    @cached_property
    def word(self) -> re.Pattern[str]:
        """The answer as a word: 17 is not in 4170."""
        return re.compile(rf"\b{self.answer}\b")


def drawn(challenge: Work, number: int) -> Random:
    """Chance that is the same whenever the same file is checked, and another one for each file: nobody can foresee it."""
    return Random(f"{crc32(challenge.path.read_bytes())} {number}")


def facts(random: Random) -> list[Fact]:
    """Three facts, of three kinds, in any order."""
    pet, person = random.choice(PETS), random.choice(PEOPLE)
    name, town = random.choice(PET_NAMES), random.choice(TOWNS)
    budget, locker = str(random.randrange(310, 980, 10)), str(random.randrange(311, 980, 10))
    found = [
        Fact(f"My {pet} is called {name}.", f"What is my {pet} called?", name),
        Fact(f"My {person} lives in {town}.", f"Where does my {person} live?", town),
        Fact(f"My budget is {budget} euros.", "How much is my budget?", budget),
        Fact(f"My locker number is {locker}.", "What is my locker number?", locker),
    ]
    return random.sample(found, 3)


def other_facts(random: Random, known: Sequence[Fact]) -> list[Fact]:
    """Three more facts, none of which has the answer of one of these."""
    while True:
        found = facts(random)
        if not {fact.answer for fact in found} & {fact.answer for fact in known}:
            return found


def words_of(count: int) -> str:
    """So many words, or a few less, that mean nothing."""
    return ("And so it went on. " * (count // 5)).strip()


def small_talk(random: Random, more: int = 0) -> Iterator[str]:
    """Sentences that need not be remembered, no two of them alike; each with so many words more."""
    ends = ("was {} today.", "was\n{}  today.")  # people write as they like
    said = [f"The {food} {ends[food == 'rice'].format(manner)}" for food in FOOD for manner in MANNERS]
    random.shuffle(said)
    for number in count():
        for text in said:
            yield f"{text.replace('today', f'on day {number}') if number else text} {words_of(more)}".strip()


class TalkServer(RecordingServer):
    """A server that is told what the user asks: a request that does not end with it is one for a summary.

    What fails is asked for beforehand: `fail_questions` and `fail_summaries` hold kinds of failures, the next one first.
    Beside those of the offline server there is "blank": a whole reply, which has no words.
    With `rambling`, every other one of the first summaries is followed by so many sentences that nobody asked for, or each
    one that comes once `rambles` is set. With
    `known`, it does not read the messages as the offline model does, but only looks for these facts in them: faster.
    """

    def __init__(self, rambling: int = 0, known: Sequence[Fact] = (), **options: Any) -> None:
        super().__init__(reply_to=self.say, **options)
        self.known = known
        self.asked = ""
        self.fail_questions: list[str | int] = []
        self.fail_summaries: list[str | int] = []
        self.asks: list[bool] = []  # of each request, whether it asks the question
        self.models: list[object] = []  # of each request, the model that it names
        self.blank: set[int] = set()  # the numbers of requests whose reply has no words
        self.own_reply = ""  # to what is no question for a fact, where it is not as `reply_of`
        self.rambles = False
        self._rambling, self._summaries = rambling, 0

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return super().handle(request)
        number = len(self.requests)
        asks = ends_with(body["messages"], self.asked)
        self.asks.append(asks)
        self.models.append(body.get("model"))
        failures = self.fail_questions if asks else self.fail_summaries
        failure = failures.pop(0) if failures else None
        if failure == "blank":
            self.blank.add(number)
        elif failure:
            self.failing[number] = failure
        try:
            return super().handle(request)
        finally:
            self.prompt_tokens[number] = size_of(self.requests[number])

    def say(self, body: dict[str, Any], fits: Any) -> Reply:
        if len(self.requests) - 1 in self.blank:
            return Reply("")
        reply = self.simply(body["messages"]) if self.known else in_other_words(body, fits)
        if not self.known and not self.asks[-1] and NO_SUMMARY.search(reply.content or ""):
            reply = in_other_words(said_plainly(body), fits)
        if self._rambling and not self.asks[-1]:
            self._summaries += 1
            if self.rambles or self._summaries in range(1, MOST_RAMBLING, 2):
                return replace(reply, content=" ".join([reply.content or "", *[RAMBLING] * self._rambling]))
        return reply

    def simply(self, messages: list[Message]) -> Reply:
        """A reply, or a summary, of the facts that are there."""
        known = [fact for fact in self.known if fact.is_in(messages)]
        if not self.asks[-1]:
            told = f"They talked about this and that (note {number_of(str(messages))}), and then about one or two things more."
            return Reply(" ".join([told, *(fact.said for fact in known)]))
        if self.asked not in [fact.question for fact in self.known]:
            return Reply(self.own_reply or reply_of(self.asked))
        said = next((f"You said: {fact.said}" for fact in known if fact.question == self.asked), None)
        return Reply(said or no_answer(messages))

    @property
    def summaries(self) -> int:
        """How many summaries have been asked for."""
        return self.asks.count(False)

    @property
    def written(self) -> int:
        """How many summaries were not let fail."""
        failed = self.failing.keys() | self.blank
        return sum(not asks and number not in failed for number, asks in enumerate(self.asks))


def said_plainly(body: dict[str, Any]) -> dict[str, Any]:
    """A request for a summary that the offline model has not understood: not every prompt speaks of a summary."""
    first, *others = body["messages"]
    return body | {"messages": [{**first, "content": f"Write a summary. {first.get('content')}"}, *others]}


def reply_of(text: str) -> str:
    """What is replied to a text where all that matters is that no other text gets the same reply."""
    return f"I see ({number_of(text)})."


def number_of(text: str) -> int:
    """A number of five digits that stands for a text."""
    return 10_000 + crc32(text.encode()) % 90_000


def expect_asked(scene: Scene, asked: object, text: str, sent: Sequence[Sequence[Message]]) -> None:
    """Expect that the model was asked, by a request that ends with the question as it is."""
    ends = [said for request in sent for role, said in spoken(request[-1:]) if role == "user"]
    other = next((end for end in ends if re.findall(r"\w+", end) == re.findall(r"\w+", text)), "")
    scene.expect(
        asked,
        f"The question was {text!r:.80}, and it was sent as {other!r:.80}."
        if other
        else "The model was never asked: no request ends with the question.",
        why="The model should read what the user has written, blanks and line ends too: in code, say, they matter."
        if other
        else "The model answers the last message of a request. Everything else is what it may look up.",
        hint="Which of your lines changes the text of the question, as strip, split and join, or replace do?"
        if other
        else "What is the last message of the request, and what should it be?",
    )


def expect_note_of_the_model(scene: Scene, written: Sequence[str | None], sent: Sequence[Message]) -> None:
    """Expect that something of what the model wrote for a summary, if it did, is sent."""
    numbers = re.findall(r"note (\d{5})", " ".join(text or "" for text in written))
    scene.expect(
        not numbers or any(number in str(sent) for number in numbers),
        f"The model wrote a summary, with note {', '.join(numbers)} in it. What was sent with the question has nothing of it.",
        why="What stands for the old turns should come from somebody who has read them. Code that picks what it knows finds only "
        "that.",
        hint="Where does the text come from that stands for the old turns? What becomes of the model's reply?",
    )


def expect_all_read(scene: Scene, old: Sequence[tuple[str, str]], requests: Sequence[Sequence[Message]]) -> None:
    """Expect that what is no longer sent is in the requests for a summary, whatever signs stand between its words."""
    read = "\n".join(text for request in requests for _, text in spoken(request))
    between = r"(?:\\[nrt]|\W)+"
    unread = [(role, text) for role, text in old if not re.search(between.join(re.findall(r"\w+", text)), read)]
    role, text = unread[0] if unread else ("", "")
    scene.expect(
        not unread,
        f"Of {len(old)} messages that are no longer sent, the model did not get {len(unread)} for the summary. The first of them "
        f"was said by the {role}: {text!r:.80}",
        why="What nobody has read is in no summary. It is lost for ever.",
        hint=UNREAD_HINTS,
    )


def size_of(messages: list[Message]) -> int:
    """The tokens of a request, as the server counts them."""
    return sum(tokens.count_message(message, "o200k_base") for message in messages) + tokens.PRIMING


def ends_with(messages: list[Message], text: str) -> bool:
    """Whether the last message is a user's and ends with this text."""
    last = messages[-1] if messages else {}
    content = last.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return last.get("role") == "user" and isinstance(content, str) and content.strip().endswith(text.strip())


def was_raised_for(problem: NotYet) -> bool:
    """Whether an error that came out of a learner's code is about a call that failed, not about the code itself."""
    return isinstance(problem.__cause__, Exception) and not isinstance(problem.__cause__, OWN_ERRORS)


def in_order(wanted: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> bool:
    """Whether all that is wanted is there, word for word and in this order, whatever stands between or before the words."""
    rest = iter(found)
    return all(any(there[0] == role and there[1].endswith(text) for there in rest) for role, text in wanted)


def expect_model(scene: Scene, server: TalkServer, first: int, end: int) -> None:
    """Expect that the requests from number `first` on, up to `end`, name MODEL."""
    for model, asks in zip(server.models[first:end], server.asks[first:end], strict=True):
        scene.expect(
            model == MODEL,
            f"A request{'' if asks else ' for a summary'} names the model {model!r}. MODEL of common is {MODEL!r} here.",
            why="Which model answers is set in one place. The server of somebody who uses another one does not have yours.",
            hint=MODEL_HINTS if asks else (MODEL_HINTS[1], MODEL_HINTS[0]),
        )


def only(scene: Scene, *titles: str) -> Scene:
    """What a scene shows under these titles, the newest of each: more would bury what is said about it."""
    newest = {shown.title: shown for shown in scene.shown if shown.title in titles}
    return Scene(list(newest.values()))


def unsaid(messages: Sequence[Any], said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of these messages nobody has said in a talk: role and text, without the said words at its end."""
    found = []
    for role, text in spoken(messages):
        if role in ("user", "assistant") and (role, text) not in said:
            ends = [words for speaker, words in said if speaker == role and words and text.endswith(words)]
            found.append((role, text.removesuffix(max(ends, key=len, default=""))))
    return found


def beginning(one: str, other: str) -> str:
    """What two texts have in common at their beginning."""
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def words_of_the_note(
    one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]], filling: str
) -> list[tuple[str, str]]:
    """What a user can say, and a model reply, to sound like a learner's note, of which two talks are known.

    What the notes of both have in common is the learner's, and not the summary's: whole messages, or how they begin and
    end. `filling` stands between. A user's part comes with the reply that follows it in the note.
    """
    parts = []
    for (role, text), (_, text_of_other) in zip(one, other, strict=False):
        start = beginning(text, text_of_other)
        end = beginning(*(words[len(start) :][::-1] for words in (text, text_of_other)))[::-1]
        parts.append((role, text if text == text_of_other else f"{start}{filling}{end}"))
    sayings = []
    for (role, text), (next_role, reply) in zip_longest(parts, parts[1:], fillvalue=("", "")):
        if role == "user":
            sayings.append((text, reply if next_role == "assistant" else ""))
        elif not sayings or sayings[-1][1] != text:
            sayings.append(("And then?", text))
    return list(dict.fromkeys(sayings))


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
        hint=MESSAGE_HINTS,
    )
