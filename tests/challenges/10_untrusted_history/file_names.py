"""Names of files that are made of ids: which do on every system, which are kept apart, and which last."""

from __future__ import annotations

import ast
import math
import string
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from random import Random

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..engine.text_hashes import as_in_one_program
from . import hints
from .called_functions import another_run, call

MOST_BITS, MOST_TRIED = 34, 150_000  # names that differ in so few bits are tried with so many ids
LONGEST_MARK, MOST_MARKS = 8, 80  # letters in a text of the learner's file that may join two ids, and such texts
BAD_NAMES = (
    "con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9".split()
)
EVIL = (
    "..",
    ".",
    "",
    "/etc/passwd",
    "../../x",
    "..\\x",
    "C:\\x",
    "con",
    "nul.txt",
    "a:b?*|<>\"'",
    *("x" * length for length in (200, 249, 250, 251, 255, 256, 5000)),
    "日" * 90,
    "COM1.log",
    "ana\0",
    "ana.",
    "\n",
    "~",
)


def path_of(challenge: Work, folder: Path, user: str, session: str) -> tuple[Scene, Path]:
    scene = Scene()
    scene.show("The user", ascii(user))
    scene.show("and the session", ascii(session))
    path = call(challenge, scene, "session_file", folder, user, session, kind=(str, Path))
    shown = str(path).replace(str(folder), "folder")
    scene.show("You returned", ascii(shown))
    return scene, Path(path)


def wrong_with(name: str) -> str:
    """Why Linux, macOS or Windows do not take this as the name of a file; nothing where all do."""
    if odd := [char for char in name if char in '<>:"|?*\\/' or unicodedata.category(char)[0] == "C"]:
        return f"It has {odd[0] if odd[0].isprintable() else ascii(odd[0])} in it."
    if len(name.encode("utf-8", "replace")) > 255:
        return f"It has {len(name):,} letters, and more than 255 are too many."
    if name[-1:] in (".", " "):
        return "It ends with a dot or a space."
    return "It is the name of a device." if name.split(".")[0].strip().lower() in BAD_NAMES else ""


def expect_two(challenge: Work, folder: Path, *pair: tuple[str, str]) -> None:
    """Expect two files for two sessions, also where capital letters do not count, and neither in the place of a folder."""
    (_, one), (scene, two) = (path_of(challenge, folder, *ids) for ids in pair)
    scene.show("Beside it", ascii([f"{part:.30}" for part in pair[0]]))
    names = [Path(unicodedata.normalize("NFC", str(path)).casefold()) for path in (one, two)]
    scene.expect(
        names[0] != names[1] and names[0] not in names[1].parents and names[1] not in names[0].parents,
        "These are two sessions, and they get the same file (capital and small letters are the same on Windows and macOS).",
        why="The one reads what the other has said.",
        hint=hints.TWO_IDS,
    )


def own_marks(challenge: Work) -> list[str]:
    """Short texts in the learner's file: one of them may be what the two ids are joined with."""
    texts = (node.value for node in ast.walk(ast.parse(challenge.path.read_bytes())) if isinstance(node, ast.Constant))
    marks = dict.fromkeys(text for text in texts if isinstance(text, str) and 0 < len(text) <= LONGEST_MARK)
    return list(marks)[-MOST_MARKS:]


def expect_long_names(challenge: Work, folder: Path) -> None:
    """Expect that what is computed from an id is long enough for many: where it looks short, look for two that share it."""
    random = Random(113)
    some = ["".join(random.choices(string.ascii_lowercase + string.digits, k=24)) for _ in range(60)]
    function = challenge.get("session_file")
    for ids in (lambda id: (id, "trip"), lambda id: ("ana", id)):

        def names(texts: Sequence[str], ids: Callable = ids) -> list[str]:
            return [str(function(folder, *ids(text))).casefold() for text in texts]

        bits = sum(
            math.log2(len(set(column))) for column in zip(*challenge.run(names, "session_file", some), strict=False)
        )
        if bits > MOST_BITS or any(
            path.is_file() for path in folder.parent.rglob("*")
        ):  # who looks names up needs no hash
            continue
        first: dict[str, str] = {}
        for start in range(0, MOST_TRIED, 10_000):
            texts = [f"user{number}" for number in range(start, start + 10_000)]
            for text, name in zip(texts, challenge.run(names, "session_file", texts), strict=True):
                if name in first:
                    expect_two(challenge, folder, ids(first[name]), ids(text))
                first[name] = text


def expect_the_same_file(challenge: Work, folder: Path) -> None:
    """Expect that the file of a session depends on its two ids alone."""
    ids = [("ana", "trip"), ("ben", "trip"), ("ana", "tax")]
    before = [path_of(challenge, folder, *pair)[1] for pair in ids]
    for program in (nullcontext, as_in_one_program):  # the first is one without anything odd
        with program():
            again = [path_of(another_run(challenge), folder, *pair) for pair in reversed(ids)]
        for old, (scene, new) in zip(reversed(before), again, strict=True):
            scene.show("In another run you returned", ascii(old.name))
            scene.expect(
                old == new,
                "In another run of the program the same session gets another file.",
                why="The conversation seems to be lost, and another one may be found in its place.",
                hint=hints.DIFFERENT_IN_EACH_RUN,
            )
