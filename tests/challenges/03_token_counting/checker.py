"""Checks work/03_token_counting.py: a count that equals the server's, before anything is sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import cache
from itertools import permutations
from numbers import Integral
from random import Random
from reprlib import repr as shortened
from unittest.mock import patch

import httpx2
import openai
import tiktoken

from chat_memory import tokens as finished
from common import OFFLINE_MODEL
from mock_model import MockServer
from mock_model.api import tokens as of_the_server
from mock_model.api.completion import Reply

from ..engine.criteria import Lines, Message, NotYet, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, works

START = (
    'What is in a request besides the texts? In the lesson, what did each further "Hello" add, and what remained?',
    "Begin with what primes the reply. Then go through the messages, and through what each of them holds.",
    "A function of its own for the tokens of one text makes the rest short.",
)

PEOPLE = "Ana Ben Mia Tom Ida Leo Eva Max".split()
NAMES = ["Ana", "Ben", "Tom_from_Oslo", "tour-guide-7", "Giulia", "X", "user_20418"]
TOWNS = "Lima Oslo Rome Kyoto Boston Vienna Dublin Madrid".split()
PLAIN = (
    "{name} lives in {town}, in room {number} on floor {few}.",
    "My train to {town} leaves at {few}:{tens}, platform {few}.",
    "Please book {few} seats for {name}: order {number}/{tens}.",
    "Was it {town}, {name}? The ticket says {number}-{tens}.",
)
OTHER = (
    "Die Straßenbahnhaltestelle in {town} heißt „{name}platz“.",
    "{name}在{town}的备用钥匙在蓝色花盆下面，第{number}号。",
    "{name} 👩‍👩‍👧‍👦 🌷🌷 → {town} 🚆",
    "for seat in range({few}, {number}):\n    print(seat * {tens})  # {name}",
    "Сколько стоит билет до {town}? — {number} ₽",
    "{name}さん、{town}行きの電車は{few}時です。",
    "\n\n   {name}\t{town}   {number}.{tens}  \n",
)
SPECIAL = ("<|endoftext|>", "What does <|endoftext|> mean, {name}?", "<|endofprompt|>{town}<|endoftext|><|endoftext|>")
EXACT = {  # what is lost when a text is not encoded as it is
    "{name} lives in {town}\n\n": "ends in two line breaks",
    "{name} lives in {town}.   ": "ends in spaces",
    "{name}!\r\n\r\n\r\n{town}, room {number}\r\n": "ends its lines in \\r\\n, as on Windows",
    "Cafe\u0301 {name}, {town}: cre\u0300me bru\u0302le\u0301e": "writes é as two characters, e and an accent",
    "Café {name}, {town}: crème brûlée": "writes é as one character",
    "{name} lives in {town}\n": "ends in a line break",
    "{name} isn’t “{town}”: {few}\u00a0000\u00a0€ – ½ oﬃce Ａ①": "has signs that look like others, such as ’ and ﬃ",
    "{name} &lt;3 {town} &amp; floor {few}": "is written as in a web page, with &lt; and &amp;",
}
ROLES = ("system", "user", "assistant")
ITSELF = "Is each text counted by itself, as if nothing stood beside it?"


Content = str | list[dict[str, str]]


def parts(*texts: str) -> list[dict[str, str]]:
    """A content of several texts."""
    return [{"type": "text", "text": text} for text in texts]


def said(content: Content, role: str = "user", **more: str) -> Message:
    return {"role": role, **more, "content": content}


def texts(templates: tuple[str, ...], seed: int, times: int = 1) -> list[str]:
    """Texts that nobody has counted before, the same ones at each check."""
    random = Random(seed)
    return [
        template.format(
            name=random.choice(PEOPLE),
            town=random.choice(TOWNS),
            few=random.randint(2, 9),
            tens=random.randint(10, 59),
            number=random.randint(10_000, 99_999),
        )
        for template in templates * times
    ]


LONG = " ".join(texts(PLAIN + OTHER, 5, 80))  # more than 32,000 characters
LONGEST = " ".join([LONG] * 3)  # more than 100,000
MANY = [said(text, role) for text, role in zip(texts(PLAIN, 6, 180), ROLES * 240, strict=True)]  # short messages


def conversations(seed: int, sizes: Sequence[int]) -> Iterator[list[Message]]:
    """Conversations of so many messages, of all roles in any order; some have a name, some are empty, some are long."""
    random = Random(seed)
    for number, size in enumerate(sizes):
        found = ["", LONG, *texts(PLAIN + OTHER + SPECIAL, seed + number)]
        named = [{}, {}, *({"name": name} for name in NAMES)]
        yield [said(random.choice(found), random.choice(ROLES), **random.choice(named)) for _ in range(size)]


def threes(seed: int) -> Iterator[list[Message]]:
    """Every kind of text there is, three to a conversation, some of the messages with a name."""
    random = Random(seed)
    found = ["", *texts(PLAIN + OTHER + SPECIAL + tuple(EXACT), seed), LONG]
    for begin in range(0, len(found), 3):
        more = {"name": random.choice(NAMES)} if begin % 2 else {}
        yield [said(text, random.choice(ROLES), **more) for text in found[begin : begin + 3]]


@cache
def client() -> openai.OpenAI:
    """A client of a server that counts, and does not think about its replies."""
    return MockServer(reply_to=lambda body, fits: Reply("Noted.")).client()


def servers(messages: list[Message]) -> int:
    """What the server reports as usage.prompt_tokens."""
    return client().chat.completions.create(model=OFFLINE_MODEL, messages=messages).usage.prompt_tokens


TOKENS = Finished(
    finished,
    (
        "chat_memory counts for you. What does it add up? Write that with tiktoken alone.",
        "get_encoding and encode_ordinary of tiktoken are all that you need to import.",
    ),
    server=of_the_server,
)


def counted(challenge: Work, messages: list[Message]) -> object:
    """What the learner's function returns."""
    return TOKENS.call(challenge, "count_tokens", messages)


