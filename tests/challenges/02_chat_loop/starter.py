"""02 · The chat loop: hold a conversation, and say what is lost without the model's replies.

1. Write `run_chat`. For each text in `user_turns` it appends the user's message, sends all messages, appends the reply.
2. Write `run_chat_without_replies`, which leaves one half of the history out: its requests hold the system message and what
   the user has said so far, but none of the model's replies.
3. Hold the conversation TRIP with both. Which of its three messages is not answered any more, and why? Write the answer
   into `which_question_breaks`.

You have it when
- every request begins with the system message and ends with what the user says now;
- between them stands everything that was said before, and without replies only what the user said;
- of a reply its text is kept, under the role assistant;
- it is so however long the conversation is, and whatever is said: no text at all, a long one, „quit“;
- a second conversation knows nothing of the first, and your caller's list `user_turns` is not changed;
- all comes back: the last reply too;
- you can say which question breaks, and which word it needs that only the model said.

The model's name is MODEL, and no other is used. Everything in this file may be edited, but the names and the arguments of
the functions stay.
"""

from common import MODEL

TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def run_chat(client, system: str, user_turns: list[str]) -> list[dict]:
    """Hold a conversation and return its whole history: the system message, then user and assistant in turn."""
    raise NotImplementedError


def run_chat_without_replies(client, system: str, user_turns: list[str]) -> list[str]:
    """Hold a conversation without sending any reply back, and return the texts of the replies."""
    raise NotImplementedError


def which_question_breaks() -> tuple[int, str]:
    """Return the number of the message of TRIP that breaks (1, 2 or 3), and the one word it needs that only the model said."""
    raise NotImplementedError
