"""What happens in a turn, as it is told to who listens: text that arrives, a tool that is called, and its result."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """A piece of what the model writes, as it arrives."""

    piece: str


@dataclass(frozen=True)
class Called:
    """The model calls a tool, which is run next. `arguments` are its JSON as the model has written it, right or wrong."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Result:
    """What a call came to, in the words in which it goes back to the model: `failed` where that is an error."""

    id: str
    name: str
    content: str
    failed: bool


Event: TypeAlias = Text | Called | Result