def yours(challenge: Work, messages: list[Message], scene: Scene | None = None) -> int:
    """What the learner's function counts."""
    scene = scene or Scene()
    with beforehand():
        count = counted(challenge, deepcopy(messages))
        expect_a_number(scene, count)
    return int(count)


def expect_a_number(scene: Scene, count: object) -> None:
    """A whole number has come back."""
    scene.expect(
        count is not None,
        "A number was expected, but None came back.",
        why="A budget is kept with this number.",
        hint="Does every way through your function end in a return?",
    )
    scene.expect(
        not (isinstance(count, float) and count.is_integer()),
        f"A whole number (int) was expected, but {count!r} came back, a float.",
        why="Tokens are pieces, so their number is an int, as the server's is: 18, not 18.0.",
        hint=(
            "Which of your lines makes a float of it: a division with /, or a number with a point in it, such as 0.0?",
            "Which function of tiktoken cuts a text into its pieces, and what do you count of what it gives you?",
        ),
    )
    scene.expect(
        not isinstance(count, (list, tuple)),
        f"A whole number (int) was expected, but a {type(count).__name__} came back: {shortened(count)}.",
        why="A budget is kept with one number for the whole request.",
        hint=(
            "You return the pieces, or a number for each. How many are they all together?",
            "len tells how long a list is, and sum adds up the numbers in it.",
        ),
    )
    scene.expect(
        isinstance(count, Integral) and not isinstance(count, bool),
        f"A whole number (int) was expected, but {shortened(count)} came back, of the type {type(count).__name__}.",
        why="The server counts pieces of text out of a fixed list, and there is no half of one.",
        hint="Which function of tiktoken cuts a text into its pieces, and what do you count of what it gives you?",
    )


def for_text(challenge: Work, text: str) -> tuple[int, int]:
    """What a text costs, without what is around it, in the learner's count and in the server's: Hello costs 1."""
    this, hello = [said(text)], [said("Hello")]
    return yours(challenge, this) - yours(challenge, hello) + 1, servers(this) - servers(hello) + 1


