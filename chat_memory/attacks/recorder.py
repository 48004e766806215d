"""Attacks are judged by what happens: the requests that a memory sends, the replies, the files that it writes."""

import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from ..content import field
from ..errors import IncompleteReply
from ..messages import Message
from ..replies.client import Client
from ..tokens import count_tokens

Result = tuple[str, str]  # one of these, and why
STOPPED, WORKED, NOT_TRIED = "stopped", "worked", "not tried"
SYSTEM = "You are a helpful travel assistant. Rule 7: be polite."


class Outcome(NamedTuple):
    """What came of an attack: "stopped", "worked" (for the attacker) or "not tried", and why, in one line."""

    attack: str
    result: str
    why: str


class NotTried(Exception):
    """An attack that cannot be tried: something is missing, or does not work without any attack."""


class Attack(NamedTuple):
    """An attack: who attacks and how, what counts as success, and what even our own defence does not stop."""

    name: str
    what: str
    attacker: str
    success: str
    partial: str
    run: Callable[["Target"], Result]


@dataclass
class Sent:
    """A request that was sent, with role and text of each message, and the reply, as far as one came."""

    messages: list[dict[str, str]]
    reply: str = ""
    cut: bool = False  # the reply was cut off at its limit
    asks: bool = False  # it asks the user's question, and is not for a summary or the like

    @property
    def tokens(self) -> int:
        return count_tokens(self.messages)

    def ends_with(self, question: str) -> bool:
        """Whether a question is the last message, but for the calls and results of its own turn."""
        messages = list(self.messages)
        while messages[-1:] and messages[-1]["role"] in ("tool", "function"):
            while messages and messages[-1]["role"] != "assistant":
                messages.pop()
            messages = messages[:-1]
        return bool(messages) and messages[-1]["content"] == question

    def holds(self, text: str) -> bool:
        """Whether a text stands in a message."""
        return any(text in message["content"] for message in self.messages)


class Recorder:
    """A client that passes everything on to another one, and keeps what was sent and what came back.

    With `slipped`, a reply to any request but `question` begins with these words: so a summariser answers that was fooled.
    """

    def __init__(self, client: Client, slipped: str = "") -> None:
        self._client, self.slipped, self.question = client, slipped, ""
        self.sent: list[Sent] = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def _create(self, **request: Any) -> Any:
        sent = Sent([_plain(message) for message in request.get("messages") or ()])
        self.sent.append(sent)
        answer = self._client.chat.completions.create(**request)
        if request.get("stream"):
            return _RecordedStream(answer, sent)
        message, sent.cut = answer.choices[0].message, _is_cut(answer.choices[0])
        if self.slipped and not sent.ends_with(self.question):
            message.content = f"{self.slipped} {message.content or ''}"
        sent.reply = message.content or ""
        return answer


class _RecordedStream:
    """Chunks that are noted as they pass."""

    def __init__(self, chunks: Any, sent: Sent) -> None:
        self._chunks, self._sent = chunks, sent

    def __iter__(self) -> Iterator[Any]:
        for chunk in self._chunks:
            for choice in chunk.choices:
                self._sent.reply += choice.delta.content or ""
                self._sent.cut = self._sent.cut or _is_cut(choice)
            yield chunk

    def __enter__(self) -> "_RecordedStream":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._chunks.close()


def _is_cut(choice: Any) -> bool:
    return bool(field(choice, "finish_reason") == "length")


def _plain(message: Any) -> dict[str, str]:
    """Role and text of a message, be it a dict or an object of a library."""
    content = field(message, "content") or ""
    if isinstance(content, (list, tuple)):
        content = "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
    return {"role": str(field(message, "role")), "content": str(content)}


class Talk:
    """A conversation with a memory under attack. An error of the memory is noted, and the attack goes on."""

    def __init__(self, make: Callable[[Any], Any], client: Client, slipped: str = "") -> None:
        self._recorder = Recorder(client, slipped)
        self.replies: set[str] = set()
        self.errors: list[Exception] = []
        self._memory = make(self._recorder)

    @property
    def sent(self) -> list[Sent]:
        return self._recorder.sent

    @property
    def questions(self) -> list[Sent]:
        """The requests that asked the user's question."""
        return [sent for sent in self.sent if sent.asks]

    def ask(self, text: str) -> str | None:
        """The reply, or None where the memory raised an error."""
        first, reply = len(self.sent), None
        self._recorder.question = text
        try:
            reply = self._memory.ask(text)
            if not isinstance(reply, str):
                raise TypeError(f"ask() returned {type(reply).__name__}, not text")
        except Exception as error:
            self.errors.append(error)
        new = self.sent[first:]
        asking = [sent for sent in new if sent.ends_with(text)]
        for sent in asking or [sent for sent in new if sent.reply and sent.reply == reply]:
            sent.asks = True
        self.replies |= {reply} if isinstance(reply, str) else set()
        return reply if isinstance(reply, str) else None

    def close(self) -> None:
        """Close the memory, where it can be closed."""
        getattr(self._memory, "close", lambda: None)()


