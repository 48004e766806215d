"""The strategies with a memory beside the turns: a summary, facts that are found by search, or both."""

import copy
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import BudgetError, IncompleteReply
from ..facts.user_facts import UserFacts
from ..layout import RECAP
from ..memory import ChatMemory
from ..messages import Message
from ..store.conversations import ConversationStore
from ..summary import summarize
from ..texts import DEFAULT_MODEL
from ..turns import sliding_window, split_turns
from .resending import Resending, this_turn, within

NOTE_TOKENS = 200  # the most that the facts before a question may have
EVERY = 8  # turns, from which facts are learned together
USER = "the user"


class Notebook:
    """Facts about a user in a file of their own, which is gone with them, and how many turns they are learned from."""

    def __init__(self, client: Any, writer: str, max_tokens: int) -> None:
        self._client, self._writer, self._learned = client, writer, 0
        self._room = max_tokens - max_tokens // 6  # the rest is for the reply
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        self.facts = UserFacts(ConversationStore(Path(self._folder.name, "facts.db")), USER)

    def learn(self, history: Iterable[Message]) -> None:
        """Learn from the turns that are new in a history, once there are enough of them.

        A reply that is no list of facts loses nothing: the same turns are learned from after the next one.
        """
        turns = split_turns(history)[1]
        if len(turns) - self._learned < EVERY:
            return
        with suppress(IncompleteReply):
            self._learn(turns[self._learned :])
            self._learned = len(turns)

    def _learn(self, turns: Sequence[Sequence[Message]]) -> None:
        """Learn from turns at once, or from one half after the other where they are too many for the budget."""
        try:
            said = [message for turn in turns for message in turn]
            self.facts.learn(self._client, said, model=self._writer, max_tokens=self._room)
        except BudgetError:
            if len(turns) == 1:
                raise
            self._learn(turns[: len(turns) // 2])
            self._learn(turns[len(turns) // 2 :])


class SummaryAlone:
    """A conversation of which a summary is all that is sent with a question; it is written anew after each turn."""

    def __init__(
        self, client: Any, *, system: str, summary_tokens: int, model: str, writer: str, tools: Any = ()
    ) -> None:
        self._client, self._summary, self._tokens, self._writer = client, "", summary_tokens, writer
        self._turns = Resending(client, self._sent, system=system, model=model, tools=tools)

    def __deepcopy__(self, memo: dict[int, Any]) -> "SummaryAlone":
        other = copy.copy(self)
        other._turns = copy.deepcopy(self._turns)
        other._turns._choose = other._sent
        return other

    def ask(self, text: str) -> str:
        """Ask, and put the turn into the summary."""
        reply = self._turns.ask(text)
        turn = split_turns(self._turns.history)[1][-1]
        self._summary = summarize(self._client, turn, self._summary, self._tokens, model=self._writer)
        return reply

    def _sent(self, history: list[Message]) -> list[Message]:
        system, *turn = this_turn(history)
        recap: list[Message] = [RECAP, {"role": "assistant", "content": self._summary}] if self._summary else []
        return [system, *recap, *turn]


class FactsBySearch:
    """A conversation of which the last turns are sent, and the facts that are found for a question.

    Facts are learned by the model from every few turns, a call of its own: only what the user has stated.
    """

    def __init__(self, client: Any, *, system: str, max_tokens: int, model: str, writer: str, tools: Any = ()) -> None:
        self._notebook, self._learns = Notebook(client, writer, max_tokens), True
        self._fitting = within(max_tokens - NOTE_TOKENS, model=model, tools=tools)
        self._turns = Resending(client, self._sent, system=system, model=model, tools=tools)

    def branch(self) -> "FactsBySearch":
        """A conversation of its own with the same facts, which learns nothing more."""
        other = copy.copy(self)
        other._turns, other._learns = copy.deepcopy(self._turns), False
        other._turns._choose = other._sent
        return other

    def ask(self, text: str) -> str:
        """Ask, and learn from the last turns when there are enough of them."""
        reply = self._turns.ask(text)
        if self._learns:
            self._notebook.learn(self._turns.history)
        return reply

    def _sent(self, history: list[Message]) -> list[Message]:
        system, *turns = self._fitting(sliding_window(history, EVERY))
        place = max(at for at, message in enumerate(turns) if message["role"] == "user")
        question = turns[place]["content"]
        note = self._notebook.facts.note(question if isinstance(question, str) else "", NOTE_TOKENS)
        return [system, *turns[:place], *note, *turns[place:]]


class FactsAndSummary:
    """A `ChatMemory` with facts: recent turns, a summary of older ones, and the facts that are found for a question."""

    def __init__(
        self, client: Any, *, writer: str, max_tokens: int, model: str = DEFAULT_MODEL, **settings: Any
    ) -> None:
        self._notebook, self._learns, self._said = Notebook(client, writer, max_tokens), True, list[Message]()
        settings |= {"max_tokens": max_tokens}
        facts = self._notebook.facts
        self._memory = ChatMemory(client, model=model, summary_model=writer, facts=facts, **settings)

    def branch(self) -> "FactsAndSummary":
        """A conversation of its own with the same facts, which learns nothing more."""
        other = copy.copy(self)
        other._memory, other._learns = self._memory.branch(), False
        return other

    def ask(self, text: str) -> str:
        """Ask, and learn from the last turns when there are enough of them."""
        reply = self._memory.ask(text)
        if self._learns:
            self._said += [{"role": "user", "content": text}, {"role": "assistant", "content": reply}]
            self._notebook.learn(self._said)
        return reply
