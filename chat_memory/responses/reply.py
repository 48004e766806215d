"""One reply through the Responses API, whole or event by event: its items are read as the text and the calls of a message."""

from collections.abc import Iterable
from typing import Any

from ..content import field, stated
from ..errors import IncompleteReply
from ..messages import Message
from ..replies.calls import plain
from ..replies.reply import Reply, error_in_words, opened, reason_of, texts_in
from ..replies.usage import numbers
from ..tokens import Counting
from ..tool_turns import REASONING_ITEMS
from .items import CALLS, Item, in_order, is_readable, messages_of
from .pieces import Pieces

ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
# Why a response is incomplete, in the words of a chat; anything else is said as it is.
INCOMPLETE = {"max_output_tokens": "length", "content_filter": "content_filter"}
DELTAS = {"response.output_text.delta": "text", "response.refusal.delta": "refusal"}
DONE = {"response.output_text.done": "text", "response.refusal.done": "refusal"}
THINKING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
WRITING = ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta")
SAID = {"output_text": "text", "text": "text", "refusal": "refusal"}  # parts of a message, and where they hold it


class NotContinued(IncompleteReply):
    """The server has answered without what it was to go on from: it ignores the id. Nothing of that has gone out."""


class ServerError(IncompleteReply):
    """The server has answered with an error in place of a reply: `body` is that error, and `code` what it calls it."""

    body: Any = None
    code: Any = None


