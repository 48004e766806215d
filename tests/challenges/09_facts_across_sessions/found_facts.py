"""What about finds: the facts that share most words with a question, each once, and no others."""

from __future__ import annotations

from random import Random

from ..engine.criteria import Scene, Texts
from ..situations.told_facts import COLOURS, DAYS
from . import hints
from .fact_programs import REMEMBERED, Program
from .folders import Room
from .known_facts import Known

WHY_FEW = "All that is sent is paid for, with every question, and what does not matter hides what does."
# those last share most; to say a word again and again is not to share more
RANKED = ("bicycle, bicycle, bicycle and bicycle", "car is red, and the dog", "red bicycle", "red bicycle has a basket")
OTHER_SCRIPTS = (
    ("Сестру зовут Ольга.", "Кто ОЛЬГА?"),
    ("妹は 花子 です", "花子?"),
    ("The café is called Zoë's.", "ZOË?"),
)


def expect_each_once(scene: Scene, found: list[str]) -> None:
    """Expect no fact twice."""
    scene.expect(
        len(set(found)) == len(found),
        "The same fact came back twice. Each should come once.",
        why="It would be sent twice, and take the place of another one.",
        hint=hints.TWICE,
    )


def expect_found_alone(program: Program, fact: Known) -> None:
    """Expect that a question, and a single word in capital letters, finds this fact and no other one."""
    scene = Scene()
    scene.show(REMEMBERED, fact.text)
    for question, hint in (
        (fact.asked, program.hint(hints.SEARCHING)),
        (f"{fact.word.upper()}?", hints.SPLITTING),
    ):
        found = program.about("ana", question)
        scene.show(f"about({question!r}) returned", Texts(found))
        scene.expect(
            fact.text in found,
            "The question shares a word with this fact, but about did not find it.",
            why="What is not found is as good as forgotten.",
            hint=hint,
        )
        expect_each_once(scene, found)
        scene.expect(
            found == [fact.text],
            f"{len(found)} facts came back. No other fact shares a word that says something.",
            why=WHY_FEW,
            hint=hints.SMALL_WORDS,
        )


def expect_other_scripts(program: Program) -> None:
    """Expect that a fact in another script is found by a word of it, whatever its letters and the signs beside it."""
    for text, question in OTHER_SCRIPTS:
        program.remember("ana", text)
        scene = Scene()
        scene.show(REMEMBERED, text)
        scene.expect(
            program.about("ana", question) == [text],
            f"about({question!r}) was expected to find this fact, and no other one.",
            why="Users write in their own language.",
            hint=hints.SPLITTING,
        )


def expect_the_best(room: Room, random: Random, names: list[str]) -> None:
    """Expect those first that share most words, and not more than asked for."""
    program = room.new()
    many = [f"The sister met {name} on a {random.choice(DAYS)}." for name in names]
    best = f"The sister has a bicycle that is {random.choice(COLOURS)}."
    for text in [*many[:7], best, many[7]]:
        program.remember("ana", text)
    question = "What has my sister done to her bicycle?"
    scene = Scene()
    for text in (*many[:2], "…", best):
        scene.show(REMEMBERED, text)
    for limit in (5, 1, 3, 8, 9, 10):
        found = program.about("ana", question) if limit == 5 else program.about("ana", question, limit=limit)
        scene.show(f"about({question!r}), limit {limit}, returned", Texts(found))
        expect_each_once(scene, found)
        scene.expect(
            found[:1] == [best],
            "The fact about sister and bicycle shares two words with the question, the others one. It should be the first.",
            why="Only a few can be sent. They should be those that most likely matter.",
            hint=hints.BEST,
        )
        scene.expect(
            len(found) == min(limit, 9) and set(found) <= {best, *many},
            f"Nine facts share a word with the question, {limit} were wanted, and {len(found)} came back.",
            why="Who asks says how many there is room for.",
            hint=hints.LIMIT,
        )
    scene.expect(
        program.about("ana", question, limit=0) == [],
        f"about({question!r}), limit 0, was expected to return [].",
        why="Who asks says how many there is room for.",
        hint=hints.LIMIT_ZERO,
    )


def expect_different_words_to_count(room: Room, names: list[str]) -> None:
    """Expect that a fact which shares more words comes before one that says the same word again and again."""
    program, scene = room.new(), Scene()
    ranked = [f"The {words} of {name}." for words, name in zip(RANKED, names, strict=False)]
    for text in ranked:
        program.remember("ana", text)
        scene.show(REMEMBERED, text)
    question = "Where is the red bicycle with the basket?"
    found = program.about("ana", question, limit=2)
    scene.show(f"about({question!r}), limit 2, returned", Texts(found))
    scene.expect(
        found == ranked[:1:-1],
        "Two were wanted: first the fact that shares three words with the question, and then the one that shares two.",
        why="Only a few can be sent. They should be those that most likely matter.",
        hint=hints.BEST,
    )
