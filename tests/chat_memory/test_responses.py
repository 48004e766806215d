"""A memory through the Responses API: the same promises, and whatever a server sends is read rightly, whole or streamed."""

import json

import httpx2
import openai
import pytest

from chat_memory import BudgetError, ChatMemory, IncompleteReply, Usage, count_tokens, messages_of
from chat_memory.notices import Retried
from chat_memory.store import ConversationStore
from chat_memory.tools import Text
from mock_model import MockServer

from .responses_wire import answer_to, asked, called, response, said, streamed, thought
from .tool_client import WAYS
from .wire import events, refusing

OF_MODEL = {"type": "message", "role": "assistant"}  # llama.cpp needs the type

EACH_WAY = pytest.mark.parametrize("way", WAYS)


def weather(city: str) -> str:
    """The weather in a city."""
    return f"{city}: 21 degrees"


def text_of(came):
    if isinstance(came, str):
        return came
    return "".join(item.piece if isinstance(item, Text) else item if isinstance(item, str) else "" for item in came)


CALL = called("weather", '{"city": "Nara"}')
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "21 degrees"}


# With the offline model


@EACH_WAY
def test_a_conversation_goes_on_as_in_a_chat(way):
    server = MockServer()
    client = server.async_client() if way.endswith("async") else server.client()
    chat, memory = (ChatMemory(client, "Be brief.", model="offline-model", api=api) for api in ("chat", "responses"))
    for question in ("I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"):
        assert text_of(WAYS[way](memory, question)) == text_of(WAYS[way](chat, question))
    assert memory.messages == chat.messages
    assert memory.usage == chat.usage and memory.usage.requests == 3


@EACH_WAY
@pytest.mark.parametrize("model", ["offline-model", "offline-thinker", "gpt-6-luna"])
def test_tools_are_called_and_what_was_thought_goes_back_with_their_calls(way, model):
    server, told = MockServer(), []
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(
        client, "Be brief.", model=model, api="responses", tools=[weather], options={"reasoning_effort": "high"},
        on_notice=told.append,
    )  # fmt: skip
    assert "21" in text_of(WAYS[way](memory, "What is the weather in Rome?"))
    WAYS[way](memory, "Thank you.")
    assert [message["role"] for message in memory.messages[1:]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
    ]
    with_reasoning = [
        bool(message.get("reasoning_items")) for message in memory.messages if message["role"] == "assistant"
    ]
    assert with_reasoning == [True, True, False]
    assert memory.messages[2]["reasoning_tokens"] > 0
    assert told == [] and memory.usage.requests == 3


def test_reasoning_counts_as_many_tokens_as_the_server_says():
    message = {"role": "assistant", "content": "Yes.", "reasoning_items": [thought()], "reasoning_tokens": 500}
    plain = {"role": "assistant", "content": "Yes."}
    assert count_tokens([message]) == count_tokens([plain]) + 500
    assert count_tokens([{**message, "reasoning_tokens": 0}]) > count_tokens([plain]), "its letters, where nobody says"


def test_old_turns_are_folded_through_responses_too():
    server, sent = MockServer(), []
    client = server.client()
    create = client.responses.create
    client.responses.create = lambda **request: sent.append(request) or create(**request)
    memory = ChatMemory(client, "Be brief.", 420, model="offline-model", api="responses", keep_recent=1)
    for number in range(8):
        memory.ask(f"Day {number} of my trip: " + "temples and gardens " * 20)
    assert memory.summary and memory.summary_error is None
    assert {request["store"] for request in sent} == {False}
    assert any("You keep the summary" in request["input"][0]["content"] for request in sent)
    assert all(count_tokens(messages_of(request["input"])) <= 420 for request in sent)


