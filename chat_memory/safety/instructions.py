"""Sentences that try to tell a model what to do: a list of English patterns, and what it is good for."""

import re
import unicodedata

REPLY = r"(?:repl(?:y|ies)|answers?|responses?|messages?|sentences?|outputs?)"
SPEAK = (
    "reply|respond|answer|say|end|begin|start|finish|sign|call|address|mention|recommend|reveal|write|use|speak|tell"
    "|include|add|append|refuse|translate|output|send|forward|talk|act|pretend"
)
RULES = r"(?:instructions?|rules?|prompts?|guidelines?|directions?|directives?|restrictions?|safeguards?)"
ORDERS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # "ignore all previous instructions", "forget everything above"
        rf"\b(?:ignore|disregard|forget|override|bypass|drop|discard)\b(?: [\w']+){{0,5}}? {RULES}\b",
        r"\b(?:ignore|disregard|forget) (?:everything|all|anything)(?: [\w']+){0,4}? (?:above|before|earlier|said|told)\b",
        # "from now on you …", "always reply …", "end every reply with …", unless somebody tells of himself
        rf"\b(?:from now on|from this point on|from here on|going forward|henceforth),?(?: please)?(?: you\b| (?:{SPEAK})\b"
        r"| always\b| never\b| your?\b| every\b| all (?:your|replies|answers)\b)",
        rf"(?:^|[:;,] |\b(?:please|you must|you should|you will|and|then|must|should|shall) )(?:always|never|only) (?:{SPEAK})\b",
        rf"\b(?:end|begin|start|finish|close|sign|prefix|open)s? (?:off )?(?:(?:every|each|all|any|your|of|the|following"
        rf"|future|next|single) )+{REPLY}\b",
        rf"\b(?:every|each|all|any|your|future|following)(?: (?:single|of|your|future|following|next|the))* {REPLY}"
        r"(?: \w+){0,3}? (?:must|should|shall|has to|have to|needs? to|are to|is to|to (?:end|begin|start|include))\b",
        rf"\b(?:add|append|put|include|insert)\b(?: [^\s.]+){{1,8}}? (?:to|in|at the end of|into) (?:every|each|all|your)"
        rf"(?: \w+)? {REPLY}\b",
        rf"\b(?:reply|respond|answer|speak|write|talk) (?:only|exclusively|to (?:everything|every \w+|all \w+)|in every {REPLY}"
        r"|to me only)\b",
        # another role, other rules
        r"\byou are (?:now|no longer|from now on)\b|\b(?:pretend|imagine) (?:to be|you are|that you are)\b",
        r"\b(?:act|behave|respond|reply|answer) as (?:if you|though you|an? (?:unrestricted|evil|different|hacker))\b",
        rf"\b(?:new|updated|revised|additional|real|true|secret|hidden) (?:system )?{RULES}\s*:",
        r"\b(?:developer|debug|god|admin|maintenance|jailbreak|dan) mode\b|\bsystem (?:prompt|override|update)\b",
        # what to hide and what to give away
        r"\b(?:do not|don't|never) (?:tell|inform|warn|alert|mention (?:this|it) to) (?:the )?(?:user|customer|anyone|human)",
        rf"\b(?:reveal|print|repeat|show|output|leak|disclose|send|forward)\b(?: [\w']+){{0,4}}? "
        rf"(?:(?:system|hidden|secret|initial|original) {RULES}|api keys?|passwords?|this conversation|chat history)\b",
        # words to a model
        r"\b(?:if|as) you(?: are|'re)? an? (?:ai|llm|language model|assistant|chatbot|bot|agent)\b",
        r"\b(?:ai|llm|language models?|assistants?|chatbots?|bots?|ai agents?)\b(?: [\w']+){0,3}? (?:must|should|shall|need to"
        r"|needs to|has to|have to|is to|are to|is required to)\b",
    )
)
ROLES = "system|developer|assistant|user|human|ai|bot|instructions?"
LABEL = re.compile(
    rf"(?:</?\w{{1,30}}> ?)?[\s\"'*_#>\[(<|{{/-]*(?:{ROLES})(?: (?:message|prompt|note|notice))?"
    r"[\s\"'*_\])>|}]*(?::|(?<=[>\]])\s*$|(?<=[>\]])\s)|\W*\[/?INST\]|\W*<\|\w{2,30}\|>|\W*###? ?(?:instruction|system)",
    re.I,
)
OF_HIMSELF = re.compile(
    r"\b(?:i|we|he|she|they|it|who|my \w+|our \w+)(?: \w+ly| \w+'?d| will| can| always| never)? ?$", re.I
)
MOST_LETTERS = 1_000  # of a sentence that are read at a time


def instructions_in(text: str) -> list[str]:
    """The sentences and lines of a text that try to tell a model what to do, in their order and as they stand there.

    For facts before they are stored, and for documents before they are pasted: a sentence that is listed is worth a look.
    It is a list of English patterns, no more. It misses other languages, disguised spelling, and whatever is said in
    words that its author did not think of; it lists some harmless sentences. Of the 40 attacks in the tests it finds 31,
    of 20 that were written after it only 8; of as many harmless sentences it lists 6 and none. An empty list proves
    nothing.
    Raises TypeError for what is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text can be screened, not {type(text).__name__}.")
    return [sentence for line in text.splitlines() for sentence in _sentences(line) if _orders(sentence)]


def _sentences(line: str) -> list[str]:
    """A line cut at its sentences; very long ones in pieces."""
    pieces = re.split(r"(?<=[.!?])\s+", line.strip())
    return [piece[i : i + MOST_LETTERS] for piece in pieces for i in range(0, len(piece), MOST_LETTERS)]


def _orders(sentence: str) -> bool:
    seen = unicodedata.normalize("NFKC", sentence).replace("’", "'")
    seen = "".join(char for char in seen if unicodedata.category(char) != "Cf")
    seen = re.sub(r"\s+", " ", seen)
    if LABEL.match(seen):
        return True
    found = (match for order in ORDERS for match in order.finditer(seen))
    return any(not OF_HIMSELF.search(seen[max(0, match.start() - 40) : match.start()]) for match in found)
