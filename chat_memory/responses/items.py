"""Items: messages as the Responses API takes them, and its items as messages, so that a conversation can move either way.

A message with calls is several items there: what was thought, the text, each call. What a model has thought comes as items
that only the server can read. A message holds these in `reasoning_items`, in their order; where a text or a call stands
between them, an item without its content says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from ..content import RESULTS, part_in_words, parts_of, said, text_in
from ..messages import Call, Message, MessageLike
from ..replies.calls import plain
from ..tokens import listed
from ..turns import role_of

Item: TypeAlias = dict[str, Any]
CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
OUTPUTS = ("function_call_output", "custom_tool_call_output")
SEALED = ("encrypted_content", "content")  # what a server can read an item of reasoning from that it has not kept
OF_ASSISTANT = {"reasoning", *CALLS}


def items_of(messages: Iterable[MessageLike]) -> list[Item]:
    """Messages as items for the `input` of a Responses request.

    Texts, pictures, files and sounds of a message become the parts that the API knows, calls and results items of their own,
    also those in the older form (`function_call`). A refusal is said as a refusal, and a spoken reply by its words. What a
    model has thought goes along where its item can be read without the server's copy (`encrypted_content`); as text
    (`reasoning_content`) it has no place there, and neither has a message's `name`.

    Raises TypeError or ValueError, naming the place, for what is no message. The messages are not changed.
    """
    return items_from(messages, 0)


def items_from(messages: Iterable[MessageLike], first: int, sealed: bool = True) -> list[Item]:
    """The items of the messages from number `first` on. A result of one may belong to a call before it.

    Without `sealed`, what was thought is left out.
    """
    known = _Known()
    items: list[Item] = []
    for i, message in enumerate(listed(messages)):
        made = known.items(message, i)
        if i >= first:
            items += made if sealed else [item for item in made if item.get("type") != "reasoning"]
    return items


def messages_of(items: Iterable[Any]) -> list[Message]:
    """Items as messages, such as those that a server has kept: dicts, or objects of the openai package.

    What was thought, said and called in one answer is one message. Of an output that is no text only its name is kept
    ("[picture cat.png]"): a result in a message is text. Ids and states of items are left out, and so are annotations.

    Raises TypeError or ValueError, naming the place, for what is no item, or one that no message can say: a compaction, which
    only the server can read, a reference, a tool of the server's own.
    """
    if isinstance(items, (str, Mapping)) or not hasattr(type(items), "__iter__"):
        raise TypeError(f"items must be a list of items of the Responses API, got {type(items).__name__}.")
    messages: list[Message] = []
    answer: list[Item] = []  # the items of one answer, until it ends
    for i, item in enumerate(map(plain, items)):
        kind = _kind(item, f"items[{i}]")
        if kind in OF_ASSISTANT or (kind == "message" and item.get("role") == "assistant"):
            if kind == "message" and any(_kind(each, "") == "message" for each in answer):
                thought = _thought_last(answer)
                messages += _answered(answer[: len(answer) - len(thought)])
                answer = thought
            answer.append(item)
            continue
        messages += _answered(answer)
        answer = []
        messages.append(_result(item) if kind in OUTPUTS else _spoken(item, f"items[{i}]"))
    return [*messages, *_answered(answer)]


def in_order(output: list[Item]) -> list[Item]:
    """The reasoning of one answer, for a message: with what else stands before the last piece of it, by kind alone."""
    last = max((i for i, item in enumerate(output) if item["type"] == "reasoning"), default=-1)
    return [item if item["type"] == "reasoning" else _place(item) for item in output[: last + 1]]


def _place(item: Item) -> Item:
    return {name: item[name] for name in ("type", "call_id") if name in item}


class _Known:
    """What results have to say of their calls, message by message."""

    def __init__(self) -> None:
        self._custom: set[str] = set()  # ids of calls
        self._old = ""  # the id of the newest call in the older form, which has none

    def items(self, message: MessageLike, i: int) -> list[Item]:
        role, where = role_of(message, i), f"messages[{i}]['content']"
        if role in RESULTS:
            id = str(message.get("tool_call_id") or self._old)
            kind = "custom_tool_call_output" if id in self._custom else "function_call_output"
            return [{"type": kind, "call_id": id, "output": _content(message, where, "input_text") or ""}]
        if role != "assistant":
            return [{"role": role, "content": _content(message, where, "input_text") or ""}]
        calls = self._calls(message, i)
        text = _of_assistant(message, where) or (None if calls else {"role": "assistant", "content": ""})
        return list(_in_their_order(message.get("reasoning_items"), [*([text] if text else []), *calls]))

    def _calls(self, message: MessageLike, i: int) -> list[Item]:
        """The calls of a message as items."""
        calls = [_call_item(call) for call in message.get("tool_calls") or ()]
        self._custom |= {call["call_id"] for call in calls if call["type"] == "custom_tool_call"}
        if old := message.get("function_call"):
            self._old = f"call_of_message_{i}"
            calls.append(_call_item({"id": self._old, "function": old}))
        return calls


def _in_their_order(order: Any, others: list[Item]) -> Iterator[Item]:
    """The items of an answer: its reasoning, and the others where they stood, or else after it."""
    for item in order if isinstance(order, list) else ():
        if item.get("type") != "reasoning":
            stood = [other for other in others if other.get("call_id") == item.get("call_id")][:1]
            yield from stood
            others = [other for other in others if other not in stood]
        elif any(item.get(name) for name in SEALED):
            yield {name: value for name, value in item.items() if name != "status"}
    yield from others


def _call_item(call: Mapping[str, Any]) -> Item:
    kind = "custom_tool_call" if "custom" in call else "function_call"
    name, given = CALLS[kind]
    called = call[name]
    return {"type": kind, "call_id": call["id"], "name": called["name"], given: called.get(given) or ""}


def _of_assistant(message: MessageLike, where: str) -> Item | None:
    """What an assistant's message says beside its calls."""
    phase = {"phase": message["phase"]} if message.get("phase") else {}
    refusal, content = message.get("refusal"), _content(message, where, "output_text")
    if message.get("audio"):
        content = said({**message, "refusal": None}, where.partition("[")[0])
    if refusal:
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) and content else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    return {"role": "assistant", "content": content, **phase} if content else None


