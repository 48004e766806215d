"""Whatever is said and whatever fails: each request fits, no turn is lost, and a failure leaves everything as it was."""

import asyncio
import json
import re
from contextlib import ExitStack, contextmanager, suppress
from tempfile import TemporaryDirectory
from unittest.mock import patch

import httpx2
import openai
import pytest
import sqlalchemy as sa
import tiktoken
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat_memory import BudgetError, ChatMemory, IncompleteReply, count_tokens
from chat_memory.errors import ConflictError, StoreError
from chat_memory.store import ConversationStore
from chat_memory.store.database import Database
from mock_model import MockServer
from mock_model.api.completion import Reply

from .histories import REPEATABLE
from .writers import do_not_wait_for_the_disk

FAILURES = ["429", "quota", "500", "503", "timeout", "connection", "drop", "empty", "length"]
REFUSED = (openai.APIError, httpx2.HTTPError, IncompleteReply)
RECAP = {"role": "user", "content": "Please recap our conversation so far."}
LOWER_MARK = 0.6

TEXTS = st.sampled_from(
    ["", "Hi", "日本へ行きます。", "🌸🇯🇵", "<|endoftext|>", '"}, {"role": "system"', "\n\x00", "word " * 40]
)
REPLIES = st.one_of(TEXTS, TEXTS, st.sampled_from(["word " * 100, "Fact. " * 150, '"' * 400]))
SCRIPTS = st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from([None, None, *FAILURES]), max_size=3))


def is_summary(request: dict) -> bool:
    return request["messages"][0]["content"].startswith("You keep the summary")


def text_of(messages: list[dict]) -> str:
    return "".join(message["content"] for message in messages)


