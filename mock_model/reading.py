"""Reading: the messages of a request become statements, each one clause in the model's own voice.

A statement knows its words, whose each of them is ("your dog", "tom's dog"), who said it and when. Questions are not
statements, nor are wishes and guesses. Pronouns are replaced by what they stand for, and a correction ("actually, make that
Tuesday") becomes the statement it corrects with the new value in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from mock_model import lexicon as lx
from mock_model.admitting import admits
from mock_model.clauses import clauses_of, is_question
from mock_model.corrections import MISSPOKE, how_sure, take
from mock_model.language import Word, Worded, as_sentence, is_verb, join, senses, sentences, words
from mock_model.phrases import Topics, names_in, resolve, subject_of, topics_after, with_owners
from mock_model.quoting import notes_in, without_lists
from mock_model.transcript import text_of, utterances
from mock_model.voice import in_own_voice, plain_third
from mock_model.wording import has_verb, named

PAST = re.compile(
    r"\b(used to|previously|formerly|originally|at first|old|former|until last|back when|no longer|before that)\b"
)
WISHING = re.compile(r"\b(?:would like|wants?|hopes?|wish(?:es)?) to\b", re.IGNORECASE)
FIRST_PERSON = re.compile(r"\b(?:I|my|me|we|our)\b", re.I)
ABOUT_USER = re.compile(r"\b(the user|summary|so far)\b", re.I)


@dataclass(frozen=True)
class Statement(Worded):
    """One clause that says something. What the search for answers looks at is worked out once, when it is read."""

    words: tuple[Word, ...]
    role: str
    sentence: tuple[Word, ...] = ()  # the sentence it stands in
    around: frozenset[str] = frozenset()  # the lemmas of its whole message, and of the question that it answers
    spoken: tuple[Word, ...] = ()  # the clause before its pronouns were replaced
    answers: frozenset[str] = frozenset()  # the lemmas of the question that it answers in a word
    correcting: int = 0  # 2: said with "actually", "sorry", "make that"; 1: with "now", "moved", "not"
    superseded: bool = False  # a correction has replaced it

    @cached_property
    def text(self) -> str:
        return as_sentence(join(self.words))

    @cached_property
    def wide(self) -> frozenset[str]:
        """The lemmas of its sentence."""
        return frozenset(w.lemma for w in self.sentence)

    @cached_property
    def senses(self) -> tuple[frozenset[str], ...]:
        return senses(self.words)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each of its lemmas and senses stands."""
        found: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            for meaning in (word.lemma, *self.senses[place]):
                found.setdefault(meaning, []).append(place)
        return found

    @cached_property
    def reach(self) -> frozenset[str]:
        """What makes it an answer: its own words and senses, and those of the question that it answers in a word."""
        return self.answers | self.places.keys()

    @cached_property
    def head(self) -> tuple[Word, ...]:
        """The words before its verb."""
        return subject_of(self.words)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Who is called what in it."""
        return tuple(names_in(self.words))

    @cached_property
    def user_acts(self) -> bool:
        """Whether "you" is the subject of one of its verbs."""
        after = (*self.words[1:], None)
        pairs = enumerate(zip(self.words, after, strict=True))
        return any(w.low == "you" and (i < len(self.head) or (n and is_verb(n))) for i, (w, n) in pairs)

    @cached_property
    def wished(self) -> bool:
        """Whether it says what somebody would like, not what is."""
        return bool(WISHING.search(self.text))

    @cached_property
    def negated(self) -> bool:
        return bool(self.said & {"not", "never", "no", "without", "nobody", "nothing", "neither"})

    @cached_property
    def more(self) -> bool:
        """Whether it adds to something said before."""
        return bool(self.said & {"also", "too", "another", "other", "plus", "additionally"})

    @cached_property
    def past(self) -> bool:
        return bool(PAST.search(self.text.lower()))

    @cached_property
    def revised(self) -> bool:
        return bool(self.said & lx.REVISED)


# ---- one message ----


@lru_cache(maxsize=1024)
def read_message(
    role: str, text: str, topics: Topics = (None, None), before: tuple[str, str] | None = None
) -> tuple[tuple[Statement, ...], Topics]:
    """The statements of one message, and what pronouns after it stand for.

    topics is what they stand for before it; before is the message before it, (role, text), which it may answer in a word.
    """
    found: list[Statement] = []
    asked, speaks_of_user = _asked(*before) if before else (), bool(ABOUT_USER.search(text))
    for speaker, said in utterances(role, text):
        about_user = speaker == role and speaks_of_user
        correcting = 0
        for sentence in sentences(MISSPOKE.sub("", said) if speaker == "user" else said):
            if speaker == "assistant" and admits(sentence):
                continue
            correcting = how_sure(sentence, correcting)
            for clause, whole in clauses_of(sentence, speaker, about_user):
                meant = resolve(_of_user(clause, found) if about_user else clause, topics)
                statement = with_owners(named(meant))
                if introduces(statement, speaker):
                    topics = topics_after(statement, topics)
                answers = (
                    frozenset(w.lemma for w in asked) if speaker == "user" and not has_verb(clause) else frozenset()
                )
                found.append(
                    Statement(tuple(statement), speaker, tuple(whole), frozenset(), tuple(clause), answers, correcting)
                )
            if is_question(sentence):
                topics = topics_after(with_owners(in_own_voice(words(sentence), speaker)), topics)
    around = frozenset(w.lemma for s in found for w in s.words) | {w.lemma for w in asked}
    return tuple(replace(s, around=around) for s in found), topics


def introduces(statement: Sequence[Word], speaker: str) -> bool:
    """Whether somebody may be called "she" after it: not after the model's "Noted.", nor after a program's orders."""
    if speaker == "assistant":
        return len(statement) > 1
    return speaker not in ("system", "developer") or not is_verb(statement[0])


def _of_user(clause: list[Word], before: Sequence[Statement]) -> list[Word]:
    """In a summary "she", "he" or "they" is the user, if the statement before was about the user."""
    if not before or before[-1].head[-1].low != "you" or len(clause) < 2:
        return clause
    if clause[0].low in ("he", "she", "they"):
        return in_own_voice(plain_third([*words("you"), *clause[1:]]), "assistant")
    return [*words("your"), *clause[1:]] if clause[0].low in ("his", "her", "their") else clause


# ---- the conversation ----


@dataclass
class Notes:
    """What a conversation says: its statements in order, and which names stand for whom."""

    statements: list[Statement] = field(default_factory=list)
    aliases: dict[str, set[str]] = field(default_factory=dict)
    topics: Topics = (None, None)

    def same(self, one: str, two: str) -> bool:
        """Whether two keys stand for the same: "you/sister" and "clara", when your sister is called Clara."""
        return two in self.aliases.get(one, ()) or one in self.aliases.get(two, ())


def read(messages: Sequence[dict]) -> Notes:
    """Read a whole conversation, later statements after earlier ones.

    Notes that it quotes are older than what is said in it: they come first, wherever they stand.
    """
    notes = Notes()
    for message in messages:
        for note in notes_in(text_of(message)):
            hear(notes, "notes", note)
    before = None
    for message in messages:
        text = without_lists(text_of(message), notes_only=True)
        hear(notes, message["role"], text, before)
        before = (message["role"], text)
    return notes


def hear(notes: Notes, role: str, text: str, before: tuple[str, str] | None = None) -> list[tuple[int, int | None]]:
    """Add what one message says; before is the message before it, (role, text). Notes are read as a system's summary.

    Returns the places of its statements, each with that of the statement which it corrects, if there is one.
    """
    heard = []
    note = role == "notes"
    if note:
        role, text = _as_said(text)
    said, topics = read_message(role, text, notes.topics, before)
    if role != "assistant" or notes.topics == (None, None):
        notes.topics = topics  # "it" is rather what the user spoke of than what the model did
    for statement in said:
        corrected = take(replace(statement, role="notes") if note else statement, notes.statements)
        heard.append((len(notes.statements) - 1, corrected))
        for name, thing in notes.statements[-1].names:
            notes.aliases.setdefault(name, set()).add(thing)
    return heard


def _as_said(note: str) -> tuple[str, str]:
    """How a note is read: "I live in Rome" as the user's words, "Lives in Rome" and "The user lives …" as a system's."""
    if ABOUT_USER.search(note):
        return "system", note
    first = words(note)[:1]
    if first and first[0].low.endswith("s") and is_verb(first[0]) and first[0].low not in lx.AUXILIARIES:
        return "system", f"The user {note[0].lower()}{note[1:]}"
    return ("user" if FIRST_PERSON.search(note) else "system"), note


@lru_cache(maxsize=1024)
def _asked(role: str, text: str) -> tuple[Word, ...]:
    """What the next message may answer in a word: the last question of the model, or all that a user wrote."""
    asking = sentences(text)
    if role == "assistant":
        asking = [s for s in asking if s.endswith("?")][-1:]
    elif role != "user":
        return ()
    return tuple(with_owners([w for s in asking for w in in_own_voice(words(s), role)]))
