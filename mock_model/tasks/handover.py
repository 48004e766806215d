"""What is handed over to be summarised or to look for facts in: the request, what is known so far, a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mock_model.sentences.lists import phrases
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences
from mock_model.tasks.orders import own_words, without_quotes
from mock_model.tasks.prompt_parts import REQUEST, Asks, Parts, parts_of

ALONE = re.compile(  # an order that ends a conversation, wherever a program puts it
    r"\b(?:so far|above|(?:this|our|the) (?:whole |entire )?"
    r"(?:conversation|chat|dialog(?:ue)?|discussion|exchange|transcript|history))\b",
    re.I,
)
LIVING = re.compile(  # what instructions for a conversation that goes on speak of
    r"\b(?:answer(?!s? (?:only )?(?:with|in)\b)|answers|answering|reply(?! (?:only )?(?:with|in)\b)|replies|help|asks?|asked|then"
    r"|first,|before you|assistants? (?:that|who))\b",
    re.I,
)
STRONG = ("system", "developer")
HERE, ABOVE, FOLLOWING, EARLIER, NOTHING, TOLD = (
    phrases(name, "summary.txt") for name in "here above following earlier nothing told".split()
)
HEADING = re.compile(r"\W*\b[\w ]{1,40}[\"']?:\W*$|^\W*[\w ]{1,40}[\"']?:\s*[\"']?", re.M)


class Handed(NamedTuple):
    """What a request hands over."""

    own: str  # what the writer says himself: the request
    held: tuple[str, ...] = ()  # what is known so far, such as an earlier summary
    talk: tuple[dict, ...] = ()  # the conversation
    sent: Sequence[dict] = ()  # all messages of the request
    quoted: bool = False  # whether the conversation is quoted in a message, with its speakers


def handed(messages: Sequence[dict], asks: Asks) -> Handed | None:
    """What the last message, or a system message before it, hands over and asks for; None where neither asks."""
    mine = parts_of(text_of(messages[-1]), asks) if messages[-1]["role"] == "user" else Parts("")
    asked = asks(own_words(mine.own)) or (bool(mine.talk) and asks(without_quotes(mine.own)))
    lives = messages[-1]["role"] == "user" and not mine.talk and not asked  # a question or a remark that waits
    own_of = own_words if lives else without_quotes
    orders = [p for m in messages if m["role"] in STRONG and asks(own_of((p := parts_of(text_of(m), asks)).own))]
    first = lives and all(m["role"] in STRONG for m in messages[:-1])  # a text may be handed over so
    orders = [p for p in orders if not lives or (not LIVING.search(p.own) and (first or ALONE.search(p.own)))]
    if not asked and not orders:
        return None
    own, talk, held = mine.own, mine.talk, [part.previous for part in (*orders, mine)]
    if asked and not talk:
        own, talk = _loose(own, asks, any(m["role"] not in STRONG for m in messages[:-1]))
    elif talk and not asked:  # what stands beside the conversation, under whatever heading
        held.append(HEADING.sub("", own))
    elif not asked and (talk := orders[-1].talk) == () and own and all(m["role"] in STRONG for m in messages[:-1]):
        talk = ({"role": "user", "content": own, "plain": True},)
    quoted = any(not message.get("plain") for message in talk)
    if not talk or (talk[0].get("plain") and asked and EARLIER.search(own) and not FOLLOWING.search(own)):
        before = [m for m in messages[: -asked or None] if m["role"] not in STRONG or not asks(text_of(m))]
        held += [s for m in before if m["role"] in STRONG for s in sentences(text_of(m)) if TOLD.search(s)]
        talk = (*(m for m in before if m["role"] not in STRONG), *talk)  # of a system's what it knows about the user
    held = [text for text in held if text and not NOTHING.fullmatch(text)]
    return Handed("\n".join([own] * asked + [p.own for p in orders]), tuple(held), talk, messages, quoted)


def _loose(own: str, asks: Asks, talked: bool) -> tuple[str, tuple[dict, ...]]:
    """A request and the plain text it is about: "Summarize this: …", or paragraphs below or above the request.

    What follows a request in a conversation is about how to do it; what stands before it was said, if the request is of that.
    """
    head, _, rest = own.partition(":")
    alone = not re.search(r"\n\n|[\[{]", head + rest.lstrip()[:1]) and asks(["", *sentences(head)][-1])
    if alone and len(rest.split()) > 2:
        told = [
            part for part in re.split(r"\n\s*\n", rest) if not (REQUEST.match(part) and part.rstrip('" \n')[-1:] == ":")
        ]
        return head, ({"role": "user", "content": "\n".join(told), "plain": True},)
    paragraphs = re.split(r"\n\s*\n", own)
    request = [n for n, part in enumerate(paragraphs) if asks(part) or REQUEST.match(part)]
    said = "\n".join(paragraphs[n] for n in request)
    first = next((n for n, part in enumerate(paragraphs) if asks(part)), 0)
    above, below = bool(ABOVE.search(said)) or talked, bool(FOLLOWING.search(said))
    meant = [n for n in range(len(paragraphs)) if n not in request and (above or n > first) and (below or n < first)]
    meant = meant if above != below else [n for n in range(len(paragraphs)) if n not in request]
    loose = "\n".join(paragraphs[n] for n in meant) if HERE.search(said) else ""
    return said if loose else own, ({"role": "user", "content": loose, "plain": True},) * bool(loose)