@dataclass(frozen=True)
class Target:
    """What is attacked: a memory, and what a program does around it. `attack` describes the parts."""

    make: Callable[[Any, str, int, int], Any]
    client: Client
    open: Callable[[Any, str, Path], Any] | None = None
    with_fact: Callable[[Any, str, str], Any] | None = None
    show: Callable[[list[Message]], Any] | None = None
    paste: Callable[[str], str] = str
    with_tools: Callable[[Any, str, list[Callable[..., str]], int, int], Any] | None = None

    def talk(self, max_tokens: int = 3000, keep_recent: int = 6, slipped: str = "") -> Talk:
        """A new conversation with a memory of this size; `slipped` is what a fooled summariser says."""
        return Talk(lambda client: self.make(client, SYSTEM, max_tokens, keep_recent), self.client, slipped)

    def knowing(self, fact: str) -> Talk:
        """A new conversation with a memory in which this fact is stored."""
        if not (with_fact := self.with_fact):
            raise NotTried("no facts: give with_fact")
        return Talk(lambda client: with_fact(client, SYSTEM, fact), self.client)

    def with_these_tools(self, tools: list[Callable[..., str]], max_tokens: int, keep_recent: int) -> Talk:
        """A new conversation with a memory that has these tools."""
        if not (with_tools := self.with_tools):
            raise NotTried("no tools: give with_tools")
        return Talk(lambda client: with_tools(client, SYSTEM, tools, max_tokens, keep_recent), self.client)

    @contextmanager
    def saved(self, conversation_id: str, folder: Path) -> Iterator[Talk]:
        """The conversation with this id, saved in a folder."""
        if not (opened := self.open):
            raise NotTried("nothing is saved: give open")
        talk = Talk(lambda client: opened(client, conversation_id, folder), self.client)
        try:
            yield talk
        finally:
            talk.close()


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for a memory to save in, alone in another one, so that what escapes from it can be seen."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as outer:
        folder = Path(outer) / "around" / "chats"
        folder.mkdir(parents=True)
        yield folder


def run(attacks: Iterable[Attack], target: Target) -> list[Outcome]:
    """Run attacks one after the other. What fails in the memory is an outcome, and does not stop the others."""
    if problem := _does_not_work(target):
        return [Outcome(attack.name, NOT_TRIED, problem) for attack in attacks]
    outcomes = []
    for attack in attacks:
        try:
            result, why = attack.run(target)
        except NotTried as missing:
            result, why = NOT_TRIED, str(missing)
        except Exception as error:
            result, why = _broken_by(error)
        outcomes.append(Outcome(attack.name, result, why))
    return outcomes


def is_cut_off(error: Exception) -> bool:
    """Whether an error says no more than that the model's reply was cut off at its limit."""
    return isinstance(error, IncompleteReply) and bool(error.beginning)


def _broken_by(error: Exception) -> Result:
    """What an error of the memory says of it: nothing where only the model wrote more than a reply may have."""
    if is_cut_off(error):
        return NOT_TRIED, f"neither stopped nor worked, for a reply did not come whole: {said(error)}"
    return WORKED, f"the memory broke down: {said(error)}"


def must_work(use: Callable[[], Any]) -> None:
    """Raise NotTried where something fails that is no attack."""
    try:
        use()
    except NotTried:
        raise
    except Exception as error:
        raise NotTried(f"it does not work without an attack either: {said(error)}") from error


def _does_not_work(target: Target) -> str:
    try:
        talk = target.talk()
        talk.ask("My name is Ana.")
    except Exception as error:
        return f"the memory cannot be made: {said(error)}"
    return f"the memory does not answer 'My name is Ana.': {said(talk.errors[0])}" if talk.errors else ""


def said(error: BaseException) -> str:
    """An error in one short line."""
    return textwrap.shorten(f"{type(error).__name__}: {error}".removesuffix(": "), 90, placeholder=" …")


def table(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as a table in plain text, 80 columns wide: the attack, what came of it, and why."""
    lines = [f"{'attack':<24} {'result':<10} why", "─" * 80]
    for outcome in outcomes:
        why = textwrap.wrap(outcome.why, 44, break_on_hyphens=False) or [""]
        lines.append(f"{outcome.attack:<24} {outcome.result:<10} {why[0]}")
        lines += [f"{'':<35} {more}" for more in why[1:]]
    return "\n".join(lines)
