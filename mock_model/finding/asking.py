"""Asking: what a question is about, what kind of answer it wants, and whose answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from mock_model.sentences import lists
from mock_model.sentences.kinds import Meaning, meaning
from mock_model.sentences.reading import FIRST, content, is_question, sentence_of
from mock_model.sentences.remembering import remembered
from mock_model.sentences.values import TIMES
from mock_model.sentences.words import Word, sentences, words

AMOUNTS = frozenset(("money", "number", "measure", "percent", "counted"))
COUNTS = frozenset(("counted", "number", "measure", "duration", "ordinal"))
WANTED = (  # words of a question, and the kinds of value that answer it
    (r"what time|what hour|which hour", frozenset(("clock", "moment"))),
    (r"when|(?:what|which) (?:date|day|month|year|season)|how soon|deadline|due|birthday", TIMES | {"duration"}),
    (r"how (?:much|expensive)|price|fee|costs?|budget|pay|paid|owe|spend|salary|rent|deposit|total|sum|amount|bill", AMOUNTS),
    (r"how (?:many|often)|number of|how few", COUNTS | {"moment"}),
    (r"how (?:old|long)|what age", COUNTS | TIMES),
    (r"how (?:far|tall|heavy|big|wide|high|deep|large|fast|hot|warm|cold)|(?:size|temperature|dose|weigh|height)\w*", COUNTS),
    (r"who|whose|whom|names?|called|where|(?:which|what) (?:city|town|country|person|place|air\w+)", frozenset(("name",))),
    (r"where|whereabouts", frozenset(("place",))),
    (r"code|pin|number|phone|id|combination|plate|reference", frozenset(("code", "number", "phone", "counted"))),
    (r"colou?r", frozenset(("colour",))),
    (r"e-?mail|address|website|url|link", frozenset(("address", "code", "number"))),
)  # fmt: skip
PATTERNS = tuple((re.compile(rf"\b(?:{words})\b", re.I), kinds) for words, kinds in WANTED)
REQUEST = re.compile(
    r"\W*(?:(?:please|and|so|ok|okay|now|hey|hi|can you|could you|would you|will you)\b[\s,]*)*"
    r"(?:(?:remind|tell|give|show|send|repeat)\b(?: (?:to )?(?:me|us|it|that)\b)?|list|name|summar\w+ what"
    r"|i (?:forgot|forget|need to know|want to know"
    r"|wonder|can'?t remember|don'?t remember|have forgotten|lost)|do you (?:still )?(?:remember|recall|know)"
    r"|(?:let'?s )?(?:recap|recall)"
    r"|what about|how about)\b",
    re.I,
)
TO_ASSISTANT = re.compile(
    r"\b(?:did|have|had|were|was|are) you\b|\byou(?:'ve|’ve| have|'d| had)? (?:\w+ )?(?:sa(?:y|id)"
    r"|suggest(?:ed)?|recommend(?:ed)?"
    r"|told|tell|ga?ve|mention(?:ed)?|advi[sc]ed?|proposed?|calculated|work(?:ed)? out|came? up|list(?:ed)?"
    r"|offer(?:ed)?|quoted?)\b"
    r"|\byour (?:advice|suggestion|recommendation|tip|idea|estimate|answer|plan|list)",
    re.I,
)
OF_KIND = frozenset(  # words that say what kind of answer is wanted, and not what it is about
    "name call old age day date week weekday month year time hour number colour color price cost much many kind sort".split()
)
MEASURING = AMOUNTS | COUNTS | {"phone"}
NEGATIVE = frozenset("not never no without nobody nothing neither none".split())


@dataclass(frozen=True)
class Question:
    """One question, or one request to tell what was said."""

    text: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return words(re.sub(r"\bfor a living\b", "", self.text, flags=re.I))  # which asks for a job, and for no life

    @cached_property
    def low(self) -> frozenset[str]:
        return frozenset(w.low for w in self.words)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """What it is about: the base forms of its words that are not small, in order."""
        return tuple(sorted(content(self.words)))

    @cached_property
    def subject(self) -> tuple[str, ...]:
        """Those of its words that say what it is about: "rings" in "How much do the rings cost?"."""
        return tuple(base for base in self.bases if base not in OF_KIND)

    @cached_property
    def measures(self) -> bool:
        """Whether only a number answers it: "How old …?", "How much …?"."""
        return bool(self.wanted) and self.wanted <= MEASURING

    @cached_property
    def meanings(self) -> tuple[tuple[str, Meaning], ...]:
        return tuple((base, meaning(base)) for base in self.bases)

    @cached_property
    def topics(self) -> frozenset[str]:
        """The topics of ordinary life that it asks for."""
        return frozenset(name for name, asks, _ in lists.topics() if asks.search(self.text))

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The kinds of value that answer it; none where any sentence may."""
        return frozenset().union(*(kinds for pattern, kinds in PATTERNS if pattern.search(self.text)))

    @cached_property
    def who(self) -> bool:
        return not self.low.isdisjoint(("who", "whose", "whom"))

    @cached_property
    def why(self) -> bool:
        return bool(re.search(r"\bwhy\b|\breason|\bhow come\b", self.text, re.I))

    @cached_property
    def where(self) -> bool:
        return "where" in self.low

    @cached_property
    def of_user(self) -> bool:
        return not self.low.isdisjoint(FIRST)

    @cached_property
    def of_assistant(self) -> bool:
        """Whether it asks for what the assistant said: "Which book did you recommend?"."""
        return bool(TO_ASSISTANT.search(self.text))

    @cached_property
    def negative(self) -> bool:
        return not self.low.isdisjoint(NEGATIVE)

    @cached_property
    def persons(self) -> frozenset[str]:
        """The people and names in it."""
        return sentence_of(self.text).people


@remembered(1024)
def questions(text: str) -> tuple[Question, ...]:
    """The questions of a message, requests such as "Remind me what my car is" among them."""
    found = [one for one in sentences(text) if is_question(one) or REQUEST.match(one)]
    return tuple(Question(part) for one in found for part in _parts(one))


def _parts(sentence: str) -> list[str]:
    """ "What is my name and where do I live?" asks two things."""
    parts = re.split(r",? (?:and|or) (?=(?:what|who|when|where|why|how|which)\b)", sentence, flags=re.I)
    whole = all(content(words(part)) for part in parts)
    return parts if whole else [sentence]