def _content(message: MessageLike, where: str, text: str) -> str | list[Item] | None:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content
    return [_part(part, text) for part in parts_of(content, where)]


def _part(part: Any, text: str) -> Any:
    """A part of a message as a part of an item. What the API calls the same, or is not known here, stays as it is."""
    kind = part.get("type") if isinstance(part, dict) else None
    held = part.get(kind) if kind else None
    if kind == "text":
        return {**part, "type": text}
    if kind == "image_url" and isinstance(held, dict):
        return {"type": "input_image", "image_url": held.get("url"), "detail": held.get("detail") or "auto"}
    if kind == "file" and isinstance(held, dict):
        return {"type": "input_file", **held}
    return part


def _kind(item: Any, where: str) -> str:
    """The type of an item. Raises TypeError or ValueError for what no message can say."""
    if not isinstance(item, dict):
        raise TypeError(f"{where} must be an item of the Responses API, got {type(item).__name__}.")
    kind = str(item.get("type") or "message")
    if kind == "message" and isinstance(item.get("role"), str):
        return kind
    if kind in OF_ASSISTANT or kind in OUTPUTS:
        return kind
    raise ValueError(
        f"{where} is of the type {kind!r:.60}, which no message can say: "
        + ("only the server can read it." if "compaction" in kind else "it is the server's own.")
        + " Leave it out to go on without it."
    )


def _thought_last(answer: list[Item]) -> list[Item]:
    """The reasoning at the end of an answer: it belongs to what comes next."""
    end = len(answer)
    while end and answer[end - 1].get("type") == "reasoning":
        end -= 1
    return answer[end:]


def _answered(answer: list[Item]) -> list[Message]:
    """The items of one answer as a message; none where something was thought, and nothing said."""
    others = [item for item in answer if item.get("type") != "reasoning"]
    if not others:
        return []
    message: Message = {"role": "assistant", "content": None}
    for item in others:
        if item.get("type") in CALLS:
            message.setdefault("tool_calls", []).append(_call(item))
        else:
            message |= _said(item)
    if thought := in_order([{"type": "message", **item} for item in answer]):
        message["reasoning_items"] = thought
    return [message]


def _call(item: Item) -> Call:
    name, given = CALLS[item["type"]]
    return cast(Call, {"id": item["call_id"], "type": name, name: {"name": item["name"], given: item.get(given) or ""}})


def _said(item: Item) -> Message:
    """What an assistant's item says: a text, or a refusal beside it."""
    parts = parts_of(item.get("content"), "content")
    refused = "".join(part["refusal"] for part in parts if part.get("type") == "refusal")
    texts = [part_in_words(part, "content") for part in parts if part.get("type") != "refusal"]
    message: Message = {"role": "assistant", "content": "".join(texts) or (None if refused else "")}
    if refused:
        message["refusal"] = refused
    if item.get("phase"):
        message["phase"] = str(item["phase"])
    return message


def _result(item: Item) -> Message:
    output = item.get("output")
    parts = [_message_part(part) for part in parts_of(output, "output")]
    texts = [part_in_words(part, "output") for part in parts]
    return {"role": "tool", "tool_call_id": str(item.get("call_id") or ""), "content": "\n".join(texts)}


def _spoken(item: Item, where: str) -> Message:
    """A message of anybody but the assistant. A single text is the content itself."""
    parts = [_message_part(part) for part in parts_of(item.get("content"), f"{where}['content']")]
    if all(text_in(part) is not None for part in parts) and len(parts) < 2:
        return {"role": item["role"], "content": "".join(part["text"] for part in parts)}
    return {"role": item["role"], "content": parts}


def _message_part(part: Any) -> Any:
    """The other way round than `_part`. What has no place in a message of the chat API stays as it is."""
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in ("input_text", "output_text"):
        return {"type": "text", "text": part["text"]}
    if kind == "input_image" and part.get("image_url"):
        detail = part.get("detail") or "auto"
        return {"type": "image_url", "image_url": {"url": part["image_url"], "detail": detail}}
    if kind == "input_file" and not part.get("file_url"):
        held = {name: part[name] for name in ("filename", "file_data", "file_id") if part.get(name)}
        return {"type": "file", "file": held}
    return part
