"""Users: a server for each API key, so that the conversations, failures and caches of two keys never meet."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from mock_model.api.bodies import ApiError
from mock_model.api.completion import Reply
from mock_model.api.entry import key_in
from mock_model.over_http import log
from mock_model.over_http.failing import SPRINKLED_SECONDS, TIMED, Chance, Delays
from mock_model.server import MockServer
from mock_model.tasks.reply import reply_to

MOST = 500  # keys at a time; the one that was not heard of for the longest is forgotten first


@dataclass(frozen=True)
class Settings:
    """How a key is answered. `pace` is in pieces a second, `first_token_delay` in seconds, `window` in tokens."""

    window: int | None = None
    any_model: bool = False
    pace: float | None = None
    first_token_delay: float = 0.0
    seed_failures: int | None = None
    failure_rate: float = 0.0


class User:
    """Who asks with one key: a `MockServer`, the delays and replies that were asked for, and a number that is no secret."""

    def __init__(self, number: int, settings: Settings, api_key: str | None = None) -> None:
        self.number, self.settings = number, settings
        self.server = MockServer(
            context_window=settings.window, any_model=settings.any_model, reply_to=self._reply, api_key=api_key
        )
        self.delays = Delays()
        self.replies: deque[Reply] = deque()
        self._chance = Chance(settings.seed_failures, settings.failure_rate)

    def fail_next(self, kind: str, times: int = 1, seconds: float | None = None) -> None:
        """Let the next requests fail: see `MockServer.fail_next`, and `Delay` for the kinds that take time."""
        if kind in TIMED:
            self.delays.add(kind, times, seconds)
        else:
            self.server.fail_next(kind, times)

    def try_luck(self) -> None:
        """Let the next request fail if chance will have it so."""
        if kind := self._chance.next():
            self.fail_next(kind, seconds=SPRINKLED_SECONDS)

    def _reply(self, body: dict[str, Any], fits: Callable[[str], bool]) -> Reply:
        if not self.replies:
            return reply_to(body, fits)
        reply = self.replies.popleft()
        offered = [tool[tool["type"]]["name"] for tool in body.get("tools") or ()]
        for name, _ in reply.tool_calls:
            if name not in offered:
                there = f"there is {', '.join(offered)}" if offered else "it offers none"
                raise ApiError(400, f"say_next: the request offers no tool {name!r}, {there}.", param="tools")
        return reply


class Users:
    """The `MOST` users that were heard of last. With `api_key` there is one key only."""

    def __init__(self, settings: Settings, api_key: str | None = None) -> None:
        self._settings, self._api_key = settings, api_key
        self.stranger = User(0, settings, api_key)  # whoever has no key, or a wrong one
        self._known: OrderedDict[str, User] = OrderedDict()
        self._counted = 0

    def of(self, headers: httpx2.Headers) -> User:
        """The user with the key in these headers; all that have none, or a wrong one, are the same, whom no server answers."""
        key = key_in(headers)
        if not key or self._api_key not in (None, key):
            return self.stranger
        if key not in self._known:
            self._counted += 1
            self._known[key] = User(self._counted, self._settings)
            if len(self._known) > MOST:
                _, forgotten = self._known.popitem(last=False)
                log.say(f"user {forgotten.number} is forgotten: more than {MOST} keys have asked.")
        self._known.move_to_end(key)
        return self._known[key]

    def reset(self, headers: httpx2.Headers, **changed: Any) -> User:
        """Forget everything of a key. It begins anew, with the settings of the start but for those that are `changed`."""
        number = self.of(headers).number
        self._known[key_in(headers)] = User(number, replace(self._settings, **changed))
        return self.of(headers)
