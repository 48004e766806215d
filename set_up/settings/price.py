"""What an answer costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .variables import SettingsError, shown


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in US dollars. As it stands: gpt-6-luna, in prompts of up to 272,000 tokens.

    https://developers.openai.com/api/docs/models/gpt-6-luna, November 2026
    """

    input: float = 0.10
    cached: float = 0.01  # input tokens that the server read from its prompt cache
    cache_write: float = 0.125  # input tokens that it wrote to it
    output: float = 0.50

    def of(self, usage: Any) -> float:
        """The dollars for a `usage`: that of an answer, or that of a `chat_memory.ChatMemory`."""
        details = getattr(usage, "prompt_tokens_details", usage)
        cached = getattr(details, "cached_tokens", None) or 0
        written = getattr(details, "cache_write_tokens", None) or 0
        fresh = usage.prompt_tokens - cached - written
        prompt = fresh * self.input + cached * self.cached + written * self.cache_write
        return float(prompt + usage.completion_tokens * self.output) / 1_000_000


LIST_PRICE = Price()


def read_price(value: str) -> Price:
    """The price that OPENAI_PRICE sets: that of gpt-6-luna where it is blank. Raises SettingsError for another form."""
    if not value:
        return LIST_PRICE
    numbers = re.split(r"[\s,;]+", value)
    if len(numbers) != 4 or not all(re.fullmatch(r"\d+(\.\d+)?", number) for number in numbers):
        raise SettingsError(
            f"OPENAI_PRICE is {shown(value)}. Write four numbers, in dollars per million tokens: "
            "input, cached, cache write, output. For example: 0.10 0.01 0.125 0.50"
        )
    return Price(*map(float, numbers))
