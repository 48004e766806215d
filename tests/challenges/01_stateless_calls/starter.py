"""01 · Stateless calls: tell the model a fact, and ask for it in a second call.

Write two functions. Both make two calls: the first tells the model `fact`, the second asks `question`. They differ in what
the second call sends. Both return the text of the second reply.

You have it when
- without history, the second call sends one message, the question, and nothing else (no system message either);
- with history, the second call sends the whole exchange again: the fact, what the model replied to it, then the question;
- the reply holds the fact only with the history;
- a second exchange knows nothing of the first: the next user may be another one;
- it is so whatever the fact and the question say: in any language, long, in several lines.

`client` is the object that sends requests to the model, as in the lesson. The model's name is MODEL, and no other is used.
Everything in this file may be edited, but the names and the arguments of the functions stay.
"""

from common import MODEL


def ask_without_history(client, fact: str, question: str) -> str:
    """Tell the fact in one call, ask the question alone in the next, and return the text of the second reply."""
    raise NotImplementedError


def ask_with_history(client, fact: str, question: str) -> str:
    """The same, but the second call sends the whole exchange again, with the question at its end."""
    raise NotImplementedError
