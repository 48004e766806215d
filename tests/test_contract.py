"""The contract holds on the offline model, and each of its criteria is broken by a server that does not keep to it."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest

from common import OFFLINE_MODEL, offline_server
from mock_model import MockServer
from mock_model.server import BASE_URL

from .broken_servers import choice, refusing, server, usage, without
from .contract.criteria import every_criterion
from .contract.criteria.messages import TRIP
from .contract.judging import BROKEN, HELD, OTHERWISE, judge
from .contract.price import requests_of_all
from .contract.server import Server, user
from .quick_requests import requests_are_prepared_quickly  # noqa: F401

CRITERIA = {claim.name: claim for claim in every_criterion()}
CHAT, RESPONSES = "/chat/completions", "/responses"


def verdict(name: str, asked: Server, **options):
    return judge(CRITERIA[name], asked, **options)


@pytest.mark.parametrize("name", CRITERIA)
def test_the_offline_model_keeps_to_it(name):
    client = MockServer(context_window=8_000, api_key="offline").client()
    found = verdict(name, Server(client, OFFLINE_MODEL, window=8_000))
    assert (found.mark, found.said) == (HELD, found.said)
    assert found.said.strip()


# Servers that do not


def remembering():
    """A server that puts the messages of the last request before those of the next."""
    before = []

    def asked(body):
        sent = body["messages"]
        body = body | {"messages": [*before, *sent]}
        before[:] = sent
        return body

    return server(asked=asked, at=CHAT)


def remembering_without_a_count():
    """The same, and its usage says nothing of it."""
    before = []

    def asked(body):
        sent = body["messages"]
        body = body | {"messages": [*before, *sent]}
        before[:] = sent
        return body

    return server(asked=asked, answer=without("usage"), at=CHAT)


def forgetting():
    """A server that reads the last message alone."""
    return server(asked=lambda body: body | {"messages": body["messages"][-1:]}, at=CHAT)


def strict(body):
    """What a strict chat template refuses: all that is not one system message, then user and assistant in turn."""
    roles = [message["role"] for message in body["messages"]]
    roles = roles[1:] if roles[0] == "system" else roles
    return any(role != ("user", "assistant")[place % 2] for place, role in enumerate(roles))


def cutting(tokens):
    """A server that leaves out the oldest messages of what does not fit, without a word, as Ollama does."""

    def asked(body):
        messages = body["messages"]
        while len(messages) > 1 and sum(len(str(message["content"])) for message in messages) > 3 * tokens:
            messages = messages[1:]
        messages = [message | {"content": message["content"][-3 * tokens :]} for message in messages]
        return body | {"messages": messages}

    return server(asked=asked, window=tokens, at=CHAT)


def content(change):
    """Change the contents of all messages."""
    return lambda body: body | {"messages": [message | change(message) for message in body["messages"]]}


def without_messages_of(*roles):
    def asked(body):
        kept = [
            message for message in body["messages"] if message["role"] not in roles and not message.get("tool_calls")
        ]
        return without("tools")(body) | {"messages": kept}

    return server(asked=asked, at=CHAT)


def calls_without(*names):
    def answer(body):
        for call in body["choices"][0]["message"].get("tool_calls") or []:
            call.update(dict.fromkeys(names))
        return body

    return server(answer=answer, at=CHAT)


def pieces_without_index(body):
    for each in body["choices"]:
        for piece in each["delta"].get("tool_calls") or []:
            piece["index"] = None
    return body


def cached(**fields):
    def answer(body):
        body["usage"].update(fields)
        return body

    return server(answer=answer, at=CHAT)


def half_of_what_is_cached(body):
    details = body["usage"]["prompt_tokens_details"]
    body["usage"]["prompt_tokens"] -= details["cached_tokens"] * 6 // 10
    details["cached_tokens"] //= 9
    return body


def reversed_vectors(body):
    numbers = [item["embedding"] for item in body["data"]]
    for item, other in zip(body["data"], [numbers[1], numbers[0], numbers[2]], strict=True):
        item["embedding"] = other
    return body


def lying():
    """A server that ignores previous_response_id, and says that it goes on from it."""
    claimed = []

    def asked(body):
        claimed.append(body.get("previous_response_id"))
        return without("previous_response_id")(body)

    return server(asked=asked, answer=lambda body: body | {"previous_response_id": claimed[-1]}, at=RESPONSES)


class Undeletable:
    """A server that says of a response that it is deleted, and keeps it."""

    def __init__(self):
        self.mock = MockServer()

    def handle(self, request):
        if request.method == "DELETE":
            return httpx2.Response(200, json={"id": "resp_1", "object": "response", "deleted": True})
        return self.mock.handle(request)


def undeletable():
    http_client = httpx2.Client(transport=httpx2.MockTransport(Undeletable().handle))
    return Server(openai.OpenAI(api_key="x", base_url=BASE_URL, http_client=http_client), OFFLINE_MODEL)


def of_another_name(**more):
    """A server whose model has a name that is none of OpenAI's, and reads more tokens."""
    return server(
        asked=lambda body: body | {"model": OFFLINE_MODEL}, answer=usage(**more), at=CHAT, model="small-model-1b"
    )


