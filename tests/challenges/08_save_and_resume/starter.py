"""08 · Save and resume: close the program, and go on tomorrow.

Write `save` and `resume`. `resume` returns the messages of the conversation that is kept in the file `path`. `save` adds one
turn to it, a list of messages. `known` says how many messages its caller knows of, those read with `resume` and those
saved since: where the file holds more or fewer, somebody else has changed it.

You have it when
- `resume` returns [] where nothing was saved yet, and afterwards all messages of all turns, in order and exactly as they
  were: all letters (line ends of any kind are letters too), function calls, lists of parts, None;
- two conversations in one folder do not mix, and what another program has saved is there;
- where the file does not hold `known` messages, `save` raises Conflict and changes nothing;
- where the file is damaged, `resume` and `save` raise DamagedFile and leave the file as it is. The message of the error names
  the file, and says what the user can do. Damaged is what was cut short or written over, what has zeros or rubbish in one
  place, and JSON or rows that are no messages. Where all messages are there all the same, `resume` may return them; that a
  single letter became another one need not be noticed, and an empty file is as good as none. `save` may overlook what is
  wrong inside of old messages;
- a file that is only in use by somebody else is neither damaged nor new: wait, or let that error out as it is;
- a program that is killed in the middle of `save`, at any point, leaves a file with the messages that were there, or with the
  whole new turn too, and `resume` and `save` then work as ever;
- of two programs that save a turn at the same moment one succeeds, and the other gets Conflict.

What is kept is in the one file `path`, in any form you like: JSON, lines, SQLite. Other files beside it, with longer names,
may come and go. The standard library has all you need, and you choose what of it. Everything in this file may be edited,
but the names and the arguments stay.
"""

import json
import os
import sqlite3
from pathlib import Path


class DamagedFile(Exception):
    """The file cannot be read as a conversation. It was left as it is."""


class Conflict(Exception):
    """Somebody else has changed the conversation since it was read. Nothing was saved."""


def resume(path: Path) -> list[dict]:
    """Return all messages that were saved in this file, and [] where nothing was saved yet."""
    raise NotImplementedError


def save(path: Path, turn: list[dict], known: int) -> None:
    """Add a turn to the file, all of it or nothing. `known` is the number of messages that the caller knows of."""
    raise NotImplementedError
