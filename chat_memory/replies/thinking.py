"""Text as it arrives: in pieces that can be sent again, and without what a model thinks aloud before its reply."""

import re

from ..unsendable import whole

# Reasoning models whose server does not take their thinking out begin it with one of these.
THINKING = ("think", "thinking", "thought")
_MORE = r"\s(?=\s*>|[^<>]*=)[^<>]{0,200}"  # blanks, or an attribute: "<think about it>" is text
BEGIN = re.compile(rf"<({'|'.join(THINKING)})(?:{_MORE})?>", re.IGNORECASE)
NOT_COMPLETE = re.compile(rf"<({'|'.join(THINKING)})\s[^<>]{{0,200}}", re.IGNORECASE)
LONGEST_TAG = 220  # characters
BLANKS = re.compile(r"[\s\ufeff\u200b\u2060]+")  # what may stand before it: blanks, a byte order mark, invisible signs
# The end without the beginning, alone on its line: the templates of DeepSeek-R1, QwQ and Qwen3 put the beginning into the
# prompt. Within a line it is a word of the reply.
END_ALONE = re.compile(rf"(?:\A|\n)[ \t]*</(?:{'|'.join(THINKING)})>[ \t\r]*(?=\n|\Z)", re.IGNORECASE)


def after_thinking(text: str) -> str:
    """A whole reply without thinking that has an end alone, its beginning having been part of the prompt."""
    end = END_ALONE.search(text) if "</" in text else None
    if end is None or BEGIN.search(text, 0, end.start()):
        return text
    return _unblanked(text[end.end() :])


class Arriving:
    """A text that comes in pieces, cut anywhere. `take` and `rest` return what of it is the reply, as soon as it is sure.

    Thinking is left out where it stands first, closed or not: a later "<think>" is part of the reply. Thinking may hold
    thinking; where it only speaks of the tag, the reply is what follows the last end. Of an emoji that comes in two
    halves the first waits for the second; a half that stays alone becomes the sign U+FFFD.
    """

    def __init__(self) -> None:
        self._half = ""  # of an emoji
        self._held = ""  # what is not sure yet: it may be, or be in, a tag
        self._deep, self._tags = 0, BEGIN  # how much thinking is open, and what opens and ends it
        self._after: str | None = None  # of thinking that is still open, what follows its last end
        self._sure = False  # that the reply has begun
        self.thought = False

    def take(self, piece: str) -> str:
        """The next piece; returns the text that is sure by now, "" where none is."""
        text = self._half + piece
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = whole(text[: len(text) - len(self._half)])
        if self._sure:
            return text
        self._held += text
        while self._past_thinking() or self._begun():
            pass
        return self._reply()

    def rest(self) -> str:
        """The end of the text: what was held back and is no thinking after all."""
        text = self.take("\ufffd") if self._half else ""
        held = "" if self._deep and self._after is None else (self._after or "") + self._held
        held = _unblanked(held) if self._deep else held
        self._held, self._sure = "", True
        return text + held

    def _begun(self) -> bool:
        """Whether thinking begins with what is held; its tag is taken off."""
        begun = _unblanked(self._held)
        tag = None if self._deep else BEGIN.match(begun)
        if tag:
            self.thought, self._deep, self._held = True, 1, begun[tag.end() :]
            self._tags = re.compile(rf"<(/?){tag[1]}(?:{_MORE})?>", re.IGNORECASE)
        return tag is not None

    def _past_thinking(self) -> bool:
        """Whether open thinking ends in what is held; what belongs to it is taken off."""
        while self._deep and (tag := self._tags.search(self._held)):
            if self._after is not None:
                self._after += self._held[: tag.end()]
            self._held = self._held[tag.end() :]
            self._deep += -1 if tag[1] else 1
            if tag[1]:
                self._after = "" if self._deep else None
            if not self._deep:
                return True
        if self._deep:  # only what may begin a tag is still of use
            tail = self._held.rfind("<")
            cut = tail if tail >= 0 and len(self._held) - tail <= LONGEST_TAG else len(self._held)
            if self._after is not None:
                self._after += self._held[:cut]
            self._held = self._held[cut:]
        return False

    def _reply(self) -> str:
        begun = _unblanked(self._held)
        if self._deep or (begun[:1] in ("", "<") and _may_begin(begun)):
            return ""
        text, self._held, self._sure = begun if self.thought else self._held, "", True
        return text


def _may_begin(text: str) -> bool:
    """Whether a text, so far, may be the beginning of thinking: it is still blank, or a tag that is not complete."""
    return any(f"<{name}>".startswith(text.lower()) for name in THINKING) or bool(NOT_COMPLETE.fullmatch(text))


def _unblanked(text: str) -> str:
    blanks = BLANKS.match(text)
    return text[blanks.end() :] if blanks else text
