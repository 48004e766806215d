"""The same through Responses: whatever is asked, undone, folded, fails or is lost by the server, it reads what is laid out."""

import json

import httpx2
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chat_memory import messages_of
from mock_model import MockServer

from .histories import REPEATABLE
from .test_any_conversation import Conversation, ScriptedServer

KEY = {"authorization": "Bearer offline"}
REFUSED = {"error": {"message": "No 'previous_response_id' here.", "type": "invalid_request_error", "code": None}}


class KeepingServer(ScriptedServer):
    """Keeps conversations, as well as it is said to; what it does not go on from fails by no script."""

    def __init__(self, machine: Conversation) -> None:
        super().__init__()
        self.machine = machine

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        id, mode = body.get("previous_response_id"), self.machine.mode
        kept = self._serving.kept.find(id or "")
        if id and mode == "refuses":
            return httpx2.Response(400, json=REFUSED)
        if id and mode == "ignores":
            del body["previous_response_id"]
            return MockServer.handle(self, httpx2.Request("POST", request.url, json=body, headers=KEY))
        if id and not kept:
            return MockServer.handle(self, request)
        failure = self.script.pop(0) if self.script else None
        if failure:
            self.fail_next(failure)
        items = [*(kept.context if kept else ()), *body["input"]]
        self.requests.append(({"messages": messages_of(items)}, failure))
        self.machine.count(len(body["input"]), len(items))
        return MockServer.handle(self, request)


class KeptConversation(Conversation):
    """A conversation that the server keeps, well or badly."""

    kind = {"api": "responses", "server_keeps": True}
    mode, sent, read = "keeps", 0, 0

    @initialize(mode=st.sampled_from(["keeps", "keeps", "keeps", "ignores", "refuses"]))
    def the_server(self, mode):
        self.mode = mode

    def new_server(self):
        return KeepingServer(self)

    @precondition(lambda self: self.said)
    @rule()
    def the_server_loses_everything(self):
        self.server._serving.kept._turns.clear()

    def count(self, sent: int, read: int) -> None:
        self.sent, self.read = self.sent + sent, self.read + read

    def teardown(self):
        super().teardown()
        assert self.mode == "keeps" or self.sent == self.read, "all is sent where the server does not keep it"


class StatelessConversation(KeptConversation):
    """All of it is sent each time."""

    kind = {"api": "responses"}

    def teardown(self):
        super().teardown()
        assert self.sent == self.read


TestKeptConversation = KeptConversation.TestCase
TestKeptConversation.settings = settings(REPEATABLE, max_examples=5, stateful_step_count=24)
TestStatelessConversation = StatelessConversation.TestCase
TestStatelessConversation.settings = settings(REPEATABLE, max_examples=2, stateful_step_count=12)
