"""14 · Choosing a strategy: a memory of your own, that recalls more than a window and costs less than everything.

Write `Memory`. A talk of 44 turns is held with it, one message a day. Somewhere in the small talk facts are said, and in the end
there are questions about them. Each talk is made by chance: things, names and numbers that nobody has heard before, and others
as soon as you change your file.

How you remember is up to you: a window, a summary, notes that are searched, a function that the model may call, some of all.
The model reads well: it knows what stands in the request, the later of two, and nothing else. It also writes well: asked for a
summary or for notes, it keeps what you tell it to keep, as much as fits, and nothing else; from a vague request it makes vague
words. Its own notes so far it takes for older than the turns beside them.

You have it when
- `ask` returns what the model replies: to each message it sends a request that names MODEL, holds the system message, and ends
  with this message as it is (behind it only calls of your functions, and their results);
- no request, your own for a summary or for notes included, has more than `max_tokens` tokens, as count_tokens counts them (with
  your functions), however long the messages are, and whatever `max_tokens` is (1,200 in the talks of 44 turns);
- in the end, most of each kind is known: what was said early; what was corrected, with the value that holds now; what is not so;
  what only the assistant has said; and what came back from a tool (it stands in the user's message, in lines);
- what was never said is not made up;
- two memories that are used at the same time share nothing;
- and the point is reached: at least 85 % of all facts are known, and all requests together cost at most 37 % of what it costs to
  send everything with each message. (A window of 12 turns costs 38 %, and knows next to nothing of it.)

The cost is that of all tokens, in and out, of all requests, in gpt-6-luna's prices; a token out costs as much as five in.
Nothing comes from the provider's prompt cache: a day between two messages is longer than it lasts.

Ask with client.chat.completions.create. All of chat_memory is yours to use, its ChatMemory too, but its defaults do not reach the
point. Everything in this file may be edited, but the names, the arguments and the default stay.
`python3 workbook.py compare work/14_choosing_a_strategy.py` puts your memory beside the lesson's strategies.
"""

import openai

from chat_memory import count_tokens
from common import MODEL


class Memory:
    """A conversation, in requests of at most max_tokens."""

    def __init__(self, client: openai.OpenAI, system: str, max_tokens: int = 2400) -> None:
        raise NotImplementedError

    def ask(self, text: str) -> str:
        """Ask what the user says, and return the model's reply."""
        raise NotImplementedError
