"""One reply through the Responses API, whole or event by event: its items are read as the text and the calls of a message."""

from typing import Any

from ..content import field, stated
from ..errors import IncompleteReply
from ..messages import Message
from ..replies.calls import plain
from ..replies.reply import Reply, error_in_words, opened, reason_of, texts_in
from ..replies.usage import numbers
from ..tool_turns import REASONING_ITEMS
from .items import CALLS, Item, in_order, messages_of
from .request import HELD

ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
# Why a response is incomplete, in the words of a chat; anything else is said as it is.
INCOMPLETE = {"max_output_tokens": "length", "content_filter": "content_filter"}
DELTAS = {"response.output_text.delta": "text", "response.refusal.delta": "refusal"}
DONE = {"response.output_text.done": "text", "response.refusal.done": "refusal"}
THINKING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
WRITING = ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta")
SAID = {"output_text": "text", "text": "text", "refusal": "refusal"}  # parts of a message, and where they hold it


class NotContinued(IncompleteReply):
    """The server has answered without what it was to go on from: it ignores the id. `is_out`: some of the text has gone out."""

    is_out = False


class ResponseReply(Reply):
    """A reply of the Responses API as it arrives. A stream says each text twice, in pieces and whole: it counts once."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.id = ""
        self.is_stored = True  # unless the server says that it is not
        self._items: dict[int, Item] = {}  # whole ones, by their place in the output
        self._texts: dict[tuple[int, int], str] = {}  # of parts, as far as they have come, by item and place in it
        self._written: dict[int, str] = {}  # of calls, as far as it has come, by item
        self._thinking: set[int] = set()  # items of which what was thought has come in pieces

    @property
    def reasoning_tokens(self) -> int:
        """What was thought for this reply, in tokens, as the server says."""
        return self._reported.get("reasoning_tokens", 0)

    def message(self, *, reasoning: bool) -> Message:
        message = super().message(reasoning=reasoning)
        phases: list[str] = [item["phase"] for item in self._output() if item.get("phase")]
        return {**message, "phase": phases[-1]} if phases else message

    def is_as_kept(self, message: Message) -> bool:
        """Whether the server knows the reply as this message says it: nothing of it was changed, or left out."""
        try:
            known = messages_of(self._output())
        except (TypeError, ValueError, KeyError):  # an item that no message can say
            return False
        return [_as_said(each) for each in known] == [_as_said(message)]

    def take(self, answer: Any) -> str:
        """Take in a response, or an event of a stream; return its text."""
        event = opened(answer)
        kind = stated(event, "type")
        if not isinstance(kind, str):
            return self._take_response(event, answer)
        if kind == "error":
            raise IncompleteReply(error_in_words(stated(event, "error") or event), self._text())
        self.is_answer = True
        if response := opened(stated(event, "response")):
            return self._take_response(response, answer, is_end=kind in ENDS)
        item, part = (_place(event, name) for name in ("output_index", "content_index"))
        if name := DELTAS.get(kind):
            return self._add((item, part), name, str(field(event, "delta") or ""))
        if name := DONE.get(kind):
            return self._add_rest((item, part), name, field(event, name))
        if kind == "response.output_item.done":
            return self._take_item(item, field(event, "item"))
        if kind in THINKING:
            self._thinking.add(item)
            self._think(str(field(event, "delta") or ""))
        elif kind in WRITING:
            self._written[item] = self._written.get(item, "") + str(field(event, "delta") or "")
        return ""

    def count(self) -> None:
        """Count what it cost, with what has come of calls in a stream that broke off."""
        self._came += [text for item, text in self._written.items() if item not in self._items]
        super().count()

    def _take_response(self, response: Any, came: Any, is_end: bool = True) -> str:
        """Take in a response, at its end or, of a stream, before it."""
        if usage := opened(field(response, "usage")):
            self._reported |= numbers(usage, "input_tokens", "output_tokens")
        output = field(response, "output")
        if isinstance(output, (list, tuple)):
            self.is_answer = True
            self._check_that_it_goes_on(response)
            self.id = str(stated(response, "id") or self.id)
            self.is_stored = field(response, "store") is not False
        if error := stated(response, "error"):
            raise IncompleteReply(error_in_words(error), self._text())
        if not isinstance(output, (list, tuple)):
            self._no_reply = came
        elif is_end:
            said = [self._take_item(place, item) for place, item in enumerate(output)]
            self._end(response)
            return "".join(said)
        return ""

    def _check_that_it_goes_on(self, response: Any) -> None:
        """Raises NotContinued where the server does not say that it has gone on from what it was asked to."""
        wanted = self._request.get("previous_response_id")
        if wanted is None or field(response, "previous_response_id") == wanted:
            return
        self._request = {
            **self._request,
            "messages": self._request["messages"][self._request.get(HELD, 0) :],
        }  # was read
        ignored = NotContinued(
            "The server has ignored previous_response_id, and answered without what was said before. Ask again: from now "
            "on all of it is sent.",
            self._text(),
        )
        ignored.is_out = self._part == "delta" and any(self._said)
        raise ignored

    def _end(self, response: Any) -> None:
        """How it has ended, in the words of a chat; and what was thought, as the message holds it."""
        status = reason_of(stated(response, "status")).lower()
        why = reason_of(field(opened(stated(response, "incomplete_details")), "reason")).lower()
        if why or status not in ("completed", ""):
            self._finish_reason = INCOMPLETE.get(why, why or status)
        else:
            self._finish_reason = "tool_calls" if self._made else "stop"
        if thought := in_order(self._output()):
            self._reasoning.fields = dict(zip(REASONING_ITEMS, (thought, self.reasoning_tokens), strict=True))

    def _output(self) -> list[Item]:
        return [self._items[place] for place in sorted(self._items)]

    def _take_item(self, place: int, came: Any) -> str:
        """Take in a whole item: what of it has come already is not said again."""
        item = plain(came)
        if not isinstance(item, dict):
            return ""
        item, is_new = {"type": "message", **item}, place not in self._items
        self._items[place] = item
        if item["type"] == "message":
            content = item.get("content") or []
            parts = [{"type": "output_text", "text": content}] if isinstance(content, str) else content
            return "".join(self._take_part((place, number), part) for number, part in enumerate(parts))
        if is_new and item["type"] == "reasoning":
            self._think("" if place in self._thinking else texts_in(item))
        elif is_new and item["type"] in CALLS:
            name, given = CALLS[item["type"]]
            called = {"name": item.get("name"), given: item.get(given)}
            self._made.take([{"id": item.get("call_id") or item.get("id"), "type": name, name: called}], whole=True)
        return ""

    def _take_part(self, place: tuple[int, int], part: Any) -> str:
        kind = field(part, "type")
        if name := SAID.get(kind):
            return self._add_rest(place, name, field(part, name))
        raise IncompleteReply(
            f"The reply holds a part that is no text but {kind!r:.60}. Ask for text alone.", self._text()
        )

    def _add_rest(self, place: tuple[int, int], name: str, whole: Any) -> str:
        """Add what of a whole text has not come yet."""
        came = self._texts.get(place, "")
        return self._add(place, name, whole[len(came) :]) if isinstance(whole, str) and whole.startswith(came) else ""

    def _add(self, place: tuple[int, int], name: str, text: str) -> str:
        self._texts[place] = self._texts.get(place, "") + text
        if name == "refusal":
            self._refuse(text)
            return ""
        self._came.append(text)
        return self._keep(self._arriving.take(text))


def _place(event: Any, name: str) -> int:
    place = field(event, name)
    return place if type(place) is int else 0


def _as_said(message: Message) -> dict[str, Any]:
    """A message without what was thought."""
    return {name: value for name, value in message.items() if name not in REASONING_ITEMS}
