"""Facts are asked for in a form that a server can enforce; one that cannot is asked without, and is asked so from then on."""

import json

import pytest

from chat_memory import IncompleteReply, Usage
from chat_memory.errors import BudgetError
from chat_memory.facts import UserFacts
from chat_memory.facts.learning import FORMAT, LEAST_LIMIT, LONGER, form_tokens, request, spoken
from chat_memory.replies.extras import Known
from chat_memory.tokens import Counting
from mock_model import MockServer

from .fake_client import FakeClient, answer
from .known_facts import learner, said, texts
from .wire import Server, refusing, whole

PORTO = {"fact": "The user lives in Porto.", "message": 1, "replaces": None}
IN_THE_FORM = json.dumps({"facts": [PORTO]})
AS_A_LIST = json.dumps([PORTO])
TOLD = said("I live in Porto.")
REFUSALS = {
    "OpenAI, an older model": "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    "DeepSeek": "This response_format type is unavailable now",
    "Groq": "This model does not support response format `json_schema`.",
    "llama-cpp-python": "body.response_format.type: Input should be 'text' or 'json_object'",
    "llama.cpp": "Failed to initialize samplers: failed to parse grammar",
    "vLLM": "Guided decoding with structured outputs is not supported for this model.",
}


def forms(server: Server) -> list[bool]:
    """Of each request, whether it asked for the form."""
    return ["response_format" in request for request in server.requests]


@pytest.mark.parametrize("reply", [IN_THE_FORM, AS_A_LIST])
def test_facts_are_asked_for_in_a_form_and_a_plain_list_is_read_too(ana, reply):
    client = FakeClient(lambda messages: reply)
    assert texts(ana.learn(client, TOLD)) == [PORTO["fact"]]
    assert client.requests[0]["response_format"] == FORMAT


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("words", REFUSALS.values(), ids=REFUSALS)
def test_a_server_that_refuses_the_form_is_asked_without_and_not_asked_twice(store, words, status):
    server = Server(refusing(status, words), *[whole(AS_A_LIST)] * 2, *[whole(IN_THE_FORM)] * 3)
    client, usage = server.client(), Usage()
    for user in ("ana", "ben"):  # it is known of the client, whoever asks
        assert texts(UserFacts(store, user).learn(client, TOLD, usage=usage)) == [PORTO["fact"]]
    assert forms(server) == [True, False, False] and usage.requests == 2
    UserFacts(store, "eva").learn(client, TOLD, model="another-model")
    UserFacts(store, "leo").learn(client.with_options(timeout=9), TOLD)
    UserFacts(store, "kim").learn(server.client(), TOLD)
    assert forms(server)[3:] == [True, False, True]


def test_a_client_without_the_parameter_is_called_without(ana):
    class Bare(FakeClient):
        def create(self, *, model, messages):
            return super().create(model=model, messages=messages)

    assert texts(ana.learn(Bare(lambda messages: AS_A_LIST), TOLD)) == [PORTO["fact"]]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "Incorrect API key provided: response_format"),
        (403, "You may not use this model."),
        (409, "Another request is running."),
        (429, "You have too many requests in this minute."),
        (503, "The model is being loaded."),
    ],
)
def test_what_is_no_refusal_is_raised_at_once(ana, status, words):
    server = Server(refusing(status, words))
    with pytest.raises(Exception, match=words[:20]):
        ana.learn(server.client(), TOLD)
    assert forms(server) == [True] and ana.record() == []


def test_one_who_wants_another_form_or_none_gets_it(ana):
    for options in ({"response_format": {"type": "text"}}, {"extra_body": {"response_format": {"type": "text"}}}):
        client = learner({"fact": "The user is 36."})
        ana.learn(client, TOLD, options=options)
        sent = client.requests[0]
        assert (sent.get("response_format") or sent["extra_body"]["response_format"]) == {"type": "text"}


