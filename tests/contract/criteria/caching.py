"""What lesson 12 claims of the prompt cache: what was read from it is said, and it is part of the prompt tokens."""

from __future__ import annotations

from typing import Any

from ..judging import Broken, Otherwise, criterion
from ..server import Server, assistant, new_word, prompt_tokens, system, user

PATIENCE = 3  # times the usual, because there is much to read
ROOMS = " ".join(
    f"Room {n} shows {n + 3} ships of the year {1600 + 3 * n}." for n in range(1, 121)
)  # above 1,024 tokens


def cached_tokens(answer: Any) -> int | None:
    """How many tokens were read from the cache, as the server says; None where it does not say."""
    details = getattr(getattr(answer, "usage", None), "prompt_tokens_details", None)
    found = getattr(details, "cached_tokens", None)
    return found if isinstance(found, int) else None


@criterion("A beginning that was sent before is read from a cache, and the usage says how much of it", lesson=12)
def caching(server: Server) -> str:
    guide = system(f"You are the guide {new_word()} of a museum of ships. {ROOMS}")
    talk = [guide, user("Where am I?"), assistant("In a museum of ships."), user("Who are you?")]
    patient = server.with_patience(PATIENCE)
    asked = [patient.chat(talk[:size], limit=8) for size in (2, 4)]
    first, second = (cached_tokens(answer) for answer in asked)
    sizes = [prompt_tokens(answer) for answer in asked]
    if second is None:
        raise Otherwise("The usage does not speak of a cache.")
    if sizes[1] is not None and second > sizes[1]:
        raise Broken(f"{second} tokens are said to be read from the cache, but the prompt has {sizes[1]}.")
    if sizes[0] and sizes[1] and abs(sizes[0] - sizes[1]) > sizes[0] // 4:
        raise Broken(
            f"Requests of nearly one length have {sizes[0]} and {sizes[1]} prompt tokens: the cached ones are left out."
        )
    if not second:
        raise Otherwise(f"Of {sizes[1]} tokens, nearly all sent before, {second} were read from the cache.")
    return f"Of {sizes[1]} tokens, nearly all sent before, {second} were read from the cache (of the first request {first or 0})."
