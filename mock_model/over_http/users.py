"""Users: a server for each API key, so that the conversations, failures and caches of two keys never meet."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import httpx2

from mock_model.server import MockServer

MOST = 200  # keys at a time; the one that was not heard of for the longest is forgotten first


class Users:
    """The servers of at most `MOST` keys. `options` are those of each `MockServer`; `api_key` lets in one key only."""

    def __init__(self, api_key: str | None = None, **options: Any) -> None:
        self._api_key, self._options = api_key, options
        self._doorkeeper = MockServer(api_key=api_key)  # answers those without a key, or with a wrong one
        self._servers: OrderedDict[str, MockServer] = OrderedDict()

    def server_of(self, headers: httpx2.Headers) -> MockServer:
        """The server of the key in these headers; the same one, which refuses, for all that have none or a wrong one."""
        key = headers.get("authorization", "").removeprefix("Bearer").strip()
        if not key or self._api_key not in (None, key):
            return self._doorkeeper
        if key not in self._servers:
            self._servers[key] = MockServer(**self._options)
            if len(self._servers) > MOST:
                self._servers.popitem(last=False)
        self._servers.move_to_end(key)
        return self._servers[key]