def test_a_saved_conversation_goes_on_with_what_was_thought(sqlite_url):
    server = MockServer()
    with ConversationStore(sqlite_url) as store:
        memory = ChatMemory(
            server.client(), model="offline-thinker", api="responses", tools=[weather], conversation=store.open("ana")
        )
        memory.ask("What is the weather in Rome?")
        resumed = ChatMemory.resume(server.client(), store.open("ana"), tools=[weather])
        assert resumed.messages == memory.messages and resumed.messages[1]["reasoning_items"]
        resumed.ask("Thank you.")
        chat = ChatMemory.resume(server.client(), store.open("ana"), api="chat", tools=[weather])
    fields = set().union(*chat.messages)
    assert fields == {"role", "content", "tool_calls", "tool_call_id"}, "a chat takes no items"
    assert store_knows(chat.messages) == store_knows(resumed.messages)


def store_knows(messages):
    return [{name: message.get(name) for name in ("role", "content", "tool_calls")} for message in messages]


def test_cleaning_leaves_what_only_the_server_can_read_as_it_is(sqlite_url):
    with ConversationStore(sqlite_url, clean=lambda text: text.replace("e", "*")) as store:
        conversation = store.open("ana")
        conversation.append([{"role": "assistant", "content": "Yes.", "reasoning_items": [thought()]}])
        [message] = conversation.messages()
    assert message["content"] == "Y*s." and message["reasoning_items"][0]["encrypted_content"] == "c2VhbGVk"


def test_a_history_from_elsewhere_goes_on():
    client = MockServer().client()
    first = client.responses.create(
        model="offline-model",
        input=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "My cat is Tama."}],
    )
    kept = [*client.responses.input_items.list(first.id, order="asc"), *first.output]
    for api in ("chat", "responses"):
        memory = ChatMemory(client, "Be brief.", model="offline-model", api=api, history=messages_of(kept))
        assert "Tama" in memory.ask("What is the name of my cat?")
        assert [message["role"] for message in memory.messages] == ["system", "user", "assistant", "user", "assistant"]
        memory.undo()
        assert memory.undo() == "My cat is Tama."


def test_a_history_is_saved_with_the_conversation_that_begins_with_it(sqlite_url):
    history = [{"role": "user", "content": "My cat is Tama."}, {"role": "assistant", "content": "Noted."}]
    client = MockServer().client()
    with ConversationStore(sqlite_url) as store:
        memory = ChatMemory(client, model="offline-model", history=history, conversation=store.open("ana"))
        memory.ask("What is the name of my cat?")
        assert store.open("ana").messages()[:2] == history
        with pytest.raises(Exception, match="is not empty"):
            ChatMemory(client, model="offline-model", history=history, conversation=store.open("ana"))


ASK, ANSWER = {"role": "user", "content": "Nara?"}, {"role": "assistant", "content": "21."}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "21"}
CALLING = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
}


