"""List form: how a text wants several things written: between tags, with commas, as bullets, numbered, one a line, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from mock_model.sentences.lists import phrases

FILE = "listing.txt"
SHOWN = re.compile(  # "in this format: <facts><fact>…</fact></facts>", "each in a <fact> tag"
    r"\b(?:format\w*|form|structure|syntax|schema|like this|as follows|return|output)\b[^<>.\n]{0,60}?:?\s*(?:```\w*\s*)?"
    r"<(?P<outer>\w+)>\s*<(?P<inner>\w+)>.{0,4000}?</(?P=outer)>|\b(?:each|every)\b[^.\n<>]{0,60}<(?P<alone>\w+)>",
    re.I | re.S,
)
STYLES = "bulleted numbered commas lines".split()


class ListForm(NamedTuple):
    """The form of a list: its style, the tags if they are shown, and what is written where it is empty."""

    style: str
    outer: str = ""
    inner: str = ""
    empty: str = "None"

    def write(self, items: Sequence[str]) -> str:
        """The items in this form."""
        if self.style == "tags":
            inner = [f"<{self.inner}>{item}</{self.inner}>" for item in items]
            lines = [f"<{self.outer}>", *(f"  {one}" for one in inner), f"</{self.outer}>"] if self.outer else inner
            return "\n".join(lines) if items else f"<{self.outer}></{self.outer}>" if self.outer else self.empty
        if self.style == "json":
            return json.dumps(list(items), ensure_ascii=False)
        if not items:
            return self.empty
        if self.style == "commas":
            return ", ".join(items)
        lead = {"bulleted": "- {}", "numbered": "{n}. {}", "lines": "{}"}[self.style]
        return "\n".join(lead.format(item, n=n) for n, item in enumerate(items, 1))


def list_form(text: str) -> ListForm | None:
    """The form of a list that a text shows or names; None where it does neither."""
    none = phrases("if none", FILE).search(text)
    empty = next(filter(None, none.groups()), "None") if none else "None"
    tags = [(one["outer"] or "", one["inner"] or one["alone"]) for one in SHOWN.finditer(text)]
    if tags:
        return ListForm("tags", *max(tags, key=lambda pair: bool(pair[0])), empty)
    style = next((style for style in STYLES if phrases(style, FILE).search(text)), "")
    style = style or ("json" if re.search(r"\bJSON\b|\b(?:list|array) of strings\b", text) else "")
    return ListForm(style, empty=empty) if style else None


def without_shown(text: str) -> str:
    """A text without the tags that it shows as a form: what stands in them is an example."""
    return SHOWN.sub(lambda shown: shown[0] if shown["alone"] else " ", text)