def test_texts_are_counted_in_tokens(challenge):
    """Texts are counted in tokens"""
    counts = {text: for_text(challenge, text) for text in texts(PLAIN, 1, 2)}
    characters = all(abs(came - len(text) / 4) <= 1 or abs(came - len(text)) <= 5 for text, (came, _) in counts.items())
    words = all(came == len(text.split()) for text, (came, _) in counts.items())
    for text, (came, expected) in counts.items():
        scene = Scene()
        scene.show("You were given", [said(text)])
        scene.expect(
            came == expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why="Whoever estimates sends a request too large one day, or pays for room that is never used.",
            hint=(
                "You count characters. Is a token always about four of them, in a number, in Chinese?"
                if characters
                else "You count words. Is a token a word? What about a comma, a long number, a rare word?"
                if words
                else "Your count is the same whatever the text says. Which part of it should depend on the text?"
                if all(came == 1 for came, _ in counts.values())
                else ITSELF,
                "encode gives a list of numbers, one for each token of one text.",
                "Encode the content alone, without a role, a colon or a line break before it.",
            ),
        )


def test_each_text_is_counted_by_itself(challenge):
    """Each text is counted by itself, in whatever order the messages stand"""
    for pieces in (("to", "day", ""), ("7", "room 7", ""), ("to", " go", "day", "7")):
        first, *others = ([said(text) for text in order] for order in permutations(pieces))
        count = yours(challenge, first)
        for messages in others:
            came = yours(challenge, messages)
            scene = Scene()
            scene.show(f"These are {count} tokens in your count", first)
            scene.show(f"The same messages in another order are {came}", messages)
            scene.expect(
                came == count,
                "They hold the same texts, so they should cost the same.",
                why="Between two messages stand marks, so that no piece of text goes from one into the next.",
                hint=(
                    "You seem to join texts and count them once. What happens to a token at the seam?",
                    "Count the tokens of each text, and add the numbers.",
                ),
            )

    for text in ("name it", "s first", "names and dates"):  # which would be another word, stood it right behind "user"
        came, expected = for_text(challenge, text)
        scene = Scene()
        scene.show("You were given", [said(text)])
        scene.expect(
            came == expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why="Role and text are two texts: between them stand marks, too.",
            hint=(
                "You seem to join texts and count them once. What happens to a token at the seam?",
                "Count the tokens of each text, the role and the content, and add the numbers.",
            ),
        )


def test_any_language_and_any_length(challenge):
    """In every language, with emoji and code, and of any length"""
    *others, spaced = texts(OTHER, 2)
    alike = texts(PLAIN[:1], 14)[0]
    similar = [
        alike,
        f"\n {alike}  \n\n",
        alike.lower(),
        alike.upper(),
        alike.replace(" ", "  "),
        alike[::-1],
        alike.replace(" ", ""),
    ]
    one, other = (LONG[:300] + middle + LONG[-300:] for middle in (" and then they", "#9x7¿qZ!0}k→~$"))
    questions = dict.fromkeys(
        others, "Is the text encoded as it is, every character of it, and with the right encoding?"
    )
    questions[spaced] = "Is the text encoded as it is: whole, with its spaces and its line breaks?"
    for text, what in zip(texts(tuple(EXACT), 7), EXACT.values(), strict=True):
        questions[text] = f"This text {what}. Is it encoded as it is, every character of it?"
    questions[LONGEST] = f"This text has {len(LONGEST):,} characters. Is it encoded as it is, to its end?"
    again = "You may have counted a similar text before, with the same letters, ends or length. By what do you know a text again?"
    questions |= dict.fromkeys((one, other, *similar), again)
    for text, question in questions.items():
        came, expected = for_text(challenge, text)
        old = came != expected and came == len(tiktoken.get_encoding("cl100k_base").encode_ordinary(text))
        scene = Scene()
        scene.show("You were given", [said(text)])
        scene.expect(
            came == expected,
            f"Tokens of the text: {came:,} in your count, {expected:,} in the server's.",
            why="Another encoding cuts a text into other pieces: a count that fits the model of yesterday is wrong today."
            if old
            else "The model reads every character that is sent, and you pay for it.",
            hint=(
                "Which encoding do you count with? The one of gpt-4 is not that of later models.",
                "The lesson says what to take for a model that is newer than your tiktoken.",
            )
            if old
            else (question, "Hand the content to encode_ordinary of o200k_base without doing anything to it before."),
        )