@pytest.mark.parametrize(
    ("history", "problem"),
    [
        ([{"role": "system", "content": "Be rude."}], "instructions that are not those of this memory: 'Be rude.'"),
        (
            [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}],
            r"history\[1\] calls 'weather', and no result",
        ),
        ([ASK, RESULT, CALLING, ANSWER], r"history\[1\] is the result of 'call_1'.*order=.asc."),
        ([ASK, RESULT, ANSWER], r"history\[1\] is the result of 'call_1'"),
        ([ASK, CALLING, ASK, RESULT, ANSWER], r"history\[1\] calls 'weather', and no result of that comes right after it"),
        ([ASK, CALLING, RESULT, ANSWER, ASK, CALLING, ANSWER], r"history\[5\] calls 'weather'"),
        ([ASK, CALLING, RESULT, RESULT], r"history\[3\] is the result"),
        ([ASK, {**CALLING, "tool_calls": CALLING["tool_calls"] * 2}, RESULT, RESULT], r"history\[1\] makes several calls under"),
        ("Hi", "must be a dict such as"),
        ([{"content": "Hi"}], "needs a role"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_go_on_is_refused(history, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        ChatMemory(MockServer().client(), "Be brief.", history=history)


# What servers send


@EACH_WAY
def test_a_response_is_read_and_its_usage_counted(way):
    server, memory = asked(way, answer_to(way, thought(), said("In May.")))
    assert text_of(WAYS[way](memory, "When?")) == "In May."
    assert memory.messages == [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "In May."}]
    assert memory.usage == Usage(1, 10, 7, 4, 2)
    [request] = server.requests
    assert request["input"] == [{"role": "user", "content": "When?"}]
    assert (request["store"], request["truncation"], request["max_output_tokens"]) == (False, "disabled", 500)
    assert "stream_options" not in request and "messages" not in request


@pytest.mark.parametrize("texts", ["delta", "done", "item", "delta item", "done item", ""])
def test_a_text_counts_once_in_whichever_events_it_stands(texts):
    whole = response(said("In May."), said("Or in June.", id="msg_2"))
    _, memory = asked("stream", streamed(whole, texts=texts))
    assert "".join(memory.stream("When?")) == "In May.Or in June."


@EACH_WAY
def test_a_call_is_run_and_its_items_go_back_in_their_order(way):
    first = answer_to(way, thought("rs_1"), said("I look."), thought("rs_2"), called("weather", '{"city": "Nara"}'))
    server, memory = asked(way, first, answer_to(way, thought("rs_3"), said("21.")), tools=[weather])
    assert text_of(WAYS[way](memory, "Nara?")).endswith("21.")
    kinds = [item.get("type", "message") for item in server.requests[1]["input"]]
    assert kinds == ["message", "reasoning", "message", "reasoning", "function_call", "function_call_output"]
    assert [item["id"] for item in server.requests[1]["input"] if "id" in item] == ["rs_1", "rs_2"]
    assert server.requests[1]["input"][-1] == {
        "type": "function_call_output", "call_id": "call_1", "output": "Nara: 21 degrees",
    }  # fmt: skip


@EACH_WAY
def test_the_phase_of_a_message_goes_back_with_it(way):
    server, memory = asked(way, answer_to(way, said("Hi.", phase="final_answer")), answer_to(way, said("Bye.")))
    WAYS[way](memory, "Hi")
    WAYS[way](memory, "Bye")
    assert server.requests[1]["input"][1] == {**OF_MODEL, "content": "Hi.", "phase": "final_answer"}


REFUSAL = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "refusal", "refusal": "I will not."}],
}
FAILED = {"code": "server_error", "message": "The model broke down."}


