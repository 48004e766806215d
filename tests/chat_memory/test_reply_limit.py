"""How long a reply may be, as it is asked of any server: the limit binds, and loses nothing where it cannot."""

import asyncio

import httpx2
import openai
import pytest

from chat_memory import ChatMemory, IncompleteReply, Usage, summarize
from chat_memory.notices import Retried
from chat_memory.replies.extras import ROOM_FOR_THINKING
from chat_memory.summary import summarize_async

from .fake_client import FakeAsyncClient, FakeClient, answer
from .wire import WAYS, Server, answer_to, asked, events, piece, refusing, whole

TALK = [{"role": "user", "content": "I am Ana, I live in Porto, and my dog is called Biscuit."}]
NAMES = ("max_completion_tokens", "max_tokens")


def limits(request):
    return {name: request[name] for name in NAMES if name in request}


def is_summary(request):
    return "summary of a conversation" in str(request["messages"][0]["content"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, {"max_completion_tokens": 200}),
        ({"reply_tokens": 77}, {"max_completion_tokens": 77}),
        ({"reply_tokens": 0}, {}),
        ({"limit_reply": False}, {}),
        ({"options": {"max_tokens": 9}}, {"max_tokens": 9}),
        ({"options": {"max_completion_tokens": 9}}, {"max_completion_tokens": 9}),
        ({"options": {"extra_body": {"max_tokens": 9}}}, {"max_tokens": 9}),
        ({"model": "gpt-6-luna"}, {"max_completion_tokens": 200 + ROOM_FOR_THINKING}),
        ({"model": "o3-mini-2025-01-31"}, {"max_completion_tokens": 200 + ROOM_FOR_THINKING}),
        ({"model": "openai/gpt-5.6-terra"}, {"max_completion_tokens": 200 + ROOM_FOR_THINKING}),
        ({"model": "gpt-6-luna", "options": {"reasoning_effort": "none"}}, {"max_completion_tokens": 200}),
        ({"model": "gpt-5-chat-latest"}, {"max_completion_tokens": 200}),
        ({"model": "gpt-5.1"}, {"max_completion_tokens": 200}),
        ({"model": "gpt-5.1", "options": {"reasoning_effort": "high"}}, {}),
        ({"options": {"extra_body": {"reasoning_effort": "low"}}}, {}),
    ],
)
def test_a_reply_is_limited_to_its_share_of_the_budget(way, settings, sent):
    server, memory = asked(
        way, answer_to(way, content="Yes."), **{"max_tokens": 1_200, "model": "some-model"} | settings
    )
    WAYS[way](memory, "Hello?")
    assert limits(server.requests[0]) == sent


@pytest.mark.parametrize("way", WAYS)
def test_what_is_cut_off_is_no_reply_and_the_error_says_the_limit(way):
    _, memory = asked(way, answer_to(way, "length", content="The deer of"), max_tokens=1_200, model="some-model")
    with pytest.raises(IncompleteReply, match="cut off at the limit for the reply, 200 tokens") as raised:
        WAYS[way](memory, "Hello?")
    assert (raised.value.text, memory.messages) == ("The deer of", [])


UNKNOWN = "Unrecognized request argument supplied: {}"


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_knows_only_the_older_parameter_is_asked_with_that_and_this_is_remembered(way):
    said = answer_to(way, content="Yes.")
    server, memory = asked(way, refusing(400, UNKNOWN.format(NAMES[0])), said, said, model="some-model")
    for _ in range(2):
        assert WAYS[way](memory, "Hello?") == "Yes."
    assert [limits(request) for request in server.requests] == [{NAMES[0]: 500}, {NAMES[1]: 500}, {NAMES[1]: 500}]
    assert memory.usage.requests == 2


