"""Checks work/08_save_and_resume.py: a conversation in a file, whoever else writes to it, and whenever it is killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from ..engine.criteria import NotYet, NoUse, Scene
from ..engine.learner_code import TookTooLong, Work
from ..engine.other_programs import SAVED, files_in
from ..engine.preconditions import beforehand
from . import hints
from .conversations import ALL, LINE_ENDS, message, miscounted, turn, turns
from .damaged_files import (
    expect_all_or_damage,
    expect_damage_found,
    expect_damage_found_beside_others,
    expect_save_leaves_holes,
    overlooked,
    whole_file,
)
from .error_messages import says_what_to_do
from .files_in_use import called_while_in_use, calls_while_in_use, is_database
from .folders import NAME, Room, a_room
from .killed_programs import Killed, kills_of
from .kinds_of_damage import changed_bytes, damage, drawn, holes, other_values
from .other_conversations import expect_others_left_alone
from .saving_and_resuming import (
    FOUND,
    KNOWN,
    RETURNED,
    SAVED_NOW,
    error_of,
    expect_all,
    expect_ready_for_the_first,
    holding,
    resume,
    save,
    tried,
    words,
)
from .two_programs import count_steps, expect_one_winner, expect_saved, job

MOMENTS = 14  # at which one program is held up, and another one comes in between
WHY_WHOLE = "Who reads this goes on with a conversation that nobody has had."


@pytest.fixture(scope="module")
def room(challenge: Work) -> Iterator[Room]:
    with a_room(challenge) as made:
        yield made


# When nothing goes wrong


def test_nothing_was_saved_yet(challenge, room):
    """Where nothing was saved yet, resume returns an empty list"""
    scene, path = Scene(), room.new()
    try:
        challenge.call("resume", path)
    except NotYet as problem:
        told = f"resume raised {words(error_of(problem), path)}"
        expect_ready_for_the_first(challenge, scene, path, problem.__cause__, told)
        raise
    scene.expect(
        resume(challenge, room.new(), scene) == [],
        "There is no file, so that an empty list was expected.",
        why="Every conversation begins with nothing.",
        hint=hints.NEW,
    )


@given(said=st.lists(turns(), min_size=1, max_size=3))
@settings(max_examples=12)
@seed(1)  # draws in which a key that gets lost is met before a list of parts that becomes a text
def test_what_was_saved_comes_back(challenge, room, said):
    """What was saved comes back exactly as it was, turn after turn"""
    path, known = room.new(), []
    for messages in said:
        scene, handed = Scene(), deepcopy(messages)
        scene.show(FOUND, list(known))
        scene.show(SAVED_NOW, messages)
        save(challenge, path, handed, len(known))
        found = resume(challenge, path, scene)
        expect_all(scene, found, known, messages)
        scene.expect(
            handed == messages,
            "The turn that was handed in has changed.",
            why="Your caller goes on with it.",
            hint=hints.TURN_CHANGED,
        )
        known = [*known, *messages]
        found.append(message("user", "only in the caller's list"))
    for number, one in enumerate(challenge.call("resume", path)):
        one["content"] = f"changed {number}"
    scene = Scene()
    scene.show("The list that resume had returned was changed", "and resume was called again")
    scene.expect(
        resume(challenge, path, scene) == known,
        "What the caller did to its list is in the conversation now.",
        why="What was saved stays as it was saved, until something is saved again.",
        hint=hints.READ_EACH_TIME,
    )


def test_rare_line_ends_come_back(challenge, room):
    """A text with rare line ends, such as U+2028, comes back as it was"""
    with beforehand():
        holding(room, turn(31))
    for end in LINE_ENDS:
        path, scene = room.new(), Scene()
        said = [message("user", f"one{end}two{end}"), message("assistant", f"{end}three")]
        scene.show("Saved were two texts with the letter", f"{json.dumps(end)} (U+{ord(end):04X})")
        raised, found = None, None
        try:
            challenge.call("save", path, said, 0)
            found = challenge.call("resume", path)
        except NotYet as problem:
            raised = error_of(problem)
        scene.expect(
            found == said,
            f"{words(raised, path)} was raised." if raised else f"What came back is {found!r:.100}",
            why="People paste such letters from mails and from word processors, without knowing it.",
            hint=hints.LINE_END,
        )


def test_conversations_do_not_mix(challenge, room):
    """Two conversations in one folder do not mix, and all of one is in its file"""
    ana = holding(room, turn(1))
    ben = ana.with_name("ben.chat")
    expect_others_left_alone(challenge, room, ana.read_bytes() if ana.is_file() else b"")
    scene = Scene()
    scene.show("One file of the folder holds", turn(1))
    save(challenge, ben, turn(2), 0)
    scene.show("In another one was saved", turn(2))
    for path, expected in ((ben, turn(2)), (ana, turn(1))):
        scene.expect(
            (found := challenge.call("resume", path)) == expected,
            f"resume({path.name!r}) returned {found!r:.100}",
            why="One user would read what another one has said.",
            hint=hints.MIXED,
        )
    here = [*Path().glob("*")]
    scene.expect(
        not here and ana.is_file(),
        f"There is no file {ana.name!r} in its folder."
        if not ana.is_file()
        else f"Something was written into the folder in which the program was started: {here[0].name if here else ''!r}.",
        why="All that is kept is in `path`, where its owner can copy it, or take it away.",
        hint=hints.ELSEWHERE,
    )
    copy, scene = room.new({ana.name: ana.read_bytes()}), Scene()
    scene.show("In the folder was saved", turn(1))
    scene.show("The file was copied into another folder", ana.name)
    scene.expect(
        (found := resume(challenge, copy, scene, hints.IN_ONE_FILE)) == turn(1),
        f"{len(found)} messages came back.",
        why="Whoever keeps a backup of the file, or sends it, wants to have the whole conversation.",
        hint=hints.IN_ONE_FILE,
    )


# Somebody else


def test_another_program_is_seen(challenge, room):
    """What another program has saved is there"""
    path, scene = holding(room, turn(3)), Scene()
    scene.show(FOUND, challenge.call("resume", path))
    scene.show("Another program saved", turn(4))
    told = job(room, scene, path, turn(4), 2)
    scene.expect(
        told.outcome == SAVED,
        f"In that program save raised {words(told.outcome, path)}{told.place}",
        why="A program that is started tomorrow knows nothing but the file.",
        hint=hints.IN_MEMORY,
    )
    expect_saved(scene, resume(challenge, path, scene), [*turn(3), *turn(4)])


def test_the_second_writer_gets_a_conflict(challenge, room):
    """Where the file does not hold `known` messages, save raises Conflict, and nothing is changed"""
    Conflict = challenge.get("Conflict")
    for said, known, story in miscounted():
        path, scene = holding(room, *said), Scene()
        before = [one for messages in said for one in messages]
        scene.show(FOUND, before)
        scene.show(story, f"`known` is {known}")
        why = "The turn rests on a conversation that is no longer this one. Your caller should resume, and ask again."
        hint: tuple[str, ...] = hints.NO_CONFLICT
        _, raised = tried(challenge, "save", path, turn(7), known)
        after = resume(challenge, path, scene, hints.LEFT_BY_CONFLICT)
        scene.expect(
            raised is not None,
            f"The file holds {len(before)} messages, `known` is {known}, and save did as if all were well"
            + (". What was there is lost." if after[: len(before)] != before else "."),
            why=why,
            hint=hint[::-1] if known > len(before) else hint,
        )
        scene.expect(
            isinstance(raised, Conflict),
            f"Conflict was expected, but save raised {words(raised, path) if raised else ''}",
            why=why,
            hint=hints.RAISED_BY_ITSELF,
        )
        scene.expect(
            after == before,
            "save raised Conflict, but what the file holds has changed.",
            why="Your caller resumes, asks again and saves: half of the turn would be there twice.",
            hint=hints.CHANGED_BEFORE_CONFLICT,
        )


# Damage


def test_a_damaged_file_is_reported(challenge, room):
    """Where the file is damaged, resume raises DamagedFile, and leaves it as it is"""
    content = whole_file(room)
    for scene, path, readable in damage(room, content):
        expect_damage_found(challenge, scene, path, readable, "resume")
    expect_damage_found_beside_others(challenge, room)


def test_the_error_says_what_to_do(challenge, room):
    """The error names the file, and says what the user can do"""
    content = whole_file(room)
    for scene, path, readable in [*damage(room, content)][::3]:
        with beforehand():
            raised = expect_damage_found(challenge, scene, path, readable, "resume")
        text = str(raised)
        why = "It is read by somebody who wants their conversation back, and did not write this program."
        scene.expect(
            path.name in text,
            f"The message does not name the file, {path.name!r}. It is: “{text}”",
            why=why,
            hint=hints.WHICH_FILE,
        )
        scene.expect(
            says_what_to_do(challenge, raised, path),
            f"The message does not say what the user can do now. It is: “{words(text, path)}”",
            why=why,
            hint=hints.ADVICE,
        )


def test_save_leaves_a_damaged_file_alone(challenge, room):
    """save raises DamagedFile too, and overwrites nothing"""
    content = whole_file(room)
    for known in (10, 0):
        for scene, path, readable in damage(room, content, inside=False):  # save need not look at what the messages say
            scene.show(KNOWN, str(known))
            left = path.read_bytes()
            try:
                expect_damage_found(challenge, scene, path, readable, "save", turn(6), known)
            except (NotYet, NoUse) as end:
                same_fault = path.is_file() and path.read_bytes() == left and overlooked(challenge, path)
                getattr(end, "problem", end).judged &= not same_fault
                raise


def test_a_file_in_use_is_neither_new_nor_damaged(challenge, room):
    """A file that another program is using is taken neither for a new one nor for a damaged one"""
    content = whole_file(room)
    for name, arguments in calls_while_in_use(content):
        path, scene = room.new({NAME: content}), Scene()
        found, raised = called_while_in_use(challenge, scene, path, name, *arguments)
        hint = hints.IN_USE if is_database(content) else hints.NOT_LET_IN
        why = "It lasts for a moment. To wait, or to say that the file is in use, is all that is needed."
        scene.expect(
            not isinstance(raised, challenge.get("DamagedFile")),
            f"{name} says that the file is damaged, and it is only in use.",
            why=f"{why} Who puts a backup in its place now loses what is being written.",
            hint=hint,
        )
        if name == "save":
            found = challenge.call("resume", path)
            scene.show("and then resume returned", found)
        scene.expect(
            (raised and name == "resume") or found == (ALL if raised or name == "resume" else [*ALL, *turn(6)]),
            f"{len(ALL)} messages are in the file, and resume did as if there were {len(found) or 'none'}."
            if name == "resume" and isinstance(found, list)
            else "save did as if all were well, and the turn is not there."
            if not raised
            else f"What {name} left is not what was there.",
            why=why,
            hint=hint,
        )


# Killed


@pytest.fixture(scope="module")
def kills(room: Room) -> Callable[[], list[Killed]]:
    return kills_of(room)


def test_a_kill_destroys_nothing(challenge, room, kills):
    """A program that is killed at any point of save leaves what was there, or that with the whole new turn"""
    for case in kills():
        scene, path = case.scene(), room.new(case.left.files)
        gone = path.name not in case.left.files and case.before
        found, raised = tried(challenge, "resume", path)
        if not raised:
            scene.show(RETURNED, found)
        why = "The power fails, somebody closes the window, the system needs memory: one day it is this line."
        half = isinstance(found, list) and found[: len(case.before)] == case.before
        scene.expect(
            raised is None and (found in (case.before, [*case.before, *case.turn])),
            "There is no file any more, and with it all that was said."
            if gone
            else f"resume raised {words(raised, path)}"
            if raised
            else "Only a part of the new turn is there."
            if half
            else "What was there before is lost.",
            why=why if not half or raised else WHY_WHOLE,
            hint=hints.REMOVED if gone else hints.HALF if half and not raised else hints.KILLED,
        )


def test_a_kill_leaves_nothing_in_the_way(challenge, room, kills):
    """After a kill, save and resume work as ever"""
    more = turn(18)
    for case in kills():
        scene, path = case.scene(), room.new(case.left.files)
        found = resume(challenge, path, scene)
        scene.show("Then this was to be saved", more)
        why, raised = "A program that was killed is started again, and should then work, without anybody's help.", ""
        try:
            challenge.call("save", path, more, len(found))
        except NoUse as end:
            if not isinstance(end.__context__, TookTooLong):
                raise
            raised = "It waits, and does not end."
        except NotYet as problem:
            raised = f"It raised {words(error_of(problem), path)}"
        scene.expect(not raised, f"The next save does not work. {raised}", why=why, hint=hints.LEFT_BEHIND)
        after = challenge.call("resume", path)
        scene.show("and resume returned", after)
        scene.expect(
            after == [*found, *more],
            "What was saved after the kill is not there as it should be.",
            why=why,
            hint=hints.LEFT_BEHIND,
        )


# At the same moment


def test_of_two_programs_one_saves(challenge, room):
    """Of two programs that save at the same moment one succeeds, and the other gets Conflict"""
    for before, moments in (([turn(21), turn(22, 20)], MOMENTS), ([], 4)):
        path = holding(room, *before)
        files, held = files_in(path.parent), [one for said in before for one in said]
        steps = count_steps(room, files, held)
        for hold in [*sorted({steps * n // moments for n in range(moments)}), None, None, None]:
            expect_one_winner(challenge, room, files, held, hold)


# Damage in one place


def test_damage_in_one_place_is_found(challenge, room):
    """Zeros, rubbish or a strange row in one place: all that was saved comes back, or DamagedFile"""
    content = whole_file(room)
    random = drawn(challenge)
    for what, how, left in holes(content, random):
        expect_all_or_damage(challenge, room, what, how, left)
    for what, how, left in [*other_values(content), *changed_bytes(content, random)]:
        expect_all_or_damage(challenge, room, what, how, left, letters=True)
    expect_save_leaves_holes(challenge, room, content)
