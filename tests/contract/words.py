"""Texts of servers, as they fit into one line of a report."""

from __future__ import annotations

from typing import Any

import openai

from chat_memory.replies.server_words import words_of


def short(text: Any, longest: int = 60) -> str:
    """A text as one line, cut where it is long."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def quoted(text: Any, longest: int = 60) -> str:
    """A reply in quotation marks, or the word that it is empty."""
    return f'"{short(text, longest)}"' if str(text or "").strip() else "nothing"


def said_by(error: Exception) -> str:
    """What an error says: its status where it has one, and the server's words."""
    status = getattr(error, "status_code", None)
    words = words_of(error.body) if isinstance(error, openai.APIStatusError) and error.body else str(error)
    return f"{status}: {short(words, 160)}" if status else f"{type(error).__name__}: {short(words, 160)}"
