"""Looks only whether the question alone would fit, and sends it with the summary."""
# fails: test_a_question_that_fits_without_the_summary
# hint: how far is it from what the server counts

import openai

from chat_memory import BudgetError, IncompleteReply, count_tokens, message_tokens, summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}
ROOM = "word " * 62  # as long as a summary of 60 tokens can get


class ChatMemory:
    """A conversation that never sends more than max_tokens."""

    def __init__(self, client: openai.OpenAI, system: str, max_tokens: int = 3000, keep_recent: int = 6) -> None:
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.system = {"role": "system", "content": system}
        self.summary, self.turns = "", []

    @property
    def messages(self) -> list[dict]:
        """What the next request would hold before its question."""
        return self.layout(self.summary, self.turns)

    def ask(self, text: str) -> str:
        """Ask a question and return the reply. A failure changes nothing."""
        question = {"role": "user", "content": text}
        summary, turns = self.folded(question)
        request = [*self.layout(summary, turns), question]
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason != "stop" or not choice.message.content:
            raise IncompleteReply("The reply is empty or was cut off. Ask again.")
        reply = {"role": "assistant", "content": choice.message.content}
        self.summary, self.turns = summary, [*turns, [question, reply]]
        return reply["content"]

    def folded(self, question: dict) -> tuple[str, list[list[dict]]]:
        """The summary and the turns to send with a question: old turns are folded into the summary if it does not fit."""
        if self.fits(self.summary, self.turns, question):
            return self.summary, self.turns
        recent = self.turns[max(0, len(self.turns) - self.keep_recent) :]
        while recent and not self.fits(ROOM, recent, question):
            recent = recent[1:]
        if not self.fits("", recent, question):
            raise self.too_long(question, ROOM if self.turns else self.summary)
        old = [message for turn in self.turns[: len(self.turns) - len(recent)] for message in turn]
        sizes = {"max_tokens": 60, "max_prompt_tokens": self.max_tokens}
        return summarize(self.client, old, self.summary, model=MODEL, **sizes), recent

    def too_long(self, question: dict, summary: str) -> BudgetError:
        """The error for a question that leaves no room for all that has to stand before it, with the tokens of each."""
        before = count_tokens(self.layout(summary, [])) - count_tokens([self.system])
        parts = {"the newest question": message_tokens(question), "the instructions": message_tokens(self.system)}
        return BudgetError(parts | {"a summary": before, "priming the reply": 3}, self.max_tokens)

    def fits(self, summary: str, turns: list[list[dict]], question: dict) -> bool:
        """Whether a request stays within the budget."""
        return count_tokens([*self.layout(summary, turns), question]) <= self.max_tokens

    def layout(self, summary: str, turns: list[list[dict]]) -> list[dict]:
        """The messages of a request before its question."""
        recap = [RECAP, {"role": "assistant", "content": summary}] if summary else []
        return [self.system, *recap, *(message for turn in turns for message in turn)]
