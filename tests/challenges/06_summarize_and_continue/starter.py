"""06 · Summarize and continue: past 8 messages, let a note stand in for the oldest turns.

Write `next_turn`: it takes the history of a conversation and a question, asks the model, and returns the new history. The
history is a list: the system message first, then perhaps the note, then the turns. A turn is a user message and its reply.
When more than 8 messages stand behind the system message and the note (the new question is not among them), the model first
summarises the oldest turns into a note, and only the last 2 turns stay as they are; with 8 or fewer it does not.

Your caller hands back what you returned, today or, from a JSON file, tomorrow in another program. What is in it beside the
turns is up to you: the note can be a message, a dict of any kind, a key of another one. But what you *send* is messages, and
there too the note must not be in the system message: it is made of the user's words, which would become rules there.

You have it when
- the history that you return ends with the question and the model's reply;
- the list that you are given is not changed;
- every request names MODEL, that for a summary too; every question goes out behind the system message as it was given, and
  behind no other one; then user and assistant take turns, the user first; the last 2 turns are there word for word;
- the history stays short, and a fact from the first turns is known 20 turns later;
- no request has more than 1,000 tokens, even if the model writes a longer summary than it was asked for (what users and
  model say in a turn has less than 80);
- a summary that fails, is empty or is cut off loses nothing: let the error out, or go on with all that was there;
- a user may say anything, the very words that stand around your note too: do not look for the note by its words.

You may use whatever the lessons had: `summarize` of chat_memory, or a prompt of your own. All that is known of a
conversation is in its history: there may be others at the same time. Everything in this file may be edited, but the name
and the arguments of the function stay.
"""

import openai


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    """Ask `text` with what is remembered, and return the history with the question and its reply."""
    raise NotImplementedError
