"""The name of a file, made of an id that a stranger may have chosen."""

import re
from hashlib import sha256


def safe_filename(conversation_id: str) -> str:
    """A name for the file of a conversation, without an ending: lower-case letters, digits and "-", at most 81 characters.

    Whatever the id holds (paths, NUL, "con", 5,000 letters), the name stays in its folder, on Windows and macOS too. Its
    first part is for people to read; the second, 160 bits of the id's SHA-256, is what keeps two ids apart, also those
    that differ only in upper and lower case or look alike. Raises TypeError for what is no text.
    """
    if not isinstance(conversation_id, str):
        raise TypeError(f"A conversation id is text, not {type(conversation_id).__name__}.")
    readable = re.sub(r"[^a-z0-9]+", "-", conversation_id[:200].lower())[:40].strip("-") or "chat"
    return f"{readable}-{sha256(conversation_id.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"
