"""Reading: the messages of a request become sentences that know who said them and where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from mock_model.sentences import lists
from mock_model.sentences.kinds import is_verb, meaning
from mock_model.sentences.quoting import notes_in, without_lists
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of, utterances
from mock_model.sentences.values import Value, values
from mock_model.sentences.words import Word, sentences, words

QUESTION = re.compile(
    r"\W*(?:(?:and|so|but|ok|okay|well|hey|hi|hello|also|sorry|please|now|then|oh|wait|right)\b[\s,]*)*"
    r"(?:(?:what|who|whom|whose|which|when|where|why|how|what's|who's|where's|when's|how's)\b(?! (?:a|an|ever|i"
    r"|we|you|he|she|it|they)\b)"
    r"|(?:am|is|are|was|were|do|does|did|have|has|had|can|could|will|would|shall|should|may|might)(?:n't|n’t)?\s+"
    r"(?:i|you|he|she|it|we|they|my|your|his|her|our|their|the|there|this|that|these|those|any|anyone|somebody|someone)\b)",
    re.I,
)
REFERS = re.compile(
    r"\W*(?:(?:and|but|so|because|though|or)\W+)?(?:she|he|it|they|that|this|her|his|its|their|those|these|there)\b",
    re.I,
)
WANTS_TO_KNOW = re.compile(
    r"\b(?:wants? to know|wanted to know|asks?|asked|wonders?)(?: me| us)? (?:who|what|when|where|which|why|how)\b",
    re.I,
)
TO_LOOK_UP = re.compile(r"\W*please (?:go and )?(?:see|check|look (?:up|into|for|at)|find out)\b", re.I)
EXCLAIMED = re.compile(r"(?:well,? )?(?:what do you know|(?:can|would) you believe|what an?\b|how \w+ of\b)", re.I)
FIRST = frozenset("i me my we our us mine ours myself user user's".split())


class Sentence:
    """One sentence and what is in it, worked out once for each text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: tuple[Word, ...] = words(text)
        self.low = frozenset(w.low for w in self.words)
        self.bases = content(self.words)  # the base forms of the words that say something
        self.asks = is_question(text) or bool(TO_LOOK_UP.match(text))

    @cached_property
    def values(self) -> tuple[Value, ...]:
        return values(self.words)

    @cached_property
    def topics(self) -> frozenset[str]:
        """The topics of ordinary life that it tells of."""
        return frozenset(name for name, _, tells in lists.topics() if tells.search(self.text))

    @cached_property
    def people(self) -> frozenset[str]:
        """The people and the names in it."""
        named = {w.base for v in self.values if v.kind == "name" for w in self.words[v.start : v.end]}
        return frozenset(named | {w.base for w in self.words if w.low in lists.PEOPLE or w.base in lists.PEOPLE})

    @cached_property
    def about(self) -> str:
        """Of whom it speaks, by the words before its verb: "user" ("my dog"), "other" ("my sister's dog"), or ""."""
        head = self.words[:7]
        verb = next((n for n, w in enumerate(head) if n and _acts(w)), len(head))
        start = head[: max(verb, 1)]
        if any(w.low in lists.OTHERS or w.base in lists.PEOPLE for w in start):
            return "other"
        return "user" if any(w.low in FIRST for w in start) else ""

    @cached_property
    def meanings(self) -> dict[str, frozenset]:
        """The meanings of its words together: their "own", those "derived", "near" and "above"."""
        found = [meaning(base) for base in self.bases]
        return {
            part: frozenset().union(*(getattr(m, part) for m in found)) for part in ("own", "derived", "near", "above")
        }


def _acts(word: Word) -> bool:
    """Whether a word is the verb of a sentence rather than its subject: a father does not father, nor a husband husband."""
    person = word.low in lists.OTHERS or word.base in lists.PEOPLE or word.owns
    return word.low in lists.AUXILIARIES or (not person and is_verb(word.base))


@remembered(2048)
def sentence_of(text: str) -> Sentence:
    """The sentence of a text."""
    return Sentence(text)


class Said(NamedTuple):
    """A sentence in a conversation."""

    sentence: Sentence
    role: str  # user, assistant, system, developer, tool; "notes" where a message quotes it as a note
    message: int = 0  # its place in the conversation
    place: int = 0  # its place in the message

    @property
    def text(self) -> str:
        return self.sentence.text


@remembered(2048)
def content(spoken: tuple[Word, ...]) -> frozenset[str]:
    """The base forms of the words that are not small."""
    return frozenset(
        w.base for w in spoken if w.low not in lists.SMALL and w.base not in lists.SMALL and w.text[0].isalnum()
    )


@remembered(2048)
def is_question(sentence: str) -> bool:
    """Whether a sentence asks something."""
    if sentence.rstrip("\"”')").endswith(("?", "？")):
        return True
    return bool(QUESTION.match(sentence)) and not sentence.endswith("!") and not EXCLAIMED.match(sentence)


@remembered(1024)
def said_in(role: str, text: str) -> tuple[tuple[str, Sentence], ...]:
    """The sentences of one message with who says them, in a transcript that it quotes too."""
    return tuple((speaker, sentence_of(one)) for speaker, part in utterances(role, text) for one in sentences(part))


def read(messages: Sequence[dict]) -> list[Said]:
    """All sentences of a conversation; quoted notes, which are older than what is said in it, come first."""
    notes = [one for message in messages for note in notes_in(text_of(message)) for one in sentences(note)]
    found = [Said(sentence_of(note), "notes", -1, place) for place, note in enumerate(notes)]
    for place, message in enumerate(messages):
        text = text_of(message)
        text = without_lists(text, notes_only=True) if notes else text
        found += [Said(one, by, place, n) for n, (by, one) in enumerate(said_in(message["role"], text))]
    return found


def spoken_of(conversation: Sequence[Said], at: int) -> int | None:
    """The place of the sentence that says who "she" or what "it" is, where one begins so: the last by the same speaker."""
    if not REFERS.match(conversation[at].text):
        return None
    back = range(at - 1, max(at - 6, -1), -1)
    return next(
        (n for n in back if conversation[n].role == conversation[at].role and not conversation[n].sentence.asks), None
    )
