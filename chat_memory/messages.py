"""The shapes of messages, as types: what is made here is a `Message`, what is taken is any dict that is like one.

A type checker finds a wrong field in a `Message` that somebody writes down. What is passed to a function may be of other
types as well: plain dicts, those of the openai package, what was read from JSON. What is wrong in it is found when it
is counted, sent or saved. Only a list of `Message` is none of the openai package's types, which have a shape for each
role: to send it with a client of theirs, `typing.cast` it to `list[ChatCompletionMessageParam]`.
"""

from collections.abc import Mapping
from typing import Any, Required, TypedDict, TypeVar


class Part(TypedDict, total=False):
    """A part of a message's content. Its type says in which field it stands; there are more types than these."""

    type: Required[str]  # "text", "refusal", "image_url", "input_audio", "file" …
    text: str
    refusal: str
    image_url: Mapping[str, Any]
    input_audio: Mapping[str, Any]
    file: Mapping[str, Any]


class Function(TypedDict):
    """Which function a model calls, and with what: its arguments are a JSON object, as text."""

    name: str
    arguments: str


class Custom(TypedDict):
    """Which custom tool a model calls, and with what: any text."""

    name: str
    input: str


class Call(TypedDict, total=False):
    """A call of a tool; the message with its result names the same id."""

    id: Required[str]
    type: Required[str]  # "function" or "custom"
    function: Function
    custom: Custom


class Audio(TypedDict, total=False):
    """A spoken reply: to send it again, its id is enough."""

    id: Required[str]
    transcript: str
    data: str
    expires_at: int


class Message(TypedDict, total=False):
    """A message as chat APIs take it. Its role is always there, and which fields go with it depends on the role."""

    role: Required[str]  # "system", "developer", "user", "assistant", "tool"; "function" is the older one
    content: str | list[Part] | None
    name: str
    tool_calls: list[Call]
    tool_call_id: str  # in the message of a tool
    function_call: Function | None  # the older form of a call
    refusal: str | None
    audio: Audio | None
    reasoning_content: str | None  # what a model has thought, which some servers send along
    reasoning: str | None  # the same, as others call it
    reasoning_details: list[Any]  # and in parts
    thinking_blocks: list[Any]  # the same, as others call it
    reasoning_items: list[Any]  # the same from the Responses API: only the server can read it
    reasoning_tokens: int  # of these items, as the server has said
    phase: str  # of a message from the Responses API: "commentary", or "final_answer"


MessageLike = Mapping[str, Any]  # what a function takes for a message: a dict, or a TypedDict of whatever package
ToolLike = Mapping[str, Any]  # the definition of a tool, in the same way
AnyMessage = TypeVar("AnyMessage", bound=MessageLike)  # where a caller's own messages come back, so does their type
