"""13 · Server-side state: let the server keep the conversation, and lose nothing when it no longer does.

Write `KeptByServer` and `export`. The server keeps the conversation as a chain of responses: a request with
`previous_response_id` goes on from that response. Beside it you keep a copy of your own, for the day when the id is gone.

What a conversation holds, as attributes or properties:
- `messages`: your copy. The system message, then all that was said, as plain messages (role and content);
- `last_id`: the id of the newest response; None before the first question, and after `delete`;
- `costs`: for each turn that was asked of this object a pair, input tokens and output tokens, as the server bills them (those
  that were read from a cache are billed, too).

You have it when
- `ask` returns the model's reply, and every request names MODEL;
- as long as the server has `last_id`, only the new question is sent, and the model still reads all that was said, once;
- the rules hold in each turn: the model reads `system` each time, once, as instructions or as a system message;
- `branch` returns another KeptByServer, which goes on from here. From then on neither learns what is said in the other. The
  branch has asked nothing yet, so that its `costs` are empty;
- when the server says that it does not know the id (code previous_response_not_found), `ask` sends the same question with all
  that was said, and a new chain begins;
- a server that ignores the id answers without an error, as if nothing had been said before: the `previous_response_id` of its
  answer is None, and not what you sent. Then the same question is sent with all that was said, and so is each one after it, at
  once, in a branch too and after `delete`;
- a turn costs what its answers cost, also the answer of a server that has ignored the id. A refused request costs nothing, and
  the model is asked nothing else;
- every other error comes out of `ask`. A reply that is empty or cut off (its status is "incomplete") is an error too, raised by
  you. Then `messages`, `last_id` and `costs` are as before (`last_id` may be None, if its response is gone), and the question
  can be asked again;
- `delete` deletes from the server every response that this object has got, those of failed turns too, and no other: what came
  before a branch was got by the original. What is gone already does not matter. Any other error comes out, and `delete` can be
  called again. `messages` and `costs` stay: the next question is sent with all that was said, and the one after it alone again;
- `export` returns what was said in the conversation that ends with this response, whoever began it: every message that went
  in (rules that were sent as a message, too) and every reply, oldest first, as plain messages whose content is a text. It works
  also when responses before this one are deleted, and leaves the conversation as it is.

The functions of chat_memory are yours to use. Everything in this file may be edited, but the names and the arguments stay.
"""

import openai

from common import MODEL


class KeptByServer:
    """A conversation that the server keeps, with your own copy beside it."""

    def __init__(self, client: openai.OpenAI, system: str) -> None:
        raise NotImplementedError

    def ask(self, question: str) -> str:
        """Ask a question and return the reply. A failure changes nothing."""
        raise NotImplementedError

    def branch(self) -> "KeptByServer":
        """Return another conversation, which goes on from what was said so far."""
        raise NotImplementedError

    def delete(self) -> None:
        """Delete from the server what this object has got from it. Your own copy stays."""
        raise NotImplementedError


def export(client: openai.OpenAI, response_id: str) -> list[dict]:
    """Return what was said in the conversation that ends with this response, as plain messages, oldest first."""
    raise NotImplementedError
