"""Facts that were forgotten: what must be gone, in the numbers that are given out later and in the files."""

from __future__ import annotations

from pathlib import Path

from ..engine.criteria import Scene, Texts
from . import hints
from .fact_programs import Program, is_database
from .folders import Room
from .known_facts import Known
from .traces_in_files import files_near, signs_in, words_left

LIFE = 60  # facts of one user
WHY_FORGET = "Somebody wanted it to be forgotten, and was told that it is."


def expect_forgotten(scene: Scene, program: Program, gone: tuple[Known, Known], left: list[str], again: bool) -> None:
    """Expect that two versions of a fact are neither known nor found, and that the others are."""
    fact, newer = gone
    found = program.known("ana")
    scene.show("known returned, in a new program" if again else "known returned", Texts(found))
    scene.expect(
        not {fact.text, newer.text} & set(found),
        "It is still known" + (", or known again." if again else "."),
        why=WHY_FORGET,
        hint=hints.FORGOTTEN,
    )
    scene.expect(
        sorted(found) == sorted(left),
        "What was not forgotten is no longer known.",
        why="To forget one fact is not to forget all.",
        hint=hints.ONLY_THIS,
    )
    for question in (fact.asked, fact.word, newer.word):
        if found := program.about("ana", question):
            scene.show(f"about({question!r}) returned", Texts(found))
        scene.expect(
            found == [],
            "It is still found, or something else is.",
            why=WHY_FORGET,
            hint=hints.FORGOTTEN,
        )


def expect_new_numbers(program: Program, given: dict[str, int], gone: set[int]) -> None:
    """Expect that no number is given out again, whichever facts are forgotten. `given`: the numbers of those still there."""
    scene = Scene()
    for what, again in (("nothing", True), ("the newest", False), ("the newest", True), ("all facts", True)):
        for text in {"the newest": [*given][-1:], "all facts": [*given]}.get(what, []):
            program.forget("ana", given[text])
            gone.add(given.pop(text))
        scene.show("What was forgotten then", f"{what}{', and a new program began' * again}")
        if again:
            program.start()
        text = f"Fact {len(gone) + len(given)} came later."
        number = program.remember("ana", text)
        scene.show("One more fact was remembered, and its number is", str(number))
        scene.show("Numbers of facts still there, and of forgotten ones", f"{[*given.values()]}, {sorted(gone)}")
        scene.expect(
            number not in given.values() and sorted(program.known("ana")) == sorted([text, *given]),
            "It has the number of another fact, or has taken its place.",
            why="By its number a fact is corrected and forgotten, and no other one.",
            hint=hints.NEVER_AGAIN,
        )
        scene.expect(
            number not in gone,
            f"The number {number} was that of another fact, which was forgotten or corrected. Now it is given out again.",
            why="Whoever still has the old number, on a page that was open, say, corrects or forgets what he never saw.",
            hint=hints.NEVER_AGAIN,
        )
        given[text] = number


def expect_numbers_for_long(program: Program) -> None:
    """Expect that no number comes twice in a long life, in which facts come, are corrected and are forgotten."""
    scene, gone, here = Scene(), set(), {}
    for turn in range(LIFE):
        text = f"Fact {turn} came."
        number = program.remember("ana", text)
        scene.expect(
            number not in gone and number not in here,
            f"The {turn + 1}th fact was remembered, and its number is {number}. An earlier one had it, which was "
            + ("forgotten or corrected." if number in gone else "still there."),
            why="Whoever still has the old number, on a page that was open, say, corrects or forgets what he never saw.",
            hint=hints.NEVER_AGAIN,
        )
        here[number] = text
        if turn % 3 == 1:
            new = program.correct("ana", number, f"{text} And it was corrected.")
            if new != number:
                gone.add(number)
                del here[number]
                here[new] = text
        if turn % 4 == 3:
            oldest = next(iter(here))
            program.forget("ana", oldest)
            gone.add(oldest)
            del here[oldest]


def expect_no_trace(room: Room) -> None:
    """Expect that the files do not tell what was forgotten, in whatever form. Who writes the time or a random number is free."""

    def left_by(name: str) -> tuple[Program, dict[str, list[int]]]:
        program = room.new()
        program.remember("ana", "The user likes tea.")
        number = program.remember("ana", f"The user's cat is called {name}.")
        program.forget("ana", program.correct("ana", number, f"The user's old cat is called {name}."))
        program.start()
        return program, signs_in(program.path.parent)

    scene, names = Scene(), ("Zobwurk", "Zimplig", "Zobwurk")
    program, one = left_by(names[0])
    if not any(
        is_database(path) for path in files_near(program.path.parent)
    ):  # a page has holes of the size of what went
        names = (names[0], "Zim the second", names[0])
    for name in names[:2]:
        scene.show("In a folder of its own was remembered, and forgotten", f"The user's cat is called {name}.")
    (program, other), (_, again) = map(left_by, names[1:])
    different = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    first = program.path.parent / (different or [program.path.name])[0]
    scene.expect(
        one != again or not different,
        f"All else was the same, and yet {', '.join(different)} is different. It depends on what was forgotten.",
        why="Whoever gets the file can find out what was in it. To the user you said that it is forgotten.",
        hint=(
            hints.IN_THE_FILE,
            *(how_to_delete(first, first.read_bytes().lower()) if first.is_file() else [hints.IN_A_TEXT]),
        ),
    )


def expect_no_bytes(scene: Scene, folder: Path, words: list[str]) -> None:
    """Expect that no file holds one of these words, nor the end of one: an index leaves out how words begin."""
    for path, content in files_near(folder).items():
        left = words_left(content, words)
        scene.expect(
            not left,
            f"All of this was forgotten, and the file {path.name!r} still holds {left[:1]}, as it is or in another form.",
            why="Whoever gets the file, a backup or the disk can read it. To the user you said that it is forgotten.",
            hint=(hints.IN_THE_FILE, *how_to_delete(path, content.lower())),
        )


def expect_no_bytes_of_the_only_fact(scene: Scene, program: Program, words: list[str]) -> None:
    """Expect that nothing is left either of the only fact of a user, with the last of these words."""
    only_one = f"The user's goat is called {words[-1].capitalize()}."
    scene.show("Of another user one fact was remembered, and forgotten", only_one)
    program.forget("cleo", program.remember("cleo", only_one))
    expect_no_bytes(scene, program.path.parent, words)
    program.start()
    program.remember("ana", "The user likes tea.")
    expect_no_bytes(scene, program.path.parent, words)


def how_to_delete(path: Path, content: bytes) -> list[str]:
    """Hints for a file that holds what was forgotten: by its kind. `content` is in small letters."""
    if not is_database(path):
        return [hints.IN_A_TEXT]
    base = path.with_name(path.name.removesuffix("-wal").removesuffix("-journal"))
    index = b"fts5" in content or b"fts5" in base.read_bytes().lower()
    return [hints.VACUUM, *[hints.IN_AN_INDEX] * index, *[hints.IN_A_LOG] * path.name.endswith("-wal")]