def test_special_tokens_are_text(challenge):
    """<|endoftext|> in a message is a text like any other"""
    hint = (
        "Somebody types <|endoftext|>. For encode this is a mark of its own, but what is it in a message?",
        "Which sister of encode takes every text as ordinary text?",
    )
    for text in texts(SPECIAL, 3):
        scene = Scene()
        scene.show("You were given", [said(text)])
        why = "Anyone can type this, and your program would stop, or count wrong."
        try:
            came, expected = for_text(challenge, text)
        except NotYet as problem:
            scene.expect(not isinstance(problem.__cause__, ValueError), str(problem), why=why, hint=hint)
            raise
        scene.expect(
            came == expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why=why,
            hint=hint,
        )


def test_a_message_adds_what_it_adds_to_the_servers_count(challenge):
    """A further message, even an empty one, costs what the server counts for it"""
    first, *more = texts(PLAIN, 4)
    before = [said(first)]
    further = [said(text, role) for text, role in zip([*more, "", "Hello"], [*ROLES, "assistant", "user"], strict=True)]
    added = []
    for message in further:
        came = yours(challenge, [*before, message]) - yours(challenge, before)
        added.append((message, came, servers([*before, message]) - servers(before)))
    over = {came - expected for _, came, expected in added}
    questions = {
        1: "You take one too many for each message, such as the 4 of many tutorials. What did each further Hello add?",
        -1: "You take one too few for each message. What does a message say besides its content?",
        -3: "Besides its texts, a message costs the marks where it begins and ends. How many were that?",
        -4: "You count the contents only. What else of a message is sent, and what marks where it begins and ends?",
        3: "You take three too many for each message. Which of your numbers belongs to the request, and not to a message?",
    }
    usual = (
        "What did each further Hello add in the lesson, and of what was that made? Is it so for an empty message too?"
    )
    for message, came, expected in added:
        scene = Scene()
        scene.show("You were given", [*before, message])
        scene.expect(
            came == expected,
            f"Tokens that the last message adds: {came} in your count, {expected} in the server's.",
            why="A difference of one in a message is a difference of a hundred in a long conversation.",
            hint=(
                questions.get(over.pop(), usual) if len(over) == 1 else usual,
                "A message costs its role, its content, and the marks around them.",
                "A single Hello is 8 tokens, two are 13, three are 18.",
            ),
        )


def test_the_reply_is_primed_once(challenge):
    """What primes the reply is counted, once per request"""
    hello, twice = [said("Hello")], [said("Hello"), said("Hello")]
    one, two = yours(challenge, hello), yours(challenge, twice)
    came, expected = 2 * one - two, 2 * servers(hello) - servers(twice)
    scene = Scene()
    for messages, count in ((hello, one), (twice, two)):
        scene.show("You were given", messages)
        scene.show("You counted", count)
    scene.expect(
        came == expected,
        f"So this is in a request beside its messages: {came} in your count, {expected} tokens in the server's.",
        why="These are the tokens with which the reply begins: they come last, after all messages.",
        hint=(
            "Hello was 8 tokens, and each further one 5 more. What remains of the 8, and how often is it in a request?",
            "It does not depend on the messages: add it before or after your loop, not in it.",
        ),
    )