@pytest.mark.parametrize("way", WAYS)
def test_another_memory_of_the_same_client_begins_with_what_is_known_to_be_refused(way):
    """As in a web server, which makes a memory for each request."""
    said = answer_to(way, content="Yes.")
    server, memory = asked(way, refusing(400, UNKNOWN.format(NAMES[0])), *[said] * 4, model="some-model")
    WAYS[way](memory, "Hello?")
    for model in ("some-model", "other-model"):
        WAYS[way](ChatMemory(memory._client, model=model), "Hello?")
    alone = ChatMemory(server.client(way.endswith("async")), model="some-model")
    WAYS[way](alone, "Hello?")
    assert [list(limits(request)) for request in server.requests] == [[NAMES[n]] for n in (0, 1, 1, 0, 0)]


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_knows_neither_is_asked_without(way):
    refused = [refusing(422, f"{name}: Extra inputs are not permitted") for name in NAMES]
    said = answer_to(way, content="Yes.")
    server, memory = asked(way, *refused, said, said, model="some-model")
    for _ in range(2):
        assert WAYS[way](memory, "Hello?") == "Yes."
    assert [bool(limits(request)) for request in server.requests] == [True, True, False, False]


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_that_has_no_message_is_understood_too(way):
    """As from Mistral, whose body the client does not repeat in its error. What it repeats of the request says nothing."""
    detail = {
        "type": "extra_forbidden",
        "loc": ["body", NAMES[0]],
        "msg": "Extra inputs are not permitted",
        "input": 500,
    }
    said = answer_to(way, content="Yes.")
    server, memory = asked(
        way, lambda request: httpx2.Response(422, json={"detail": [detail]}), said, model="some-model"
    )
    assert WAYS[way](memory, "Hello?") == "Yes."
    assert [list(limits(request)) for request in server.requests] == [[NAMES[0]], [NAMES[1]]]
    other = {"loc": ["body", "messages"], "msg": "Input should be valid", "input": {NAMES[0]: 500}}
    server, memory = asked(way, lambda request: httpx2.Response(422, json={"detail": [other]}), model="some-model")
    with pytest.raises(openai.UnprocessableEntityError):
        WAYS[way](memory, "Hello?")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "words",
    [
        "max_completion_tokens is too large: 500. This model supports at most 400 completion tokens.",
        "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 900 tokens.",
    ],
)
def test_a_limit_that_is_known_and_too_large_is_not_left_out_in_silence(words):
    server, memory = asked("ask", refusing(400, words), model="some-model")
    with pytest.raises(Exception, match="too large"):
        memory.ask("Hello?")
    assert len(server.requests) == 1


def test_a_client_without_the_parameter_is_called_without():
    class Bare(FakeClient):
        def create(self, *, model, messages):
            return super().create(model=model, messages=messages)

    assert ChatMemory(Bare()).ask("Hello?") == "Noted."


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "thought", [{"reasoning_content": "Well."}, {"content": "<think>Well."}, {"content": None}, {"content": "\n"}]
)
@pytest.mark.parametrize("model", ["some-model", "gpt-6-luna"])
def test_a_model_that_is_cut_off_before_it_says_a_word_is_asked_again_without_a_limit_in_that_turn(way, model, thought):
    told, cut, said = [], answer_to(way, "length", **thought), answer_to(way, content="Yes.")
    server, memory = asked(way, cut, said, said, model=model, on_notice=told.append)
    for _ in range(2):
        assert WAYS[way](memory, "Hello?").strip() == "Yes."
    assert [bool(limits(request)) for request in server.requests] == [True, False, False]
    assert memory.usage.requests == 3
    assert [message["content"] for message in memory.messages] == ["Hello?", "Yes."] * 2
    assert told == [Retried("max_completion_tokens", "IncompleteReply")]
    assert "before the first word" in str(told[0])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("options", [{"max_completion_tokens": 9}, {"max_tokens": 9}])
def test_within_a_limit_of_the_callers_it_is_not_asked_again(way, options):
    server, memory = asked(way, answer_to(way, "length", content=None), model="some-model", options=options)
    with pytest.raises(IncompleteReply, match="cut off at the limit"):
        WAYS[way](memory, "Hello?")
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_one_that_is_cut_off_without_a_limit_too_is_asked_no_third_time(way):
    cut = answer_to(way, "length", content=None)
    server, memory = asked(way, cut, cut, model="some-model")
    with pytest.raises(IncompleteReply, match="cut off"):
        WAYS[way](memory, "Hello?")
    assert len(server.requests) == memory.usage.requests == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_model_that_was_seen_to_think_is_not_limited_again(way):
    said = answer_to(way, content="Yes.", reasoning_content="Well.")
    server, memory = asked(way, said, said, model="some-model")
    for _ in range(2):
        assert WAYS[way](memory, "Hello?") == "Yes."
    assert [limits(request) for request in server.requests] == [{"max_completion_tokens": 500}, {}]


