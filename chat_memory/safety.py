"""Untrusted text: kept off the disk, quoted as data, screened for instructions, and never part of a path.

None of this makes untrusted text safe. Each function makes one attack harder and says what it does not stop; what holds
without exception is where a text is put: never into the system message.
"""

import re
import unicodedata
from hashlib import sha256

from .redaction import CAUGHT_BY_MISTAKE, NOT_CAUGHT, Redacted, redact, redacted

__all__ = [
    "CAUGHT_BY_MISTAKE",
    "NOT_CAUGHT",
    "Redacted",
    "instructions_in",
    "quoted",
    "redact",
    "redacted",
    "safe_filename",
]

# ---- text as data ----

MARKS = frozenset(
    "\"'<>`´„‚‘’“”‛‟«»‹›「」『』〝〞〟❛❜❝❞〈〉《》⟨⟩❮❯ʺ˝ˮ″‶⹂🙶🙷🙸˂˃ᐸᐳ⟪⟫ˋ"
)  # what closes a quotation, a tag or a fence
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159")
BLANK |= {chr(code) for first, end in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for code in range(first, end)}  # variants
SHORT = {"\\": "\\\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # the Unicode categories of controls, directions, halves, private letters
HARMLESS = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])|\ufe0f")


def quoted(text: str) -> str:
    """The text as one JSON string, for a message that says what it is: f"An e-mail, quoted: {quoted(mail)}".

    It stays on one line, so no line of it can pass for a message or a role of its own, and no quotation mark, tag or
    fence in it can close what it stands in: these are written as escapes, and so is what a reader would not see, such as
    direction marks, blank letters and variation selectors. `json.loads` gives the text back. Two signs stay for the sake
    of readers: an apostrophe between two letters, and the one selector U+FE0F behind a sign that it makes an emoji of.

    That makes it hard to get an instruction in the text followed; it does not make it impossible, because the model
    reads the words all the same. Raises TypeError for what is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text can be quoted, not {type(text).__name__}.")
    stays = {match.start() for match in HARMLESS.finditer(text) if match[0] != "\ufe0f" or _shows(text, match.start())}
    return '"' + "".join(char if i in stays else _written(char) for i, char in enumerate(text)) + '"'


def _written(char: str) -> str:
    return SHORT.get(char) or (_escaped(char) if _closes_or_hides(char) else char)


def _shows(text: str, at: int) -> bool:
    """Whether a selector stands behind a sign that can be an emoji, such as a heart."""
    return at > 0 and unicodedata.category(text[at - 1]) == "So" and not _closes_or_hides(text[at - 1])


def _closes_or_hides(char: str) -> bool:
    """Also of letters that are a variant of such a sign, as a wide quotation mark is."""
    if (
        char in BLANK
        or unicodedata.category(char) in UNSEEN
        or (char not in " \u3000" and unicodedata.category(char) == "Zs")
    ):
        return True
    return not MARKS.isdisjoint(unicodedata.normalize("NFKC", char)) or char in MARKS


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


# ---- instructions ----

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


# ---- names of files ----


def safe_filename(conversation_id: str) -> str:
    """A name for the file of a conversation, without an ending: lower-case letters, digits and "-", at most 81 characters.

    Whatever the id holds (paths, NUL, "con", 5,000 letters), the name stays in its folder, on Windows and macOS too. Its
    first part is for people to read; the second, 160 bits of the id's SHA-256, is what keeps two ids apart, also those
    that differ only in upper and lower case or look alike. Raises TypeError for what is no text.
    """
    if not isinstance(conversation_id, str):
        raise TypeError(f"A conversation id is text, not {type(conversation_id).__name__}.")
    readable = re.sub(r"[^a-z0-9]+", "-", conversation_id[:200].lower())[:40].strip("-") or "chat"
    return f"{readable}-{sha256(conversation_id.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"