def test_a_name_costs_what_the_server_counts(challenge):
    """A name costs what the server counts for it"""
    added = []
    for name, text in zip(NAMES, texts(PLAIN, 8, 2), strict=False):
        first = said("Hello", name=name)  # each message has a name of its own, be it the same one
        named, plain = [first, {"content": text, "name": name, "role": "user"}], [first, said(text)]
        came = yours(challenge, named) - yours(challenge, plain)
        added.append((named, came, servers(named) - servers(plain)))
    over = {came - expected for _, came, expected in added}
    usual = (
        "In the lesson a name of one token cost more than one. How much more, and does your count add it for each name?"
    )
    for messages, came, expected in added:
        scene = Scene()
        scene.show("You were given, the last one with a name", messages)
        scene.expect(
            came == expected,
            f"Tokens that the name {messages[-1]['name']} adds: {came} in your count, {expected} in the server's.",
            why="In a group each message has a name, so each is counted wrong.",
            hint=(
                twice_or_never(challenge)
                if not any(came for _, came, _ in added)
                else "You take 1 off for a name, as for the first chat model. What did the lesson measure?"
                if over == {-2}
                else usual,
                "A name costs the tokens of its text, and 1 more.",
            ),
        )


def twice_or_never(challenge: Work) -> str:
    """The question for a count that a second message with the same name adds nothing to."""
    if yours(challenge, [said("Hello", name="Ana")]) != yours(challenge, [said("Hello")]):
        return "Two messages have the same name here. Does your count add it for each of them?"
    return "Your count is the same with and without a name. Is it sent to the model, or not?"


def in_parts() -> Iterator[list[Message]]:
    """Conversations in which some contents are lists of parts."""
    one, two, three, *_ = texts(PLAIN + OTHER, 12)
    yield [said(parts("Hello"))]
    yield [said(parts(one))]
    yield [said(parts("to", "day", " and", " then"))]
    yield [said(parts("text", one, "", two), "system")]
    yield [said("Hello"), said(parts(three, "What does <|endoftext|> mean?"), "assistant", name="Ana"), said(two)]
    yield [said(parts("Hello", "\n\n", "Lima"))]
    yield [said(parts(one, one, "Hello", "Hello"), "assistant")]
    yield [said(parts(*texts(PLAIN + OTHER, 13, 3)), role) for role in ROLES]


def is_in_parts(message: Message) -> bool:
    return isinstance(message["content"], list)


def hint_for_parts(messages: list[Message], came: int, expected: int) -> str:
    """The question that leads to what is wrong with a count of parts."""
    changed = {
        "Some parts of a content have equal texts. Does each of them count in your code?": (
            lambda content: list({part["text"]: part for part in content}.values())
        ),
        "Some parts hold blanks or line breaks only. They are sent like any other: do you leave them out?": (
            lambda content: [part for part in content if part["text"].strip()]
        ),
        "You take one too many for each part. Is its type, which is always text, read by the model? Ask the server.": (
            lambda content: [piece for part in content for piece in parts(part["text"], "text")]
        ),
        "You seem to join the parts and count them once. What happens to a token at the seam?": (
            lambda content: "".join(part["text"] for part in content)
        ),
        "You seem to join the parts with something between them, which nobody has said.": (
            lambda content: " ".join(part["text"] for part in content)
        ),
        "You count the first part of a content. How many parts can there be?": lambda content: content[:1],
    }
    for hint, change in changed.items():
        if came == servers([m | {"content": change(m["content"])} if is_in_parts(m) else m for m in messages]):
            return hint
    if came < expected:
        return "Are all parts in your count? Which of the two values of a part is what the user has said?"
    return (
        "What of a part do you count? A message with one part costs the server no more than one with its text. Ask it."
    )


def test_parts_cost_what_the_server_counts(challenge):
    """A content that is a list of parts costs what the server counts for it"""
    for messages in in_parts():
        scene = Scene()
        scene.show("You were given", messages)
        first = next(filter(is_in_parts, messages))
        scene.show(f"The content of the {first['role']} is in parts", Lines([str(first["content"])]))
        why = "What users paste beside their question, and what comes with an image, is sent in parts."
        hints = (
            "Here a content is a list of parts, each a dict with a type and a text. What does your function do with a "
            "content that is no text?",
            "Send such a message to the server, with one part and with two, and compare usage.prompt_tokens.",
        )
        try:
            came, expected = counted(challenge, deepcopy(messages)), servers(messages)
            expect_a_number(scene, came)
            came = int(came)
        except NotYet as problem:
            at_parts = problem.__cause__ is not None and works(lambda: yours(challenge, [said("Hello")]))
            scene.expect(not at_parts, f"{problem.what} {problem.why}", why=why, hint=hints)
            problem.judged = False
            raise
        scene.expect(
            came == expected,
            f"You counted {came:,} tokens, and the server {expected:,}.",
            why=why,
            hint=(hint_for_parts(messages, came, expected), hints[1]) if came != expected else hints,
        )