def test_a_server_that_says_only_how_much_was_thought_is_believed():
    usage = {"prompt_tokens": 9, "completion_tokens": 500, "completion_tokens_details": {"reasoning_tokens": 499}}
    client = FakeClient(lambda messages: answer("Yes.", "stop", usage))
    memory = ChatMemory(client, model="some-model")
    memory.ask("Hello?")
    memory.ask("Hello?")
    assert [limits(request) for request in client.requests] == [{"max_completion_tokens": 500}, {}]


def test_a_summary_that_is_cut_off_before_its_first_word_is_asked_for_again():
    told = []
    cut, said = answer("", "length"), answer("They met.")
    client = FakeClient(
        lambda messages: said if not is_summary(client.requests[-1]) or not limits(client.requests[-1]) else cut
    )
    memory = ChatMemory(client, max_tokens=1_200, keep_recent=0, model="some-model", on_notice=told.append)
    while not memory.summary:
        memory.ask("The deer bow. " * 20)
    assert (memory.summary, memory.summary_error) == ("They met.", None)
    assert told[0] == Retried("max_completion_tokens", "IncompleteReply")


def talk(summary, **settings):
    """A client whose summaries are this answer, and a memory that has been asked until it folded."""
    client = FakeClient(lambda messages: summary if is_summary({"messages": messages}) else "Noted.")
    memory = ChatMemory(client, max_tokens=1_200, keep_recent=0, **{"model": "some-model"} | settings)
    for number in range(40):
        memory.ask(f"Day {number}: " + "the deer bow. " * 8)
        if any(map(is_summary, client.requests)):
            break
    return [request for request in client.requests if is_summary(request)], memory


@pytest.mark.parametrize(
    ("settings", "sent"), [({}, 200), ({"reply_tokens": 30}, 120), ({"options": {"max_tokens": 9}}, 200)]
)
def test_a_summary_is_limited_to_what_its_request_leaves(settings, sent):
    [request, *_], _ = talk("They met.", **settings)
    assert list(limits(request).items()) == [("max_tokens" if "options" in settings else "max_completion_tokens", sent)]
    [request, *_], _ = talk("They met.", **settings, limit_reply=False)
    assert limits(request) == {}


def test_a_summary_that_was_cut_off_where_it_would_be_cut_in_any_case_is_one():
    _, memory = talk(answer("The deer bow. " * 60 + "They", "length"))
    assert memory.summary_error is None
    assert memory.summary.startswith("The deer bow. The")
    assert memory.summary.endswith("bow.")


@pytest.mark.parametrize(
    "summary",
    [
        answer("They met and", "length"),
        answer("<think>" + "The deer bow. " * 60, "length"),
        answer("The deer bow. " * 60, "content_filter"),
        answer("The deer bow. " * 60, None),
    ],
)
def test_one_that_broke_off_before_is_none_and_nothing_is_folded(summary):
    _, memory = talk(summary)
    assert isinstance(memory.summary_error, IncompleteReply)
    assert memory.summary == ""


@pytest.mark.parametrize("limit_reply", [True, False])
def test_a_summary_alone_is_limited_to_twice_its_size_unless_it_is_not_to_be(limit_reply):
    client = FakeClient()
    summarize(client, TALK, max_tokens=40, limit_reply=limit_reply)
    asyncio.run(summarize_async(client := FakeAsyncClient(), TALK, max_tokens=40, limit_reply=limit_reply))
    assert limits(client.requests[0]) == ({"max_completion_tokens": 80 + ROOM_FOR_THINKING} if limit_reply else {})


CUT = "Ana lives in Porto. Her dog is called Biscuit. She has a"


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("The deer bow. " * 12 + "They", ("The deer bow. " * 10).strip()),  # over the cap: it is cut in any case
        ("The deer bow. " * 8 + "They", ("The deer bow. " * 8).strip()),  # nearly as long as it may be
        ("- The deer bow\n" * 7 + "- Th", ("- The deer bow\n" * 7).strip()),
        (CUT, None),  # the facts that matter may be missing
        ("Ana lives in", None),
    ],
)
@pytest.mark.filterwarnings("ignore:The summary was cut off")
def test_a_summary_that_was_cut_off_is_used_up_to_its_last_whole_sentence_where_it_is_long_enough(text, summary):
    client = FakeClient(lambda messages: answer(text, "length"))
    try:
        assert summarize(client, TALK, max_tokens=40, model="some-model") == summary
    except IncompleteReply as error:
        assert summary is None
        assert error.beginning == text
    assert [bool(limits(request)) for request in client.requests] == [True, False][: 1 + (summary is None)]


