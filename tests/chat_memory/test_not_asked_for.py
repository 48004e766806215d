"""A limit or a form that no caller has asked for is no reason to fail or to lose something: without it, it goes once more."""

import asyncio
import json
import warnings

import httpx2
import pytest

from chat_memory import ChatMemory, IncompleteReply, Usage, summarize
from chat_memory.facts import UserFacts
from chat_memory.facts.learning import LARGEST_LIMIT
from chat_memory.notices import SummaryCutOff
from chat_memory.replies import known_clients
from chat_memory.summary import summarize_async

from .known_facts import said, texts
from .wire import Server, refusing, whole

PORTO = "The user lives in Porto."
FACTS = json.dumps({"facts": [{"fact": PORTO, "message": 1, "replaces": None}]})
LONG = said("I live in Porto. " + "I also like long walks along the river and through the old town with my dog. " * 200)
TOLD = said("I live in Porto.")
NAMES = ("max_completion_tokens", "max_tokens")


def asked_for(request):
    """What a request asks for beside the reply."""
    return {name: value for name, value in request.items() if name in (*NAMES, "response_format")}


def limit_of(request):
    return next((request[name] for name in NAMES if name in request), None)


def always(answer, times=9):
    """A server that answers every request so, by a function of the request."""
    return Server(
        *[
            lambda request: (
                done if isinstance(done := answer(request), httpx2.Response) else httpx2.Response(200, json=done)
            )
        ]
        * times
    )


def refused_with(status, words, refuses):
    """A server that refuses, in these words, every request of which this is true."""
    return always(lambda request: refusing(status, words)(request) if refuses(request) else whole(FACTS))


SIZES = {
    "vLLM, and OpenAI once": (
        400,
        "This model's maximum context length is 8192 tokens. However, you requested 24730 tokens (4000 in the messages, 20730 "
        "in the completion). Please reduce the length of the messages or completion.",
    ),
    "OpenAI, in the older name": (400, "max_tokens is too large: 20730. This model supports at most 16384 tokens."),
    "Text Generation Inference": (422, "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 4000 and 20730"),
    "Anthropic": (400, "max_tokens: 20730 > 8192, which is the maximum allowed number of output tokens"),
    "DeepSeek": (400, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
    "Gemini": (400, "it has a maxOutputTokens value of 20730 but the supported range is from 1 to 8193"),
    "Groq, by the minute": (413, "Request too large on tokens per minute (TPM): Limit 6000, Requested 24730"),
    "OpenAI, by the minute": (429, "Request too large on tokens per min (TPM): Limit 30000, Requested 35000."),
    "words of no help": (400, "Bad Request"),
}


@pytest.mark.parametrize(("status", "words"), SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("older", [False, True])
def test_a_limit_that_is_refused_for_its_size_is_left_out_and_asked_for_again_the_next_time(ana, status, words, older):
    """In whatever words, and under the older name too, which a server may have said that it wants."""
    unknown = refusing(400, "Unknown parameter: 'max_completion_tokens'")
    size = refusing(status, words)

    def answer(request):
        if older and NAMES[0] in request:
            return unknown(request)
        return size(request) if (limit_of(request) or 0) > 1_000 else whole(FACTS)

    server = always(answer)
    client = server.client()
    assert texts(ana.learn(client, LONG, model="m")) == [PORTO]
    assert limit_of(server.requests[0]) == LARGEST_LIMIT and limit_of(server.requests[-1]) is None
    ana.learn(client, TOLD, model="m")
    assert limit_of(server.requests[-1]) and "response_format" in server.requests[-1]


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 422, 500, 501])
@pytest.mark.parametrize("words", ["response_format json_schema is not implemented", "failed to parse grammar", "Oh."])
def test_a_form_that_is_refused_with_any_status_and_in_any_words_is_left_out(ana, status, words):
    server = refused_with(status, words, lambda request: "response_format" in request)
    assert texts(ana.learn(server.client(), TOLD, model="m")) == [PORTO]
    assert len(server.requests) == 2


@pytest.mark.parametrize("words", ["The gateway could not parse the JSON body of the request. Try again.", "Oh."])
def test_what_has_failed_once_for_no_reason_that_is_named_is_asked_for_again(store, words):
    server = always(lambda request: refusing(400, words)(request) if len(server.requests) == 1 else whole(FACTS))
    client = server.client()
    for user in ("ana", "ben"):
        assert texts(UserFacts(store, user).learn(client, TOLD, model="m")) == [PORTO]
    assert ["response_format" in request for request in server.requests] == [True, False, True]


def test_twice_is_a_rule_and_one_that_ends_after_a_while(store, monkeypatch):
    server = refused_with(400, "Oh.", lambda request: "response_format" in request)
    client, now = server.client(), known_clients.monotonic()
    for user in ("ana", "ben", "eva"):
        UserFacts(store, user).learn(client, TOLD, model="m")
    assert ["response_format" in request for request in server.requests] == [True, False, True, False, False]
    monkeypatch.setattr(known_clients, "monotonic", lambda: now + known_clients.FORGOTTEN_AFTER + 60)
    UserFacts(store, "leo").learn(client, TOLD, model="m")
    assert "response_format" in server.requests[5]


def test_what_a_server_refuses_is_not_held_against_another_at_another_address(store):
    server = refused_with(400, "response_format is not supported", lambda request: "response_format" in request)
    client = server.client()
    UserFacts(store, "ana").learn(client, TOLD, model="m")
    client.base_url = "http://another.invalid/v1"
    UserFacts(store, "ben").learn(client, TOLD, model="m")
    assert ["response_format" in request for request in server.requests] == [True, False, True, False]


