"""Text as it arrives: in pieces that can be sent again, and without what a model thinks aloud before its reply."""

from .letters import whole

# Reasoning models whose server does not take their thinking out begin it with one of these.
THINKING = ("<think>", "<thinking>", "<thought>")


class Arriving:
    """A text that comes in pieces, cut anywhere. `take` and `rest` return what of it is the reply, as soon as it is sure.

    Thinking is left out where it stands first, closed or not: a later "<think>" is part of the reply. Of an emoji that
    comes in two halves the first waits for the second; a half that stays alone becomes the sign U+FFFD.
    """

    def __init__(self) -> None:
        self._half = ""  # of an emoji
        self._held = ""  # what may be, or is, the beginning of thinking
        self._end = ""  # of the thinking that has begun
        self._sure = False  # that the reply has begun
        self.thought = False

    def take(self, piece: str) -> str:
        """The next piece; returns the text that is sure by now, "" where none is."""
        text = self._half + piece
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = whole(text[: len(text) - len(self._half)])
        return text if self._sure else self._after_thinking(text)

    def rest(self) -> str:
        """The end of the text: what was held back and is no thinking after all."""
        text = self.take("\ufffd") if self._half else ""
        held = "" if self._end else self._held
        self._held, self._sure = "", True
        return text + held

    def _after_thinking(self, text: str) -> str:
        self._held += text
        while True:
            if self._end:
                before, found, after = self._held.partition(self._end)
                if not found:
                    self._held = before[-len(self._end) :]  # its last letters may begin the end
                    return ""
                self._held, self._end = after, ""
            begun = self._held.lstrip()
            tag = next((tag for tag in THINKING if begun.startswith(tag)), None)
            if tag is None:
                break
            self.thought, self._end, self._held = True, f"</{tag[1:]}", begun[len(tag) :]
        if any(tag.startswith(begun) for tag in THINKING):  # too short to say, or still blank
            return ""
        text, self._held, self._sure = begun if self.thought else self._held, "", True
        return text
