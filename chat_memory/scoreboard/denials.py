"""What a reply says about itself, or denies: that one does not know, that it is so, that it is not so."""

import re

from ..search import terms

_NOT = (
    r"(?:not|never|don't|doesn't|didn't|haven't|hasn't|isn't|aren't|wasn't|weren't|can't|couldn't|cannot|unable|won't)"
)
_UNKNOWN = re.compile(  # a reply that says that it does not know
    rf"\b(?:I|I'm|I've|we|we've) (?:\w+ )?{_NOT}(?: \w+){{0,3}}? "
    r"(?:know|tell|find|say|see|sure|certain|recall|remember|answer|aware|heard|have)\b"
    rf"|\b(?:you|we|I)(?:'ve| have)? (?:\w+ )?{_NOT}(?: \w+)?? "
    r"(?:mention|said|say|state|specif|provid|share|told|tell|gave|give|talk|sp[eo]ak|spoke|discuss|bring|brought|touch|cover)"
    rf"|\b{_NOT} (?:yet |ever |been |come |actually )*(?:mentioned|said|stated|specified|provided|known|shared"
    r"|discussed|told|given|clear|brought up|talked about|come up|came up|sure|certain"
    r"|in (?:our|this|the|these) (?:conversation|chat|talk|messages?))\b"
    rf"|\b{_NOT} (?:\w+ )?(?:come|came) up\b|\bnever c[oa]me up\b|\bnot that I(?:'m| am)? (?:know|aware|recall|remember)"
    r"|\b(?:no|without) (?:\w+ )?(?:information|record|mention|details?|answer|idea|memory|knowledge|clue)\b"
    rf"|\b{_NOT} (?:\w+ ){{0,3}}any (?:\w+ )?(?:information|record|mention|details?|answer|idea|memory|knowledge)\b"
    r"|\b(?:nothing|nowhere|no one|none) (?:\w+ ){0,4}in (?:our|this|the|these|what) (?:\w+ )?"
    r"(?:conversation|chat|talk|messages?|you)\b"
    r"|\bnothing (?:about|on) (?:that|this|it)\b"
    r"|\bI find (?:no|none|nothing)\b|\bthe nearest I find\b|\b(?:unknown|unsure)\b|\bunable to (?:tell|say|find|answer)\b",
    re.IGNORECASE,
)
_GUESS = re.compile(
    r"\bbut (?:I'd|I would|my guess|probably|maybe|perhaps|I (?:guess|think|suppose|assume|believe)"
    r"|it(?:'s| is| may| might| must))\b"
    r"|\bmy (?:best )?guess\b|[;,.] *yes\b",
    re.IGNORECASE,
)
_ASSERTS = re.compile(
    r"\b(?:is|are|was|were|has|had|works?|lives?|takes?|meets?|costs?|leaves|called)\b|'s [a-z]", re.IGNORECASE
)
_OF_ONESELF = re.compile(
    r"^\W*(?:I|I'm|I've|we|sorry|hm+|well|let me|good|thanks?|thank you|looking|unfortunately|sadly|going)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n|;\s")