def test_what_any_of_them_has_learned_of_a_model_all_of_its_client_know(ana):
    """A memory, facts, a summary, and copies of the client; also what was paid for: that the model thinks."""

    def answer(request):
        if NAMES[0] in request:
            return refusing(400, f"Unknown parameter: '{NAMES[0]}'")(request)
        return whole("", "length") if NAMES[1] in request else whole(FACTS)

    server = always(answer)
    client = server.client()
    ChatMemory(client, model="m").ask("Hello?")
    ana.learn(client, TOLD, model="m")
    summarize(client.with_options(timeout=9), TOLD, model="m")
    ChatMemory(client.with_options(timeout=9), model="m").ask("Hello?")
    assert [limit_of(request) is not None for request in server.requests] == [True, True, False, False, False, False]


def thinking(full, thought, per_token=4):
    """A server that thinks so many tokens within the limit, and says nothing of that; then it writes on, until it is cut."""

    def answer(request):
        limit = limit_of(request)
        text = full if limit is None else full[: int(max(0, limit - thought) * per_token)]
        usage = {"prompt_tokens": 9, "completion_tokens": limit or 700, "total_tokens": 709}
        return whole(text, "stop" if text == full else "length", usage=usage)

    return always(answer)


HARBOURS = " ".join(f"Fact number {i}: the user likes town {i} and its old harbour." for i in range(12))
CHINESE = "".join(f"用户叫安娜，住在波尔图，养了一只名叫饼干的狗，编号{i}。" for i in range(11))
EATEN = {"thoughts": (HARBOURS, 500, 4), "all but a word": (HARBOURS, 599, 4), "tokens of a third": (CHINESE, 0, 1 / 3)}


@pytest.mark.parametrize(("full", "thought", "per_token"), EATEN.values(), ids=EATEN)
def test_a_summary_whose_limit_is_used_up_by_something_else_is_asked_for_again_without(full, thought, per_token):
    server = thinking(full, thought, per_token)
    client, usage = server.client(), Usage()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            assert summarize(client, TOLD, model="m", usage=usage) == full
    assert [limit_of(request) for request in server.requests] == [600, None, 600, None, None]  # twice is a rule
    assert usage.requests == 5


def folded(server, **settings):
    told = []
    memory = ChatMemory(server.client(), max_tokens=1_200, keep_recent=2, model="m", on_notice=told.append, **settings)
    while not memory.summary and not memory.summary_error and len(memory.messages) < 90:
        memory.ask("I like a town and its old harbour, which I saw with my whole family and the dog. " * 2)
    return memory, told


@pytest.mark.parametrize("thought", [100, 150, 200])
def test_a_memory_folds_nothing_into_half_a_summary(thought):
    summaries = thinking(HARBOURS, thought, 4)
    is_summary = "You keep the summary"

    def answer(request):
        if is_summary not in str(request["messages"][0]["content"]):
            return whole("Noted.")
        return summaries.left[0](request)

    memory, told = folded(always(answer, 99), summary_tokens=260)
    assert memory.summary == HARBOURS and SummaryCutOff() not in told


def test_one_that_is_kept_though_it_was_cut_off_is_told():
    text = " ".join(HARBOURS.split()[:130])
    cut = whole(text + " Fact", "length")
    client = Server(cut, cut).client()
    with pytest.warns(UserWarning, match="cut off at a limit"):
        assert summarize(client, TOLD, max_tokens=200, model="m") == text[: text.rindex(".") + 1]

    async def asked():
        return await summarize_async(Server(cut).client(asynchronous=True), TOLD, max_tokens=200, model="m")

    with pytest.warns(UserWarning, match="cut off at a limit"):
        asyncio.run(asked())
    is_summary = "You keep the summary"
    server = always(
        lambda request: cut if is_summary in str(request["messages"][0]["content"]) else whole("Noted."), 99
    )
    memory, told = folded(server, summary_tokens=200)
    assert memory.summary.endswith("harbour.") and SummaryCutOff() in told and "may be missing" in str(SummaryCutOff())


def test_where_a_server_cuts_without_a_limit_too_there_is_no_summary():
    cut = whole("Ana lives in Porto. Her dog", "length")
    server = Server(cut, cut)
    with pytest.raises(IncompleteReply, match="cut off at the limit for the reply, which the server sets"):
        summarize(server.client(), TOLD, model="m")
    assert [limit_of(request) for request in server.requests] == [600, None]


def test_facts_whose_limit_is_used_up_by_thoughts_are_asked_for_again_without(store, recwarn):
    server = thinking(FACTS, 320)
    client = server.client()
    for user in ("ana", "ben", "eva"):
        assert texts(UserFacts(store, user).learn(client, TOLD, model="m")) == [PORTO]
    assert [bool(limit_of(request)) for request in server.requests] == [True, False, True, False, False]
    assert not recwarn.list


def test_a_list_that_does_not_end_is_not_asked_for_again_without_a_limit(ana):
    endless = "[" + json.dumps({"fact": PORTO, "message": 1, "replaces": None}) * 3_000
    server = thinking(endless.replace("}{", "}, {"), 0)
    with pytest.warns(UserWarning, match="cut off"):
        assert texts(ana.learn(server.client(), LONG, model="m")) == [PORTO]
    assert [limit_of(request) for request in server.requests] == [LARGEST_LIMIT]


def test_an_error_of_a_model_that_has_answered_holds_its_words(ana):
    refusal = whole(None)
    refusal["choices"][0]["message"]["refusal"] = "I will not."
    for answer, words in ((whole("The user", "length"), "The user"), (refusal, "I will not.")):
        with pytest.raises(IncompleteReply) as error:
            ana.learn(always(lambda request, answer=answer: answer).client(), TOLD, model="m")
        assert error.value.reply == words
