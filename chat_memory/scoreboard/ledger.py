"""What a memory really costs: every request that goes through its client is noted, those of its own for itself too."""

from dataclasses import dataclass, fields
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
    """Notes what each request has used, as the server says; where it says nothing, the messages are counted here.

    `unseen` are names of what was done with the client without its usage being known: then more was used than noted.
    """

    def __init__(self) -> None:
        self.used, self.unseen = Used(), set[str]()
        self._open: list[Any] = []  # streams that are not at their end

    def note(self, request: Any, answer: Any, said: str = "") -> None:
        """Note one request and its answer, or what is known of it: dicts as they go over the wire, or objects.

        `said` is what came of a stream, which is counted where its usage did not come.
        """
        usage = field(answer, "usage")
        sent, out = (
            _number(usage, "prompt_tokens", "input_tokens"),
            _number(usage, "completion_tokens", "output_tokens"),
        )
        if sent is None and (messages := field(request, "messages")):
            sent = count_tokens(list(messages), tools=field(request, "tools"))
        if sent is None:
            self.unseen.add("a request whose usage nobody has said")
        if usage is None and said:
            out = count_tokens([{"role": "assistant", "content": said}])
        details = field(usage, "prompt_tokens_details") or field(usage, "input_tokens_details")
        self.used += Used(
            calls=1,
            tokens_in=sent or 0,
            cached=_number(details, "cached_tokens") or 0,
            written=_number(details, "cache_write_tokens") or 0,
            out=out or 0,
            longest=sent or 0,
        )

    def settled(self) -> Used:
        """What was used until now, streams included that nobody has read to their end; from here on it begins anew."""
        for stream in self._open:
            stream.settle()
        self._open.clear()
        used, self.used = self.used, Used()
        return used

    def stream(self, events: Any, request: dict[str, Any], hides_usage: bool) -> "NotedStream":
        """The pieces of a stream, which is noted at its end."""
        stream = NotedStream(events, request, self, hides_usage)
        self._open.append(stream)
        return stream

    def client(self, client: Any) -> "NotedClient":
        """A client that asks another one, and notes what each request has used."""
        return NotedClient(client, self)


PAID = ("create", "parse", "compact")  # what asks a model, of the resources that do
ASKING = ("chat", "completions", "responses", "embeddings", "with_raw_response")  # the way to them
COPIES = ("with_options", "copy")
FREE = (
    "conversations",
    "models",
    "retrieve",
    "list",
    "delete",
    "cancel",
    "update",
    "input_items",
    "input_tokens",
    "close",
)
RAW = "with_raw_response"


class NotedClient:
    """A client like the one that it asks, or one of its resources. A copy of what holds it shares it, as a connection.

    Chat completions, responses (with their compaction) and embeddings are noted, streams and raw responses of them too,
    and so are the client's copies with other options. What else can be done with a client is passed on; where it may
    cost, the ledger keeps its name.
    """

    def __init__(self, asked: Any, ledger: Ledger, *, raw: bool = False) -> None:
        self._asked, self._ledger, self._raw = asked, ledger, raw

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._asked, name)
        if name in ASKING:
            return NotedClient(value, self._ledger, raw=self._raw or name == RAW)
        if name in COPIES:
            return lambda **options: NotedClient(value(**options), self._ledger)
        if name in PAID:
            return lambda **request: self._noted(value, request)
        if name == "stream" and not self._raw:
            return lambda **request: _NotedManager(value(**request | _asking_usage(request)), request, self._ledger)
        if name not in FREE and (callable(value) or hasattr(value, "_client") or name.startswith(("_", "with_"))):
            self._ledger.unseen.add(name)
        return value

    def __deepcopy__(self, memo: dict[int, Any]) -> "NotedClient":
        return self

    def _noted(self, function: Any, request: dict[str, Any]) -> Any:
        if not request.get("stream"):
            answer = function(**request)
            self._ledger.note(request, answer.parse() if self._raw else answer)
            return answer
        if self._raw:
            self._ledger.unseen.add(f"a stream of {RAW}")
            return function(**request)
        more = _asking_usage(request)
        return self._ledger.stream(function(**request | more), request, hides_usage=bool(more))


def _asking_usage(request: dict[str, Any]) -> dict[str, Any]:
    """What a streamed chat completion has to be asked with, to say its usage, where it is not; other streams say it anyway."""
    options = request.get("stream_options") or {}
    if "messages" not in request or options.get("include_usage"):
        return {}
    return {"stream_options": {**options, "include_usage": True}}


class NotedStream:
    """A stream that is noted at its end, or when it is given up.

    With `hides_usage` the piece with the usage is kept back: it has no choices, which who did not ask for it does not expect.
    """

    def __init__(self, events: Any, request: dict[str, Any], ledger: Ledger, hides_usage: bool) -> None:
        self._events, self._request, self._ledger, self._hides = events, request, ledger, hides_usage
        self._pieces, self._said, self._is_noted = iter(events), list[str](), False
        self._last: Any = {}

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            event = next(self._pieces)
        except BaseException:
            self.settle()
            raise
        whole = field(event, "response")  # of the Responses API
        self._last = next((each for each in (event, whole) if field(each, "usage")), self._last)
        self._said.append(_piece(event))
        return next(self) if self._hides and field(event, "usage") and not field(event, "choices") else event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._events, name)

    def close(self) -> None:
        """Give the stream up, or end it."""
        self.settle()
        if callable(close := getattr(self._events, "close", None)):
            close()

    def settle(self) -> None:
        """Note it, once."""
        if not self._is_noted:
            self._is_noted = True
            self._ledger.note(self._request, self._last, "".join(self._said))


class _NotedManager:
    """What `stream()` of the openai package returns: its usage is that of the completion which it has put together."""

    def __init__(self, manager: Any, request: dict[str, Any], ledger: Ledger) -> None:
        self._manager, self._request, self._ledger, self._stream = manager, request, ledger, None

    def __enter__(self) -> Any:
        self._stream = self._manager.__enter__()
        return self._stream

    def __exit__(self, *error: Any) -> Any:
        try:
            final = "get_final_response" if hasattr(self._stream, "get_final_response") else "get_final_completion"
            self._ledger.note(self._request, getattr(self._stream, final)())
        except Exception:  # given up, or broken off
            self._ledger.note(self._request, {})
        return self._manager.__exit__(*error)


def _piece(event: Any) -> str:
    """The text of a piece of a stream, of either API."""
    if choices := field(event, "choices"):
        return str(field(field(choices[0], "delta"), "content") or "")
    return delta if isinstance(delta := field(event, "delta"), str) else ""


def _number(usage: Any, *names: str) -> int | None:
    found = (field(usage, name) for name in names)
    return next((int(value) for value in found if isinstance(value, (int, float)) and value >= 0), None)
