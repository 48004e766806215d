"""Who writes a memory's summaries and facts: the model itself, a model that is asked vaguely, or an oracle.

So that what a strategy loses by its nature can be told from what its writer has lost. A writer is a client around another
one: the memory asks it with a model's name of its own, and all other requests pass through.
"""

import json
import re
from types import SimpleNamespace
from typing import Any

from ..facts.json_lists import items_in
from ..facts.learning import PROMPT as FACTS_PROMPT
from ..summary import PROMPT as SUMMARY_PROMPT
from ..tokens import count_tokens
from .as_it_is import sent
from .talk import BY_ASSISTANT, Planted, Talk, Turn, text_of

OWN, ORACLE, VAGUE = "own", "oracle", "vague"
WRITERS = (OWN, ORACLE, VAGUE)
VAGUE_PROMPT = "Summarize the conversation."
_SIGNS = re.compile(r"\W+")


class Writer:
    """A client that answers requests for the model named `oracle` or `vague` in its own way."""

    def __init__(self, client: Any, talk: Talk, model: str) -> None:
        self._client, self.talk, self._model = client, talk, model  # the talk as it has gone so far
        self.chat = SimpleNamespace(completions=_Completions(client.chat.completions, self._create))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def _create(self, **request: Any) -> Any:
        create = self._client.chat.completions.create
        if request.get("model") == VAGUE:
            return sent(create, request | {"model": self._model, "messages": _vague(request["messages"])})
        if request.get("model") == ORACLE:
            return _answer(request["messages"], self._oracle(request["messages"]))
        return sent(create, request)

    def _oracle(self, messages: list[Any]) -> str:
        """What a perfect writer keeps of these messages: each planted fact that stands in them, as it holds by then."""
        asked, read = text_of(messages[-1]), _bare(text_of(messages[-1]))
        standing = [(planted, fact) for planted in self.talk.planted if (fact := self._fact(planted, read))]
        if text_of(messages[0]).startswith(_first_sentence(FACTS_PROMPT)):
            return self._learned(asked, standing)
        return " ".join(fact for _, fact in standing) or "Nothing to keep so far."

    def _fact(self, planted: Planted, read: str) -> str:
        """The newest fact of a question that stands in a text, told or summarised; empty where none does."""
        for said in reversed(planted.said):
            if _bare(_told(planted, self.talk.turns[said.turn])) in read or _bare(said.fact) in read:
                return said.fact
        return ""

    def _learned(self, asked: str, standing: list[tuple[Planted, str]]) -> str:
        """The facts of the user's own words as a list in JSON, each with its message and the known fact that it corrects."""
        known = {str(each["fact"]): each["number"] for each in items_in(asked.split("Messages:")[0], "fact") or ()}
        said = [each for each in items_in(asked.partition("Messages:")[2], "content") or () if each["role"] == "user"]
        learned = []
        for planted, fact in standing:
            if any(_told(planted, turn := self.talk.turns[each.turn]) != turn.user for each in planted.said):
                continue  # it was not the user who said it
            users = {_bare(self.talk.turns[each.turn].user) for each in planted.said if each.fact == fact}
            numbers = [each["message"] for each in said if _bare(str(each["content"])) in users]
            if numbers and fact not in known:
                older = [known[each.fact] for each in planted.said if each.fact in known]
                learned.append({"fact": fact, "message": numbers[-1], "replaces": older[-1] if older else None})
        return json.dumps(learned, ensure_ascii=False)


class _Completions:
    """The chat completions of a client, of which only `create` is another one."""

    def __init__(self, completions: Any, create: Any) -> None:
        self._completions, self.create = completions, create

    def __getattr__(self, name: str) -> Any:
        return getattr(self._completions, name)


def _told(planted: Planted, turn: Turn) -> str:
    """The words of a turn that say a fact: the result of its look-up, its reply, or the user's."""
    if turn.lookup:
        return turn.lookup.result
    return turn.reply if planted.kind == BY_ASSISTANT else turn.user


def _vague(messages: list[Any]) -> list[Any]:
    """The same request with a prompt that says nothing of what has to be kept."""
    first, *rest = messages
    is_ours = text_of(first).startswith(_first_sentence(SUMMARY_PROMPT))
    return [{"role": "system", "content": VAGUE_PROMPT}, *rest] if is_ours else messages


def _answer(messages: list[Any], text: str) -> Any:
    """An answer as a server sends it, with its usage: an oracle is paid for as a model is."""
    usage = {
        "prompt_tokens": count_tokens(messages),
        "completion_tokens": count_tokens([{"role": "assistant", "content": text}]),
    }
    message = SimpleNamespace(role="assistant", content=text, tool_calls=None, refusal=None)
    return SimpleNamespace(
        choices=[SimpleNamespace(index=0, message=message, finish_reason="stop")], usage=SimpleNamespace(**usage)
    )


def _first_sentence(prompt: str) -> str:
    return prompt.partition(". ")[0]


def _bare(text: str) -> str:
    """A text without signs, spaces and escaped line breaks, which JSON and quoting change."""
    return _SIGNS.sub("", text.replace("\\n", "\n")).casefold()