def test_the_form_counts_in_the_budget_and_the_offline_server_counts_no_more(ana):
    server = MockServer()
    said, known = spoken(TOLD), Known()
    form = form_tokens({}, known, counting := Counting.of("offline-model"))
    with pytest.raises(BudgetError, match="the form of the reply") as error:
        request(said, {}, counting, 10, form=form)
    usage = Usage()
    assert texts(ana.learn(server.client(), TOLD, model="offline-model", usage=usage))
    assert error.value.needed - 30 < usage.prompt_tokens <= error.value.needed + 30  # there the date stands, too


@pytest.mark.parametrize("more", [{"response_format": {"type": "text"}}, {"extra_body": {"response_format": {}}}])
def test_where_the_form_does_not_fit_with_the_messages_it_is_left_out(ana, more):
    client = learner({"fact": "The user is 36."})
    with pytest.raises(BudgetError) as error:
        ana.learn(client, TOLD, max_tokens=10)
    ana.learn(client, TOLD, max_tokens=error.value.needed)
    ana.learn(client, TOLD, max_tokens=error.value.needed, options=more)  # and what is not sent is not counted
    ana.learn(client, TOLD, max_tokens=error.value.needed + 200)
    assert [request.get("response_format") for request in client.requests] == [
        None,
        more.get("response_format"),
        FORMAT,
    ]


BRAGA = {"fact": "The user likes Braga.", "message": 1, "replaces": None}
BOTH = f"{json.dumps(PORTO)}, {json.dumps(BRAGA)}"
CUT_OFF = {
    "in the form": f'{{"facts": [{BOTH}, {{"fact": "The us',
    "a list": f'[{BOTH}, {{"fact": "The user lives in {{Porto}} and',
    "between two facts": f"[{BOTH},",
    "before the end of the list": f"[{BOTH}",
    "in a fence": f'Here they are:\n```json\n[{BOTH}, {{"fact"',
    "objects alone": f'{json.dumps(PORTO)}\n{json.dumps(BRAGA)}\n{{"fact": "The user',
    "the same list again": f'[{BOTH}]\n[{BOTH}]\n[{json.dumps(PORTO)}, {{"fact": "The',
}


@pytest.mark.parametrize("reply", CUT_OFF.values(), ids=CUT_OFF)
def test_of_a_list_that_is_cut_off_what_is_whole_is_stored_and_a_warning_says_so(ana, reply):
    client = FakeClient(lambda messages: answer(reply, "length"))
    with pytest.warns(UserWarning, match="cut off at the limit for the reply: [2-5] whole items"):
        assert texts(ana.learn(client, TOLD, model="some-model")) == [PORTO["fact"], BRAGA["fact"]]
    assert len(ana.known()) == 2


@pytest.mark.parametrize("reply", ['{"facts": [{"fact": "The user liv', "The user lives in Porto. The user", "["])
def test_where_nothing_is_whole_the_error_says_that_it_was_cut_off(ana, reply):
    with pytest.raises(IncompleteReply, match="cut off at the limit") as error:
        ana.learn(FakeClient(lambda messages: answer(reply, "length")), TOLD, model="some-model")
    assert error.value.reply == reply and ana.record() == []


@pytest.mark.parametrize("reply", [f"{AS_A_LIST}\nI have found", f"{IN_THE_FORM} This is", "[] There is nothing"])
def test_a_whole_list_is_read_without_a_warning_though_the_words_behind_it_are_cut_off(ana, reply, recwarn):
    new = ana.learn(FakeClient(lambda messages: answer(reply, "length")), TOLD, model="some-model")
    assert texts(new) == ([PORTO["fact"]] if "Porto" in reply else []) and not recwarn.list


def test_a_model_that_writes_on_and_on_is_stopped(ana):
    client = learner({"fact": "The user is 36."})
    ana.learn(client, TOLD, model="some-model")
    most = LEAST_LIMIT + LONGER * 5  # as many tokens as the user has said
    assert client.requests[0]["max_completion_tokens"] == most
    ana.learn(client, TOLD, model="some-model", options={"max_tokens": 9})
    assert client.requests[1]["max_tokens"] == 9 and "max_completion_tokens" not in client.requests[1]
