"""Items: messages as the Responses API takes them, and its items as messages, so that a conversation can move either way.

A message with calls is several items there: what was thought, the text, each call. What a model has thought comes as items
that only the server can read. A message holds these in `reasoning_items`, in their order; where a text or a call stands
between them, or a text after a call, an item without its content says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias, cast

from ..content import RESULTS, calls_of, part_in_words, parts_of, said, text_in
from ..messages import Call, Message, MessageLike
from ..replies.calls import plain
from ..tokens import listed
from ..turns import role_of

Item: TypeAlias = dict[str, Any]
CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
OUTPUTS = ("function_call_output", "custom_tool_call_output")
READ_FROM = ("encrypted_content", "content")  # what a server can read an item of reasoning from that it has not kept
OF_ASSISTANT = {"reasoning", *CALLS}
OF_MODEL = {"type": "message", "role": "assistant"}  # without its type llama.cpp does not know such an item
ROLES = ("system", "developer", "user", "assistant")  # of an item


def items_of(messages: Iterable[MessageLike]) -> list[Item]:
    """Messages as items for the `input` of a Responses request.

    Texts, pictures, files and sounds of a message become the parts that the API knows, calls and results items of their own,
    also those in the older form (`function_call`). A refusal is said as a refusal, and a spoken reply by its words. What a
    model has thought goes along where its item can be read without the server's copy (`encrypted_content`); as text
    (`reasoning_content`) it has no place there, and neither has a message's `name`.

    Raises TypeError or ValueError, naming the place, for what is no message. The messages are not changed.
    """
    return items_from(messages, 0)


def items_from(messages: Iterable[MessageLike], first: int, unreadable: AbstractSet[str] = frozenset()) -> list[Item]:
    """The items of the messages from number `first` on. A result of one may belong to a call before it.

    What was thought and is `unreadable`, as it is sealed, is left out.
    """
    known = _Known()
    items: list[Item] = []
    for i, message in enumerate(listed(messages)):
        made = known.items(message, i)
        if i >= first:
            items += [item for item in made if item.get("encrypted_content") not in unreadable] if unreadable else made
    return items


def messages_of(items: Iterable[Any]) -> list[Message]:
    """Items as messages, such as those that a server has kept: dicts, or objects of the openai package.

    They have to come oldest first: `client.responses.input_items.list(id, order="asc")`, for a server begins with the newest.
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
        where = f"items[{i}]"
        kind = _kind(item, where)
        if kind in OF_ASSISTANT or (kind == "message" and item.get("role") == "assistant"):
            _check_answer(item, kind, where)
            if kind == "message" and any(_kind(each, "") == "message" for each in answer):
                thought = _thought_last(answer)
                messages += _answered(answer[: len(answer) - len(thought)])
                answer = thought
            answer.append(item)
            continue
        messages += _answered(answer)
        answer = []
        messages.append(_result(item, where) if kind in OUTPUTS else _spoken(item, where))
    return [*messages, *_answered(answer)]


def in_order(output: list[Item]) -> list[Item]:
    """The reasoning of one answer, for a message: with what else stands before the last piece of it, by kind alone.

    A text that comes after a call is told there too: a message has its text first.
    """
    called, last = False, -1
    for i, item in enumerate(output):
        called = called or item["type"] in CALLS
        if item["type"] == "reasoning" or (called and item["type"] == "message"):
            last = i
    return [item if item["type"] == "reasoning" else _mark(item) for item in output[: last + 1]]


def is_readable(item: Item) -> bool:
    """Whether an item of reasoning can be read by a server that has not kept it."""
    return any(item.get(name) for name in READ_FROM)


def _mark(item: Item) -> Item:
    """What stands for an item of another kind among the reasoning."""
    return {name: item[name] for name in ("type", "call_id") if name in item}


