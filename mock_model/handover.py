"""What is handed over to be summarised: a message taken apart into the request, an earlier summary and a conversation.

Programs write such prompts in many shapes: with headings, tags or fences, the conversation line by line, as JSON or as
plain text; the request first or last.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from mock_model.language import sentences
from mock_model.transcript import utterances

# ---- is a summary asked for? ----

SUMMARY = r"(?:summary|summaries|recap|synopsis|digest|overview)"
TALK = r"(?:conversation|chat|transcript|messages|dialogue|discussion|history|exchange|above|below|following|so far)"
FEW = r"(?: (?!based|using|from|about|sure|when|if|on|answers?|questions?)[\w'-]+){0,7}?"  # between verb and object
BEFORE = (  # what may stand before the request itself
    r"\W*(?:(?:please|now|then|so|ok|okay|hey|hi|hello|thanks|and|also|next|finally|great|first|progressively|briefly"
    r"|concisely|carefully|kindly|(?:your )?task|instructions?|(?:given|using) [^,\n]{1,80},"
    r"|in [\w -]{1,40}(?:words?|sentences?),)(?!\w)[\s,:.!–—-]*"
    r"|(?:(?:can|could|would|will)|how would) you\s+|i(?:'d| would)? (?:want|like|need) you to\s+|let's\s+"
    r"|your (?:task|job|goal|role) is to\s+|you (?:must|should|will|are to|need to|have to)\s+"
    r"|you are (?:an?|the) [^.\n]{0,60}?(?:that|who|and)\s+)*"
)
WRITE = (
    r"(?:you )?(?:write|give|make|create|produce|provide|update|extend|generate|return|output|draft|prepare|compose"
    r"|rewrite|revise|refresh|maintain|continue|show|merge|fold|combine|incorporate|integrate|turn|add)s?"
)
ASKED = re.compile(
    rf"{BEFORE}(?:(?:you )?(?:summari[sz]e|condense|compress|recap|distill?|shorten)s?\b(?! (?:your|each|every) )"
    r"|sum up\b|tl;?dr\b|boil\b.{0,40} down\b|you are (?:an?|the) [^.\n]{0,40}summari[sz]"
    rf"|{WRITE}{FEW} (?:{SUMMARY}\b|(?:notes?|memory|facts|minutes)\b.{{0,60}}\b{TALK}\b)"
    rf"|(?:extract|list|collect){FEW} (?:facts|details|information|preferences|decisions)\b.{{0,60}}\b{TALK}\b"
    rf"|(?:can|could|may) (?:i|we) (?:have|get|see){FEW} {SUMMARY}\b"
    rf"|i(?:'d| would)? (?:want|like|need) an?{FEW} {SUMMARY}"
    r"(?: of (?:our|this|what|everything|the (?:chat|conversation))|\W*$)"
    rf"|(?:an? |the )?(?:short |brief |concise |quick )*{SUMMARY}"  # "A short summary of our chat, please."
    r"(?: of (?:our|this|the) [^.:?\n]{0,60})?(?:,? (?:so far|please))*[.!?]*$)",
    re.I,
)
LATER = re.compile(
    r"\b(?:when|if|whenever|once) (?:you are |you're |i |the user |we )*(?:asks?|asked|requested|needed)\b", re.I
)
OTHER = re.compile(  # "summarize Moby Dick": not this conversation
    rf"\b(?:summari[sz]e|{SUMMARY} of)\s+(?:(?:the|my|an?) )?(?:book|novel|film|movie|paper|article|essay|thesis|plot"
    r"|chapter|report|history of|https?:|podcast|video|(?-i:[A-Z]\w+ [A-Z]\w+|[A-Z][a-z]+\W*$))",
    re.I,
)


@lru_cache(maxsize=1024)
def asks(text: str) -> bool:
    """Whether one of the sentences asks, now, for a summary."""
    return any(ASKED.match(s) and not LATER.search(s) and not OTHER.search(s) for s in sentences(text))


# ---- the parts of a message ----

ROLES = {
    **dict.fromkeys(("user", "human", "customer", "client", "me", "q", "student"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot", "model", "chatbot", "agent", "a", "you", "gpt", "chatgpt"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function"), "tool"),
}
SURE = ("user", "assistant", "human", "ai")  # a label even where it stands once
LABEL = re.compile(  # "user:", "[user]", "**User**:", "- Dana (10:02):", "3. USER:"
    r"[ \t>•*-]{0,4}(?:\d{1,3}[.)]\s*|\[\d[\d:. -]*\]\s*)?"
    r"[\[(<*_\"'#]{0,8}(?P<who>[A-Za-z][\w.'-]{0,40}(?: [A-Z][\w.'-]{0,40})?)"  # bounded, or "x____…" takes for ever
    r"(?:[*_\"')>\]]{0,8}(?: ?\([^)\n]{0,30}\))?\s*(?:[:：]|[-=]>)[*_\"']*|\](?=\s))[ \t]*"
)
NO_SPEAKER = re.compile(
    r"(?:notes?|keep|include|rules?|summary|transcript|conversation|messages|history|limits?|format|task|context|example"
    r"|input|output|important|instructions?|previous|new|current|length|style|max\w*|budget|dates?|time|names?|deadline"
    r"|address|phone|email|subject|title|ps|re)$",
    re.I,
)
ARTICLE = r"\W*(?:here (?:is|are) |this is |below is )?(?:(?:the|your|my|our|a) )?"
PREVIOUS = re.compile(
    rf"{ARTICLE}(?:(?:previous|existing|earlier|current|prior|old|running|last)(?: \w+)? (?:summary|notes?|memory)"
    r"|summary(?: of (?:the|our) \w+)? (?:so far|until now|to date)"
    r"|summary of (?:the |our )?(?:earlier|previous|older))"
    r"[^:\n.?!]{0,40}(?::[*_ \t]*|$)",
    re.I,
)
MATERIAL = re.compile(
    rf"{ARTICLE}(?:(?:new|recent|latest|older|oldest|following|full|chat|next|additional) )*"
    r"(?:conversation|transcript|messages|dialogue|dialog|chat|history|turns|lines|exchange|discussion|text|content|log)"
    r"\b[^:\n.?!,]{0,40}(?::[*_ \t]*|$)",
    re.I,
)
CLOSING = re.compile(r"\W*(?:(?:new|updated|final|your|the) ){0,6}(?:summary|recap|note|answer|response)\s*:\W*$", re.I)
PROMPTING = re.compile(
    r"\W*(?:please |also |now |then )*(?:keep|include|preserve|retain|focus|limit|use|write|return|do not|don't|never"
    r"|only|be (?:brief|concise|short)|(?:in )?at most|max|no more|under|output|answer|respond|reply|make sure|mention"
    r"|drop|leave out|omit|format|ignore|rules?|instructions?|requirements?|constraints?|guides?|capture|list|note)\b",
    re.I,
)
EXAMPLE = re.compile(r"^[^\w\n]*EXAMPLE[^\w\n]*$.*?^[^\w\n]*END OF EXAMPLE[^\w\n]*$|<\|im_end\|>", re.S | re.M)
HEADED = re.compile(r"^(?:#+ *|<\|im_start\|>)(user|assistant|human|ai|system)[ \t]*$", re.I | re.M)  # "### User"
INLINE = re.compile(  # headings and labels that do not begin their line
    r"(?<=[.!?:\"”)])[ \t]+(?=(?:previous|existing|current) summary\b[^:\n]{0,30}:"
    r"|(?:new|recent|latest) (?:messages|turns|lines)\b[^:\n]{0,30}:)"
    r"|(?<=[\w.!?:\"”)])(?<!\d\.)(?<!\d\))[ \t]+(?=(?:user|assistant|human|ai): )",
    re.I,
)
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)([^<>\n]*)>")
TAGS = {"own": re.compile("instruct|task|rules|prompt|format"), "previous": re.compile("summary|memory|notes")}
OPEN, CLOSE = "\x02", "\x03"  # marks for the begin and the end of a tagged section
HERE = re.compile(r"\b(?:this|following|below|above|these|text)\b", re.I)
LISTED = re.compile(r"\[\s*\{\s*['\"](?:role|content)['\"]")


class Parts(NamedTuple):
    """A message that asks for a summary, taken apart."""

    own: str  # what its writer says himself: the request
    previous: str = ""  # an earlier summary that is handed over
    talk: tuple[dict, ...] = ()  # the conversation that is handed over, as messages


@lru_cache(maxsize=64)
def parts(text: str) -> Parts:
    """Take a message apart: by its tags, fences, headings and labels, a list of messages out first."""
    text, listed = _without_list(EXAMPLE.sub("", re.sub(f"[{OPEN}{CLOSE}]", "", text)))
    text = HEADED.sub(r"\n\1:", text)
    text = INLINE.sub("\n", TAG.sub(_tag_as_line(text), text))
    speakers = _speakers(text)
    found = _sections(text.splitlines(), speakers)
    own, previous, material = ("\n".join(found[part]).strip() for part in ("own", "previous", "material"))
    if not material and not listed and asks(own):
        own, material = _loose(own)
    return Parts(own, previous, listed or _messages(material, speakers))


def _sections(lines: list[str], speakers: dict[str, str]) -> dict[str, list[str]]:
    """The lines of a message by the part to which they belong: own, previous or material."""
    found: dict[str, list[str]] = {"own": [], "previous": [], "material": []}
    last_label = max((n for n, line in enumerate(lines) if _label(line, speakers)), default=0)
    now, inside, gap = "own", "", True  # inside: the marks of the tags and the fence that are open
    for number, line in enumerate(lines):
        if line.startswith((OPEN, CLOSE, "```")):
            opens = line[0] == OPEN or (line[0] == "`" and "`" not in inside)
            inside = inside + line[0] if opens else inside[:-1]
            if opens:
                now = line[1:] if line[0] == OPEN else "material" if now == "own" else now
            elif not inside:
                now = "own"
            continue
        if not inside:
            heading = PREVIOUS.match(line) or MATERIAL.match(line)
            if _label(line, speakers):
                now = "material"
            elif heading and heading.end() > 3 and not asks(line):
                now = "previous" if PREVIOUS.match(line) else "material"
                line = line[heading.end() :]
            elif CLOSING.match(line) or (gap and number > last_label and (asks(line) or PROMPTING.match(line))):
                now = "own"
        found[now].append(line)
        gap = not line.strip()
    return found


def _without_list(text: str) -> tuple[str, tuple[dict, ...]]:
    """A text without the list of messages in it, written as JSON or as Python shows it; and the messages."""
    start = LISTED.search(text)
    if not start:
        return text, ()
    end = text.rfind("]") + 1
    for parse in (json.loads, ast.literal_eval):
        try:
            listed = parse(text[start.start() : end])
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        messages = [{"role": str(m.get("role", "user")), "content": said_in(m)} for m in listed if isinstance(m, dict)]
        return text[: start.start()] + text[end:], tuple(m for m in messages if m["content"])
    return text, ()


def said_in(message: dict) -> str:
    """What a message of such a list says. A line "system: …" inside it is its own: no other role speaks in it."""
    content = message.get("content") or ""
    parts = content if isinstance(content, list) else [{"text": content}]
    text = "\n".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))
    return "\n".join(said for _, said in utterances("", text))


def _tag_as_line(text: str) -> Callable[[re.Match[str]], str]:
    """Tags become lines: a label for <user>, a mark for the begin and the end of a section. Others are text."""
    closed = {m[2].lower() for m in TAG.finditer(text) if m[1]}

    def line(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        role = re.search(r"role=[\"']?(\w+)", tag[3])
        if name in ROLES or role:
            return "\n" if tag[1] else f"\n{role[1] if role else name}: "
        if name not in closed and not re.search("conv|transcript|messages|summary|history|chat|dialog", name):
            return tag[0]
        section = next((part for part, names in TAGS.items() if names.search(name)), "material")
        return f"\n{CLOSE}\n" if tag[1] else f"\n{OPEN}{section}\n"

    return line


def _speakers(text: str) -> dict[str, str]:
    """The labels of a transcript, each with its role, or with its own name where people are named."""
    labels = Counter(m["who"] for line in text.splitlines() if (m := LABEL.match(line)))
    known = {who: ROLES[who.lower()] for who in labels if who.lower() in ROLES}
    if len(known) < 2 and not any(who.lower() in SURE or labels[who] > 1 for who in known):
        known = {}
    names = [who for who in labels if who.lower() not in ROLES and who[0].isupper() and not NO_SPEAKER.match(who)]
    if "user" in known.values() or (not known and (len(names) < 2 or all(labels[who] < 2 for who in names))):
        names = []
    return known | {who: who for who in names}


def _label(line: str, speakers: dict[str, str]) -> re.Match[str] | None:
    label = LABEL.match(line)
    return label if label and label["who"] in speakers else None


def _loose(own: str) -> tuple[str, str]:
    """A request and the plain text it is about: "Summarize this: …", or paragraphs below or above the request."""
    head, _, rest = own.partition(":")
    keeps = re.search(r"\b(?:keep|preserve|include|retain)\W*$", head, re.I)  # "keep: names, numbers"
    if len(rest.split()) > 2 and "\n\n" not in head and not keeps and asks((sentences(head) or [""])[-1]):
        return head, rest
    paragraphs = re.split(r"\n\s*\n", own)
    requests = [p for p in paragraphs if asks(p) or PROMPTING.match(p)]
    if any(HERE.search(p) for p in requests):
        return "\n".join(requests), "\n".join(p for p in paragraphs if p not in requests)
    return own, ""


def _messages(material: str, speakers: dict[str, str]) -> tuple[dict, ...]:
    """The messages of a transcript; text without labels is a user's. Who alone is labelled with a name is the user."""
    found: list[dict] = []
    for line in material.splitlines():
        label = _label(line, speakers)
        if label:
            who = speakers[label["who"]]
            role = {"role": who} if who in ROLES.values() else {"role": "user", "name": who}
            found.append({**role, "content": line[label.end() :]})
        elif found:
            found[-1]["content"] += "\n" + line
        elif line.strip():
            found.append({"role": "user", "content": line})
    names = {m["name"] for m in found if "name" in m}
    if len(names) == 1:  # of several people each keeps his name
        found = [{"role": m["role"], "content": m["content"]} for m in found]
        found.insert(0, {"role": "user", "content": f"My name is {names.pop()}."})
    return tuple(found)
