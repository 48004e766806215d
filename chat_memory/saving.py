"""What a memory asks of the place where its turns are saved, and of what is known about a user: any that do this will do."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeAlias

from .messages import Message

Position: TypeAlias = tuple[int, ...]  # how far a saved conversation is, as it says itself


class Facts(Protocol):
    """What is known about a user, such as a chat_memory.facts.UserFacts."""

    def note(self, question: str) -> list[Message]: ...


class SavedState(Protocol):
    """What was saved of a conversation."""

    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def summary(self) -> str: ...
    @property
    def folded(self) -> int: ...
    @property
    def recent(self) -> Iterable[Iterable[Message]]: ...
    @property
    def position(self) -> Position: ...


class TakenBack(Protocol):
    """A turn that was taken back from a conversation, and what goes on without it."""

    @property
    def turn(self) -> Iterable[Message]: ...
    @property
    def left(self) -> SavedState: ...


class SavedConversation(Protocol):
    """Where turns are saved, such as a conversation of a chat_memory.store.ConversationStore."""

    @property
    def id(self) -> str: ...

    def load(self) -> SavedState | None: ...

    def append(
        self,
        turn: Iterable[Message],
        *,
        after: Position | None = ...,
        settings: dict[str, Any] | None = ...,
        summary: str | None = ...,
        folded: int | None = ...,
    ) -> Position: ...

    def take_back(
        self, *, after: Position | None = ..., check: Callable[[TakenBack], Any] | None = ...
    ) -> TakenBack: ...
    def history(self, *, after: Position | None = ...) -> Any: ...

    def begin(
        self,
        turns: Iterable[Iterable[Message]],
        *,
        settings: dict[str, Any] | None = ...,
        summary: str = ...,
        folded: int = ...,
        earlier: Iterable[tuple[int, str, int]] = ...,
        said_at: Iterable[str | None] = ...,
    ) -> Position: ...
