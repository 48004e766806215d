"""The texts and conversations that are counted: every kind that people send, and none that anybody has counted before."""

from collections.abc import Iterator, Sequence
from random import Random

from ..engine.criteria import Message
from . import hints

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


def any_texts() -> dict[str, str]:
    """Texts in every language, with emoji and code, and of any length; and for each the question if it is counted wrong."""
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
    questions = dict.fromkeys(others, hints.EVERY_CHARACTER)
    questions[spaced] = hints.SPACES_AND_LINE_BREAKS
    for text, what in zip(texts(tuple(EXACT), 7), EXACT.values(), strict=True):
        questions[text] = hints.of_a_text_that(what)
    questions[LONGEST] = hints.of_a_long_text(len(LONGEST))
    return questions | dict.fromkeys((one, other, *similar), hints.SIMILAR_TEXT)
