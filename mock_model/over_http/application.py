"""The application: each request goes to the server of its key, in the event loop; its answer goes out piece by piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

import httpx2
from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler

from mock_model.api.bodies import ApiError
from mock_model.over_http.users import Users

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "*",
    "Access-Control-Max-Age": "600",
}


def application(users: Users) -> Application:
    """The routes of the server."""
    return Application([(r"/offline/.*", Control), (r"/health", Health), (r".*", Model)], users=users)


class _Handler(RequestHandler):
    """What all answers have in common: they may be read by any page, and errors have the form of the API's."""

    @property
    def users(self) -> Users:
        return self.settings["users"]

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in CORS.items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        return None

    def options(self) -> None:
        self.set_header("Access-Control-Allow-Headers", self.request.headers.get("Access-Control-Request-Headers", "*"))
        self.set_status(204)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        self.send(ApiError(status_code, f"{self._reason}.").response())

    def send(self, response: httpx2.Response) -> None:
        """Send a whole answer."""
        self.set_status(response.status_code)
        for name, value in response.headers.items():
            self.set_header(name, value)
        self.finish(response.content)

    def asked(self) -> httpx2.Request:
        """The request, as the server of the offline model takes it."""
        sent = self.request
        return httpx2.Request(
            sent.method or "GET", f"http://offline{sent.uri}", headers=list(sent.headers.get_all()), content=sent.body
        )


class Health(_Handler):
    """Whether it answers."""

    def get(self) -> None:
        self.write({"status": "ok"})

    head = get


class Control(_Handler):
    """What tests want of the server of their key."""

    def post(self) -> None:
        request = self.asked()
        try:
            asked = json.loads(request.content)
            self.users.server_of(request.headers).fail_next(asked["kind"], asked.get("times", 1))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.send(ApiError(400, f"{error}").response())
            return
        self.write({"status": "ok"})


class Model(_Handler):
    """Everything under /v1, and what is not there."""

    async def get(self) -> None:
        request = self.asked()
        try:
            response = self.users.server_of(request.headers).handle(request)
        except httpx2.ReadTimeout:
            await asyncio.Event().wait()
            return
        except httpx2.TransportError:
            self.request.connection.stream.close()
            return
        if not response.headers["content-type"].startswith("text/event-stream"):
            self.send(response)
            return
        for name, value in response.headers.items():
            if name != "content-length":
                self.set_header(name, value)
        try:
            for piece in events(response):
                self.write(piece)
                await self.flush()
                await asyncio.sleep(0)
        except StreamClosedError:
            pass  # whoever asked has gone
        except httpx2.TransportError:
            self.request.connection.stream.close()

    post = put = patch = delete = head = get


def events(response: httpx2.Response) -> Iterable[bytes]:
    """The events of a stream, one by one. Raises a TransportError where it breaks off."""
    for piece in response.stream:
        for event in piece.split(b"\n\n"):
            if event:
                yield event + b"\n\n"