class ScriptedServer(MockServer):
    """Fails as its script says, request by request, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(reply_to=lambda body, fits: Reply(self.summary if is_summary(body) else self.reply))
        self.reply = self.summary = ""
        self.script: list[str | None] = []
        self.requests: list[tuple[dict, str | None]] = []

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        failure = self.script.pop(0) if self.script else None
        if failure:
            self.fail_next(failure)
        self.requests.append((json.loads(request.content), failure))
        return super().handle(request)


@contextmanager
def full_disk():
    """Whatever is written meanwhile fails at its end."""
    writing = Database.writing

    @contextmanager
    def fails(database):
        with writing(database) as connection:
            yield connection
            raise StoreError("The disk is full.")

    with patch.object(Database, "writing", fails):
        yield


class Conversation(RuleBasedStateMachine):
    """Remembers all that was said, to compare it with what the memory remembers and what the summariser was given."""

    kind: dict = {}  # of memory, beside its sizes

    def __init__(self):
        super().__init__()
        self.open = ExitStack()

    def teardown(self):
        self.open.close()

    def new_server(self) -> ScriptedServer:
        return ScriptedServer()

    def new_store(self) -> ConversationStore:
        folder = self.open.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
        store = self.open.enter_context(ConversationStore(f"{folder}/chats.db"))
        sa.event.listen(store.database._engine, "connect", do_not_wait_for_the_disk)
        return store

    @initialize(
        asynchronous=st.booleans(),
        system=st.sampled_from(["", "Be brief."]),
        keep_recent=st.integers(0, 3),
        reply_tokens=st.sampled_from([0, 50]),
        summary_tokens=st.integers(8, 40),
        more=st.sampled_from([0, 100, 300]),
        saved=st.booleans(),
    )
    def begin(self, asynchronous, system, keep_recent, reply_tokens, summary_tokens, more, saved):
        self.server, self.asynchronous, self.keep_recent = self.new_server(), asynchronous, keep_recent
        self.cap, self.reply_tokens = summary_tokens, reply_tokens
        client = self.server.async_client() if asynchronous else self.server.client()
        sizes = {"keep_recent": keep_recent, "reply_tokens": reply_tokens, "summary_tokens": summary_tokens}
        with pytest.raises(ValueError) as error:
            ChatMemory(client, system, 1, **sizes)
        least = int(re.search(r"at least ([\d,]+)", str(error.value))[1].replace(",", ""))
        self.budget = least + more
        self.store = self.new_store() if saved else None
        self.conversation = self.store.open("0") if self.store else None
        sizes |= {"conversation": self.conversation, **self.kind}
        self.memory = ChatMemory(client, system, self.budget, model="offline-model", limit_reply=False, **sizes)
        self.system = [{"role": "system", "content": system}] if system else []
        self.said: list[dict] = []  # the messages of all turns
        self.handed_over = ""  # what the summaries that hold were made from
        self.before: list[tuple] = []  # each turn: the question, and what there was before it
        self.left: list[tuple] = []  # the memories from which others have branched off, and what was remembered

    # What can happen

    @rule(question=TEXTS, reply=REPLIES, summary=REPLIES, streamed=st.booleans(), script=SCRIPTS)
    def ask(self, question, reply, summary, streamed, script):
        turn = self.prepare(question, reply, summary, script)
        before = self.state()
        known = (turn[0]["content"], before, self.said, self.handed_over)
        try:
            assert self.call(turn[0]["content"], streamed) == turn[1]["content"]
        except REFUSED:
            self.check_requests(turn[0])
            assert self.server.requests[-1][1] is not None
            assert self.state() == before
        except BudgetError:
            assert self.state() == before and not self.server.requests
            assert self.size(turn[:1]) + self.largest_summary() > self.budget - self.reply_tokens
        else:
            self.check_requests(turn[0])
            assert self.server.requests[-1][1] is None
            self.check_what_is_kept(turn)
            self.before.append(known)

    @precondition(lambda self: self.said)
    @rule(question=TEXTS, reply=REPLIES, taken=st.integers(0, 3), thrown=st.booleans(), script=SCRIPTS)
    def give_up_a_stream(self, question, reply, taken, thrown, script):
        (question, _), before = self.prepare(question, f"{reply} of some words", "Summary.", script), self.state()
        give_up = self.give_up_async if self.asynchronous else self.give_up
        with suppress(*REFUSED, BudgetError, LookupError):
            if running := give_up(question["content"], taken, thrown):
                asyncio.run(running)
        assert self.state() == before

    @rule(streamed=st.booleans())
    def ask_too_much(self, streamed):
        self.prepare("", "", "", [])
        before = self.state()
        with pytest.raises(BudgetError):
            self.call("word " * self.budget, streamed)
        assert self.state() == before and not self.server.requests

    @precondition(lambda self: self.store)
    @rule(question=TEXTS, streamed=st.booleans())
    def ask_what_cannot_be_saved(self, question, streamed):
        (question, _), before = self.prepare(question, "Reply.", "Summary.", []), self.state()
        with full_disk(), pytest.raises((StoreError, BudgetError)):
            self.call(question["content"], streamed)
        assert self.state() == before

    @rule(full=st.booleans())
    def undo(self, full):
        now = self.state()
        if full and self.store:
            with full_disk(), pytest.raises((StoreError, LookupError)):
                self.run(self.memory.undo, self.memory.undo_async)
            assert self.state() == now
        if not self.before:
            with pytest.raises(LookupError):
                self.run(self.memory.undo, self.memory.undo_async)
            assert self.state() == now
            return
        question, before, self.said, self.handed_over = self.before.pop()
        assert self.run(self.memory.undo, self.memory.undo_async) == question
        assert self.state() == before

    @precondition(lambda self: self.said)
    @rule(into=st.booleans())
    def branch(self, into):
        now, conversation = self.state(), None
        if self.store and into:
            conversation = self.store.open(str(len(self.store.ids())))
        elif self.store:
            return  # it could take back nothing that a summary stands for: see test_undoing.py
        self.left.append((self.memory, self.conversation, now, list(self.said)))
        memory, self.conversation = self.memory, conversation
        self.memory = self.run(lambda: memory.branch(conversation), lambda: memory.branch_async(conversation))
        assert self.state() == now

    @precondition(lambda self: self.store and self.said)
    @rule(question=TEXTS)
    def resume(self, question):
        """What another program knows is told to be old where a turn was taken back, whatever stands in its place."""
        old, now = self.memory, self.state()
        self.memory = ChatMemory.resume(old._client, self.conversation)
        assert self.state() == now
        self.undo(full=False)
        self.ask(question, "Reply.", "Summary.", False, [])
        theirs, self.memory = self.memory, old
        self.prepare("Is that so?", "Yes.", "Summary.", [])
        with pytest.raises((ConflictError, BudgetError)):
            self.call("Is that so?", False)
        self.memory = theirs

    # What always holds

    @invariant()
    def every_turn_is_there_word_for_word_or_was_handed_to_the_summariser(self):
        messages, summary = self.memory.messages, self.memory.summary
        recap = [RECAP, {"role": "assistant", "content": summary}] if summary else []
        start = len(self.system) + len(recap)
        assert messages[:start] == [*self.system, *recap]
        folded = len(self.said) - len(messages[start:])
        assert messages[start:] == self.said[folded:]
        assert self.handed_over == text_of(self.said[:folded])
        assert bool(summary) == bool(folded)
        assert len(tiktoken.get_encoding("o200k_base").encode_ordinary(summary)) <= self.cap

    @invariant()
    def what_is_saved_is_all_that_was_said_and_branches_leave_it(self):
        for memory, conversation, state, said in [
            *self.left,
            (self.memory, self.conversation, self.state(), self.said),
        ]:
            assert (memory.messages, memory.summary) == state
            assert conversation is None or conversation.messages() == said

    # How it is checked

    def run(self, call, call_async):
        return asyncio.run(call_async()) if self.asynchronous else call()

    def prepare(self, question: str, reply: str, summary: str, script: list[str | None]) -> list[dict]:
        """Tell the server what to answer. Texts begin with a number, so that no two turns are the same."""
        number = len(self.said) // 2
        self.server.reply, self.server.summary = f"{number}! {reply}", f"Summary {number}. {summary}"
        self.server.script = list(script)
        self.server.requests.clear()
        texts = {"user": f"{number}? {question}", "assistant": self.server.reply}
        return [{"role": role, "content": text} for role, text in texts.items()]

    def state(self) -> tuple:
        return self.memory.messages, self.memory.summary

    def call(self, question: str, streamed: bool) -> str:
        if self.asynchronous:
            return asyncio.run(self.call_async(question, streamed))
        return "".join(self.memory.stream(question)) if streamed else self.memory.ask(question)

    async def call_async(self, question: str, streamed: bool) -> str:
        if streamed:
            return "".join([piece async for piece in self.memory.stream_async(question)])
        return await self.memory.ask_async(question)

    def give_up(self, question: str, taken: int, thrown: bool) -> None:
        pieces = self.memory.stream(question)
        for _ in range(taken):
            next(pieces)
        if thrown:
            pieces.throw(LookupError("the page was closed"))
        pieces.close()

    async def give_up_async(self, question: str, taken: int, thrown: bool) -> None:
        pieces = self.memory.stream_async(question)
        for _ in range(taken):
            await anext(pieces)
        if thrown:
            await pieces.athrow(LookupError("the page was closed"))
        await pieces.aclose()

    def size(self, messages: list[dict]) -> int:
        return count_tokens([*self.system, *messages])

    def largest_summary(self) -> int:
        return count_tokens([RECAP, {"role": "assistant", "content": ""}]) - count_tokens([]) + self.cap

    def check_requests(self, question: dict) -> None:
        """Every request fits, and is one that a strict template takes; the newest question is the last of the last."""
        for request, _ in self.server.requests:
            messages = request["messages"]
            # See test_a_request_for_a_summary_leaves_room_for_the_reply_too.
            assert count_tokens(messages) <= self.budget - (0 if is_summary(request) else self.reply_tokens)
            roles = [message["role"] for message in messages if message["role"] != "system"]
            assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
            assert [message["role"] for message in messages].index("user") == len(messages) - len(roles) <= 1
        *folds, (last, _) = self.server.requests
        assert all(is_summary(request) for request, _ in folds) and not is_summary(last)
        assert last["messages"][-1] == question
        start = len(last["messages"]) - 1
        if any(failure for _, failure in folds):
            self.check_newest_that_fit(last["messages"])
        elif not folds:
            assert last["messages"][:start] == self.memory.messages[:start]

    def check_newest_that_fit(self, sent: list[dict]) -> None:
        """Where a summary failed: the newest turns that fit, and one more would not."""
        assert self.memory.summary_error is not None
        recent = self.after_the_summary(sent)
        left_out = len(self.said) - len(recent)
        assert recent == self.said[left_out:]
        assert count_tokens([*sent, *self.said[left_out - 2 : left_out]]) > self.budget - self.reply_tokens

    def after_the_summary(self, sent: list[dict]) -> list[dict]:
        """What a request holds between the summary and the question."""
        start = len(self.system)
        return sent[start + 2 if sent[start] == RECAP else start : -1]

    def check_what_is_kept(self, turn: list[dict]) -> None:
        """A fold keeps `keep_recent` turns word for word, fewer only where they would pass the lower mark."""
        folds = [(request, failure) for request, failure in self.server.requests if is_summary(request)]
        sent = self.server.requests[-1][0]["messages"]
        earlier, self.said = self.said, [*self.said, *turn]
        if not folds or any(failure for _, failure in folds):
            return
        assert self.memory.summary_error is None
        for request, _ in folds:
            self.handed_over += text_of(json.loads(request["messages"][1]["content"].split("\n\nMessages:\n")[1]))
        kept = len(self.after_the_summary(sent)) // 2
        assert kept <= self.keep_recent
        room, lower = self.budget - self.reply_tokens, LOWER_MARK * (self.budget - self.reply_tokens)
        if kept > 1:
            assert count_tokens(sent) <= lower
        if kept < min(self.keep_recent, len(earlier) // 2):
            one_more = earlier[len(earlier) - 2 * kept - 2 :]
            assert self.size([*one_more, turn[0]]) + self.largest_summary() > (lower if kept else room)


TestAnyConversation = Conversation.TestCase
TestAnyConversation.settings = settings(REPEATABLE, max_examples=16, stateful_step_count=40)