def template(**more):
    return server(asked=refusing(strict, message="roles must alternate"), at=CHAT, **more)


WAYS = [
    ("stateless", remembering, BROKEN, "stood in the request before"),
    ("stateless", remembering_without_a_count, BROKEN, "stood in the request before"),
    ("usage", lambda: server(answer=without("usage"), at=CHAT), BROKEN, "no usage"),
    ("usage", lambda: server(answer=usage(total_tokens=1), at=CHAT), BROKEN, "are not"),
    ("wrong_key", server, OTHERWISE, "Any key"),
    ("wrong_key", lambda: server(asked=refusing(lambda body: True)), BROKEN, "400"),
    ("unknown_model", lambda: server(asked=lambda body: body | {"model": OFFLINE_MODEL}), OTHERWISE, "all the same"),
    ("unknown_model", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "500"),
    ("whole_history", forgetting, BROKEN, "not all read"),
    ("whole_history", lambda: server(answer=without("usage"), at=CHAT), OTHERWISE, "does not say"),
    ("counts", lambda: server(answer=usage(prompt_tokens=1), at=CHAT), BROKEN, "a word 8 and 9"),
    ("counts", lambda: of_another_name(prompt_tokens=23), OTHERWISE, "a word 8 and 31"),
    ("in_turn", lambda: server(asked=refusing(lambda body: len(body["messages"]) > 2), at=CHAT), BROKEN, "Refused"),
    ("two_systems", template, OTHERWISE, "alternate"),
    ("two_users", template, OTHERWISE, "alternate"),
    ("leading_assistant", template, OTHERWISE, "alternate"),
    ("orphan_result", lambda: without_messages_of("tool"), OTHERWISE, "is taken"),
    ("limit_binds", lambda: server(asked=without("max_completion_tokens"), at=CHAT), BROKEN, "had"),
    ("limit_binds", lambda: server(answer=choice(finish_reason="stop"), at=CHAT), BROKEN, "Cut off at 8"),
    ("says_stop", lambda: server(answer=choice(finish_reason="length"), at=CHAT), BROKEN, "length"),
    ("stop_sequence", lambda: server(asked=without("stop"), at=CHAT), BROKEN, "the reply was"),
    ("stop_sequence", lambda: server(asked=refusing(lambda body: "stop" in body), at=CHAT), OTHERWISE, "Refused"),
    ("overflow", lambda: cutting(4_000), BROKEN, "said nothing"),
    ("overflow", lambda: server(asked=refusing(lambda body: len(str(body)) > 9_000, 500), at=CHAT), BROKEN, "500"),
    ("overflow", lambda: server(answer=without("usage"), at=CHAT), OTHERWISE, "does not say"),
    ("overflow_streamed", lambda: cutting(4_000), BROKEN, "said nothing"),
    ("wrong_request", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "ask again"),
    ("wrong_request", lambda: server(asked=content(lambda m: {"content": str(m["content"])})), OTHERWISE, "accepted"),
    ("in_pieces", lambda: server(chunk=choice(finish_reason=None), at=CHAT), BROKEN, "no finish_reason"),
    ("in_pieces", lambda: server(chunk=lambda body: None, at=CHAT), BROKEN, "nothing"),
    ("usage_in_streams", lambda: server(asked=without("stream_options"), at=CHAT), OTHERWISE, "counts by itself"),
    ("usage_in_streams", lambda: server(chunk=usage(prompt_tokens=2), at=CHAT), BROKEN, "when it is streamed"),
    (
        "usage_in_streams",
        lambda: server(asked=refusing(lambda body: "stream_options" in body), at=CHAT),
        OTHERWISE,
        "refused",
    ),
    ("limit_in_streams", lambda: server(asked=without("max_completion_tokens"), at=CHAT), BROKEN, "had"),
    ("json_by_schema", lambda: server(asked=without("response_format"), at=CHAT), OTHERWISE, "no JSON"),
    ("json_by_schema", lambda: server(asked=refusing(lambda b: "response_format" in b)), OTHERWISE, "Refused"),
    ("wrong_schema", lambda: server(asked=without("response_format"), at=CHAT), OTHERWISE, "passed over"),
    ("wrong_schema", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "ask again"),
    ("embeddings", lambda: server(answer=reversed_vectors, at="/embeddings"), BROKEN, "cosine"),
    ("embeddings", lambda: server(asked=refusing(lambda b: True, 501), at="/embeddings"), OTHERWISE, "Not offered"),
    ("tools_are_counted", lambda: server(asked=without("tools"), at=CHAT), OTHERWISE, "not shown"),
    ("a_call", lambda: server(asked=without("tools", "tool_choice"), at=CHAT), OTHERWISE, "not obeyed"),
    ("a_call", lambda: calls_without("id"), BROKEN, "the id None"),
    ("a_call_streamed", lambda: server(chunk=pieces_without_index, at=CHAT), BROKEN, "no index"),
    ("a_call_streamed", lambda: server(asked=without("tools", "tool_choice"), at=CHAT), OTHERWISE, "not obeyed"),
    ("a_result", lambda: without_messages_of("tool"), OTHERWISE, "not shown"),
    ("unanswered_call", lambda: without_messages_of("tool"), OTHERWISE, "is taken"),
    ("caching", lambda: cached(prompt_tokens_details=None), OTHERWISE, "does not speak"),
    ("caching", lambda: server(answer=half_of_what_is_cached, at=CHAT), BROKEN, "left out"),
    ("caching", lambda: cached(prompt_tokens=5), BROKEN, "but the prompt has 5"),
    ("responses", lambda: server(asked=refusing(lambda body: True, 404), at=RESPONSES), OTHERWISE, "not offered"),
    ("responses", lambda: server(answer=without("usage"), at=RESPONSES), BROKEN, "no usage"),
    ("kept_state", lambda: server(keeps="refuses"), OTHERWISE, "Refused"),
    ("kept_state", lambda: server(keeps="nothing"), OTHERWISE, "ignored without an error"),
    ("kept_state", lying, BROKEN, "was not read"),
    ("deleted_state", lambda: server(keeps="nothing"), OTHERWISE, "Nothing is kept"),
    ("deleted_state", undeletable, BROKEN, "can still be read"),
]


