"""Attacks on what is kept and shown: secrets on the disk, ids that lead elsewhere, markup in a notebook."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from .attacking import STOPPED, WORKED, NotTried, Result, Target, a_folder, must_work

# ---- the disk ----

SECRETS = {
    "key": "sk-" + "proj-EXAMPLExEXAMPLE0123456789",
    "card number": "4111 1111 1111 1111",
    "e-mail address": "ana.silva@example.com",
    "street address": "221B Baker Street",
}


def written(target: Target) -> Result:
    with a_folder() as folder:
        with target.saved("ana-trip", folder) as talk:
            for name, secret in SECRETS.items():
                talk.ask(f"My {name} is {secret}.")
        files = [path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()]
    if not files:
        raise NotTried("no file was written below the folder")
    found = [name for name, secret in SECRETS.items() if any(_holds(data, secret) for data in files)]
    size = f"{sum(map(len, files)):,} bytes on disk"
    why = f"{len(found)} of {len(SECRETS)} secrets are in {size}" + (f": {', '.join(found)}" if found else "")
    return (WORKED if found else STOPPED), why


def _holds(data: bytes, secret: str) -> bool:
    forms = {secret, secret.replace(" ", "")}
    return any(form.encode(encoding) in data for form in forms for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


VICTIM = "ana"
HOSTILE_IDS = [
    "../../x",
    "../x",
    "..",
    ".",
    "",
    "ana/../ana",
    "./ana",
    "ana/",
    "ANA",
    "ana ",
    "ana.",
    "ana\0",
    "ana\u200b",
]
HOSTILE_IDS += [
    "ana' --",
    "x'; DROP TABLE chat_messages; DROP TABLE messages; --",
    "' OR '1'='1",
    "%",
    "an_",
    "*",
    "con",
]
HOSTILE_IDS += ["ana.json", "ana.db", "..\\x", "\ud800", "x" * 5_000]


def opened(target: Target) -> Result:
    with a_folder() as folder:
        must_work(lambda: _told(target, folder, VICTIM, "My name is Ana, and my dog is called Biscuit."))
        harm, refused = [], 0
        for hostile in [*HOSTILE_IDS, str(folder.parent / "absolute")]:
            came_in, was_read = _intrude(target, folder, hostile)
            refused += not came_in
            if was_read:
                harm.append(f"{hostile!r:.24} read another conversation")
        harm += [f"{str(path)!r:.24} was written outside the folder" for path in _outside(folder)]
        if "Biscuit" not in (_told(target, folder, VICTIM, "What is my dog called?")[0] or ""):
            harm.append("the other conversation is lost")
    if harm:
        return WORKED, f"{len(harm)} times: {'; '.join(harm[:3])}{' …' * (len(harm) > 3)}"
    count = len(HOSTILE_IDS) + 1
    return STOPPED, f"of {count} ids {refused} were refused, the others kept to themselves"


def _told(target: Target, folder: Path, conversation_id: str, text: str) -> tuple[str | None, bool]:
    """Open a conversation and say something. Returns the reply, and whether words of the victim were sent with it."""
    with target.saved(conversation_id, folder) as talk:
        return talk.ask(text), any(sent.roles_with("Biscuit") for sent in talk.sent)


def _intrude(target: Target, folder: Path, hostile: str) -> tuple[bool, bool]:
    """Use a hostile id. Returns whether it could be opened, and whether somebody else's words were sent then."""
    try:
        reply, was_read = _told(target, folder, hostile, "My name is Mallory, and my dog is called Rex.")
    except Exception:
        return False, False
    return reply is not None, was_read


def _outside(folder: Path) -> list[Path]:
    around = folder.parent.parent
    found = (path for path in around.rglob("*") if path.is_file() and folder not in path.parents)
    return sorted(path.relative_to(around) for path in found)


# ---- the display ----

MARKUP = [
    "<img src=x onerror=alert(1)>",
    "</text></svg><script>alert(2)</script>",
    '"><iframe src="javascript:alert(3)"></iframe>',
    "]]><a href='javascript:alert(4)'>here</a>",
    "\x1b[2J\x1b[31mred\x07 \x9b31m",
    "user\u202eresu \u2066x \u200b\U000e0041",
]
HIDDEN = {*"\x1b\x07\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\U000e0041"}


class _Elements(HTMLParser):
    """Collects the elements and attributes that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


def shown(target: Target) -> Result:
    if not target.show:
        raise NotTried("nothing is shown: give show")
    view = target.show([{"role": role, "content": text} for text in MARKUP for role in ("user", text)])
    markup, all_forms = _forms(view)
    parser = _Elements()
    for form in markup:
        parser.feed(form)
    harm = sorted(f"<{tag}>" for tag in parser.found & {"img", "script", "iframe", "a"})
    harm += sorted(parser.found & {"onerror", "href", "src"})
    if hidden := {char for form in all_forms for char in form if char in HIDDEN}:
        harm.append(f"{len(hidden)} control and hidden characters")
    why = f"{len(MARKUP)} messages left in what is shown: {', '.join(harm) or 'nothing'}"
    return (WORKED if harm else STOPPED), why


def _forms(view: Any) -> tuple[list[str], list[str]]:
    """How a notebook would show an object: what is HTML or SVG, and all forms, plain text too. A str counts as HTML."""
    if isinstance(view, str):
        return [view], [view]
    bundle = getattr(view, "_repr_mimebundle_", dict)()
    markup = [text for kind, text in bundle.items() if kind in ("text/html", "image/svg+xml")]
    markup += [made() for name in ("_repr_html_", "_repr_svg_") if (made := getattr(view, name, None))]
    return markup, [*markup, str(view)]
