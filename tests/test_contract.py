"""The contract holds on the offline model, and each of its criteria is broken by a server that does not keep to it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import httpx2
import openai
import pytest

from common import OFFLINE_MODEL, offline_server
from mock_model import MockServer
from mock_model.server import BASE_URL
from set_up.settings.settings import Settings

from .broken_servers import (
    CHAT,
    RESPONSES,
    cached,
    calls_without,
    choice,
    content,
    counting_all_but_showing_the_last,
    cutting,
    dropping,
    forgetting,
    half_of_what_is_cached,
    has_tools,
    is_long_stream,
    lying,
    mute,
    of_another_name,
    pieces_without_index,
    refusing,
    remembering,
    reversed_vectors,
    saying_200,
    server,
    showing_the_last,
    template,
    twice_at_the_end,
    undeletable,
    usage,
    without,
    without_messages_of,
    writing,
)
from .contract import reaching
from .contract.criteria import every_criterion
from .contract.criteria.messages import TRIP, counts_as_openai
from .contract.judging import BROKEN, HELD, OTHERWISE, judge
from .contract.price import requests_of_all
from .contract.server import Server, user
from .quick_requests import requests_are_prepared_quickly  # noqa: F401

CRITERIA = {claim.name: claim for claim in every_criterion()}


def verdict(name: str, asked: Server):
    return judge(CRITERIA[name], asked)


@pytest.mark.parametrize("name", CRITERIA)
def test_the_offline_model_keeps_to_it(name):
    client = MockServer(context_window=8_000, api_key="offline").client()
    found = verdict(name, Server(client, OFFLINE_MODEL, window=8_000))
    assert (found.mark, found.said) == (HELD, found.said)
    assert found.said.strip()


CHINESE = "一二三四五六七八九十" * 20  # which has no blanks

WAYS = [
    ("stateless", remembering, BROKEN, "stood in the request before"),
    ("stateless", lambda: remembering(without("usage")), BROKEN, "stood in the request before"),
    ("stateless", mute, OTHERWISE, "No word came"),
    ("stateless", lambda: mute(reasoning_content="Hm."), OTHERWISE, "thinks before it replies"),
    ("usage", lambda: server(answer=without("usage"), at=CHAT), BROKEN, "no usage"),
    ("usage", lambda: saying_200(CHAT), BROKEN, "holds no reply: Unexpected"),
    ("usage", lambda: server(answer=usage(total_tokens=1), at=CHAT), BROKEN, "are not"),
    ("wrong_key", server, OTHERWISE, "Any key"),
    ("wrong_key", lambda: server(asked=refusing(lambda body: True)), BROKEN, "400"),
    ("unknown_model", lambda: server(asked=lambda body: body | {"model": OFFLINE_MODEL}), OTHERWISE, "all the same"),
    ("unknown_model", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "500"),
    ("whole_history", forgetting, BROKEN, "not all read"),
    ("whole_history", lambda: showing_the_last(10), BROKEN, "41 messages"),
    ("whole_history", counting_all_but_showing_the_last, OTHERWISE, "the reply does not show"),
    ("whole_history", lambda: server(answer=without("usage"), at=CHAT), OTHERWISE, "does not say"),
    ("counts", lambda: server(answer=usage(prompt_tokens=1), at=CHAT), BROKEN, "a word 8 and 9"),
    ("counts", lambda: of_another_name(prompt_tokens=23), OTHERWISE, "a word 8 and 31"),
    ("in_turn", lambda: server(asked=refusing(lambda body: len(body["messages"]) > 2), at=CHAT), BROKEN, "Refused"),
    ("in_turn", lambda: saying_200(CHAT), BROKEN, "holds no reply"),
    ("two_systems", template, OTHERWISE, "alternate"),
    ("two_users", template, OTHERWISE, "alternate"),
    ("leading_assistant", template, OTHERWISE, "alternate"),
    ("orphan_result", lambda: without_messages_of("tool"), OTHERWISE, "is taken"),
    ("limit_binds", lambda: server(asked=without("max_completion_tokens"), at=CHAT), BROKEN, "had"),
    ("orphan_result", lambda: server(asked=refusing(has_tools)), OTHERWISE, "with its result is refused"),
    ("limit_binds", mute, OTHERWISE, "No word came"),
    ("limit_binds", lambda: writing(CHINESE, finish_reason="length"), BROKEN, "8 tokens by the server's count"),
    ("limit_binds", lambda: server(answer=choice(finish_reason="stop"), at=CHAT), BROKEN, "Cut off at 8"),
    ("says_stop", lambda: server(answer=choice(finish_reason="length"), at=CHAT), BROKEN, "length"),
    ("says_stop", mute, OTHERWISE, "No word came"),
    ("stop_sequence", mute, OTHERWISE, "No word came"),
    ("stop_sequence", lambda: server(asked=without("stop"), at=CHAT), BROKEN, "the reply was"),
    ("stop_sequence", lambda: server(asked=refusing(lambda body: "stop" in body), at=CHAT), OTHERWISE, "Refused"),
    ("overflow", lambda: cutting(4_000), BROKEN, "said nothing"),
    ("overflow", lambda: server(asked=refusing(lambda body: len(str(body)) > 9_000, 500), at=CHAT), BROKEN, "500"),
    ("overflow", lambda: server(answer=without("usage"), at=CHAT), OTHERWISE, "does not say"),
    ("overflow_streamed", lambda: cutting(4_000), BROKEN, "said nothing"),
    ("overflow", lambda: server(window=None), OTHERWISE, "and asked for it the model said"),
    ("overflow_streamed", lambda: server(asked=refusing(is_long_stream, 503), at=CHAT), BROKEN, "503"),
    ("overflow_streamed", lambda: server(asked=dropping(is_long_stream), at=CHAT), OTHERWISE, "Could not be judged"),
    ("overflow_streamed", lambda: server(chunk=lambda body: None, at=CHAT), OTHERWISE, "A short one"),
    ("wrong_request", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "ask again"),
    ("wrong_request", lambda: server(asked=content(lambda m: {"content": str(m["content"])})), OTHERWISE, "accepted"),
    ("in_pieces", lambda: server(chunk=choice(finish_reason=None), at=CHAT), BROKEN, "no finish_reason"),
    ("in_pieces", lambda: server(chunk=lambda body: None, at=CHAT), BROKEN, "nothing"),
    ("in_pieces", mute, OTHERWISE, "No word came"),
    ("in_pieces", lambda: twice_at_the_end("stop", "length"), BROKEN, "2 finish reasons"),
    ("usage_in_streams", lambda: server(asked=without("stream_options"), at=CHAT), OTHERWISE, "counts by itself"),
    ("usage_in_streams", lambda: server(chunk=usage(prompt_tokens=2), at=CHAT), BROKEN, "when it is streamed"),
    (
        "usage_in_streams",
        lambda: server(asked=refusing(lambda body: "stream_options" in body), at=CHAT),
        OTHERWISE,
        "refused",
    ),
    ("limit_in_streams", lambda: server(asked=without("max_completion_tokens"), at=CHAT), BROKEN, "had"),
    ("limit_in_streams", lambda: server(chunk=choice(finish_reason="stop"), at=CHAT), BROKEN, "Cut off at 8"),
    ("limit_in_streams", lambda: server(chunk=choice(finish_reason=None), at=CHAT), BROKEN, "is None"),
    ("limit_in_streams", lambda: writing("Yes!", finish_reason="stop"), OTHERWISE, "over before the limit"),
    ("limit_in_streams", lambda: writing(CHINESE, finish_reason="length"), BROKEN, "had"),
    ("json_by_schema", lambda: server(asked=without("response_format"), at=CHAT), OTHERWISE, "no JSON"),
    ("json_by_schema", lambda: server(asked=refusing(lambda b: "response_format" in b)), OTHERWISE, "Refused"),
    ("wrong_schema", lambda: server(asked=without("response_format"), at=CHAT), OTHERWISE, "passed over"),
    ("wrong_schema", lambda: server(asked=refusing(lambda body: True, 500)), BROKEN, "ask again"),
    ("wrong_schema", lambda: server(asked=refusing(lambda b: "response_format" in b)), OTHERWISE, "as well"),
    ("embeddings", lambda: server(answer=reversed_vectors, at="/embeddings"), BROKEN, "cosine"),
    ("embeddings", lambda: server(asked=refusing(lambda b: True, 501), at="/embeddings"), OTHERWISE, "Not offered"),
    ("embeddings", lambda: saying_200("/embeddings"), OTHERWISE, "Not offered"),
    ("tools_are_counted", lambda: server(asked=without("tools"), at=CHAT), OTHERWISE, "not shown"),
    ("a_call", lambda: server(asked=without("tools", "tool_choice"), at=CHAT), OTHERWISE, "not obeyed"),
    ("a_call", lambda: calls_without("id"), BROKEN, "the id None"),
    ("a_call_streamed", lambda: server(chunk=pieces_without_index, at=CHAT), BROKEN, "no index"),
    ("a_call_streamed", lambda: server(asked=without("tools", "tool_choice"), at=CHAT), OTHERWISE, "not obeyed"),
    ("a_result", lambda: without_messages_of("tool"), OTHERWISE, "not shown"),
    ("a_result", mute, OTHERWISE, "No word came"),
    ("unanswered_call", lambda: without_messages_of("tool"), OTHERWISE, "is taken"),
    ("unanswered_call", lambda: server(asked=refusing(has_tools)), OTHERWISE, "with its result is refused"),
    ("caching", lambda: cached(prompt_tokens_details=None), OTHERWISE, "does not speak"),
    ("caching", lambda: server(answer=half_of_what_is_cached, at=CHAT), BROKEN, "left out"),
    ("caching", lambda: cached(prompt_tokens=5), BROKEN, "but the prompt has 5"),
    ("responses", lambda: server(asked=refusing(lambda body: True, 404), at=RESPONSES), OTHERWISE, "not offered"),
    ("responses", lambda: server(answer=without("usage"), at=RESPONSES), BROKEN, "no usage"),
    ("responses", lambda: saying_200(RESPONSES), OTHERWISE, "Returning 200 anyway"),
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
    is_long = []

    def asked(body):
        is_long.append(len(str(body)) > 9_000)
        return {**body, "messages": [user("Hello")]} if is_long[-1] else body

    found = verdict("overflow_streamed", server(asked=asked, chunk=lambda b: None if is_long[-1] else b, at=CHAT))
    assert found.mark == HELD
    assert "IncompleteReply" in found.said


def test_an_end_may_be_said_twice():
    assert verdict("in_pieces", twice_at_the_end("stop")).mark == HELD


def test_without_a_usage_what_is_gone_on_from_is_seen_in_the_reply():
    found = verdict("kept_state", server(answer=without("usage"), at=RESPONSES))
    assert found.mark == HELD and "it was read" in found.said


@pytest.mark.parametrize("name", ["overflow", "overflow_streamed"])
def test_a_tokenizer_that_makes_fewer_tokens_cuts_nothing(name):
    def fewer(body):
        if said := body.get("usage"):
            said["prompt_tokens"] = said["prompt_tokens"] * 7 // 10
        return body

    mock = server(answer=fewer, chunk=fewer, window=None, at=CHAT)
    found = verdict(name, mock.with_window(4_000))
    assert found.mark == OTHERWISE and "It takes" in found.said


@pytest.mark.parametrize(
    ("models", "is_openai"),
    [
        (["gpt-4o-mini", "openai/gpt-4o", "gpt-6-luna", "gpt-3.5-turbo", "gpt-5", "offline-model"], True),
        (["gpt-neox-20b", "gpt-j-6b", "gpt-oss-20b", "gpt-2", "gpt-4all", "llama-4"], False),
    ],
)
def test_the_names_of_the_models_that_count_as_openai_does(models, is_openai):
    assert [counts_as_openai(model) for model in models] == [is_openai] * len(models)


def test_a_window_of_which_the_list_speaks_oddly_is_not_known(monkeypatch):
    monkeypatch.setattr(reaching, "SETTINGS", Settings("m", "key", "http://localhost/v1"))
    for meta, window in (("hello", None), ([1], None), ({"n_ctx": 2_048}, 2_048)):
        listed = [openai.types.Model(id="m", created=1, object="model", owned_by="me", meta=meta)]
        assert reaching.window_of(Server(server().client, "m"), listed) == window


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


def waiting(offline):
    """A server, and the seconds that it was waited for."""
    waited = []
    return Server(offline.client(), OFFLINE_MODEL, sleep=waited.append), waited


def test_what_may_pass_is_waited_for_with_each_request():
    offline = offline_server()
    asked, waited = waiting(offline)
    for kind in (429, 500, 503):
        offline.fail_next(kind, times=2)
        assert verdict("usage", asked).mark == HELD
    assert len(waited) == 6 and max(waited) <= 60


@pytest.mark.parametrize("name", ["usage", "wrong_key", "unknown_model", "wrong_request", "orphan_result", "a_call"])
def test_what_does_not_pass_says_nothing_of_the_server(name):
    for status in (429, 503):
        waited = []
        asked = replace(server(asked=refusing(lambda body: True, status)), sleep=waited.append)
        found = verdict(name, asked)
        assert (found.mark, found.is_gone) == (OTHERWISE, True) and f"Could not be judged: {status}" in found.said
        assert len(waited) == 2


def test_a_used_up_quota_does_not_pass_by_waiting():
    offline = offline_server()
    asked, waited = waiting(offline)
    offline.fail_next("quota")
    assert verdict("usage", asked).mark == OTHERWISE and not waited


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


def test_a_stream_of_comments_alone_is_waited_for_no_longer_than_an_answer():
    def pings():
        while True:
            time.sleep(0.01)
            yield b": ping\n\n"

    def handle(request):
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=pings())

    http_client = httpx2.Client(transport=httpx2.MockTransport(handle))
    asked = Server(openai.OpenAI(api_key="x", base_url=BASE_URL, http_client=http_client), "x", timeout=0.1)
    found = verdict("in_pieces", asked)
    assert found.is_gone and "0.1 seconds" in found.said
