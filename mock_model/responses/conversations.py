"""Conversations: items that a server keeps until somebody deletes them, to be read, added to and changed by their ids.

A conversation that is deleted can no longer be found; its items stay, as OpenAI's reference says: a request can still refer
to them (`item_reference`), and the responses that were made from them go on. How they can be reached otherwise is not verified.

A server holds the `MOST` conversations that were used last, with up to `LONGEST` items each, and the `LEFT` items that were
left last: so its memory has a bound, which OpenAI's need not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_model.api.bodies import CREATED, ApiError
from mock_model.api.prefixes import fingerprint
from mock_model.api.shapes import refusal
from mock_model.responses.items import Item, stored

MOST, LONGEST = 2_000, 20_000
LEFT = 20_000


@dataclass
class Conversation:
    """A conversation: its id, when it was made, its labels, and its items in their order."""

    id: str
    created_at: int
    metadata: dict[str, str]
    items: list[Item] = field(default_factory=list)
    added: int = 0  # how often items were added: each time they get other ids

    def shown(self) -> dict[str, Any]:
        """As the server sends it."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }

    def add(self, items: Sequence[Item]) -> list[Item]:
        """Add items at the end, and give them ids. Raises ApiError where one stands in it already; then none is added."""
        self.check_room(len(items))
        self.added += 1
        new = stored(items, [self.id, self.added])
        there = {item["id"] for item in self.items}
        for item in new:
            if item["id"] in there:
                text = (
                    f"Duplicate item found with id {item['id']}. Remove duplicate items from your input and try again."
                )
                raise refusal(text, "items")
            there.add(item["id"])
        self.items += new
        return new

    def check_room(self, more: int) -> None:
        """Raise ApiError where so many more items are too many."""
        if len(self.items) + more > LONGEST:
            text = f"Conversation '{self.id}' has {len(self.items)} items; it can hold {LONGEST}, so {more} more are too many."
            raise refusal(f"{text} Delete some, or start a new conversation.", "items", "array_above_max_length")

    def item(self, id: str) -> Item:
        """The item with this id. Raises ApiError where there is none; its wording is not verified."""
        found = next((item for item in self.items if item["id"] == id), None)
        if found is None:
            raise ApiError(404, f"Item with id '{id}' not found in conversation '{self.id}'.")
        return found


class Conversations:
    """The conversations of one server."""

    def __init__(self) -> None:
        self._open: dict[str, Conversation] = {}
        self._left: dict[str, Item] = {}  # the items of those that were deleted
        self._made = 0

    def make(self, items: Sequence[Item], metadata: dict[str, str], age: int) -> Conversation:
        """A new conversation, `age` seconds after the first of the server."""
        id = f"conv_{fingerprint([self._made, list(items), metadata]).hex()}"
        made = Conversation(id, CREATED + age, metadata)
        made.add(items)
        self._made += 1
        self._open[id] = made
        if len(self._open) > MOST:
            self.delete(next(iter(self._open)))
        return made

    def find(self, id: str) -> Conversation:
        """The conversation with this id. Raises ApiError where there is none, or none any more."""
        if id not in self._open:
            raise ApiError(404, f"Conversation with id '{id}' not found.")
        self._open[id] = self._open.pop(id)  # at the end: the one that was not used for longest goes first
        return self._open[id]

    def delete(self, id: str) -> None:
        """Forget a conversation, and leave its items. Raises ApiError where there is none."""
        self._left |= {item["id"]: item for item in self.find(id).items}
        del self._open[id]
        for oldest in list(self._left)[: max(len(self._left) - LEFT, 0)]:
            del self._left[oldest]

    def extend(self, id: str, items: Sequence[Item]) -> None:
        """Add what a response asked and said, if the conversation is still there."""
        if id in self._open:
            self._open[id].items += items

    def item(self, id: str) -> Item | None:
        """The item with this id, of any conversation, one that was deleted too."""
        return self._left.get(id) or next((item for item in self._all() if item["id"] == id), None)

    def _all(self) -> Iterable[Item]:
        return (item for conversation in self._open.values() for item in conversation.items)