@EACH_WAY
@pytest.mark.parametrize(
    ("output", "more", "problem"),
    [
        ([REFUSAL], {}, "refused to answer: I will not."),
        (
            [said("In M")],
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            "was cut off at",
        ),
        (
            [said("In M")],
            {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
            "content filter",
        ),
        ([said("In M")], {"status": "incomplete", "incomplete_details": {"reason": "steered"}}, "'steered'"),
        ([], {"status": "failed", "error": FAILED}, "The model broke down."),
        ([], {}, "The reply is empty"),
        ([thought()], {}, "thinking and nothing else"),
        ([called("weather", "{}")], {}, "calls a function: offer no tools"),
        ([said("Hi", content=[{"type": "output_image"}])], {}, "no text but 'output_image'"),
    ],
)
def test_what_is_no_whole_reply_is_an_error_and_changes_nothing(way, output, more, problem):
    _, memory = asked(way, answer_to(way, *output, **more), limit_reply=False)
    with pytest.raises(IncompleteReply, match=problem):
        WAYS[way](memory, "When?")
    assert memory.messages == [] and memory.usage.requests == 1


@pytest.mark.parametrize(
    ("stream", "problem"),
    [
        (streamed(response(said("In May.")), ends=False), "broke off before its end"),
        (events({"type": "error", "code": "server_error", "message": "Overloaded."}), "Overloaded."),
        (events(), "before anything came|holds no reply"),
    ],
)
def test_a_stream_that_breaks_off_is_not_kept(stream, problem):
    _, memory = asked("stream", stream)
    with pytest.raises((IncompleteReply, openai.APIError), match=problem):
        list(memory.stream("When?"))
    assert memory.messages == []


def test_a_stream_that_is_given_up_is_counted_with_what_came_of_it():
    _, memory = asked("stream", streamed(response(said("In May, or in June."))))
    pieces = memory.stream("When?")
    next(pieces)
    pieces.close()
    assert memory.usage.requests == 1 and memory.usage.prompt_tokens == count_tokens(
        [{"role": "user", "content": "When?"}]
    )
    assert 0 < memory.usage.completion_tokens < 3 and memory.messages == []


@EACH_WAY
def test_a_server_that_answers_at_once_is_understood_in_every_way(way):
    _, memory = asked(way, response(said("In May.")))
    assert text_of(WAYS[way](memory, "When?")) == "In May."


def test_what_cannot_be_read_is_left_out_although_the_stream_has_begun():
    """And what the model says of such things is no word of the server."""
    begun = {"type": "response.created", "response": response(status="in_progress")}
    words = "The encrypted content could not be verified."
    error = {"type": "error", "code": "invalid_encrypted_content", "message": words}
    old = messages_of(
        [{"role": "user", "content": "q"}, thought(), CALL, OUTPUT, {"role": "assistant", "content": "a"}]
    )
    server, memory = asked("stream", events(begun, error), streamed(response(said("Yes."))), history=old)
    assert "".join(memory.stream("Hi")) == "Yes." and len(server.requests) == 2
    refusal = said("", content=[{"type": "refusal", "refusal": words}])
    server, memory = asked("ask", response(refusal), history=old)
    with pytest.raises(IncompleteReply, match="refused to answer"):
        memory.ask("Hi")
    assert len(server.requests) == 1


def test_a_message_in_the_form_of_another_api_is_no_reply():
    """Anthropic's: to ask again would not help."""
    form = {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi"}],
            "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 2}}  # fmt: skip
    for way in ("ask", "stream"):
        _, memory = asked(way, form)
        with pytest.raises(IncompleteReply, match="holds no reply"):
            WAYS[way](memory, "Hi")
        assert (memory.usage.prompt_tokens, memory.usage.completion_tokens) == (3, 2)


@EACH_WAY
def test_a_text_after_a_call_goes_back_after_it(way):
    server, memory = asked(way, answer_to(way, CALL, said("I look.")), answer_to(way, said("21.")), tools=[weather])
    WAYS[way](memory, "Nara?")
    assert [item.get("type", "message") for item in server.requests[1]["input"]] == [
        "message", "function_call", "message", "function_call_output",
    ]  # fmt: skip


@EACH_WAY
@pytest.mark.parametrize(
    "words", ["Unknown parameter: 'include'", "Encrypted content is not supported with this model."]
)
def test_with_tools_the_server_is_asked_to_seal_what_was_thought_and_what_cannot_be_sent_back_is_not_counted(
    way, words
):
    told, refused = [], refusing(400, words)
    bare = {"id": "rs_1", "type": "reasoning", "summary": []}
    server, memory = asked(
        way, refused, answer_to(way, bare, CALL), answer_to(way, said("21.")), tools=[weather], on_notice=told.append
    )
    WAYS[way](memory, "Nara?")
    assert [request.get("include") for request in server.requests] == [["reasoning.encrypted_content"], None, None]
    assert told == [Retried("include")]
    assert "reasoning_items" not in memory.messages[1] and "reasoning_tokens" not in memory.messages[1]
    server, memory = asked(way, answer_to(way, said("Hi.")))
    WAYS[way](memory, "Hi")
    assert "include" not in server.requests[0], "nothing that was thought goes back without tools"
    server, memory = asked(way, answer_to(way, said("Hi.")), tools=[weather], model="gpt-4.1-mini")
    WAYS[way](memory, "Hi")
    assert "include" not in server.requests[0], "this one never thinks, and OpenAI refuses it"


@EACH_WAY
@pytest.mark.parametrize("code", ["invalid_encrypted_content", None])
def test_what_this_server_has_sealed_goes_back_although_another_ones_was_refused(way, code):
    def answer(request):
        sealed = {item.get("encrypted_content") for item in request["input"]}
        if "FOREIGN" in sealed:
            error = {"message": "The encrypted content could not be verified.", "code": code}
            return httpx2.Response(400, json={"error": error})
        is_result = request["input"][-1].get("type") == "function_call_output"
        body = answer_to(way, *([said("ok")] if is_result else [thought("rs_2"), CALL]))
        kind = "application/json" if isinstance(body, dict) else "text/event-stream"
        return httpx2.Response(
            200, headers={"content-type": kind}, content=json.dumps(body).encode() if isinstance(body, dict) else body
        )

    foreign = thought(encrypted_content="FOREIGN")
    old = [{"role": "user", "content": "q"}, foreign, CALL, OUTPUT, {"role": "assistant", "content": "a"}]
    told = []
    server, memory = asked(way, *[answer] * 6, tools=[weather], history=messages_of(old), on_notice=told.append)
    WAYS[way](memory, "one")
    assert [item.get("encrypted_content") for item in server.requests[-1]["input"] if "summary" in item] == ["c2VhbGVk"]
    WAYS[way](memory, "two")
    assert len([item for item in server.requests[-1]["input"] if "summary" in item]) == 2
    assert told == [Retried("reasoning")] and "cannot read what was thought elsewhere" in str(told[0])


def test_a_page_and_an_answer_of_another_kind_are_no_reply():
    for body, problem in (("<html>Hi</html>", "a web page"), ({"choices": []}, "holds no reply")):
        _, memory = asked("ask", body)
        with pytest.raises(IncompleteReply, match=problem):
            memory.ask("When?")


@EACH_WAY
@pytest.mark.parametrize("name", ["max_output_tokens", "truncation"])
def test_a_parameter_that_the_server_refuses_is_left_out_from_then_on(way, name):
    told, refused = [], refusing(400, f"Unknown parameter: '{name}'.")
    server, memory = asked(way, refused, *[answer_to(way, said("Yes."))] * 2, on_notice=told.append)
    WAYS[way](memory, "Hi")
    WAYS[way](memory, "Hi")
    assert [name in request for request in server.requests] == [True, False, False]
    assert told == [Retried(name)]


@EACH_WAY
def test_what_another_server_has_thought_is_left_out_where_this_one_cannot_read_it(way):
    """Such as after a change of the key, or of the server: no question could be asked any more otherwise."""
    told, server = [], MockServer()
    history = [
        {"role": "user", "content": "What is the weather in Rome?"},
        {"role": "assistant", "content": "21 degrees.", "reasoning_items": [thought()], "reasoning_tokens": 3},
    ]
    client = server.async_client() if way.endswith("async") else server.client()
    memory = ChatMemory(client, model="offline-model", api="responses", history=history, on_notice=told.append)
    WAYS[way](memory, "Thank you.")
    WAYS[way](memory, "Bye")
    assert told == [Retried("reasoning")] and memory.usage.requests == 2
    assert memory.messages[1]["reasoning_items"], "it is kept"


@EACH_WAY
def test_a_model_that_used_up_its_limit_before_a_word_is_asked_without(way):
    cut = answer_to(way, thought(), status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    told = []
    server, memory = asked(way, cut, answer_to(way, said("Yes.")), on_notice=told.append)
    assert text_of(WAYS[way](memory, "Hi")) == "Yes."
    assert ["max_output_tokens" in request for request in server.requests] == [True, False]
    assert told == [Retried("max_output_tokens", "IncompleteReply")]


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({"reply_tokens": 3}, 16),
        ({"reply_tokens": 40}, 40),
        ({"limit_reply": False}, None),
        ({"options": {"max_output_tokens": 77}}, 77),
        ({"options": {"max_completion_tokens": 77}}, 77),
        ({"reply_tokens": 40, "model": "gpt-6-luna"}, 25_040),
        ({"reply_tokens": 40, "model": "gpt-6-luna", "options": {"reasoning": {"effort": "none"}}}, 40),
    ],
)
def test_the_limit_of_a_reply(options, limit):
    server, memory = asked("ask", response(said("Yes.")), **options)
    memory.ask("Hi")
    assert server.requests[0].get("max_output_tokens") == limit


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"api": "assistants"}, "api must be 'chat', for Chat Completions, or 'responses', got 'assistants'"),
        ({"server_keeps": True}, "needs api='responses'"),
        (
            {"server_keeps": True, "api": "Responses"},
            "api must be 'chat', for Chat Completions, or 'responses', got 'Responses'",
        ),
        ({"api": "responses", "options": {"seed": 1, "stop": "x"}}, "hold seed, stop: the Responses API has no such"),
        ({"api": "responses", "options": {"max_tokens": 50, "max_output_tokens": 60}}, "one limit under several names"),
        ({"api": "responses", "options": {"store": True}}, "cannot hold store.*so that the budget holds"),
        ({"api": "responses", "options": {"truncation": "auto"}}, "cannot hold truncation"),
        ({"api": "responses", "options": {"context_management": []}}, "cannot hold context_management"),
        ({"api": "responses", "options": {"extra_body": {"previous_response_id": "x"}}}, "previous_response_id"),
        ({"api": "responses", "options": {"conversation": "conv_1"}}, "cannot hold conversation"),
        ({"api": "responses", "options": {"background": True}}, "cannot hold background"),
        ({"api": "responses", "options": {"tools": []}}, "given as ChatMemory"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, problem):
    with pytest.raises(ValueError, match=problem):
        ChatMemory(MockServer().client(), **settings)


