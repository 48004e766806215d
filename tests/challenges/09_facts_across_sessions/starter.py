"""09 · Facts across sessions: remember a user between conversations.

Write `Facts`, which keeps facts about many users in the file `path`, and `answer`, which asks the model a user's question
with the few facts that matter to it. A fact is one sentence, such as "The user's dog is called Biscuit." `remember` and
`correct` return its number. No number is ever given out again to this user, not even when its fact is forgotten; if a
correction gets a number of its own, the old number is that of no fact any more.

You have it when
- `known` returns the facts of a user in a new list, word for word, oldest first, also in the next program, which makes a
  new `Facts(path)`;
- `about` returns those that share words with the question, at most `limit`, those first that share most words. Words are
  those that words_of (below) finds;
- `answer` returns the reply of MODEL. It sends those facts, as many as fit, as data: an order in a fact is not obeyed, whatever
  signs the fact holds, and no fact stands in a system message, nor in one of a tool. With them a request has at most
  NOTE_TOKENS tokens more than the question alone would have (count_tokens), and a fact with which it has just as many is sent.
  Where no fact matters, the question is asked all the same;
- no user ever gets another user's fact, whatever their names are: `ana` and `Ana` are two users, and "%" is one;
- `correct` and `forget` raise LookupError (KeyError is one) where this user has no fact of that number, and change nothing;
- names, texts and questions may hold whatever people write: quotes, %, emoji, line ends, nothing at all in a question;
- a corrected fact wins: what it said before is no longer known, found or sent;
- a forgotten fact is gone, with all that it said before it was corrected. No file that is written holds a byte of it, not even
  packed or in other letters: after it was forgotten, nothing in the files depends on what it said.

One program at a time uses the file, and each can end at any moment after a call. Keep the facts in any form: JSON, SQLite, with
its full-text search or without. A database leaves what is deleted in the file, until VACUUM writes it anew. For the model, data
is what the assistant has said, or what a user's message quotes: as JSON, in a fence (```) or between a tag and its end. Only
UserFacts of chat_memory is not for use: this is yours. Everything in this file may be edited, but the names and the arguments
stay.
"""

import json
import re
import sqlite3
from pathlib import Path

import openai

from chat_memory import count_tokens
from common import MODEL

NOTE_TOKENS = 200
EVERYWHERE = frozenset(
    "a about am an and any are at be by can did do does for from had has have he her his how i if in is it its me my of on "
    "or our s she so than that the their them then there they this to user was we were what when where which who why will "
    "with you your".split()
)


def words_of(text: str) -> set[str]:
    """The words of a text that can find something: in small letters, without those that stand everywhere."""
    return set(re.findall(r"\w+", text.lower())) - EVERYWHERE


class Facts:
    """What is known about each user."""

    def __init__(self, path: Path) -> None:
        raise NotImplementedError

    def remember(self, user: str, text: str) -> int:
        """Store a fact and return its number."""
        raise NotImplementedError

    def correct(self, user: str, number: int, text: str) -> int:
        """Let a fact say something else from now on, and return its number."""
        raise NotImplementedError

    def forget(self, user: str, number: int) -> None:
        """Delete a fact, and all that it ever said."""
        raise NotImplementedError

    def known(self, user: str) -> list[str]:
        """All facts of a user, oldest first."""
        raise NotImplementedError

    def about(self, user: str, question: str, limit: int = 5) -> list[str]:
        """The facts of a user that share words with the question, those first that share most."""
        raise NotImplementedError


def answer(client: openai.OpenAI, facts: Facts, user: str, question: str) -> str:
    """Ask the model a user's question, with the facts that matter to it, and return the reply."""
    raise NotImplementedError
