"""What is refused, and how it is said: what happened, the numbers, the next step."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

SHORTENED = ("the newest question", "the instructions")  # what the caller can shorten, and
SHORT = 6  # how many tokens are left of it at least: two words


class BudgetError(ValueError):
    """A request that cannot be made small enough. `needed` is the least budget, in tokens, with which it could.

    Where tools were called before it, `messages` is what was said in the turn until then.
    """

    messages: Sequence[Mapping[str, Any]] = ()

    def __init__(
        self, needs: dict[str, int], budget: int, reply_tokens: int = 0, needed: int | None = None, grows: str = ""
    ) -> None:
        """`grows` says what takes more of the budget that is needed, where that is more than the sum."""
        self.needs = {what: tokens for what, tokens in needs.items() if tokens}
        self.budget, self.reply_tokens, self.grows = budget, reply_tokens, grows
        least = sum(self.needs.values()) + reply_tokens
        self.needed = needed or least
        first, *others = (f"{what} {tokens:,}" for what, tokens in self.needs.items())
        what, size = first.rsplit(" ", 1)
        verb = "need" if what.endswith("s") else "needs"
        parts = ", ".join([f"{what} {verb} {size} tokens", *others[:-1]])
        parts += f" and {others[-1]}" if others else ""
        kept = f" (of which {reply_tokens:,} are kept for the reply)" if reply_tokens else ""
        enough = (what for what in SHORTENED if self.needs.get(what, 0) - SHORT >= least - budget)
        shorten = f", or shorten {name.replace('newest ', '')}" if (name := next(enough, "")) else ""
        super().__init__(
            f"{parts[0].upper()}{parts[1:]}, but the budget is {budget:,}{kept}. {f'{grows} ' if grows else ''}"
            f"Raise max_tokens to at least {self.needed:,}{shorten}."
        )

    def __reduce__(self) -> tuple[Any, ...]:  # so that it can be pickled, and cross from one process to another
        return BudgetError, (self.needs, self.budget, self.reply_tokens, self.needed, self.grows)


class IncompleteReply(RuntimeError):
    """The server answered, but not with a whole reply: empty, cut off, broken off, a refusal, or no reply at all.

    `text` is what came of it: of the reply, or else of the refusal, or else of the thinking before it. Of a reply that was
    cut off at the limit for it, `beginning` is what there is of the reply itself, and `written` how many tokens the server
    says that this has, 0 where it does not say. Where tools were called before it, `messages` is what was said in the turn
    until then.
    """

    messages: Sequence[Mapping[str, Any]] = ()

    def __init__(self, problem: str, text: str = "", beginning: str = "", written: int = 0) -> None:
        super().__init__(problem)
        self.text, self.beginning, self.written = text, beginning, written


def carry(error: BaseException, **more: Any) -> None:
    """Give an error what would be lost otherwise. One that takes no attributes stays as it is."""
    for name, value in more.items():
        with suppress(Exception):
            setattr(error, name, value)


def whole_number(name: str, value: Any, least: int) -> int:
    """Return the value if it is a whole number of at least `least`; raise TypeError or ValueError if not."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, got {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value:,}.")
    return value


class StoreError(RuntimeError):
    """Something could not be saved or read. `reply` is the model's reply that came but was not saved, if there is one.

    `messages` is what was said before it in a turn in which tools were called.
    """

    reply: str = ""
    messages: Sequence[Mapping[str, Any]] = ()


class ConflictError(StoreError):
    """Somebody else has changed the same thing since it was read. Nothing of this change was kept."""


class DamagedStore(StoreError):
    """A file that is no database, or a damaged one. It was left as it is."""


class NewerStore(StoreError):
    """A database that a newer version of chat_memory has written. It was left as it is."""