class _Known:
    """What results have to say of their calls, message by message."""

    def __init__(self) -> None:
        self._custom: set[str] = set()  # ids of calls
        self._old = ""  # the id of the newest call in the older form, which has none

    def items(self, message: MessageLike, i: int) -> list[Item]:
        role, where = role_of(message, i), f"messages[{i}]['content']"
        if role in RESULTS:
            id = _text_of(message, "tool_call_id", f"messages[{i}]") or self._old
            if not id:
                raise ValueError(f"messages[{i}] is a result and needs a 'tool_call_id': the id of its call.")
            kind = "custom_tool_call_output" if id in self._custom else "function_call_output"
            return [{"type": kind, "call_id": id, "output": _content(message, where, "input_text") or ""}]
        if role not in ROLES:
            raise ValueError(
                f"messages[{i}] has the role {role!r:.60}, which the API does not know: {', '.join(ROLES)}, tool."
            )
        if role != "assistant":
            return [{"role": role, "content": _content(message, where, "input_text") or ""}]
        calls = self._calls(message, i)
        text = _of_assistant(message, where) or (None if calls else {**OF_MODEL, "content": ""})
        order = _thought_in(message, f"messages[{i}]['reasoning_items']")
        return list(_in_their_order(order, [*([text] if text else []), *calls]))

    def _calls(self, message: MessageLike, i: int) -> list[Item]:
        """The calls of a message as items."""
        calls_of(message, where := f"messages[{i}]")  # raises for what is none
        calls = [
            _call_item(call, f"{where}['tool_calls'][{n}]") for n, call in enumerate(message.get("tool_calls") or ())
        ]
        self._custom |= {call["call_id"] for call in calls if call["type"] == "custom_tool_call"}
        if old := message.get("function_call"):
            self._old = f"call_of_message_{i}"
            calls.append(_call_item({"id": self._old, "function": old}, f"{where}['function_call']"))
        return calls


def _thought_in(message: MessageLike, where: str) -> list[Item]:
    """What was thought, with the places of what stands between. Raises TypeError for what is no list of items."""
    order = message.get("reasoning_items") or []
    if not isinstance(order, list) or not all(isinstance(item, dict) for item in order):
        raise TypeError(f"{where} must be a list of items of the Responses API, got {order!r:.60}.")
    return order


def _in_their_order(order: list[Item], others: list[Item]) -> Iterator[Item]:
    """The items of an answer: its reasoning, and the others where they stood, or else after it."""
    for item in order:
        if item.get("type") != "reasoning":
            stood = [other for other in others if other.get("call_id") == item.get("call_id")][:1]
            yield from stood
            others = [other for other in others if other not in stood]
        elif is_readable(item):
            yield {name: value for name, value in item.items() if name != "status"}
    yield from others


def _call_item(call: Mapping[str, Any], where: str) -> Item:
    kind = "custom_tool_call" if "custom" in call else "function_call"
    name, given = CALLS[kind]
    called = call.get(name)
    if not isinstance(called, dict):
        raise TypeError(f"{where} needs a {name!r}: a dict with its name and its {given}.")
    id, said = _needed(call, "id", where), _text_of(called, given, f"{where}[{name!r}]")
    return {"type": kind, "call_id": id, "name": _needed(called, "name", f"{where}[{name!r}]"), given: said}


def _needed(thing: Mapping[str, Any], name: str, where: str) -> str:
    """A text that has to be there. Raises TypeError or ValueError where it is not."""
    if not (text := _text_of(thing, name, where)):
        raise ValueError(f"{where} needs a {name!r}.")
    return text


def _text_of(thing: Mapping[str, Any], name: str, where: str) -> str:
    """A text, or "" where there is none. Raises TypeError for anything else."""
    text = thing.get(name)
    if not isinstance(text, str | None):
        raise TypeError(f"{where}[{name!r}] must be a text, got {type(text).__name__}.")
    return text or ""


def _of_assistant(message: MessageLike, where: str) -> Item | None:
    """What an assistant's message says beside its calls."""
    phase = {"phase": message["phase"]} if message.get("phase") else {}
    refusal, content = message.get("refusal"), _content(message, where, "output_text")
    if message.get("audio"):
        content = said({**message, "refusal": None}, where.partition("[")[0])
    if refusal:
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) and content else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    return {**OF_MODEL, "content": content, **phase} if content else None