def test_what_keeps_is_yes_or_no():
    with pytest.raises(TypeError, match="server_keeps must be True or False, got 'no'"):
        ChatMemory(MockServer().client(), api="responses", server_keeps="no")


def test_one_reply_is_what_there_is_anyway():
    server, memory = asked("ask", response(said("Yes.")), options={"n": 1})
    assert memory.ask("Hi") == "Yes." and "n" not in server.requests[0]


def test_a_conversation_that_the_server_keeps_can_go_on_through_a_chat(sqlite_url):
    client = MockServer().client()
    with ConversationStore(sqlite_url) as store:
        kept = {"api": "responses", "server_keeps": True, "conversation": store.open("ana")}
        ChatMemory(client, model="offline-model", **kept).ask("My cat is Tama.")
        memory = ChatMemory.resume(client, store.open("ana"), api="chat")
        assert "Tama" in memory.ask("What is the name of my cat?") and memory.response_ids == []


def test_a_question_that_is_too_long_is_refused_before_anything_is_sent():
    server, memory = asked("ask", max_tokens=300)
    with pytest.raises(BudgetError, match="newest question needs"):
        memory.ask("word " * 300)
    assert server.requests == []


def test_a_client_without_responses_is_refused():
    class Client:
        chat = None

    with pytest.raises(TypeError, match=r"with responses\.create, got Client"):
        ChatMemory(Client(), api="responses").ask("Hi")


def test_what_the_client_raises_passes():
    def no_route(request):
        raise httpx2.ConnectError("no route")

    _, memory = asked("ask", no_route)
    with pytest.raises(openai.APIConnectionError):
        memory.ask("Hi")
    assert memory.messages == []


def test_a_server_that_tells_items_by_their_type_alone_can_be_asked_on_and_on():
    """As llama.cpp does: of an item without a type it takes only what a user or an instruction says."""

    def strict(request):
        if any("type" not in item and item["role"] == "assistant" for item in request["input"]):
            return refusing(400, "Cannot determine type of 'item'")(request)
        return httpx2.Response(200, json=response(said("Hi.")))

    _, memory = asked("ask", strict, strict)
    assert [memory.ask("Hello?"), memory.ask("Hello again?")] == ["Hi.", "Hi."]
