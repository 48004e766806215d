"""A conversation that the server keeps: only what it does not hold is sent, it reads what the layout says, nothing is lost."""

import json
from contextlib import suppress
from itertools import pairwise
from types import SimpleNamespace

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens, messages_of
from chat_memory.notices import Folded, NotKept
from chat_memory.responses.chain import Chain
from chat_memory.store import ConversationStore
from mock_model import MockServer
from mock_model.api.completion import Reply

from .histories import REPEATABLE
from .responses_wire import answer_to, called, response, said, streamed, thought
from .test_responses import text_of, weather
from .tool_client import WAYS, check_messages
from .wire import Server, events, refusing

EACH_WAY = pytest.mark.parametrize("way", WAYS)
TALK = ("I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?")


class Watched(MockServer):
    """The offline model, which remembers what was sent and what it read."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.requests, self.read = [], []

    def handle(self, request):
        if request.method == "POST":
            body = json.loads(request.content)
            self.requests.append(body)
            if "input" in body:
                self.read.append(messages_of(self.items_of(body)))
        return super().handle(request)

    def items_of(self, body):
        """All items that a request is about, those before it too."""
        kept = self._serving.kept.find(body.get("previous_response_id") or "")
        return [*(kept.context if kept else ()), *body["input"]]

    def forget(self):
        """Lose all that was kept."""
        self._serving.kept._turns.clear()

    @property
    def sizes(self):
        return [len(request["input"]) for request in self.requests]

    @property
    def goes_on(self):
        return [bool(request.get("previous_response_id")) for request in self.requests]


def kept_by(server, way="ask", told=None, **options):
    client = server.async_client() if way.endswith("async") else server.client()
    options = {"model": "offline-model", **options}
    on_notice = told.append if told is not None else None
    return ChatMemory(client, "Be brief.", api="responses", server_keeps=True, on_notice=on_notice, **options)


@EACH_WAY
def test_only_the_question_is_sent_and_all_of_it_is_read_and_billed(way):
    server = Watched()
    memory = kept_by(server, way)
    for number, question in enumerate(TALK):
        before = memory.messages
        assert text_of(WAYS[way](memory, question))
        assert server.read[-1] == [*before, {"role": "user", "content": question}]
        assert server.goes_on[-1] is (number > 0)
    assert server.sizes == [2, 1, 1]
    assert {request["store"] for request in server.requests} == {True}
    assert memory.usage.prompt_tokens == sum(count_tokens(read) for read in server.read)


@EACH_WAY
@pytest.mark.parametrize("model", ["offline-model", "gpt-6-luna"])
def test_calls_and_results_go_on_from_each_other_within_a_turn(way, model):
    server = Watched()
    memory = kept_by(server, way, model=model, tools=[weather])
    assert "21" in text_of(WAYS[way](memory, "What is the weather in Rome?"))
    WAYS[way](memory, "Thank you.")
    assert server.sizes == [2, 1, 1] and server.goes_on == [False, True, True]
    assert server.requests[1]["input"][0]["type"] == "function_call_output"


@EACH_WAY
def test_an_answer_that_is_gone_is_no_loss(way):
    server, told = Watched(), []
    memory = kept_by(server, way, told)
    WAYS[way](memory, TALK[0])
    server.forget()
    assert "Spring" in text_of(WAYS[way](memory, TALK[1]))
    assert server.sizes == [2, 1, 4] and server.goes_on == [False, True, False]
    assert told == [NotKept("gone")] and memory.usage.requests == 2
    WAYS[way](memory, TALK[2])
    assert server.sizes[-1] == 1, "a new chain has begun"


@EACH_WAY
def test_a_server_that_says_that_it_stores_nothing_is_sent_everything(way):
    server, told = Watched(keeps="nothing"), []
    memory = kept_by(server, way, told)
    for question in TALK:
        WAYS[way](memory, question)
    assert "Spring" in memory.messages[-3]["content"]
    assert server.sizes == [2, 4, 6] and not any(server.goes_on)
    assert [request["store"] for request in server.requests] == [True, False, False]
    assert told == [NotKept("not stored")]


@EACH_WAY
def test_a_server_that_ignores_the_id_is_asked_again_with_everything_and_its_bill_is_counted(way):
    """Where it does not even say that it stores nothing. Of a stream nothing has gone out by then."""
    told = []
    server = Server(*[answer_to(way, said(text)) for text in ("Hi.", "Who are you?", "Ana.", "Bye, Ana.")])
    client = server.client(way.endswith("async"))
    memory = ChatMemory(client, model="m", api="responses", server_keeps=True, on_notice=told.append)
    WAYS[way](memory, "I am Ana.")
    assert text_of(WAYS[way](memory, "Who am I?")) == "Ana."
    WAYS[way](memory, "Bye")
    assert [request.get("previous_response_id") for request in server.requests] == [None, "resp_1", None, None]
    assert [len(request["input"]) for request in server.requests] == [1, 1, 3, 5]
    assert told == [NotKept("ignored")] and memory.usage.requests == 4
    assert "ignores previous_response_id" in str(told[0])


def without_id(whole, *, at_the_end=True):
    """A stream whose first event, or each event, does not say what it goes on from."""
    begun = {name: value for name, value in whole.items() if name != "previous_response_id"}
    stream = [event for event in streamed(whole).split(b"\n\n") if event]
    first = {"type": "response.created", "response": {**begun, "output": [], "status": "in_progress"}}
    last = {"type": "response.completed", "response": begun if at_the_end else whole}
    return b"\n\n".join(
        [b"data: " + json.dumps(first).encode(), *stream[1:-2], b"data: " + json.dumps(last).encode(), b""]
    )


@pytest.mark.parametrize("says", ["nothing", "null"])
def test_a_server_that_says_only_at_its_end_that_it_has_ignored_the_id_has_said_nothing_by_then(says):
    whole = response(said("Who are you?"))
    late = without_id(whole) if says == "nothing" else streamed(whole)
    server, told = Server(response(said("Hi.")), late, streamed(response(said("Ana.")))), []
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, on_notice=told.append)
    memory.ask("I am Ana.")
    assert list(memory.stream("Who am I?")) == ["Ana", "."]
    assert told == [NotKept("ignored")] and len(server.requests[-1]["input"]) == 3


@pytest.mark.parametrize("first", [{}, {"previous_response_id": None}])
def test_a_server_that_says_at_its_end_that_it_goes_on_is_trusted(first):
    whole = response(said("Ana."), id="resp_2", previous_response_id="resp_1")
    begun = {"type": "response.created", "response": {"id": "resp_2", "status": "in_progress", "output": [], **first}}
    stream = b"data: " + json.dumps(begun).encode() + b"\n\n" + streamed(whole).partition(b"\n\n")[2]
    server, told = Server(response(said("Hi.")), stream), []
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, on_notice=told.append)
    memory.ask("I am Ana.")
    assert "".join(memory.stream("Who am I?")) == "Ana." and told == []
    assert memory.response_ids == ["resp_1", "resp_2"]


WORD = "I cannot talk about previous_response_id."
REFUSED_IN_WORDS = {"type": "refusal", "refusal": WORD}


@EACH_WAY
def test_what_the_model_says_of_the_parameter_is_no_word_of_the_server(way):
    """A refusal that names it is not asked again, and what has gone out of a stream is not followed by another answer."""
    text = {"type": "output_text", "text": "Sure, about it: "}
    refused = answer_to(way, said("", content=[text, REFUSED_IN_WORDS]), id="resp_2", previous_response_id="resp_1")
    server, told = Server(answer_to(way, said("Hi.")), refused), []
    client = server.client(way.endswith("async"))
    memory = ChatMemory(client, model="m", api="responses", server_keeps=True, on_notice=told.append)
    WAYS[way](memory, "hello")
    with pytest.raises(IncompleteReply, match="refused to answer: I cannot talk"):
        WAYS[way](memory, "What does previous_response_id do?")
    assert told == [] and len(server.requests) == 2
    assert memory.response_ids == ["resp_1", "resp_2"], "that one is stored too"


def test_nothing_is_asked_again_once_text_is_out():
    """An error at the end of a stream, whatever it says."""
    gone = {"type": "error", "code": "previous_response_not_found", "message": "resp_1 is gone", "param": None}
    whole = streamed(response(said("Well, "), previous_response_id="resp_1"), ends=False).replace(
        b"data: [DONE]\n\n", b""
    )
    server = Server(response(said("Hi.")), whole + events(gone))
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True)
    memory.ask("hello")
    pieces = []
    with pytest.raises((IncompleteReply, openai.APIError), match="resp_1 is gone"):
        pieces.extend(memory.stream("And?"))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "message",
    [
        "Content policy: your input 'What does previous_response_id do?' is not allowed.",
        "Item rs_1 of response resp_1: invalid image.",
    ],
)
def test_an_error_of_another_kind_that_names_the_id_passes(message):
    server, told = (
        Server(response(said("Hi.")), refusing(400, message), response(said("Yes."), previous_response_id="resp_1")),
        [],
    )
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, on_notice=told.append)
    memory.ask("hello")
    with pytest.raises(openai.BadRequestError):
        memory.ask("What does previous_response_id do?")
    assert memory.ask("Really?") == "Yes." and told == []
    assert [len(request["input"]) for request in server.requests] == [1, 1, 1]


LOST = {"code": "previous_response_not_found", "message": "The response has expired.", "param": "previous_response_id"}


@EACH_WAY
@pytest.mark.parametrize(
    "gone",
    [
        events({"type": "error", **LOST, "sequence_number": 0}),
        streamed(response(status="failed", error=LOST)),
        {"error": {"code": "previous_response_not_found", "message": "gone"}},
        response(status="failed", error={"code": "x", "message": "The response resp_1 no longer exists"}),
        refusing(404, "Response not found or expired"),
        refusing(410, "Gone"),
        refusing(400, "Previous response with id 'resp_1' not found."),
        refusing(400, "Unknown response: resp_1"),
        refusing(400, "The response in previous_response_id has expired."),
    ],
)
def test_a_lost_id_is_recognised_however_it_is_said(way, gone):
    server, told = Server(answer_to(way, said("Hi.")), gone, answer_to(way, said("Ana."), id="resp_2")), []
    client = server.client(way.endswith("async"))
    memory = ChatMemory(client, model="m", api="responses", server_keeps=True, on_notice=told.append)
    if isinstance(gone, bytes) and way.startswith("ask"):
        return  # no stream was asked for
    WAYS[way](memory, "I am Ana.")
    assert text_of(WAYS[way](memory, "Who am I?")) == "Ana."
    assert told == [NotKept("gone")]
    assert [len(request["input"]) for request in server.requests] == [1, 1, 3]


def test_a_404_that_has_another_reason_passes():
    def no_model(request):
        error = {"message": "The model does not exist", "code": "model_not_found"}
        return httpx2.Response(404, json={"error": error})

    server, told = Server(response(said("Hi.")), no_model), []
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, on_notice=told.append)
    memory.ask("I am Ana.")
    with pytest.raises(openai.NotFoundError):
        memory.ask("Who am I?")
    assert told == [] and len(server.requests) == 2


@EACH_WAY
def test_a_server_that_refuses_to_be_asked_to_store_is_asked_without(way):
    told, refused = [], refusing(400, "Unsupported parameter: 'store'")
    server = Server(refused, *[answer_to(way, said("Yes."), store=None)] * 2)
    client = server.client(way.endswith("async"))
    memory = ChatMemory(client, model="m", api="responses", server_keeps=True, on_notice=told.append)
    WAYS[way](memory, "Hi")
    WAYS[way](memory, "Hi")
    assert [request.get("store") for request in server.requests] == [True, None, None]
    assert memory.response_ids == ["resp_1", "resp_1"], "it may store them all the same"
    assert told[0] == NotKept("refused") and [len(request["input"]) for request in server.requests] == [1, 1, 3]


def test_what_is_not_to_be_stored_is_not_sent_to_a_server_that_may_store_it():
    server = Server(refusing(400, "Unsupported parameter: 'store'"))
    memory = ChatMemory(server.client(), model="m", api="responses")
    with pytest.raises(openai.BadRequestError) as error:
        memory.ask("Hi")
    assert len(server.requests) == 1 and "server_keeps=True" in error.value.__notes__[0]


@pytest.mark.parametrize("usage", [None, {"input_tokens": 9, "output_tokens": 1300}])
def test_what_was_thought_counts_in_the_budget_where_the_server_does_not_say_its_number(usage):
    aloud = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Hm. " * 300}],
    }

    def answer(request):
        whole = response(aloud, said("ok"), previous_response_id=request.get("previous_response_id"), usage=usage)
        return httpx2.Response(200, json=whole)

    server = Server(*[answer] * 6)
    memory = ChatMemory(server.client(), "", 1500, model="m", api="responses", server_keeps=True)
    for question in "abcdef":
        memory.ask(question)
    chains = [bool(request.get("previous_response_id")) for request in server.requests]
    assert chains == [False, True, False, True, False, True], "600 tokens are thought for each"


def test_all_that_is_stored_can_be_learnt_and_deleted_and_the_conversation_goes_on():
    server = Watched()
    memory = kept_by(server, max_tokens=500, keep_recent=1, limit_reply=False)
    for number in range(7):
        memory.ask(f"Day {number} of my trip: " + "temples and gardens " * 25)
    memory.undo()
    memory.ask("What do I plan?")
    copy = memory.branch()
    client = server.client()
    stored = [request["store"] for request in server.requests]
    assert len(memory.response_ids) == sum(stored) == 8, "those of turns that were folded or undone too"
    assert len(stored) > 8, "and those of summaries are none"
    assert copy.response_ids == memory.response_ids
    for id in memory.response_ids:
        client.responses.delete(id)
    assert memory.ask("And now?") and not server.goes_on[-1]
    assert ChatMemory(client, model="offline-model", api="responses").response_ids == []


@EACH_WAY
@pytest.mark.parametrize(
    "words",
    [
        "llama.cpp does not support 'previous_response_id'.",
        "Unknown parameter: 'previous_response_id'.",
        "previous_response_id is not available here",
    ],
)
def test_a_server_that_refuses_the_id_is_sent_everything_from_then_on(way, words):
    told = []
    refused = refusing(400, words)
    server = Server(answer_to(way, said("Hi.")), refused, *[answer_to(way, said("Ana."))] * 2)
    memory = ChatMemory(
        server.client(way.endswith("async")), model="m", api="responses", server_keeps=True, on_notice=told.append
    )
    for question in ("I am Ana.", "Who am I?", "Really?"):
        WAYS[way](memory, question)
    assert [len(request["input"]) for request in server.requests] == [1, 1, 3, 5]
    assert told == [NotKept("refused")]


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "Slow down, resp_1"), (500, "resp_1"), (400, "Your text is too long."), (401, "resp_1")],
)
def test_any_other_error_passes_and_the_server_is_still_trusted(status, message):
    server, told = (
        Server(response(said("Hi.")), refusing(status, message), response(said("Ana."), previous_response_id="resp_1")),
        [],
    )
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, on_notice=told.append)
    memory.ask("I am Ana.")
    with pytest.raises(openai.APIStatusError):
        memory.ask("Who am I?")
    assert memory.ask("Who am I?") == "Ana." and told == []
    assert [len(request["input"]) for request in server.requests] == [1, 1, 1]


def test_an_answer_that_is_kept_otherwise_than_the_server_has_it_begins_a_new_chain():
    """What a model has thought aloud is no part of our copy, but of the server's."""
    server = Server(response(said("<think>Hm.</think>Hi.")), response(said("Ana.")))
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True)
    memory.ask("I am Ana.")
    memory.ask("Who am I?")
    assert "previous_response_id" not in server.requests[1] and len(server.requests[1]["input"]) == 3


