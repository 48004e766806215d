"""07 · Chat memory: one object for a whole conversation, within a token budget.

Write `ChatMemory`. As long as `messages` and the question have at most `max_tokens` together, it sends them as they are. (What
is counted is what is sent, as count_tokens does it; the reply comes on top.) When the next question would lead over
`max_tokens`, it summarises old turns and keeps the last `keep_recent` turns, fewer where they are too long. `keep_recent`
can be 0. `messages` is what the next request would hold before its question (if that need not summarise first): an attribute
or a property.

You have it when
- `ask` returns the model's reply, which rests on what was said before;
- `messages` holds plain messages (role and content), and two memories share nothing;
- every request names MODEL, that for a summary too; it begins with the system message as it was given, without the summary,
  and has no other one; then user and assistant alternate, the user first: whole turns, the new question last;
- no request, that for a summary included, has more than `max_tokens` tokens, however long the talk, even if a summary gets
  longer than asked for;
- the last turns are sent word for word, early facts are known long after, and most turns need no summary;
- when a call fails, `ask` raises an error, `messages` is as before, and the question can be asked again. A reply that is empty
  or cut off (its finish_reason is "length") is a failure too. Where only the summary fails, `ask` may go on without it;
- a question that cannot fit beside the system message raises ValueError (BudgetError is one) and changes nothing. One that
  fits, but leaves no room for the summary: raise ValueError as well, or send it without the summary this once;
- a user may say anything, the very words that come with your summary too.

You may use the functions of chat_memory, but not its ChatMemory: what is yours to write is the class. Budgets here are from
500 tokens: a summary of 60 tokens is long enough. Everything in this file may be edited, but the names, the arguments
and their defaults stay.
"""

import openai

from chat_memory import count_tokens, split_turns, summarize, trim_to_budget
from common import MODEL


class ChatMemory:
    """A conversation that never sends more than max_tokens."""

    def __init__(self, client: openai.OpenAI, system: str, max_tokens: int = 3000, keep_recent: int = 6) -> None:
        raise NotImplementedError

    @property
    def messages(self) -> list[dict]:
        """What the next request would hold before its question."""
        raise NotImplementedError

    def ask(self, text: str) -> str:
        """Ask a question and return the reply. A failure changes nothing."""
        raise NotImplementedError
