"""The memory of one conversation: recent turns word for word, older ones as a summary, all within a token budget."""

import copy
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, Self

from .errors import DamagedStore
from .line import Line, in_line
from .messages import Message, MessageLike, Part
from .notices import OnNotice, checked_on_notice
from .options import checked_options
from .questions import Question
from .replies.client import AsyncClient, AsyncResponsesClient, Client, ResponsesClient
from .replies.drivers import in_events, in_events_async, in_pieces, in_pieces_async, run, run_async
from .replies.events import Event
from .replies.known_clients import known_of
from .replies.steps import Course, Elsewhere
from .replies.threads import in_a_thread
from .replies.usage import Usage
from .saving import Facts, SavedConversation
from .texts import DEFAULT_MODEL, Count
from .tokens import PartTokens
from .tool_loop import MAX_STEPS, ToolLoop
from .tools.tool import Tool
from .turn_course import ConversationState

SAVED = {"system", "max_tokens", "keep_recent", "model", "reply_tokens", "summary_tokens"}  # with each turn
SAVED |= {"part_tokens", "summary_model", "limit_reply", "api", "server_keeps"}  # where they are not as ever

# What a copy shares with its original: none of it is ever changed, only replaced.
SHARED = (
    "_client",
    "_facts",
    "_layout",
    "_kept",
    "_folds",
    "_position",
    "_api",
    "_own",
    "_of_client",
    "_settings",
    "_tools",
    "_on_notice",
    "summary_error",
)