@pytest.mark.parametrize(("name", "broken", "mark", "words"), WAYS, ids=[f"{way[0]}-{way[3]}" for way in WAYS])
def test_a_server_that_does_not_is_found(name, broken, mark, words):
    found = verdict(name, broken())
    assert (found.mark, found.said) == (mark, found.said)
    assert words in found.said


def test_each_criterion_has_a_server_that_does_not_keep_to_it():
    assert {way[0] for way in WAYS} == set(CRITERIA)


# What is held although a server does it in its own way


def test_null_beside_calls_may_be_refused():
    def has_null(body):
        return any(message["content"] is None for message in body["messages"])

    found = verdict("a_result", server(asked=refusing(has_null), at=CHAT))
    assert found.mark == HELD
    assert "null is refused" in found.said


def test_an_overflow_whose_stream_is_empty_is_recognised():
    def asked(body):
        return {**body, "messages": [user("Hello")]} if body.get("stream") else body

    found = verdict("overflow_streamed", server(asked=asked, chunk=lambda body: None, at=CHAT))
    assert found.mark == HELD
    assert "IncompleteReply" in found.said


def test_a_window_that_nobody_knows_is_looked_for_only_where_that_costs_nothing():
    known = server(window=6_000)
    own = Server(known.client, OFFLINE_MODEL)
    assert verdict("overflow", own).mark == HELD
    assert own.asked.requests == 3  # a short one, 4,096 tokens that fit, 8,192 that do not
    paid = Server(known.client, OFFLINE_MODEL, is_remote=True)
    found = verdict("overflow", paid)
    assert found.mark == OTHERWISE and "--window" in found.said
    assert paid.asked.requests == 0


