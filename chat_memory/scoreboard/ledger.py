"""What a memory really costs: every request that goes through its client is noted, those of its own for itself too."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol, Self

from ..content import field
from ..tokens import count_tokens

PRICED = 1_000_000  # tokens that a price is for


class Price(Protocol):
    """What a million tokens cost: fresh ones in, those read from the prompt cache, those written to it, and those out."""

    @property
    def input(self) -> float: ...
    @property
    def cached(self) -> float: ...
    @property
    def cache_write(self) -> float: ...
    @property
    def output(self) -> float: ...


class _Price(NamedTuple):
    input: float
    cached: float
    cache_write: float
    output: float


def without_cache(price: Price) -> Price:
    """The same price where no cache is at work: each turn comes long after the one before, a message a day."""
    return _Price(price.input, price.input, price.input, price.output)


@dataclass
class Used:
    """What was used, in requests and tokens. `tokens_in` are all that were sent, with those `cached` and `written`.

    `longest` is the largest request, in tokens: it has to fit into the model's window.
    """

    calls: int = 0
    tokens_in: int = 0
    cached: int = 0
    written: int = 0
    out: int = 0
    longest: int = 0

    def money(self, price: Price) -> float:
        """What that costs, in the price's currency."""
        fresh = self.tokens_in - self.cached - self.written
        read = fresh * price.input + self.cached * price.cached + self.written * price.cache_write
        return float(read + self.out * price.output) / PRICED

    def __add__(self, other: Self) -> Self:
        sums = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return type(self)(**sums | {"longest": max(self.longest, other.longest)})


class Ledger:
    """Notes what each request has used, as the server says; where it says nothing, the messages are counted here."""

    def __init__(self) -> None:
        self.used = Used()

    def note(self, request: Any, answer: Any) -> None:
        """Note one request and its answer, or what is known of it: dicts as they go over the wire, or objects."""
        usage = field(answer, "usage")
        sent = _number(usage, "prompt_tokens", "input_tokens")
        if sent is None:
            sent = count_tokens(list(field(request, "messages") or ()))
        details = field(usage, "prompt_tokens_details") or field(usage, "input_tokens_details")
        self.used += Used(
            calls=1,
            tokens_in=sent,
            cached=_number(details, "cached_tokens") or 0,
            written=_number(details, "cache_write_tokens") or 0,
            out=_number(usage, "completion_tokens", "output_tokens") or 0,
            longest=sent,
        )

    def client(self, client: Any) -> "NotedClient":
        """A client that asks another one, and notes what each request has used."""
        return NotedClient(client, self)


class NotedClient:
    """A client like the one that it asks, whose requests are noted. A copy of what holds it shares it, as a connection.

    Chat completions, responses (with their compaction) and embeddings are noted; all else is passed on as it is.
    """

    def __init__(self, client: Any, ledger: Ledger) -> None:
        self._client, self._ledger = client, ledger
        for resource in ("responses", "embeddings"):
            if (wrapped := getattr(client, resource, None)) is not None:
                setattr(self, resource, _Noted(wrapped, ledger))
        self.chat = SimpleNamespace(completions=_Noted(client.chat.completions, ledger))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._client, name)

    def __deepcopy__(self, memo: dict[int, Any]) -> "NotedClient":
        return self


class _Noted:
    """A resource of a client: what it creates is noted."""

    def __init__(self, resource: Any, ledger: Ledger) -> None:
        self._resource, self._ledger = resource, ledger

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._resource, name)
        if name not in ("create", "parse", "compact"):
            return function

        def noted(**request: Any) -> Any:
            answer = function(**request)
            if request.get("stream"):
                return _noted_stream(answer, request, self._ledger)
            self._ledger.note(request, answer)
            return answer

        return noted


def _noted_stream(events: Any, request: dict[str, Any], ledger: Ledger) -> Iterator[Any]:
    """The pieces of a stream, the last of which says what was used. One that is given up is noted too."""
    last: Any = {}
    try:
        for event in events:
            whole = field(event, "response")  # of the Responses API
            last = next((each for each in (event, whole) if field(each, "usage")), last)
            yield event
    finally:
        ledger.note(request, last)


def _number(usage: Any, *names: str) -> int | None:
    found = (field(usage, name) for name in names)
    return next((int(value) for value in found if isinstance(value, (int, float)) and value >= 0), None)
