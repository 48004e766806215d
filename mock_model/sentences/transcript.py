"""What a message says: its text, and who speaks in it, line by line where it quotes a conversation."""

from __future__ import annotations

import json
import re

LABEL = re.compile(
    r"^\s*[\[<(*]*(user|human|assistant|ai|bot|system|developer|tool|model|chatbot|customer|agent|you|me|q"
    r"|a)[\])>*]*\s*:[*]*\s*",
    re.I,
)
SHOWN = {"True": "yes", "False": "no", "None": "unknown"}  # what JSON has no words for
LABELS = dict.fromkeys("ai bot model chatbot agent a you".split(), "assistant") | dict.fromkeys(
    "human customer me q".split(), "user"
)


def text_of(message: dict) -> str:
    """The text of a message: its content, the text of its parts, or what a tool's JSON says, a line a field."""
    content, role = message.get("content"), message.get("role")
    if type(content) is str and role != "tool":  # as nearly all are
        return content
    if isinstance(content, list):
        content = "\n".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    content = str(content or "")
    return flat(content) if role == "tool" else content


def flat(text: str) -> str:
    """JSON as lines "key: value"; other text as it is."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    lines: list[str] = []

    def walk(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{name} {key}".strip().replace("_", " "), inner)
        elif isinstance(value, list):
            for inner in value:
                walk(name, inner)
        else:
            shown = SHOWN.get(str(value), str(value))
            lines.append(f"{name}: {shown}" if name else shown)

    walk("", data)
    return "\n".join(lines)


def utterances(role: str, text: str) -> list[tuple[str, str]]:
    """A message as (role, text) pairs: more than one where it quotes a transcript, line by line "user: …"."""
    found: list[tuple[str, str]] = []
    current = role
    labelled = sum(bool(LABEL.match(line)) for line in text.splitlines()) >= 2 or (
        role not in ("system", "developer") and bool(re.match(r"\s*(user|assistant|human)\s*:", text, re.I))
    )
    for line in text.splitlines():
        label = LABEL.match(line) if labelled else None
        if label:
            name = label.group(1).lower()
            current, line = LABELS.get(name, name), line[label.end() :]
        if line.strip():
            if found and found[-1][0] == current and not label:
                found[-1] = (current, found[-1][1] + "\n" + line)
            else:
                found.append((current, line))
    return found