_CLAUSE = re.compile(r"\s*(?:[,;:()–—]|\b(?:but|though|although|while|whereas)\b)\s*")
_QUOTED = re.compile(r'["“”]([^"“”]+)["“”]')
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|lacks?|lacking|absent|stopped|quit|ceased|cancelled"
    r"|refused?|declined?|gave up|given up|free of|zero|0"
    r"|(?:decide[sd]?|vote[sd]?|ch(?:oo|o)se|chosen|advised?) against)\b|n't\b",
    re.IGNORECASE,
)
_DENIES_NOTHING = re.compile(
    r"\b(?:no doubt|without (?:a |any )?doubt|no question|not only|not just|not merely|not long ago|not (?:so |too )?bad"
    r"|not surprisingly"
    r"|no wonder|no worries|no problem|no need to worry|nothing (?:easier|better|simpler)|not to mention|no less|why not)\b",
    re.IGNORECASE,
)
_TWICE = re.compile(  # a denial that is denied
    rf"\b(?:{_NOT}|no longer) (?:\w+ ){{0,3}}?(?:without|lack\w*|den(?:y|ied|ies)|untrue|false|wrong|stop\w*|refus\w*)\b"
    r"|\b(?:not|isn't) (?:true|right|correct|so|the case) that (?:[\w']+ ){0,8}?(?:not|never|no|none|without|lacks?|\w+n't)\b",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^\W*(?:(?:unfortunately|sadly|luckily|sorry|well|actually|oh|hm+|ah|as far as I (?:know|can (?:see|tell))"
    r"|I'm afraid|I am afraid"
    r"|I (?:believe|think)|(?:from|according to|going by|judging by) "
    r"(?:what|all) you(?:'ve| have)? (?:told|said|wrote|written)(?: me)?"
    r"|the (?:short )?answer is|that would be)\b\W*)+",
    re.IGNORECASE,
)
_YES, _NO = {"yes", "yep", "yeah"}, {"no", "nope"}
_BARE_YES = re.compile(
    r"(?:you|it|he|she|they|there|that)(?: (?:is|are|does|do|did|has|have|will|would)|'ll|'re|'s)(?: so| indeed)?\W*",
    re.I,
)
SHORT = 5  # words: a reply of so few denies by a word of denial, whatever it leaves out


def says_unknown(reply: str) -> bool:
    """Whether a reply says that it does not know, or that it is not sure."""
    return bool(_UNKNOWN.search(_plain(reply)))


def only_unknown(reply: str) -> bool:
    """Whether that is all that a reply says: it asserts nothing before, and guesses nothing behind."""
    reply = _plain(reply)
    for sentence in _SENTENCE.split(reply):
        if found := _UNKNOWN.search(sentence):
            before = [
                clause for clause in _CLAUSE.split(sentence[: found.start()])[:-1] if not _OF_ONESELF.search(clause)
            ]
            return not any(map(_ASSERTS.search, before)) and not _GUESS.search(reply)
        if sentence.strip() and not sentence.rstrip().endswith(("?", "!")) and not _OF_ONESELF.search(sentence):
            return False
    return False


def yes_or_no(question: str, reply: str) -> str | None:
    """Whether a reply says that what is asked is so: "yes" or "no", None where it says neither.

    Its first word says so, or the clause, else the sentence, that is about all that is asked, with a denial or without one; a
    denial that is denied is none.
    """
    if says_unknown(reply):  # what it quotes all the same is no yes, but it may be a no
        quoted = " ".join(_QUOTED.findall(reply))
        return "no" if quoted and yes_or_no(question, quoted) == "no" else None
    plain = _DENIES_NOTHING.sub(" ", _OPENER.sub("", _plain(reply))).strip()
    first = re.match(r"\W*([a-z]+)", plain.casefold())
    said = _of_what_is_asked(question, plain)
    if first and first[1] in _NO:
        return "no"
    if first and first[1] in _YES:
        return said or "yes"
    if said is None and len(plain.split()) <= SHORT:
        return "no" if _DENIAL.search(plain) else "yes" if _BARE_YES.fullmatch(plain) else None
    return said


def _of_what_is_asked(question: str, reply: str) -> str | None:
    asked = set(terms.of_question(question))
    for parts in (_SENTENCE, _CLAUSE):
        pieces = [piece for sentence in _SENTENCE.split(reply) for piece in parts.split(sentence)]
        about = [(len(asked & set(terms.of_fact(piece))), piece) for piece in pieces]
        share, best = max(about, key=lambda each: each[0])
        if not asked or share * 2 < len(asked):
            return None
        if parts is _SENTENCE:
            whole, most = best, share
        elif share == most:
            whole = best
    return "yes" if _TWICE.search(whole) or not _DENIAL.search(whole) else "no"


def _plain(reply: str) -> str:
    return reply.replace("’", "'")
