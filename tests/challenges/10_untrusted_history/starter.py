"""10 · Untrusted history: treat it as input from strangers.

A program pastes what others have written, has it summarised, sends it again with each question, and saves it. Write the five
functions in which it does so. The checker attacks them, with orders that the offline model obeys wherever they have power.

You have it when
- `paste`: the question and what the document says reach the model, and no order in the document is obeyed, now or later. Its
  writer knows the marks that you put around it, and writes them too: as they are, in capital letters, behind a backslash …;
- `summary_request`: all messages and the summary so far are in the request, none of them in a system message. No text in them
  can end its own quotation or pass for a message of its own, and the summary obeys no order of theirs;
- `next_request`: the system message is `system` and nothing else; then user and assistant take turns, with all `recent`
  messages word for word, and the question in the last message. What summary and facts say is known, their orders are not obeyed;
- `to_disk` returns JSON, a list of messages or one message a line, without keys and card numbers, and with everything else.
  A key: a word that begins with sk-, ghp_ or AKIA, and 16 or more letters, digits, - or _ behind it.
  A card number: what `cards_in` (below) finds. What stands beside it stays: of `4242 4242 4242 4242 12/27`, 12/27 is written;
- `session_file`: each session of each user has a file of its own below the folder, always the same one, today and in the next
  run of the program. Ids are any text, of any length, chosen by whoever wants another one's file, and none is refused. The names
  have to do for Windows and macOS too, where Ana and ana are one file;
- your caller's lists and messages stay as they were.

The offline model takes for quoted what is JSON, or stands in a fence (```) or between a tag and its end (<mail> … </mail>).
The standard library has all you need. Do without chat_memory.safety here, which has some of this finished: compare with it
afterwards. Every message is a dict with a role and a text. Everything in this file may be edited, but the names and the
arguments of the functions stay.
"""

import hashlib
import json
import re
from itertools import combinations
from pathlib import Path

PROMPT = "Summarise the conversation so that it can go on from your summary. Keep names, numbers, places and decisions."


def cards_in(text: str) -> list[str]:
    """The card numbers in a text, as they are written: 13 to 19 digits that pass the Luhn check.

    They stand in one group, or in several with a space or a hyphen between them, and a card number begins and ends with a
    whole group. For the check every second digit is doubled, from the last but one to the left, and loses 9 if it then has
    more than one digit. All of them have to add up to a multiple of 10.
    """
    found: list[str] = []
    for run in re.findall(r"[0-9]+(?:[ -][0-9]+)*", text):
        parts, begin = re.split("([ -])", run), 0
        stretches = combinations(range(0, len(parts) + 2, 2), 2)
        for start, end in sorted(
            stretches, key=lambda ends: (ends[0], -ends[1])
        ):  # of two that begin here, the longer one
            digits = [int(digit) for part in parts[start:end:2] for digit in part]
            doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
            if start >= begin and 13 <= len(digits) <= 19 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0:
                found.append("".join(parts[start : end - 1]))
                begin = end
    return found


def paste(question: str, document: str) -> str:
    """Return the user's message that asks a question about a stranger's document."""
    raise NotImplementedError


def summary_request(messages: list[dict], previous: str) -> list[dict]:
    """Return the request for a summary of these messages and of the summary so far ("" at first)."""
    raise NotImplementedError


def next_request(system: str, summary: str, facts: list[str], recent: list[dict], question: str) -> list[dict]:
    """Return the request of the next turn. The summary can be "", and facts and recent messages can be []."""
    raise NotImplementedError


def to_disk(messages: list[dict]) -> str:
    """Return the text that is written into the file of a conversation."""
    raise NotImplementedError


def session_file(folder: Path, user: str, session: str) -> Path:
    """Return the file in which a session of a user is kept."""
    raise NotImplementedError
