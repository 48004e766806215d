"""to_disk: what is written of messages, and read again: without secrets, and with all else."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from copy import deepcopy
from random import Random

from ..engine.criteria import Message, Scene
from ..engine.learner_code import Work
from . import hints
from .called_functions import GIVEN, call, talk
from .keys_and_numbers import a_key, a_number, cards_beside, no_secrets

WHERE_SECRETS_STAND = (
    "My secret is {}.",
    "{}",
    "Here it is:\n{}\nKeep it.",
    'I wrote "{}" on a note…',
    "It is – {}, isn't it?",
    "OPENAI_API_KEY={}",
    "({})",
    "key:{}",
    "{} and {}.",
)
WHY_SECRET = "Files are copied, backed up and lost. Who gets hold of one has the secret."


def on_disk(challenge: Work, messages: list[Message]) -> tuple[Scene, str, list[Message]]:
    """What is written, and the messages that are read from it."""
    scene = Scene()
    scene.show(GIVEN, deepcopy(messages))
    text = call(challenge, scene, "to_disk", deepcopy(messages), kind=str)
    scene.show("You returned", text)
    try:
        found = json.loads(text)
        found = [found] if isinstance(found, dict) else found
    except ValueError:
        try:
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
        except ValueError:
            found = None
    scene.expect(
        isinstance(found, list) and all(isinstance(m, dict) and isinstance(m.get("content"), str) for m in found),
        "What you return is not JSON, or no list of messages.",
        why="Tomorrow a program reads it again.",
        hint=hints.JSON_OF_MESSAGES,
    )
    return scene, text, found


def expect_no_secrets(challenge: Work, secrets: Sequence[str], places: Sequence[str]) -> None:
    """Expect that none of these is written, wherever it stands: alone in a conversation, in a message of each role."""
    for place in places:
        for secret in secrets:
            scene, text, _ = on_disk(challenge, talk(place.replace("{}", secret), "I see: " + secret))
            if not left(text, secret):
                continue
            hint = (
                hints.SECRETS if place.startswith("My") else hints.TWICE if place.startswith("{} and") else hints.PLACES
            )
            what, found = not_taken_out(secret, text), lengths_found(challenge) if secret[0].isdigit() else ""
            if secret not in text:
                hint = hints.MOST_OF_IT
            elif hint is hints.SECRETS and found:
                what, hint = f"{what} {found}", hints.DIGITS
            scene.expect(False, what, why=WHY_SECRET, hint=hint)


def expect_no_secret_behind_another(challenge: Work, secrets: Sequence[str]) -> None:
    """Expect that of several secrets in one text all are taken out, and also in a long conversation the first and the last."""
    for pair in zip(secrets[::2], [*secrets[1::2]][::-1], strict=False):
        scene, text, _ = on_disk(challenge, talk("One is {} and one is {}.".format(*pair), "I see."))
        for secret in pair:
            scene.expect(not left(text, secret), not_taken_out(secret, text), why=WHY_SECRET, hint=hints.TWICE)


def not_taken_out(secret: str, text: str) -> str:
    kind = "card number" if secret[0].isdigit() else f"key of {len(secret)} signs"
    much = "all of it" if secret in text else "more of it than its beginning and its last four"
    return f"The {kind} {secret} is in what is written, {much}."


def lengths_found(challenge: Work) -> str:
    """Which card numbers in one group are taken out, by their length, in words; nothing where all are."""
    random, missed = Random(1081), set()
    for length in range(13, 20):
        cards = [a_number(random, length, "", card=True) for _ in range(4)]
        if any(left(on_disk(challenge, talk(f"My secret is {card}.", "I see."))[1], card) for card in cards):
            missed.add(length)
    if not missed:
        return ""
    found = [str(length) for length in range(13, 20) if length not in missed]
    if not found:
        return "Of card numbers without spaces your code misses some of every length."
    rest = f"misses those that have {', '.join(map(str, sorted(missed)))}, or some of them"
    return f"Of card numbers without spaces your code finds those that have {', '.join(found)} digits, and {rest}."


def left(text: str, secret: str) -> bool:
    """Whether more of a secret is left than its beginning and its last four letters."""
    if secret[0].isdigit():
        text, secret = re.sub(r"[ -]", "", text), re.sub(r"[ -]", "", secret)
    body = secret.removeprefix("sk-").removeprefix("proj-").removeprefix("ant-api03-")
    return any(body[i : i + 8] in text for i in range(len(body) - 7))


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in blanks, line ends and the forms of their letters only."""
    return unicodedata.normalize("NFKD", one).split() == unicodedata.normalize("NFKD", other).split()


def in_place(text: str, pieces: Sequence[str]) -> bool:
    """Whether a text consists of these pieces, with something short between them."""
    return bool(re.fullmatch(".{0,80}?".join(map(re.escape, pieces)), text, re.S))


def harmless_texts(random: Random) -> list[str]:
    """Texts in which nothing is a secret, and something nearly is, or is in letters that are seldom."""
    texts = [f"My order is {number}, thank you." for number in no_secrets(random)]
    return [
        *texts,
        "Call +49 30 1234567 on 2027-03-01 at 10:30.",
        "Use the sk- key, ghp_short or AKIA.",
        '🙂 “é” \\ " \n\t</b>',
        "",
        "\n  - first\n  - second  \n\n",
        "\ufb01ve \uff41 \xbd Zoe\u0308",
        "The task-force_for_the_old_town meets.",
        "A risk-free-alternative-for-us",
        "See www.desk-and-chair-makers.example",
    ]


def texts_with_secrets(random: Random) -> list[tuple[str, tuple[str, ...]]]:
    """Texts with {} for each secret in them, and the secrets."""
    key, card = a_key(random), a_number(random, 16, " ", card=True)
    given = [("From {} to {} and {}, all of it.", (key, card, key))]
    return given + [(f"My card is {beside}.", (card,)) for beside, card in cards_beside(random)]


def expect_all_else(challenge: Work, text: str, secrets: Sequence[str], more: int) -> None:
    """Expect that all is written but the secrets in a text, which stands among `more` times two messages."""
    pieces, written = text.split("{}"), text.format(*secrets)
    messages = talk("Hello.", "Hi!", written, "Noted.", *("Hello.", "Hi!") * more)
    scene, _, found = on_disk(challenge, messages)
    scene.show("Read again", found)
    others = [(m["role"], m["content"]) for m in messages if m["content"] != written or len(pieces) == 1]
    kept = [(m.get("role"), m["content"]) for m in found]
    scene.expect(
        [m.get("role") for m in found] == [m["role"] for m in messages],
        f"{len(messages)} messages were given. Read again, there are {len(found)}, or their roles are not the same.",
        why="Tomorrow the conversation goes on with what is in the file.",
        hint=hints.WHOLE_MESSAGES,
    )
    scene.expect(
        len(kept[2][1]) == len(written) or len(written) < 5_000,
        f"Of a text of {len(written):,} letters, {len(kept[2][1]):,} were written.",
        why="Tomorrow the conversation goes on with what is in the file.",
        hint=hints.CUT,
    )
    scene.expect(
        in_place(kept[2][1], pieces) and [k for k in kept if k in others] == others,
        "What was written is not what was said: something else than keys and card numbers has changed, or is missing.",
        why="Tomorrow the conversation goes on with what is in the file. An order number that is gone cannot be looked up.",
        hint=hints.BESIDE
        if text.startswith("My card")
        else hints.OTHER_LETTERS
        if same_words(kept[2][1], written)
        else hints.LUHN,
    )