def test_after_an_undo_it_goes_on_from_the_answer_before():
    server = Watched()
    memory = kept_by(server)
    for question in TALK:
        memory.ask(question)
    memory.undo()
    memory.undo()
    assert "pack" not in json.dumps(memory.messages)
    memory.ask("What do I plan?")
    assert server.sizes[-1] == 1 and server.read[-1][-1]["content"] == "What do I plan?"
    assert len(server.read[-1]) == 4
    memory.undo()
    memory.undo()
    memory.ask("Hello")
    assert server.goes_on[-1] is False and len(server.read[-1]) == 2


def test_branches_and_copies_go_on_from_the_same_answer_each_for_itself():
    server = Watched()
    memory = kept_by(server)
    memory.ask(TALK[0])
    branch = memory.branch()
    memory.ask(TALK[1])
    branch.ask("What do I plan?")
    memory.ask(TALK[2])
    assert server.sizes == [2, 1, 1, 1]
    assert [len(read) for read in server.read] == [2, 4, 4, 6]


def test_what_is_known_for_one_question_does_not_stay_in_the_chain():
    """A note stands before its question and is not kept: the next chain goes on from the answer before it."""
    note = [{"role": "user", "content": "What do you know?"}, {"role": "assistant", "content": "Your cat is Tama."}]
    server = Watched()
    memory = kept_by(server, facts=SimpleNamespace(note=lambda question: note if "cat" in question else []))
    memory.ask(TALK[0])
    assert "Tama" in memory.ask("What is the name of my cat?")
    memory.ask(TALK[1])
    assert server.sizes == [2, 3, 3]
    assert server.read[-1] == [*memory.messages[:-1]], "without the note"