class ResponseReply(Reply):
    """A reply of the Responses API as it arrives. A stream says each text in pieces and whole, up to four times: it counts once.

    What the end says is what counts, and what has come before it is compared with that. Where the server is to go on from
    an earlier response, text goes out once it has said that it does.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.id = ""
        self._says_stored: Any = None
        self._goes_on = self._request.get("previous_response_id") is None
        self._waiting = ""  # text that goes out once it goes on
        self._pieces = Pieces()
        self._streamed: dict[str, list[str]] = {"text": [], "refusal": []}
        self._output: list[Item] = []  # once it has ended

    @property
    def is_stored(self) -> bool:
        """Whether the server keeps it: as it says, or else unless it was asked not to."""
        return self._says_stored is True or (self._says_stored is None and self._request.get("store") is not False)

    @property
    def stored(self) -> str:
        return self.id if self.is_stored else ""

    @property
    def thought(self) -> int:
        """What was thought for this reply, in tokens: as the server says, or as counted of what is shown, where that is more."""
        items = [item for item in self._output if item["type"] == "reasoning"]
        said: int = self._reported.get("reasoning_tokens", 0)
        if not items:
            return said
        counting = self._counting or Counting.of(self._request["model"])
        shown = counting.text("".join(map(texts_in, items)))
        return max(said, shown) or counting.text(str([item.get("encrypted_content") or "" for item in items]))

    def message(self, *, reasoning: bool) -> Message:
        message = super().message(reasoning=reasoning)
        phases: list[str] = [item["phase"] for item in self._output if item.get("phase")]
        return {**message, "phase": phases[-1]} if phases else message

    def is_as_kept(self, message: Message) -> bool:
        """Whether the server knows the reply as this message says it: nothing of it was changed, or left out."""
        try:
            known = messages_of(self._output)
        except (TypeError, ValueError):  # an item that no message can say
            return False
        return [_as_said(each) for each in known] == [_as_said(message)]

    def take(self, answer: Any) -> str:
        """Take in a response, or an event of a stream; return the text that can go out by now."""
        self._has_come = True
        self._waiting += "" if self._finish_reason else self._taken(answer)  # after the end nothing is added
        return self._released()

    def rest(self) -> str:
        self._waiting += super().rest()
        return self._released()

    def count(self) -> None:
        """Count what it cost, with what has come of calls in a stream that broke off."""
        self._came += [] if self._finish_reason else self._pieces.written
        super().count()

    def _released(self) -> str:
        if not self._goes_on:
            return ""
        said, self._waiting = self._waiting, ""
        self.is_out = self.is_out or (self._part == "delta" and bool(said))
        return said

    def _taken(self, answer: Any) -> str:
        event = opened(answer)
        kind = stated(event, "type")
        if not isinstance(kind, str) or (kind != "error" and not kind.startswith("response.")):
            return self._take_response(event, answer)
        if kind == "error":
            raise self._failed(stated(event, "error") or event)
        self.is_answer = True
        if response := opened(stated(event, "response")):
            return self._take_response(response, answer, is_end=kind in ENDS)
        return self._take_piece(kind, event)

    def _take_piece(self, kind: str, event: Any) -> str:
        """Take in an event that speaks of one item."""
        item, part = stated(event, "item"), _place(event, "content_index")
        begins = kind == "response.output_item.added"
        number = self._pieces.item(
            _ids(event, "item_id") + _ids(item, "id", "call_id"), _place(event, "output_index"), begins=begins
        )
        if name := DELTAS.get(kind):
            return self._keep_said(name, self._pieces.add((number, part, name), self._text_in(field(event, "delta"))))
        if name := DONE.get(kind):
            return self._keep_said(name, self._pieces.end((number, part, name), self._text_in(field(event, name))))
        if kind == "response.output_item.done":
            return self._take_item(number, plain(item))
        if kind in THINKING:
            self._pieces.thought.add(number)
            self._think(self._text_in(field(event, "delta")))
        elif kind in WRITING:
            self._pieces.write(number, self._text_in(field(event, "delta")))
        return ""

    def _take_item(self, number: int, item: Any) -> str:
        """Take in a whole item of a stream that goes on."""
        if not isinstance(item, dict):
            return ""
        item = {"type": "message", **item}
        self._pieces.keep(number, item)
        if item["type"] == "reasoning" and number not in self._pieces.thought:
            self._pieces.thought.add(number)
            self._think(texts_in(item))
        said = [
            self._keep_said(name, self._pieces.end((number, part, name), text))
            for part, (name, text) in enumerate(self._parts([item]))
        ]
        return "".join(said)

    def _take_response(self, response: Any, came: Any, is_end: bool = True) -> str:
        """Take in a response, at its end or, of a stream, before it."""
        if usage := opened(field(response, "usage")):
            self._reported |= numbers(usage, "input_tokens", "output_tokens")
        output = field(response, "output")
        is_one = isinstance(output, (list, tuple))
        self.is_answer = self.is_answer or is_one
        if self.is_answer:
            self.id = str(stated(response, "id") or self.id)
            self._says_stored = field(response, "store")
        if error := stated(response, "error"):
            raise self._failed(error)
        self._check_that_it_goes_on(response, is_end and is_one)
        if not is_one:
            self._no_reply = came
            return ""
        return self._end(response, output) if is_end else ""

    def _check_that_it_goes_on(self, response: Any, is_end: bool) -> None:
        """Raises NotContinued where the server has not said, by its end, that it goes on from what it was asked to."""
        if field(response, "previous_response_id") == self._request.get("previous_response_id"):
            self._goes_on = True
        if is_end and not self._goes_on:
            read = self._request["messages"][self.held :]  # what it has read, and bills
            self._request = {**self._request, "messages": read}
            raise NotContinued(
                "The server has ignored previous_response_id, and answered without what was said before. Ask again: from "
                "now on all of it is sent.",
                self._text(),
            )

    def _end(self, response: Any, output: Iterable[Any]) -> str:
        """Take in all that was said, as the end says it, and how it has ended, in the words of a chat."""
        items = [{"type": "message", **item} for item in map(plain, output) if isinstance(item, dict)]
        items = items or self._pieces.whole
        self._output = [*items, *_calls_left_out(items, self._pieces.whole)]
        said = [self._rest_of(name) for name in self._streamed]
        self._take_the_other_items()
        status = reason_of(stated(response, "status")).lower()
        why = reason_of(field(opened(stated(response, "incomplete_details")), "reason")).lower()
        if why or status not in ("completed", ""):
            self._finish_reason = INCOMPLETE.get(why, why or status)
        else:
            self._finish_reason = "tool_calls" if self._made else "stop"
        return "".join(said)

    def _rest_of(self, name: str) -> str:
        """Add what of the texts, or of the refusals, has not come yet."""
        whole = "".join(text for kind, text in self._parts(self._output) if kind == name)
        came = "".join(self._streamed[name])
        if whole.startswith(came):
            return self._keep_said(name, whole[len(came) :])
        if whole.strip() in came:
            return ""
        raise IncompleteReply(
            "The server has streamed another text than the one that it says at the end. Ask again.", self._text()
        )

    def _take_the_other_items(self) -> None:
        """Take in the calls, and what was thought, as far as it can be sent back."""
        for item in self._output:
            if item["type"] in CALLS:
                name, given = CALLS[item["type"]]
                called = {"name": item.get("name"), given: item.get(given)}
                self._made.take([{"id": item.get("call_id") or item.get("id"), "type": name, name: called}], whole=True)
            elif item["type"] == "reasoning":
                self._think("" if self._pieces.thought else texts_in(item))
        readable = [item for item in self._output if item["type"] != "reasoning" or is_readable(item)]
        if order := in_order(readable):
            self._reasoning.fields = {"reasoning_items": order}
            if any(item["type"] == "reasoning" for item in order):
                self._reasoning.fields["reasoning_tokens"] = self.thought

    def _parts(self, items: Iterable[Item]) -> Iterable[tuple[str, str]]:
        """The parts of messages: for each whether it is a text or a refusal, and its words."""
        for item in items:
            content = item.get("content") or [] if item["type"] == "message" else []
            parts = [{"type": "output_text", "text": content}] if isinstance(content, str) else content
            for part in parts if isinstance(parts, (list, tuple)) else [parts]:
                kind = field(part, "type")
                if kind not in SAID:
                    raise self._no_text(kind or type(part).__name__)
                yield SAID[kind], self._text_in(field(part, SAID[kind]))

    def _text_in(self, value: Any) -> str:
        """A text, which some servers put into a part. Raises IncompleteReply for what is none."""
        text = value if value is None or isinstance(value, str) else field(opened(value), "text")
        if text is None and value is not None:
            raise self._no_text(type(value).__name__)
        return text if isinstance(text, str) else ""

    def _no_text(self, kind: Any) -> IncompleteReply:
        return IncompleteReply(
            f"The reply holds a part that is no text but {kind!r:.60}. Ask for text alone.", self._text()
        )

    def _failed(self, error: Any) -> ServerError:
        failed = ServerError(error_in_words(error), self._text())
        failed.body, failed.code = plain(error), stated(error, "code")
        return failed

    def _keep_said(self, name: str, text: str) -> str:
        """Keep what is new of a text, or of a refusal. Returns what of it is the reply."""
        self._streamed[name].append(text)
        if name == "refusal":
            self._refuse(text)
            return ""
        self._came.append(text)
        return self._keep(self._arriving.take(text))


def _place(event: Any, name: str) -> int:
    place = field(event, name)
    return place if type(place) is int else 0


def _ids(thing: Any, *names: str) -> list[str]:
    return [id for name in names if isinstance(id := field(opened(thing), name), str) and id]


def _calls_left_out(items: list[Item], whole: list[Item]) -> list[Item]:
    """The calls that have come whole, and that the end does not name."""
    calls = [item for item in items if item["type"] in CALLS]
    named = {id for call in calls for id in _ids(call, "id", "call_id")}
    came = [item for item in whole if item["type"] in CALLS and item not in items]
    return [call for call in came if (named.isdisjoint(ids) if (ids := _ids(call, "id", "call_id")) else not calls)]


def _as_said(message: Message) -> dict[str, Any]:
    """A message without what was thought."""
    return {name: value for name, value in message.items() if name not in REASONING_ITEMS}