# What befalls a run


def test_a_rate_limit_is_waited_for_once():
    waited = []
    offline = offline_server()
    asked = Server(offline.client(), OFFLINE_MODEL)
    offline.fail_next(429)
    assert verdict("usage", asked, sleep=waited.append).mark == HELD
    assert len(waited) == 1 and waited[0] <= 60
    offline.fail_next(429, times=2)
    found = verdict("usage", asked, sleep=waited.append)
    assert found.mark == OTHERWISE and "Could not be judged" in found.said
    offline.fail_next("quota")
    assert verdict("usage", asked, sleep=waited.append).mark == OTHERWISE
    assert len(waited) == 2, "a used-up quota does not pass by waiting"


@pytest.mark.parametrize(("kind", "words"), [("timeout", "60 seconds"), ("connection", "Connection")])
def test_no_answer_is_told_from_a_wrong_one(kind, words):
    offline = offline_server()
    offline.fail_next(kind)
    found = verdict("usage", Server(offline.client(), OFFLINE_MODEL))
    assert (found.mark, found.is_gone) == (OTHERWISE, True)
    assert words in found.said


def test_an_answer_that_is_none_is_a_verdict_too():
    found = verdict("usage", server(answer=lambda body: {"choices": "none", "usage": 7}, at=CHAT))
    assert found.mark == BROKEN and "could not be read" in found.said


def test_what_is_asked_is_counted():
    asked = server()
    asked.chat(TRIP, limit=8)
    asked.chunks(TRIP, limit=9, stream_options={"include_usage": True})
    assert (asked.asked.requests, asked.asked.most_out) == (2, 17)
    assert asked.asked.tokens_in == 2 * asked.chat(TRIP).usage.prompt_tokens
    expected = requests_of_all()
    assert 30 < expected.requests < 100 and json.dumps(vars(expected))


def ignored(body):
    return without("tools", "tool_choice")(body) if isinstance(body.get("tool_choice"), dict) else body


@pytest.mark.parametrize("asked", [ignored, refusing(lambda body: isinstance(body.get("tool_choice"), dict))])
def test_a_server_that_takes_a_forced_tool_only_as_a_word_is_asked_so(asked):
    for name in ("a_call", "a_call_streamed"):
        found = verdict(name, server(asked=asked, at=CHAT))
        assert found.mark == HELD and "weather(" in found.said


def test_a_stream_without_an_end_is_not_read_for_ever():
    def endless():
        piece = {"id": "1", "created": 1, "model": "x", "object": "chat.completion.chunk"}
        while True:
            yield f"data: {json.dumps(piece | {'choices': [{'index': 0, 'delta': {'content': 'and on '}}]})}\n\n".encode()

    def handle(request):
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=endless())

    http_client = httpx2.Client(transport=httpx2.MockTransport(handle))
    asked = Server(openai.OpenAI(api_key="x", base_url=BASE_URL, http_client=http_client), "x")
    assert verdict("in_pieces", asked).mark == BROKEN
    assert "Limited to 8 tokens" in verdict("limit_in_streams", asked).said
