"""The application: which address leads where."""

from __future__ import annotations

from tornado.web import Application, RequestHandler

from mock_model.over_http.answering import ModelHandler
from mock_model.over_http.control import PATH, ControlHandler
from mock_model.over_http.handling import Handler, State


class HealthHandler(Handler):
    """Whether the server answers. It asks for no key, and is not noted."""

    async def answer(self) -> None:
        self.send_json({"status": "ok"})

    def note(self, record_it: bool = False) -> None:
        super().note(record_it)


def application(state: State) -> Application:
    """All of it, on tornado."""
    routes = [(r"/health", HealthHandler), (PATH, ControlHandler), (r".*", ModelHandler)]
    return Application([(path, handler, {"state": state}) for path, handler in routes], log_function=_note)


def _note(handler: RequestHandler) -> None:
    if isinstance(handler, Handler):
        handler.note()