def test_after_a_fold_all_of_it_is_sent_and_a_new_chain_begins():
    server, told = Watched(), []
    memory = kept_by(server, told=told, max_tokens=500, keep_recent=1)
    for number in range(7):
        memory.ask(f"Day {number} of my trip: " + "temples and gardens " * 25)
    assert memory.summary and {type(notice) for notice in told} == {Folded}
    summaries = [request for request in server.requests if "You keep the summary" in request["input"][0]["content"]]
    assert {request["store"] for request in summaries} == {False} and not any(
        "previous_response_id" in r for r in summaries
    )
    chains = [request for request in server.requests if request not in summaries]
    assert 1 < sum("previous_response_id" not in request for request in chains) < len(chains)


def test_what_was_thought_and_is_in_no_message_counts_in_the_budget_too():
    """The server keeps it and reads it again. Where it would not fit any more, a new chain begins without it."""
    server = Watched()
    memory = kept_by(server, model="gpt-6-luna", max_tokens=400, options={"reasoning_effort": "max"})
    billed = []
    for number in range(14):
        before = memory.usage.prompt_tokens
        memory.ask(f"Day {number}")
        billed.append(memory.usage.prompt_tokens - before)
        assert billed[-1] <= 400 - 66
    assert not memory.summary
    begun = [place for place, goes_on in enumerate(server.goes_on) if not goes_on]
    assert len(begun) > 1, "thought has filled the room"
    assert any(read < before for before, read in pairwise(billed))


