"""Fitting: how well one statement has the words of one question, and whether they belong to the right person.

Each word of the question has a weight: a name, a person, an animal or a number three, another noun two, a verb one. A
noun that the statement lacks rules it out; a verb may be said in another way, where the kind of answer is clear enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb
from mock_model.phrases import is_name
from mock_model.questions import TYPED, Question
from mock_model.reading import Notes, Statement
from mock_model.values import ANSWERS, values

# How well a word is there: the word itself 1, and less for …
SYNONYM = 0.85
OPEN_OWNER = 0.9  # nobody's in particular, where the question says whose
OTHER_OWNER = 0.85  # somebody's, where the question does not say whose
BY_KIND = 0.7  # a value of its kind: a sum for "budget"
IN_SENTENCE = 0.4  # not in the clause but in its sentence
NEARBY = 0.3  # only in the rest of the message

# Nouns that a value of their kind can stand for, so that a statement need not have the noun.
SINGLE = {"number": {"number", "counted", "code"}, "code": {"number", "code"}, "pin": {"number"}, "date": ANSWERS["when"],
          "deadline": ANSWERS["when"], "time": {"clock"}, "budget": {"money", "number"}, "cost": {"money"}, "age": {"duration"},
          "colour": {"colour"}, "size": {"number", "code"}, "big": {"number", "counted", "code"}}  # fmt: skip
SINGLE |= {noun: {"number", "counted"} for noun in ("tall", "far", "weigh", "wide", "deep")}
ADVICE = re.compile(
    r"\b(?:recommend|suggest|suggestion|try|should|would|best|go for|opt|advise|could|start with|ideal|perfect|worth)\b"
    r"|^[A-Z][a-z]+ (?:the|a|it|them)\b",  # an order: "Use the …"
    re.IGNORECASE,
)
WISHED = frozenset("want plan like hope go will would wish should going shall intend".split())


@dataclass
class Fit:
    """A question held against a statement; `matched` are the places of the statement's words that the question has."""

    question: Question
    statement: Statement
    notes: Notes
    matched: set[int] = field(default_factory=set)

    def share(self) -> float | None:
        """The share of the question that the statement has, from 0 to 1; None where it cannot be the answer."""
        question = self.question
        have = total = 0.0
        sure = away = here = lacks_sort = firm = False
        for term, counts in self.question.weights.items():
            if not counts:
                if not (self.about_user() or (question.to_user and "you" in self.statement.said)):
                    return None
                continue
            fit = self.word(term)
            if not fit and counts >= 2 and not self._spared(term):
                return None
            if not fit and term.low in lx.ORDER:
                continue
            if fit <= IN_SENTENCE and question.kind == "yes/no" and not question.either:
                return None  # "yes" takes every word
            if not fit and term.lemma == question.sort:
                lacks_sort = True
            elif counts >= 2 and not is_verb(term):
                firm = firm or fit > BY_KIND
            sure = sure or fit > BY_KIND
            here = here or (counts >= 2 and fit > BY_KIND)
            away = away or (counts >= 2 and 0 < fit <= IN_SENTENCE)
            have, total = have + counts * fit, total + counts
        if lacks_sort and not firm and not question.advice:
            return None  # "which browser do I use" is not answered by "I use dark mode"
        if away and not here and self._has_other_subject():
            return None
        if total and not sure and not question.advice:
            return None
        if question.advice and ADVICE.search(self.statement.text):
            have, total = have + 2, total + 2
        if not total:
            by_model = question.said_by == self.statement.role == "assistant"
            return 1.0 if by_model or self._has_soft_word() else None
        return have / total if have / total >= (0.5 if question.kind in TYPED else 0.6) else None

    def word(self, term: Word) -> float:
        """How well the statement has a word of the question, from 0 to 1."""
        statement, best, conflict = self.statement, 0.0, False
        for place in self._places(term):
            word = statement.words[place]
            same = word.lemma == term.lemma
            fit = (1 if same else SYNONYM) * self._owner(term, word, place)
            if fit and (same or not is_kind(term.lemma, word)):
                self.matched.add(place)
            best, conflict = max(best, fit), conflict or not fit
        if best or conflict:
            return best
        if self._alias(term):
            return 1.0
        if term.lemma in SINGLE and SINGLE[term.lemma] & {v.kind for v in values(statement.words)}:
            return BY_KIND
        if term.lemma in statement.answers:
            return SYNONYM
        if term.lemma in statement.wide:
            return IN_SENTENCE
        return NEARBY if term.lemma in statement.around else 0.0

    def _places(self, term: Word) -> list[int]:
        """Where the statement has a word of the question, a synonym, or a thing of the kind that it names."""
        known = self.statement.places
        found = [known[meaning] for meaning in self.question.meanings[term] if meaning in known]
        if term.lemma in lx.KINDS:
            found.append([i for i, w in enumerate(self.statement.words) if is_kind(term.lemma, w)])
        return sorted({place for places in found for place in places}) if found else []

    def about_user(self) -> bool:
        """Whether the statement can be about the user: "you" acts in it, or nobody whom the question does not name."""
        return self.statement.user_acts or not any(
            w.low in ("my", "i", "he", "she", "they")
            or (
                w.lemma not in self.question.lemmas
                and (w.lemma in lx.PERSONS or w.lemma in lx.PETS or is_name(w, i == 0))
            )
            for i, w in enumerate(self.statement.head)
        )

    def opposed(self) -> bool:
        """Whether the statement says the opposite of what is asked: "last" for "next", "opens" for "closes", a wish."""
        said = self.statement.said
        for asked, others in self.question.opposites:
            if said & others and not said & asked:
                return True
        states = self.question.kind not in ("name", "age", "count")  # a wish still names who wishes
        return states and self.statement.wished and not self.question.said & WISHED

    def _spared(self, term: Word) -> bool:
        """Whether an answer may lack this word: one that only says what kind of answer is wanted."""
        if term.lemma == self.question.sort:
            return self.question.said_by != "assistant"
        return term.lemma in SINGLE

    def _owner(self, term: Word, word: Word, place: int) -> float:
        """Whether a word belongs to whom the question says: 1 if so, less where that is open, 0 if it is another's."""
        if word.possessive and not term.possessive:
            owned = next((w.lemma for w in self.statement.words[place + 1 :] if w.text[0].isalnum()), "")
            if owned not in self.question.lemmas:
                return 0.0  # "your sister's husband" says nothing about your sister
        wanted, has = term.owner, word.owner
        if wanted == has:
            return 1.0
        if not wanted:
            return OPEN_OWNER if has == "you" else OTHER_OWNER
        if wanted == "you":
            if has:
                return OPEN_OWNER if has in ("they", "it") else 0.0
            may_be = place < len(self.statement.head) or self.about_user()
            return OPEN_OWNER if may_be and not self._is_any(place, term) else 0.0
        if self.notes.same(wanted, has):
            return 1.0
        head = wanted.split("/")[-1]
        named = head in self.statement.lemmas or any(self.notes.same(wanted, w.key) for w in self.statement.words)
        return OPEN_OWNER if has in ("", "you") and (named or (head in self.statement.around and not has)) else 0.0

    def _is_any(self, place: int, term: Word) -> bool:
        """Whether the word stands for any such thing: "a dog", said of nobody."""
        before = {w.low for w in self.statement.words[max(0, place - 2) : place]}
        return bool(before & {"a", "an"}) and self.question.weights[term] >= 2 and "you" not in self.statement.said

    def _alias(self, term: Word) -> bool:
        """Whether the statement has the word under another name: "Clara" for "your sister"."""
        asks_for_name = self.question.kind == "name" or (self.question.kind == "who" and len(self.question.terms) == 1)
        if asks_for_name or not self.notes.aliases:
            return False
        for place, word in enumerate(self.statement.words):
            if self.notes.same(term.key, word.key) and (term.possessive or not word.possessive):
                self.matched.add(place)
                return True
        return False

    def _has_other_subject(self) -> bool:
        """Whether the statement is about a thing of its own, which the question does not name."""
        return any(
            w.low not in lx.SMALL and w.text[0].isalpha() and not is_verb(w) and w.lemma not in self.question.lemmas
            for w in self.statement.head
        )

    def _has_soft_word(self) -> bool:
        question = self.question
        if question.kind in ("name", "who", "job", "age") and any(t.low == "you" for t in question.terms):
            return True
        return bool(question.soft & self.statement.lemmas) or question.sort in self.statement.lemmas


def is_kind(kind: str, word: Word) -> bool:
    """Whether a word is one of the kind that the question names: a cello for "instrument"."""
    return kind in lx.KINDS and (kind in lx.KIND_OF.get(word.low, ()) or kind in lx.KIND_OF.get(word.lemma, ()))
