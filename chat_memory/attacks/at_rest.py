"""Attacks on what is kept and shown: secrets on the disk, ids that lead elsewhere, markup in a notebook."""

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ..messages import Message
from .in_text import answered
from .recorder import STOPPED, WORKED, NotTried, Result, Target, a_folder, must_work

# ---- the disk ----

SECRETS = {
    "key": "sk-" + "proj-EXAMPLExEXAMPLE0123456789",
    "card number": "4111 1111 1111 1111",
    "e-mail address": "ana.silva@example.com",
    "street address": "221B Baker Street",
}
BEFORE, AFTER = "Biscuit", "Marmalade"  # names that are no secret, said before and after


def written(target: Target) -> Result:
    with a_folder() as folder:
        with target.saved("ana-trip", folder) as talk:
            must_work(lambda: answered(talk, f"My dog is called {BEFORE}."))
            for name, secret in SECRETS.items():
                talk.ask(f"My {name} is {secret}.")
            answered(talk, f"My cat is called {AFTER}.")
        files = [path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()]
    if not files:
        raise NotTried("no file was written below the folder")
    found = [name for name, secret in SECRETS.items() if any(_holds(data, secret) for data in files)]
    if not found and not all(any(_holds(data, word) for data in files) for word in (BEFORE, AFTER)):
        raise NotTried("the file cannot be read: harmless words that were saved are not in it as they are")
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
        must_work(lambda: _begin(target, folder, "My name is Ana, and my dog is called Biscuit."))
        harm, refused = [], 0
        for hostile in [*HOSTILE_IDS, str(folder.parent / "absolute")]:
            came_in, was_read = _intrude(target, folder, hostile)
            refused += not came_in
            if was_read:
                harm.append(f"{hostile!r:.24} read another conversation")
        harm += [f"{str(path)!r:.24} was written outside the folder" for path in _outside(folder)]
        reply, was_read = _told(target, folder, VICTIM, "What is my dog called?")
        if not was_read and "Biscuit" not in (reply or ""):  # a weak model may have read it, and not say it
            harm.append("the other conversation is lost")
    if harm:
        return WORKED, f"{len(harm)} times: {'; '.join(harm[:3])}{' …' * (len(harm) > 3)}"
    count = len(HOSTILE_IDS) + 1
    return STOPPED, f"of {count} ids {refused} were refused, the others kept to themselves"


def _begin(target: Target, folder: Path, text: str) -> None:
    with target.saved(VICTIM, folder) as talk:
        answered(talk, text)


def _told(target: Target, folder: Path, conversation_id: str, text: str) -> tuple[str | None, bool]:
    """Open a conversation and say something. Returns the reply, and whether words of the victim were sent with it."""
    with target.saved(conversation_id, folder) as talk:
        return talk.ask(text), any(sent.holds("Biscuit") for sent in talk.sent)


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
    if not (show := target.show):
        raise NotTried("nothing is shown: give show")
    must_work(lambda: _show_harmless(show))
    markup, all_forms = _forms(show([{"role": r, "content": text} for text in MARKUP for r in ("user", text)]))
    parser = _Elements()
    for form in markup:
        parser.feed(form)
    harm = sorted(f"<{tag}>" for tag in parser.found & {"img", "script", "iframe", "a"})
    harm += sorted(parser.found & {"onerror", "href", "src"})
    if hidden := {char for form in all_forms for char in form if char in HIDDEN}:
        harm.append(f"{len(hidden)} control and hidden characters")
    why = f"{len(MARKUP)} messages left in what is shown: {', '.join(harm) or 'nothing'}"
    return (WORKED if harm else STOPPED), why


def _show_harmless(show: Callable[[list[Message]], Any]) -> None:
    if not any(
        "Biscuit" in form for form in _forms(show([{"role": "user", "content": "My dog is called Biscuit."}]))[1]
    ):
        raise NotTried("the words of a message are not in what is shown")


RICH = {"html": "text/html", "svg": "image/svg+xml", "markdown": "text/markdown", "latex": "text/latex"}
RICH |= {"javascript": "application/javascript"}  # in a script, too, "<" has to be an escape


def _forms(view: Any) -> tuple[list[str], list[str]]:
    """How a notebook would show an object: what can hold elements, and all forms, plain text too. A str counts as HTML."""
    if isinstance(view, str):
        return [view], [view]
    if hasattr(view, "_ipython_display_"):
        raise NotTried("it shows itself, and what it shows cannot be read: give an object with _repr_html_ or the like")
    bundle = _data(getattr(view, "_repr_mimebundle_", lambda **_: None)(include=None, exclude=None)) or {}
    made = {kind: getattr(view, f"_repr_{name}_", lambda: None) for name, kind in RICH.items() if kind not in bundle}
    forms = bundle | {kind: _data(make()) for kind, make in made.items()}
    markup = [form for kind, form in forms.items() if kind != "text/plain" and isinstance(form, str)]
    return markup, [*markup, str(bundle.get("text/plain", "")), str(view), repr(view)]


def _data(shown: Any) -> Any:
    """What is shown, without the metadata that can be beside it."""
    return shown[0] if isinstance(shown, tuple) else shown
