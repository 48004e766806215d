"""What requests cost: as the server says, or counted here where it says nothing that is a number."""

from dataclasses import dataclass
from typing import Any

from ..content import field
from ..tokens import Counting


@dataclass
class Usage:
    """What was used so far, in requests and tokens: as the server says, or counted here where it says nothing.

    A stream that is stopped or breaks off counts too: the server has read the prompt. It says its usage at the end only,
    so that then the prompt and the text that came are counted here. (Hidden thinking that it bills cannot be.)

    `cached_tokens` are those of the prompt tokens that the server read from its prompt cache, `cache_write_tokens`
    those that it wrote to it.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0

    def add(self, reported: dict[str, int], request: dict[str, Any], text: str, counting: Counting) -> None:
        """Add one answered request: the numbers that the server reported, and what was sent and answered."""
        self.requests += 1
        prompt, completion = reported.get("prompt_tokens"), reported.get("completion_tokens")
        if prompt is None:
            prompt = counting.request(request["messages"], request.get("tools"))
        self.prompt_tokens += prompt
        self.completion_tokens += counting.text(text) if completion is None else completion
        self.cached_tokens += reported.get("cached_tokens", 0)
        self.cache_write_tokens += reported.get("cache_write_tokens", 0)


def numbers(usage: Any, prompt: str = "prompt_tokens", completion: str = "completion_tokens") -> dict[str, int]:
    """The numbers that a server's `usage` object holds, by name. What is no number of tokens is left out.

    `prompt` and `completion` are what the API calls these two.
    """
    found = {"prompt_tokens": field(usage, prompt), "completion_tokens": field(usage, completion)}
    if details := field(usage, f"{prompt}_details"):
        found |= {name: field(details, name) for name in ("cached_tokens", "cache_write_tokens")}
    if thought := field(usage, f"{completion}_details"):
        found["reasoning_tokens"] = field(thought, "reasoning_tokens")
    return {name: int(size) for name, size in found.items() if _is_size(size)}


def _is_size(value: Any) -> bool:
    if type(value) is int:
        return value >= 0
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and value >= 0 and value == value // 1  # a float such as 12.0 too; not nan, not infinity