class ChatMemory(ConversationState):
    """A conversation that stays within `max_tokens` for each request, reply included, and can be asked on and on.

    When a question would lead over the budget, old turns are folded into a summary first: the last `keep_recent` turns
    stay word for word, fewer where they alone would fill more than 60 % of the budget. A call that fails, is cut off,
    empty, or interrupted leaves the memory as it was, so that the same question can be asked again. Where only the
    summary fails, nothing is folded: the question goes out with the newest turns that fit, `summary_error` says what
    happened, and the next question tries again.

    The summary is sent as the assistant's answer to a request for a recap, after the instructions and before the turns:
    one system message, then user and assistant in turn, as strict chat templates want it. Its words have the least
    authority there is, that of the model's own earlier words, whoever said them first. That costs about 15 tokens a
    request, and a wish of the user that was folded ("always answer in French") is only reported from then on.

    One conversation, one question at a time: of two at once the one that ends later raises ConflictError and is not
    kept, unless they wait `in_line`. (What is interrupted or cancelled in the moment in which it is kept may be kept all
    the same.)

    What is kept is what was sent: of a model that thinks aloud (<think>…</think>) the reply alone, and of half an emoji
    the sign U+FFFD, for a half cannot be sent. A copy (`copy.deepcopy`) goes on by itself, with the same client.

    With `tools` the model may call functions before it answers; question, calls, results and answer are one turn, kept
    whole or not at all. What a tool raises goes back to the model as its result. What ends the turn, such as a lost
    connection or Ctrl-C, carries `messages`, all that was said in it so far: tools may have done something, and nobody
    takes that back. In a long turn results are shortened, the oldest first, where they take more than half of the room;
    then older turns are folded; then whole steps go, the oldest first. The newest step never goes, or the model would call
    again: where it is too large, the turn ends with a BudgetError. A conversation saves the whole turn.

    With a `conversation` of a `chat_memory.store.ConversationStore` each turn is saved as it completes, and the memory
    goes on where the conversation stopped. With `facts` of a `chat_memory.facts.UserFacts` those that bear on a question
    are sent right before it, as the assistant's words; they are not kept, so a provider's prompt cache finds little again of
    a conversation in which each question has other facts (lesson 12).
    """

    def __init__(
        self,
        client: Client | AsyncClient | ResponsesClient | AsyncResponsesClient,
        system: str = "",
        max_tokens: int = 3000,
        keep_recent: int = 6,
        *,
        model: str = DEFAULT_MODEL,
        reply_tokens: int | None = None,
        summary_tokens: int | None = None,
        options: dict[str, Any] | None = None,
        conversation: SavedConversation | None = None,
        facts: Facts | None = None,
        tools: Iterable[Callable[..., Any] | Tool] | None = None,
        max_steps: int = MAX_STEPS,
        parallel_tools: bool = False,
        count: Count | None = None,
        part_tokens: PartTokens | None = None,
        summary_model: str | None = None,
        limit_reply: bool = True,
        api: str = "chat",
        server_keeps: bool = False,
        history: Iterable[MessageLike] | None = None,
        on_notice: OnNotice | None = None,
        in_line: bool = False,
    ) -> None:
        """Make a memory: an empty one, or one that goes on with a saved `conversation`.

        `client` is an `openai.OpenAI`, or an `openai.AsyncOpenAI` for the methods that end in `_async`; `system` the
        instructions; `max_tokens` the budget for a request and its reply, in tokens, without what a model thinks before it
        replies; `keep_recent` a number of turns. `reply_tokens` stay free for the reply (a sixth of the budget), and
        `summary_tokens` is the most that a summary may have (a tenth). `options` are more arguments for each question:
        {"temperature": 0.2}.

        The server is asked to hold a reply to `reply_tokens`, with the parameter `max_completion_tokens`, and what is cut
        off there is an IncompleteReply. Thinking is billed, and counts in that limit: for a model of OpenAI's that thinks by
        default it is `reply_tokens` and 25,000 more, as OpenAI advises to begin with
        (https://platform.openai.com/docs/guides/reasoning); another that was seen to think has none, and one that is cut off
        before its first word is asked again without, and has none from then on. (So has every memory of that client, for
        an hour: a web server needs one client, and not one for each request.)

        {"max_completion_tokens": 500} in `options` is a limit of your own, for a server that knows only the older parameter
        {"max_tokens": 500}; `limit_reply=False` asks for none. {"stream_options": None} does not ask for the usage of a
        stream. A server that refuses one of these, and says so, is asked without, and with the `reasoning_effort` "none"
        where `options` have none and it takes tools only so, as OpenAI's does for gpt-6-luna.

        `summary_model` writes the summaries, in the place of `model`; what it uses is in `summary_usage`. What it is sent is
        counted as `model` counts: where it has another tokenizer, that is an estimate.

        `count`, a function that returns the tokens of a text, is for a model with another tokenizer, and `part_tokens`, a
        number or a function, says what a picture or another part costs for which nothing is published: see `count_tokens`.

        `tools` are functions that the model may call, plain ones, or async ones for the methods that end in `_async`: see
        `Tool`. `max_steps` is how many answers with calls a turn may have; then the model has to answer without.
        With `parallel_tools` the calls of one answer run at once, in threads or as tasks.

        `api` is the API that the client is asked through: "chat", Chat Completions, or "responses". Everything holds with
        both. Through Responses the system message is the first item. In a turn that calls tools the server is asked to seal
        what the model has thought: it stays with the turn, is sent back with it, and counts as many tokens as the server
        says. `options` have the names of Responses there; limits, effort, verbosity and `response_format` may also have
        those of a chat. A limit has at least 16 tokens, so with `reply_tokens` below that a reply may be longer.

        With `server_keeps` the server is asked to store the conversation (OpenAI: for 30 days at least), and only what it
        does not hold yet is sent: after a fold all of it. It bills all of it each time, and `max_tokens` is the budget for
        all of it, with what was thought. This memory has its own copy beside it, so nothing is lost where the server keeps
        nothing, or no longer: then all is sent again (the notice NotKept). The text of a stream goes out once the server
        says that it goes on. `undo` deletes nothing on the server: `response_ids` says what is there. A memory that is
        resumed begins by sending all of it. With `facts` little can be gone on from: those of a question are in no later
        request, so after it all is sent again; and each time they are stored there, with all else.

        `history` is what was said elsewhere, as messages, oldest first: `messages_of(items)` of what a server has kept, a
        list of your own. Instructions at its beginning have to be those of `system`; what is no text and has no known
        cost is sent in words ("[picture cat.png]"). With a `conversation`, which has to be empty, it is saved there at
        once.

        `on_notice` is called with what happens beside the replies: Folded, SummaryCutOff, Shortened, Retried, NotKept and
        Saved, of `chat_memory.notices`. They hold tokens and turns, never texts, and `logging.getLogger("chat_memory")`
        gets them too. What the function raises is logged, and the turn goes on.

        With `in_line`, a question that is asked while another one is on its way, in whatever thread or task, waits for that
        one to end: answered, failed or given up. Who would wait for itself gets a ConflictError: a tool that asks its own
        memory, in whatever thread or task it does so. A stream is on its way until it is taken to its end or closed. In the
        main thread, or in the same task, a question beside an open one is such an error too; in any other thread it waits,
        for ever if nobody takes the stream on: another thread may do so, as in web servers. Other memories of the same
        conversation, in this program or another, do not stand in that line: the later of them still gets a ConflictError.

        Raises TypeError or ValueError for what cannot be used, with the least that works for a budget in which nothing
        could be asked, and StoreError where the saved conversation cannot be read.
        """
        settings: dict[str, Any] = {
            "system": system,
            "max_tokens": max_tokens,
            "keep_recent": keep_recent,
            "model": model,
        }
        settings |= {"reply_tokens": reply_tokens, "summary_tokens": summary_tokens}
        functions: dict[str, Any] = {"count": count} | ({"part_tokens": part_tokens} if callable(part_tokens) else {})
        settings |= {} if part_tokens is None or callable(part_tokens) else {"part_tokens": part_tokens}
        settings |= {} if summary_model is None else {"summary_model": summary_model}
        settings |= {} if limit_reply is True else {"limit_reply": limit_reply}
        settings |= {} if api == "chat" else {"api": api}
        if not isinstance(server_keeps, bool):
            raise TypeError(f"server_keeps must be True or False, got {server_keeps!r:.60}.")
        if server_keeps and api == "chat":
            raise ValueError(
                "server_keeps=True needs api='responses': the chat API keeps no conversation on the server."
            )
        loop, asked_with = ToolLoop(tools, max_steps, parallel_tools), checked_options(options, api == "responses")
        told = checked_on_notice(on_notice)
        super().__init__(settings, asked_with, facts, loop, told, server_keeps, **functions)
        _check("facts", facts, "note", "chat_memory.facts.UserFacts")
        self._line = Line() if in_line else None
        self._knowing(known_of(client, self._layout.model, api))
        self._client: Any = client  # of the kind that the method called needs, which is looked at there
        if conversation is not None:
            _check("conversation", conversation, "load", "chat_memory.store.ConversationStore(…).open(id)")
            self._go_on(conversation, conversation.load())
        if history is not None:
            self._remember(history, conversation)

    @classmethod
    def resume(
        cls,
        client: Client | AsyncClient | ResponsesClient | AsyncResponsesClient,
        conversation: SavedConversation,
        **changes: Any,
    ) -> Self:
        """Go on with a saved conversation, with the settings that it was saved with and these `changes` to them.

        `options`, `facts`, functions (`count`, `part_tokens`, `on_notice`) and what concerns tools are not saved: give them
        again. A picture, or what else is no text, whose cost is not known is sent in words from then on
        ("[picture cat.png]"); the store keeps it as it was.

        Raises LookupError where nothing was saved, and DamagedStore where what was saved cannot be read.
        """
        _check("conversation", conversation, "load", "chat_memory.store.ConversationStore(…).open(id)", needed=True)
        saved = conversation.load()
        if saved is None:
            raise LookupError(f"There is no conversation {conversation.id!r:.60} to go on with.")
        if unknown := sorted(saved.settings.keys() - SAVED):
            raise DamagedStore(
                f"The conversation {conversation.id!r:.60} has settings that ChatMemory does not know: {', '.join(unknown)}. "
                "It is damaged, or another program has saved it. Put a backup in its place, or load() it and go on by hand."
            )
        server_keeps = {"server_keeps": False} if changes.get("api") == "chat" else {}  # which a chat has not
        memory = cls(client, **(saved.settings | server_keeps | changes))
        memory._go_on(conversation, saved)
        return memory

    @classmethod
    async def open_async(cls, client: AsyncClient | AsyncResponsesClient, *settings: Any, **more: Any) -> Self:
        """The same as `ChatMemory(…)` in an event loop, whose other tasks go on: a thread waits for the database, and counts.

        The first memory of a program loads the model's vocabulary, which takes a second: make one before users come.
        """
        return await in_a_thread(partial(cls, client, *settings, **more))

    @classmethod
    async def resume_async(
        cls, client: AsyncClient | AsyncResponsesClient, conversation: SavedConversation, **changes: Any
    ) -> Self:
        """The same as `resume` in an event loop: see `open_async`."""
        return await in_a_thread(partial(cls.resume, client, conversation, **changes))

    @property
    def summary(self) -> str:
        """What is left of the turns that are no longer sent; empty before the first fold."""
        return self._kept.summary

    @property
    def messages(self) -> list[Message]:
        """What the next request holds before its question, without facts and before old turns are folded. A copy."""
        return copy.deepcopy(self._layout.request(self._kept))

    @property
    def response_ids(self) -> list[str]:
        """The ids of all responses that the server was asked to store, oldest first, also of those that were no whole reply.

        `client.responses.delete(id)` deletes one there; the next question sends all again, and loses nothing. A copy has
        those of before too. They are not saved: a memory that is resumed knows none of earlier.
        """
        return list(self._known.stored)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A memory of its own that knows the same. It shares client and facts; TypeError where it saves its turns."""
        if self._conversation is not None:
            raise TypeError(
                f"This memory saves its turns in the conversation {self._conversation.id!r:.60}, and a copy would write "
                "into it too. Use ChatMemory.resume(client, conversation) where another one is to go on with it, or "
                "branch(store.open(id)) for a conversation that branches off."
            )
        return self._copied(memo)

    def _copied(self, memo: dict[int, Any]) -> Self:
        """A memory of its own that knows the same and saves nothing."""
        with self._lock:
            shared = {name: vars(self)[name] for name in SHARED} | {"_conversation": None}
            shared |= {"usage": replace(self.usage), "summary_usage": replace(self.summary_usage)}
        other = memo[id(self)] = object.__new__(type(self))
        vars(other).update(shared, _lock=threading.Lock(), _line=Line() if self._line else None)
        vars(other).update(copy.deepcopy({n: v for n, v in vars(self).items() if n not in vars(other)}, memo))
        return other

    def __copy__(self) -> Self:
        return copy.deepcopy(self)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(
            "A memory holds a client with open connections, so it cannot be pickled. Save its turns in a conversation "
            "of a chat_memory.store.ConversationStore, and go on with ChatMemory.resume."
        )

    def ask(self, text: Question) -> str:
        """Ask a question and return the reply, the last one where tools are called.

        A question is a text, or a list of parts: texts, pictures, sounds and files as the API takes them. A picture is
        counted at the price that OpenAI has published for the model, other parts at your `part_tokens`. All of it is
        kept whole and saved, and it is sent again with each question until it is folded; then the summary names it.

        Raises BudgetError where the question, or a call of the model, is too long for the budget, IncompleteReply for a
        reply that is empty, cut off, a refusal or no reply at all, TypeError for the wrong kind of client, and what the
        client raises; then nothing has changed.
        """
        return run(self._turn(text), self._client)

    def stream(self, text: Question) -> Iterator[str]:
        """The same as `ask`, as pieces of the reply while they arrive. What a model thinks aloud first is no piece.

        What is no question is refused at once, all else happens when the first piece is taken. The turn is kept when
        the stream has ended: take all. One that is given up is not kept, but counts in `usage`. Thinking that has an end
        alone ("…</think>", the prompt held its beginning) is seen too late to be no piece; it is not kept. What a model
        says before it calls a tool is a piece too; an empty line stands between that and what it says afterwards.
        """
        return in_pieces(self._turn(text, streamed=True), self._client)

    def undo(self) -> str | list[Part]:
        """Take back the last turn and return its question, as text or as parts.

        Then the memory is what it was before that turn, its summary too, and so is the conversation in which turns are
        saved: the texts of the turn are deleted there. (Only `usage` goes on: the tokens are paid for.) To ask again is
        `question = memory.undo()`, then `memory.ask(question)`, so that you still have the question if that fails; to edit,
        `memory.undo()`, then `memory.ask("edited")`. So it goes back turn by turn, to the first: without a conversation,
        this program's memory holds all that was said for that. What a store has cleaned comes back as it was cleaned,
        where a turn is taken back that made a new summary.

        Raises LookupError where there is no turn, and what `take_back` of the conversation raises: ConflictError where
        another program has changed it, StoreError where an older version has saved a summary that stands for the turn;
        and what your `count` raises. Then nothing has changed. A question that is on its way meanwhile ends with a ConflictError.
        """
        return run(in_line(self._line, self._undone()), self._client)

    async def undo_async(self) -> str | list[Part]:
        """The same as `undo`, with an `openai.AsyncOpenAI`."""
        return await run_async(in_line(self._line, self._undone()), self._client)

    def branch(self, conversation: SavedConversation | None = None) -> Self:
        """A memory of its own that goes on from here; this one stays as it is. It shares client, facts and options.

        Its `usage` begins at zero, so that those of all branches add up. (A copy has a copy of it.)

        With a `conversation`, such as `store.open("another id")`, which must be empty, all that was said is saved there
        too, and the branch saves its turns there: as the conversation of this one has them, or, where this one saves
        nothing, as it remembers them. (Large results of tools, which are whole in a conversation, are shortened there.)
        Without one it saves nothing, and takes back no turns but those that this one knows word for word.

        Raises ConflictError where the conversation is not empty, or where another program has changed the one that this
        memory saves its turns in, and LookupError where the first turns are not known here. Then nothing was saved.
        """
        return run(in_line(self._line, self._branched(conversation)), self._client)

    async def branch_async(self, conversation: SavedConversation | None = None) -> Self:
        """The same as `branch`, with an `openai.AsyncOpenAI`."""
        return await run_async(in_line(self._line, self._branched(conversation)), self._client)

    def _branched(self, conversation: SavedConversation | None) -> Course[Self]:
        _check("conversation", conversation, "begin", "chat_memory.store.ConversationStore(…).open(id)")
        branch, here = self._copied({}), self._conversation
        branch.usage, branch.summary_usage = Usage(), Usage()
        if conversation is None:
            return branch
        yield Elsewhere(partial(branch._begin, conversation, here), to_its_end=True)
        return branch

    async def ask_async(self, text: Question) -> str:
        """The same as `ask`, with an `openai.AsyncOpenAI`."""
        return await run_async(self._turn(text, awaited=True), self._client)

    def stream_async(self, text: Question) -> AsyncIterator[str]:
        """The same as `stream`, with an `openai.AsyncOpenAI`."""
        return in_pieces_async(self._turn(text, streamed=True, awaited=True), self._client)

    def events(self, text: Question) -> Iterator[Event]:
        """The same as `stream`, with the calls of tools: Text, Called and Result, of `chat_memory.tools`, as they come."""
        return in_events(self._turn(text, streamed=True), self._client)

    def events_async(self, text: Question) -> AsyncIterator[Event]:
        """The same as `events`, with an `openai.AsyncOpenAI`."""
        return in_events_async(self._turn(text, streamed=True, awaited=True), self._client)


def _check(name: str, value: Any, method: str, wanted: str, needed: bool = False) -> None:
    if not hasattr(value, method) and (needed or value is not None):
        raise TypeError(f"{name} must be a {wanted}, got {type(value).__name__}.")  # it may hold a password
