"""Control: what a test can ask of the server, for its own key alone, under /offline/; /v1/offline/ is the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from mock_model.api.bodies import ApiError
from mock_model.api.completion import Reply
from mock_model.api.entry import parse
from mock_model.api.failures import OF_REPLIES, OF_RESPONSES
from mock_model.over_http.failing import ALL_KINDS, TIMED
from mock_model.over_http.handling import Handler

PATH = r"(?:/v1)?/offline(?:/.*)?"
LONGEST_NUMBER = 9  # digits
HELP = {
    "GET /offline/": "this list",
    "POST /offline/fail_next": f"kind: one of {', '.join(ALL_KINDS)}; times (1); seconds, for {' and '.join(TIMED)}. "
    f"{', '.join(OF_REPLIES)} wait for a reply in words, {', '.join(OF_RESPONSES)} for one of the Responses API",
    "POST /offline/say_next": "content, or tool and arguments: the model's next reply, whatever it is asked; times (1). "
    "The request has to offer that tool",
    "GET /offline/requests": "what was sent with this key, the oldest first; last=N in the address: the newest N",
    "POST /offline/reset": "forget all of this key; window, pace, first_token_delay hold from now on, where given",
    "GET /health": "whether the server answers; without a key",
}


class ControlHandler(Handler):
    """Everything under /offline/. What a program has sent is not for every page: one of this machine alone can ask it."""

    def opened_to(self) -> str:
        origin = self.request.headers.get("Origin", "")
        return origin if is_of_this_machine(origin) else ""

    async def answer(self) -> None:
        if not self.user.number:
            self.send(self.user.server.handle(self.asked))  # which says what is wrong with the key
            return
        method, path = self.asked.method, self.asked.url.path.removeprefix("/v1")
        what = f"{method} {path}" + "/" * (path == "/offline")
        if what in ("GET /offline/", "HEAD /offline/"):
            self.send_json(HELP)
        elif what == "GET /offline/requests":
            self.show_requests()
        elif what == "POST /offline/fail_next":
            self.fail_next(_body(self.asked.content, "kind", "times", "seconds"))
        elif what == "POST /offline/say_next":
            self.say_next(_body(self.asked.content, "content", "tool", "arguments", "times"))
        elif what == "POST /offline/reset":
            self.reset(_body(self.asked.content, "window", "pace", "first_token_delay"))
        else:
            raise ApiError(404, f"Invalid URL ({what}). There is: {'; '.join(HELP)}.")

    def fail_next(self, asked: dict[str, Any]) -> None:
        kind, times, seconds = str(asked.get("kind", "")), _times(asked), asked.get("seconds")
        if kind not in ALL_KINDS:
            raise ApiError(400, f"There is no failure {kind!r}. The kinds are {', '.join(ALL_KINDS)}.", param="kind")
        if seconds is not None and (kind not in TIMED or not _is_number(seconds, least=0)):
            text = (
                f"'seconds' is a number from 0 on, and goes with {' and '.join(TIMED)}: not {seconds!r} with {kind!r}."
            )
            raise ApiError(400, text, param="seconds")
        self.user.fail_next(kind, times, seconds)
        self.send_json({"kind": kind, "times": times})

    def say_next(self, asked: dict[str, Any]) -> None:
        content, tool, arguments = asked.get("content"), asked.get("tool"), asked.get("arguments", {})
        if not (isinstance(content, str) if tool is None else isinstance(tool, str) and content is None):
            raise ApiError(400, "Give either 'content', a text, or 'tool', the name of one that the request offers.")
        if tool == "" or (tool is None and "arguments" in asked):
            raise ApiError(400, "'arguments' go with 'tool', the name of one that the request offers.", param="tool")
        if not isinstance(arguments, dict | str):
            raise ApiError(400, "'arguments' is an object, or for a custom tool a text.", param="arguments")
        times = _times(asked)
        self.user.replies.extend([Reply(content, ((tool, arguments),) if tool else ())] * times)
        self.send_json({"replies": len(self.user.replies)})

    def show_requests(self) -> None:
        records = self.state.asked.of(self.user.number)
        last = self.asked.url.params.get("last", str(len(records)))
        if not last.isdecimal() or len(last) > LONGEST_NUMBER:
            raise ApiError(400, f"'last' is a number of requests, not {last[:20]!r}.", param="last")
        shown = records[max(len(records) - int(last), 0) :]
        self.send_json({"requests": [record.shown() for record in shown]})

    def reset(self, asked: dict[str, Any]) -> None:
        asked = {name: value for name, value in asked.items() if value is not None}
        for name, least in (("window", 1), ("pace", 0.001), ("first_token_delay", 0)):
            if name in asked and not _is_number(asked[name], least=least, whole=name == "window"):
                raise ApiError(400, f"'{name}' is a number from {least} on, not {asked[name]!r}.", param=name)
        self.state.asked.forget(self.user.number)
        self.state.users.reset(self.asked.headers, **asked)
        self.send_json({"reset": True})

    def note(self, record_it: bool = False) -> None:
        super().note(record_it)


def _body(content: bytes, *names: str) -> dict[str, Any]:
    """The parameters of a request; raises ApiError for what is no object, and for others than these names."""
    try:
        asked = parse(content or b"{}")
    except ApiError:
        asked = None
    if not isinstance(asked, dict):
        raise ApiError(400, f"Send a JSON object with {', '.join(names)}.")
    for name in asked:
        if name not in names:
            raise ApiError(400, f"Unknown parameter: '{name}'. There is {', '.join(names)}.", param=name)
    return asked


def is_of_this_machine(origin: str) -> bool:
    """Whether a page of this origin was served by this machine itself."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


def _times(asked: dict[str, Any]) -> int:
    times = asked.get("times", 1)
    if not _is_number(times, least=1, whole=True) or times > 10_000:
        raise ApiError(400, f"'times' is a whole number from 1 to 10,000, not {times!r}.", param="times")
    return int(times)


def _is_number(value: object, *, least: float, whole: bool = False) -> bool:
    kinds = int if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= 10**9