def test_a_memory_that_is_resumed_begins_a_new_chain(sqlite_url):
    server = Watched()
    with ConversationStore(sqlite_url) as store:
        kept_by(server, conversation=store.open("ana")).ask(TALK[0])
        memory = ChatMemory.resume(server.client(), store.open("ana"))
        memory.ask(TALK[1])
        memory.ask(TALK[2])
    assert server.sizes == [2, 4, 1]


def test_a_turn_that_fails_within_its_steps_goes_on_from_what_is_there():
    server = Server(
        response(said("Hi.")),
        response(thought(), called("weather", '{"city": "Nara"}'), id="resp_2", previous_response_id="resp_1"),
        refusing(500, "down"),
        response(said("Bye."), id="resp_3", previous_response_id="resp_1"),
    )
    memory = ChatMemory(server.client(), model="m", api="responses", server_keeps=True, tools=[weather])
    memory.ask("Hi")
    with pytest.raises(openai.InternalServerError):
        memory.ask("Nara?")
    assert memory.ask("Bye") == "Bye."
    assert [request.get("previous_response_id") for request in server.requests] == [None, "resp_1", "resp_2", "resp_1"]


THOUGHT = st.sampled_from(["", "", "Hm. " * 12])
CALLS = st.lists(st.sampled_from([("look_up", {"key": key}) for key in range(4)]), min_size=1, max_size=3).map(tuple)
STEPS = st.builds(Reply, st.sampled_from([None, "Let me see."]), CALLS, THOUGHT)
LAST = st.builds(lambda text, thought: Reply(text, reasoning=thought), st.sampled_from(["Yes.", "fact " * 60]), THOUGHT)
TURNS = st.tuples(st.lists(STEPS, max_size=3), LAST).map(lambda turn: [*turn[0], turn[1]])