def test_whole_conversations(challenge):
    """Your count equals the server's on conversations that you have not seen"""
    for messages in (*conversations(10, [1] * 8 + [2] * 6 + [3] * 4 + [5] * 4 + [9, 14]), MANY):
        scene = Scene()
        scene.show("You were given", messages)
        came, expected = yours(challenge, messages, scene), servers(messages)
        scene.expect(
            came == expected,
            f"You counted {came:,} tokens, and the server {expected:,}.",
            why="The number is of use only if you can rely on it.",
            hint=(
                f"This conversation has {len(messages)} messages. Does your count go through all of them?"
                if messages is MANY
                else "Count the messages above one by one: at which does your number differ from the one beside it?",
                "Beside each message stands what it costs; the request costs 3 more.",
            ),
        )


def test_nothing_is_sent_and_nothing_changed(challenge):
    """Counting sends nothing, and does not change the messages"""
    in_texts, in_lists = [*threes(9), *conversations(11, [1, 2, 3, 5, 9]), MANY], list(in_parts())
    for messages in [*in_texts, *in_lists]:
        given_in = deepcopy(messages)
        scene = Scene()
        scene.show("You were given", messages)
        another = (
            suppress(NotYet) if messages in in_lists else beforehand()
        )  # whether it counts is for another criterion
        with requests_noted() as sent, another:
            counted(challenge, given_in)
        scene.expect(
            not sent,
            f"To count them, your function sent {len(sent)} request{'s' * (len(sent) != 1)}.",
            why="The count is to tell whether a request fits, and what it costs, before it is paid for.",
            hint=(
                "Your function asks the server. What do you know before you send, so that you need not ask?",
                "tiktoken counts on your own computer.",
            ),
        )
        scene.show("They are now", given_in)
        scene.expect(
            given_in == messages,
            "The messages that were handed in have changed.",
            why="They are counted first and sent afterwards, so now something else is sent.",
            hint=what_changed(messages, given_in),
        )


def what_changed(before: list[Message], after: list[Message]) -> str:
    """The question that leads to the line which changed something."""
    if len(after) != len(before):
        return (
            "The list has lost messages. Which of your lines takes something out of it: pop, remove, del, clear?"
            if len(after) < len(before)
            else "The list has grown. Which of your lines puts something into it: append, insert, +=?"
        )
    if all(message in after for message in before):
        return "The messages stand in another order. Which of your lines sorts or turns round the list itself?"
    if all(isinstance(now, dict) and now.keys() == was.keys() for was, now in zip(before, after, strict=True)):
        return "A text in a message is not what it was. Which of your lines writes into a message, with … = or update?"
    return (
        "A message has lost or got a key. Which of your lines takes something out of a message, or puts something in: "
        "pop, del, setdefault, … = ?"
    )


@contextmanager
def requests_noted() -> Iterator[list[httpx2.Request]]:
    """Note every request that any client sends, awaited or not, and let it through."""
    sent: list[httpx2.Request] = []
    send, send_async = httpx2.Client.send, httpx2.AsyncClient.send

    def noting(client: httpx2.Client, request: httpx2.Request, **options: object) -> httpx2.Response:
        sent.append(request)
        return send(client, request, **options)

    async def noting_async(client: httpx2.AsyncClient, request: httpx2.Request, **options: object) -> httpx2.Response:
        sent.append(request)
        return await send_async(client, request, **options)

    with patch.object(httpx2.Client, "send", noting), patch.object(httpx2.AsyncClient, "send", noting_async):
        yield sent