def _content(message: MessageLike, where: str, text: str) -> str | list[Item] | None:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content
    return [_part(part, text, f"{where}[{i}]") for i, part in enumerate(parts_of(content, where))]


def _part(part: Any, text: str, where: str) -> Any:
    """A part of a message as a part of an item. What the API calls the same, or is not known here, stays as it is."""
    kind = _kind_of_part(part, where)
    held = part.get(kind)
    if kind == "text":
        return {**part, "type": text}
    if kind == "image_url" and isinstance(held, dict):
        return {"type": "input_image", "image_url": held.get("url"), "detail": held.get("detail") or "auto"}
    if kind == "file" and isinstance(held, dict):
        return {"type": "input_file", **held}
    return part


def _kind_of_part(part: Any, where: str) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(kind, str):
        raise TypeError(
            f"{where} must be a part with a type, such as {{'type': 'text', 'text': '…'}}, got {part!r:.60}."
        )
    return kind


def _kind(item: Any, where: str) -> str:
    """The type of an item. Raises TypeError or ValueError for what no message can say."""
    if not isinstance(item, dict):
        raise TypeError(f"{where} must be an item of the Responses API, got {type(item).__name__}.")
    kind = str(item.get("type") or "message")
    if kind == "message":
        if (role := _needed(item, "role", where)) not in ROLES:
            raise ValueError(f"{where} has the role {role!r:.60}, which the API does not know: {', '.join(ROLES)}.")
        return kind
    if kind in OF_ASSISTANT or kind in OUTPUTS:
        return kind
    raise ValueError(
        f"{where} is of the type {kind!r:.60}, which no message can say: "
        + ("only the server can read it." if "compaction" in kind else "it is the server's own.")
        + " Leave it out to go on without it."
    )


def _check_answer(item: Item, kind: str, where: str) -> None:
    """Raises TypeError or ValueError, naming the place, for an assistant's item that is none."""
    if kind in CALLS:
        for name in ("call_id", "name"):
            _needed(item, name, where)
        _text_of(item, CALLS[kind][1], where)
    elif kind == "message":
        for i, part in enumerate(parts_of(item.get("content"), f"{where}['content']")):
            place = f"{where}['content'][{i}]"
            if _kind_of_part(part, place) == "refusal":
                _needed(part, "refusal", place)
            else:
                part_in_words(part, place)


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


def _result(item: Item, where: str) -> Message:
    id, place = _needed(item, "call_id", where), f"{where}['output']"
    parts = [_message_part(part, f"{place}[{i}]") for i, part in enumerate(parts_of(item.get("output"), place))]
    texts = [part_in_words(part, f"{place}[{i}]") for i, part in enumerate(parts)]
    return {"role": "tool", "tool_call_id": id, "content": "\n".join(texts)}


def _spoken(item: Item, where: str) -> Message:
    """A message of anybody but the assistant. A single text is the content itself."""
    place = f"{where}['content']"
    parts = [_message_part(part, f"{place}[{i}]") for i, part in enumerate(parts_of(item.get("content"), place))]
    if all(text_in(part) is not None for part in parts) and len(parts) < 2:
        return {"role": item["role"], "content": "".join(part["text"] for part in parts)}
    return {"role": item["role"], "content": parts}


def _message_part(part: Any, where: str) -> Any:
    """The other way round than `_part`. What has no place in a message of the chat API stays as it is."""
    kind = _kind_of_part(part, where)
    if kind in ("input_text", "output_text", "text"):
        if not isinstance(part.get("text"), str):
            raise TypeError(f"{where}['text'] must be a text, got {type(part.get('text')).__name__}.")
        return {"type": "text", "text": part["text"]}
    if kind == "input_image" and part.get("image_url"):
        detail = part.get("detail") or "auto"
        return {"type": "image_url", "image_url": {"url": part["image_url"], "detail": detail}}
    if kind == "input_file" and not part.get("file_url"):
        held = {name: part[name] for name in ("filename", "file_data", "file_id") if part.get(name)}
        return {"type": "file", "file": held}
    return part