def test_what_was_thought_within_the_limit_is_no_part_of_a_summary_that_it_has_cut():
    usage = {"completion_tokens": 80, "completion_tokens_details": {"reasoning_tokens": 60}}
    for cut in (
        answer(CUT, "length", usage),
        answer(f"<think>{CUT * 9}</think>{CUT}", "length", {"completion_tokens": 80}),
    ):
        with pytest.raises(IncompleteReply, match="cut off"):
            summarize(FakeClient(lambda messages, cut=cut: cut), TALK, max_tokens=40, model="some-model")


@pytest.mark.parametrize("refusals", [1, 2])
def test_what_a_client_is_known_to_refuse_of_a_summary_is_not_paid_for_again(refusals):
    refused = [refusing(400, UNKNOWN.format(name)) for name in NAMES[:refusals]]
    server = Server(*refused, *[whole("They met.")] * 3)
    client = server.client()
    for model in ("some-model", "some-model"):
        assert summarize(client, TALK, max_tokens=40, model=model) == "They met."
    known = limits(server.requests[-1])
    assert len(server.requests) == refusals + 2 and known == ({"max_tokens": 80} if refusals == 1 else {})
    summarize(client, TALK, max_tokens=40, model="other-model")  # behind a gateway every model has its own ways
    assert limits(server.requests[-1]) == {"max_completion_tokens": 80}


def test_a_limit_that_leaves_no_room_in_the_window_is_left_out_of_that_request_alone():
    """vLLM checks a limit together with the prompt."""
    too_large = (
        "'max_tokens' or 'max_completion_tokens' is too large: 80. This model's maximum context length is 900 tokens."
    )
    server = Server(refusing(400, too_large), whole("They met."), whole("They met."))
    client = server.client()
    for _ in range(2):
        summarize(client, TALK, max_tokens=40, model="some-model")
    assert [bool(limits(request)) for request in server.requests] == [True, False, True]


@pytest.mark.parametrize("way", WAYS)
def test_a_limit_that_a_server_takes_and_does_not_keep_to_is_sent_in_the_older_way(way):
    """As Ollama did with the newer parameter."""
    told, usage = [], {"prompt_tokens": 9, "completion_tokens": 700}
    long = whole("Yes.", usage=usage) if not way.startswith("stream") else events(piece("Yes.", "stop", usage=usage))
    server, memory = asked(way, *[long] * 3, max_tokens=1_200, model="some-model", on_notice=told.append)
    for _ in range(3):
        WAYS[way](memory, "Hello?")
    assert [limits(request) for request in server.requests] == [{NAMES[0]: 200}, {NAMES[1]: 200}, {}]
    assert told == [Retried(name, "ignored") for name in NAMES] and "does not keep to max_tokens" in str(told[1])


def test_summaries_can_be_written_by_another_model_and_are_counted_apart():
    requests, memory = talk("They met.", summary_model="small-model")
    assert {request["model"] for request in requests} == {"small-model"}
    assert {r["model"] for r in memory._client.requests if not is_summary(r)} == {"some-model"}
    assert memory.summary_usage.requests == len(requests) > 0
    assert memory.usage.requests == len(memory._client.requests) - len(requests)
    _, alone = talk("They met.")
    assert (alone.summary_usage, alone.usage.requests) == (Usage(), len(alone._client.requests))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"summary_model": " "}, "summary_model is ' '"),
        ({"summary_model": 7}, "summary_model must be the name"),
        ({"limit_reply": 500}, "limit_reply must be True or False.*max_completion_tokens"),
    ],
)
def test_what_cannot_be_used_is_said(settings, said):
    with pytest.raises((TypeError, ValueError), match=said):
        ChatMemory(FakeClient(), **settings)


def test_both_are_saved_with_the_conversation(sqlite_url):
    from chat_memory.store import ConversationStore

    with ConversationStore(sqlite_url, clean=lambda text: "***") as store:
        ChatMemory(FakeClient(), conversation=store.open("ana"), summary_model="small", limit_reply=False).ask("Hi")
        client = FakeClient()
        memory = ChatMemory.resume(client, store.open("ana"))
        memory.ask("Hi")
    assert limits(client.requests[0]) == {}
    assert memory._layout.summary_model == "small"
