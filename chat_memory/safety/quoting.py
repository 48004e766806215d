"""Text as data: one JSON string that nothing inside it can close, and in which nothing is out of sight."""

import re
import unicodedata

MARKS = frozenset(
    "\"'<>`´„‚‘’“”‛‟«»‹›「」『』〝〞〟❛❜❝❞〈〉《》⟨⟩❮❯ʺ˝ˮ″‶⹂🙶🙷🙸˂˃ᐸᐳ⟪⟫ˋ"
)  # what closes a quotation, a tag or a fence
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159")
BLANK |= {chr(code) for first, end in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for code in range(first, end)}  # variants
SHORT = {"\\": "\\\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # the Unicode categories of controls, directions, halves, private letters
HARMLESS = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])|\ufe0f")


def quoted(text: str) -> str:
    """The text as one JSON string, for a message that says what it is: f"An e-mail, quoted: {quoted(mail)}".

    It stays on one line, so no line of it can pass for a message or a role of its own, and no quotation mark, tag or
    fence in it can close what it stands in: these are written as escapes, and so is what a reader would not see, such as
    direction marks, blank letters and variation selectors. `json.loads` gives the text back. Two signs stay for the sake
    of readers: an apostrophe between two letters, and the one selector U+FE0F behind a sign that it makes an emoji of.

    That makes it hard to get an instruction in the text followed; it does not make it impossible, because the model
    reads the words all the same. Raises TypeError for what is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text can be quoted, not {type(text).__name__}.")
    stays = {match.start() for match in HARMLESS.finditer(text) if match[0] != "\ufe0f" or _shows(text, match.start())}
    return '"' + "".join(char if i in stays else _written(char) for i, char in enumerate(text)) + '"'


def _written(char: str) -> str:
    return SHORT.get(char) or (_escaped(char) if _closes_or_hides(char) else char)


def _shows(text: str, at: int) -> bool:
    """Whether a selector stands behind a sign that can be an emoji, such as a heart."""
    return at > 0 and unicodedata.category(text[at - 1]) == "So" and not _closes_or_hides(text[at - 1])


def _closes_or_hides(char: str) -> bool:
    """Also of letters that are a variant of such a sign, as a wide quotation mark is."""
    if (
        char in BLANK
        or unicodedata.category(char) in UNSEEN
        or (char not in " \u3000" and unicodedata.category(char) == "Zs")
    ):
        return True
    return not MARKS.isdisjoint(unicodedata.normalize("NFKC", char)) or char in MARKS


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
