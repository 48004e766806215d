"""What a model has thought beside a reply, kept under the name that the server gave it, to be sent back with its calls.

What it has thought within the text of its reply, between <think> and </think> or in parts of the type "thinking", is not
sent back, also where it calls tools: what is kept there is the text without.
"""

from typing import Any

from ..content import stated
from ..unsendable import all_whole
from .calls import plain

FIELDS = ("reasoning_content", "reasoning")  # text; DeepSeek, Kimi, Qwen and vLLM
DETAILS = "reasoning_details"  # a list of parts, which a stream sends in pieces; OpenRouter
BLOCKS = "thinking_blocks"  # the same without an index: a signature is the end of one; LiteLLM, of Anthropic's models
TEXTS = ("text", "summary", "data")  # the fields of a part that come in pieces


class Reasoning:
    """What was thought in one reply, as it arrives."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}

    def take(self, said: Any) -> None:
        """Take in what stands beside a message, or a piece of one."""
        for name in FIELDS:
            thought = plain(stated(said, name))
            if isinstance(thought, str):
                before = self.fields.get(name)
                self.fields[name] = before + thought if isinstance(before, str) else thought
            elif thought:
                self.fields[name] = thought
        details = plain(stated(said, DETAILS))
        if isinstance(details, list):
            for part in details:
                self._add(self.fields.setdefault(DETAILS, []), part)
        blocks = plain(stated(said, BLOCKS))
        if isinstance(blocks, list):
            self._add_blocks(self.fields.setdefault(BLOCKS, []), blocks)

    def to_send(self) -> dict[str, Any]:
        """The fields of a message that hold it. What was not whole in a text is made whole."""
        whole: dict[str, Any] = all_whole(self.fields)
        return whole

    def _add_blocks(self, blocks: list[Any], came: list[Any]) -> None:
        """Add blocks, of which the first goes on with the last one that is there, where that has no signature yet."""
        both = [*blocks[-1:], *came[:1]]
        is_open = len(both) == 2 and all(isinstance(each, dict) and each.get("type") == "thinking" for each in both)
        if is_open and not both[0].get("signature"):
            text = "".join(each.get("thinking") or "" for each in both)
            blocks[-1], came = both[0] | both[1] | {"thinking": text}, came[1:]
        blocks.extend(came)

    def _add(self, parts: list[Any], part: Any) -> None:
        """Add a part, or go on with the last one where that has the same index and kind."""
        last = parts[-1] if parts else None
        if not isinstance(part, dict) or not isinstance(last, dict) or part.get("index") is None:
            parts.append(part)
            return
        if (part["index"], part.get("type")) != (last.get("index"), last.get("type")):
            parts.append(part)
            return
        for key, value in part.items():
            if key in TEXTS and isinstance(value, str) and isinstance(last.get(key), str):
                last[key] += value
            elif value is not None:
                last[key] = value
