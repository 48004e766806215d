"""Asked: the latest requests of all users, so that a test can look at what its program sent; in memory only."""

from __future__ import annotations

import json
import math
from collections import deque
from typing import Any, NamedTuple

MOST = 10_000  # requests
MOST_BYTES = 16 * 2**20  # of their bodies


class Record(NamedTuple):
    """One request: whose it was, what it held, and the status of its answer; 0 where none was given."""

    user: int
    method: str
    path: str
    body: bytes
    status: int

    def shown(self) -> dict[str, Any]:
        """As JSON, without the user."""
        return {"method": self.method, "path": self.path, "body": readable(self.body), "status": self.status}


class Asked:
    """The latest requests, up to `MOST` of them with `MOST_BYTES` together."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Remember a request, and forget the oldest where there are too many."""
        self._records.append(record)
        self._bytes += len(record.body)
        while len(self._records) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= len(self._records.popleft().body)

    def of(self, user: int) -> list[Record]:
        """The requests of one user that are remembered, the oldest first."""
        return [record for record in self._records if record.user == user]

    def forget(self, user: int) -> None:
        """Forget what this user has asked."""
        self._records = deque(record for record in self._records if record.user != user)
        self._bytes = sum(len(record.body) for record in self._records)


def readable(body: bytes) -> Any:
    """A body as JSON, as text where it is none, None where it is empty."""
    if not body:
        return None
    text = body.decode("utf-8", errors="replace")
    try:
        return json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        return text


def _finite(text: str) -> float:
    """A number that JSON can hold: NaN, Infinity and 1e999 would come out as no JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON.")
    return number