def look_up(key: int) -> str:
    """Look something up."""
    return ["", "21 degrees", "日本 🌸 " * 20, "word " * 80][key]


@pytest.mark.parametrize("way", ["ask", "stream_async"])
def test_whatever_is_called_thought_and_lost_the_server_reads_what_is_laid_out_and_never_more_than_fits(way):
    @settings(REPEATABLE, max_examples=4)
    @given(st.lists(st.tuples(TURNS, st.booleans()), min_size=1, max_size=4), st.sampled_from([0, 100, 600]))
    def check(talk: list, more: int) -> None:
        script: list[Reply] = []
        read: list[dict] = []

        def reply_to(body, fits):
            read.append(body)
            return Reply("They talked.") if is_summary(body) else script.pop(0)

        server = Watched(reply_to=reply_to)
        sizes = {"reply_tokens": 30, "summary_tokens": 20, "keep_recent": 1, "limit_reply": False, "max_steps": 3}
        with pytest.raises(ValueError) as error:
            kept_by(server, max_tokens=1, tools=[look_up], **sizes)
        budget = int(str(error.value).split("at least ")[1].split(",")[0]) + more
        memory = kept_by(server, way, max_tokens=budget, tools=[look_up], **sizes)
        for turn, is_lost in talk:
            script[:] = turn
            with suppress(BudgetError):
                WAYS[way](memory, "And now?")
            for body in read:
                assert count_tokens(body["messages"], tools=body.get("tools")) <= budget - (
                    0 if is_summary(body) else 30
                )
            for body in (body for body in read if not is_summary(body)):
                check_messages(body["messages"])
                assert {"role": "user", "content": "And now?"} in body["messages"]
            read.clear()
            if is_lost:
                server.forget()

    check()


def is_summary(body):
    return str(body["messages"][0]["content"]).startswith("You keep the summary")


def test_a_chain_is_gone_on_from_where_it_is_the_beginning_of_what_is_sent():
    messages = [{"role": "user", "content": str(number)} for number in range(6)]
    chain = Chain().after(None, messages[:1], messages[1], "a", 5)
    chain = chain.after(chain.responses[0], messages[:3], messages[3], "b", 5)
    assert [(each.id, each.messages, each.thought) for each in chain.responses] == [("a", 2, 5), ("b", 4, 10)]
    assert chain.before(messages[:5], 100).id == "b"
    assert chain.before([dict(message) for message in messages[:5]], 10).id == "b"
    assert chain.before(messages[:5], 9) is None, "what was thought has to fit in"
    assert chain.before([*messages[:3], messages[5]], 100).id == "a"
    assert chain.before(messages[1:], 100) is None
    other = chain.after(chain.responses[0], [*messages[:2], messages[5]], messages[4], "c", 0)
    assert [each.id for each in other.responses] == ["a", "c"] and len(other.messages) == 4
