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

from mock_model import corrections
from mock_model import lexicon as lx
from mock_model.clauses import clauses_of, is_question, named
from mock_model.language import Word, as_sentence, is_verb, join, senses, sentences, words
from mock_model.phrases import Topic, is_name, resolve, subject_of, topics_after, with_owners
from mock_model.transcript import text_of, utterances
from mock_model.voice import in_own_voice

PAST = re.compile(r"\b(used to|previously|formerly|originally|at first|old|former|until last|back when|no longer|before that)\b")
ABOUT_USER = re.compile(r"\b(the user|summary|so far)\b", re.I)


@dataclass(frozen=True)
class Statement:
    """One clause that says something. What the search for answers looks at is worked out once, when it is read."""

    words: tuple[Word, ...]
    role: str
    sentence: tuple[Word, ...] = ()  # the sentence it stands in
    around: frozenset[str] = frozenset()  # the lemmas of its whole message, and of the question that it answers
    spoken: tuple[Word, ...] = ()  # the clause before its pronouns were replaced
    correcting: int = 0  # 2: said with "actually", "sorry", "make that"; 1: with "now", "moved", "not"
    superseded: bool = False  # a correction has replaced it

    @cached_property
    def text(self) -> str:
        return as_sentence(join(self.words))

    @cached_property
    def lemmas(self) -> frozenset[str]:
        return frozenset(w.lemma for w in self.words)

    @cached_property
    def said(self) -> frozenset[str]:
        """Its words as they stand, and their lemmas."""
        return self.lemmas | {w.low for w in self.words}

    @cached_property
    def wide(self) -> frozenset[str]:
        """The lemmas of its sentence."""
        return frozenset(w.lemma for w in self.sentence)

    @cached_property
    def senses(self) -> tuple[frozenset[str], ...]:
        return senses(self.words)

    @cached_property
    def all_senses(self) -> frozenset[str]:
        return frozenset().union(*self.senses)

    @cached_property
    def reach(self) -> frozenset[str]:
        """All by which a word of a question can be found here."""
        return self.said | self.wide | self.around | self.all_senses

    @cached_property
    def head(self) -> tuple[Word, ...]:
        """The words before its verb."""
        return subject_of(self.words)

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


@lru_cache(maxsize=4096)
def read_message(
    role: str, text: str, topics: tuple[Topic | None, Topic | None] = (None, None), asked: tuple[Word, ...] = ()
) -> tuple[tuple[Statement, ...], tuple]:
    """The statements of one message, and what pronouns after it stand for: the last (person, thing)."""
    found: list[Statement] = []
    for speaker, said in utterances(role, text):
        about_user = bool(ABOUT_USER.search(text)) if speaker == role else False
        correcting = 0
        for sentence in sentences(corrections.MISSPOKE.sub("", said) if speaker == "user" else said):
            correcting = 2 if corrections.STRONG.search(sentence) else correcting if correcting and len(sentence) < 40 else int(bool(corrections.CORRECTING.search(sentence)))
            for clause, whole in clauses_of(sentence, speaker, about_user):
                spoken = tuple(clause)
                if about_user and found and found[-1].head and found[-1].head[-1].low == "you":
                    clause = _user_goes_on(clause)
                clause = resolve(clause, topics)
                clause = with_owners(named(clause))
                topics = topics_after(clause, topics)
                found.append(Statement(tuple(clause), speaker, tuple(whole), spoken=spoken, correcting=correcting))
            if is_question(sentence):
                topics = topics_after(with_owners(in_own_voice(words(sentence), speaker)), topics)
    around = frozenset(w.lemma for s in found for w in s.words) | {w.lemma for w in asked}
    return tuple(replace(s, around=around) for s in found), topics


def _user_goes_on(clause: list[Word]) -> list[Word]:
    """In a summary "they" is the user, if the sentence before was about the user."""
    if clause[0].low in ("they", "their"):
        return [*words("you" if clause[0].low == "they" else "your"), *clause[1:]]
    return clause


# ---- the conversation ----


@dataclass
class Notes:
    """What a conversation says: its statements in order, and which names stand for whom."""

    statements: list[Statement] = field(default_factory=list)
    aliases: dict[str, set[str]] = field(default_factory=dict)
    topics: tuple = (None, None)

    def same(self, one: str, two: str) -> bool:
        """Whether two keys stand for the same: "you/sister" and "clara", when your sister is called Clara."""
        return two in self.aliases.get(one, ()) or one in self.aliases.get(two, ())


def read(messages: Sequence[dict]) -> Notes:
    """Read a whole conversation, later statements after earlier ones."""
    notes = Notes()
    asked: tuple[Word, ...] = ()
    for message in messages:
        text = text_of(message)
        said, topics = read_message(message["role"], text, notes.topics, asked)
        if message["role"] != "assistant" or notes.topics == (None, None):
            notes.topics = topics
        for statement in said:
            corrections.take(statement, notes.statements)
        asked = _asked(message["role"], text)
    for statement in notes.statements:
        for name, thing in _names(statement.words):
            notes.aliases.setdefault(name, set()).add(thing)
    return notes


@lru_cache(maxsize=4096)
def _asked(role: str, text: str) -> tuple[Word, ...]:
    """What the next message may answer in a word: the last question of the model, or all that a user wrote."""
    if role == "user":
        return tuple(with_owners([w for s in sentences(text) for w in in_own_voice(words(s), role)]))
    asking = [s for s in sentences(text) if s.endswith("?")] if role == "assistant" else []
    return tuple(with_owners(in_own_voice(words(asking[-1]), role))) if asking else ()


@lru_cache(maxsize=8192)
def _names(clause: tuple[Word, ...]) -> tuple[tuple[str, str], ...]:
    """Who is called what: ("clara", "you/sister") for "your sister Clara" or "Clara is your sister"."""
    found = []
    for index, word in enumerate(clause):
        if not is_name(word, index == 0 and len(clause) > 1 and not is_verb(clause[1])):
            continue
        back = index - 1
        while back >= 0 and (clause[back].lemma in ("be", "call", "named", "now") or clause[back].text in ",("):
            back -= 1
        before = clause[back] if back >= 0 else None
        if before is not None and not before.possessive and not is_name(before, back == 0) and before.low not in lx.SMALL \
                and before.text[0].isalpha() and (back == index - 1 or before.owner or "call" in {w.lemma for w in clause[back:index]}):
            found.append((word.lemma, before.key))
        rest = clause[index + 1:index + 6]
        if len(rest) > 2 and (rest[0].text == "," or rest[0].lemma == "be") and (rest[1].low in lx.POSSESSIVES or rest[1].possessive):
            noun = next((w for w in rest[2:] if w.low not in lx.SMALL), None)
            if noun is not None and noun.owner:
                found.append((word.lemma, noun.key))
    return tuple(found)
