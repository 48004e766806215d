"""Checks work/03_token_counting.py: a count that equals the server's, before anything is sent."""

from contextlib import suppress
from copy import deepcopy
from itertools import permutations

import tiktoken

from ..engine.criteria import Lines, NotYet, Scene
from ..engine.preconditions import beforehand, works
from . import hints
from .counted_conversations import (
    MANY,
    NAMES,
    PLAIN,
    ROLES,
    SPECIAL,
    any_texts,
    conversations,
    in_parts,
    is_in_parts,
    said,
    texts,
    threes,
)
from .two_counts import (
    counted,
    expect_a_number,
    expect_equal,
    for_text,
    hint_for_names,
    hint_for_parts,
    hint_for_texts,
    requests_noted,
    servers,
    yours,
)


def test_texts_are_counted_in_tokens(challenge):
    """Texts are counted in tokens"""
    counts = {text: for_text(challenge, text) for text in texts(PLAIN, 1, 2)}
    hint = hint_for_texts(counts)
    for text, (came, expected) in counts.items():
        expect_equal(
            [said(text)],
            came,
            expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why="Whoever estimates sends a request too large one day, or pays for room that is never used.",
            hint=hint,
        )


def test_each_text_is_counted_by_itself(challenge):
    """Each text is counted by itself, in whatever order the messages stand"""
    for pieces in (("to", "day", ""), ("7", "room 7", ""), ("to", " go", "day", "7")):
        first, *others = ([said(text) for text in order] for order in permutations(pieces))
        count = yours(challenge, first)
        for messages in others:
            came = yours(challenge, messages)
            scene = Scene()
            scene.show(f"These are {count} tokens in your count", first)
            scene.show(f"The same messages in another order are {came}", messages)
            scene.expect(
                came == count,
                "They hold the same texts, so they should cost the same.",
                why="Between two messages stand marks, so that no piece of text goes from one into the next.",
                hint=hints.SEAM,
            )

    for text in ("name it", "s first", "names and dates"):  # which would be another word, stood it right behind "user"
        came, expected = for_text(challenge, text)
        expect_equal(
            [said(text)],
            came,
            expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why="Role and text are two texts: between them stand marks, too.",
            hint=hints.SEAM_AT_THE_ROLE,
        )


def test_any_language_and_any_length(challenge):
    """In every language, with emoji and code, and of any length"""
    for text, question in any_texts().items():
        came, expected = for_text(challenge, text)
        old = came != expected and came == len(tiktoken.get_encoding("cl100k_base").encode_ordinary(text))
        expect_equal(
            [said(text)],
            came,
            expected,
            f"Tokens of the text: {came:,} in your count, {expected:,} in the server's.",
            why="Another encoding cuts a text into other pieces: a count that fits the model of yesterday is wrong today."
            if old
            else "The model reads every character that is sent, and you pay for it.",
            hint=hints.OLD_ENCODING if old else (question, hints.AS_IT_IS),
        )


def test_special_tokens_are_text(challenge):
    """<|endoftext|> in a message is a text like any other"""
    for text in texts(SPECIAL, 3):
        scene = Scene()
        scene.show("You were given", [said(text)])
        why = "Anyone can type this, and your program would stop, or count wrong."
        try:
            came, expected = for_text(challenge, text)
        except NotYet as problem:
            scene.expect(not isinstance(problem.__cause__, ValueError), str(problem), why=why, hint=hints.SPECIAL)
            raise
        scene.expect(
            came == expected,
            f"Tokens of the text: {came} in your count, {expected} in the server's.",
            why=why,
            hint=hints.SPECIAL,
        )


def test_a_message_adds_what_it_adds_to_the_servers_count(challenge):
    """A further message, even an empty one, costs what the server counts for it"""
    first, *more = texts(PLAIN, 4)
    before = [said(first)]
    further = [said(text, role) for text, role in zip([*more, "", "Hello"], [*ROLES, "assistant", "user"], strict=True)]
    added = []
    for message in further:
        came = yours(challenge, [*before, message]) - yours(challenge, before)
        added.append((message, came, servers([*before, message]) - servers(before)))
    over = {came - expected for _, came, expected in added}
    for message, came, expected in added:
        expect_equal(
            [*before, message],
            came,
            expected,
            f"Tokens that the last message adds: {came} in your count, {expected} in the server's.",
            why="A difference of one in a message is a difference of a hundred in a long conversation.",
            hint=hints.of_a_message(over),
        )


def test_the_reply_is_primed_once(challenge):
    """What primes the reply is counted, once per request"""
    hello, twice = [said("Hello")], [said("Hello"), said("Hello")]
    one, two = yours(challenge, hello), yours(challenge, twice)
    came, expected = 2 * one - two, 2 * servers(hello) - servers(twice)
    scene = Scene()
    for messages, count in ((hello, one), (twice, two)):
        scene.show("You were given", messages)
        scene.show("You counted", count)
    scene.expect(
        came == expected,
        f"So this is in a request beside its messages: {came} in your count, {expected} tokens in the server's.",
        why="These are the tokens with which the reply begins: they come last, after all messages.",
        hint=hints.PRIMING,
    )


def test_a_name_costs_what_the_server_counts(challenge):
    """A name costs what the server counts for it"""
    added = []
    for name, text in zip(NAMES, texts(PLAIN, 8, 2), strict=False):
        first = said("Hello", name=name)  # each message has a name of its own, be it the same one
        named, plain = [first, {"content": text, "name": name, "role": "user"}], [first, said(text)]
        came = yours(challenge, named) - yours(challenge, plain)
        added.append((named, came, servers(named) - servers(plain)))
    hint = hint_for_names(challenge, added)
    for messages, came, expected in added:
        scene = Scene()
        scene.show("You were given, the last one with a name", messages)
        scene.expect(
            came == expected,
            f"Tokens that the name {messages[-1]['name']} adds: {came} in your count, {expected} in the server's.",
            why="In a group each message has a name, so each is counted wrong.",
            hint=(hint, hints.NAME_AND_ONE_MORE),
        )


def test_parts_cost_what_the_server_counts(challenge):
    """A content that is a list of parts costs what the server counts for it"""
    for messages in in_parts():
        scene = Scene()
        scene.show("You were given", messages)
        first = next(filter(is_in_parts, messages))
        scene.show(f"The content of the {first['role']} is in parts", Lines([str(first["content"])]))
        why = "What users paste beside their question, and what comes with an image, is sent in parts."
        try:
            came, expected = counted(challenge, deepcopy(messages)), servers(messages)
            expect_a_number(scene, came)
            came = int(came)
        except NotYet as problem:
            at_parts = problem.__cause__ is not None and works(lambda: yours(challenge, [said("Hello")]))
            scene.expect(not at_parts, f"{problem.what} {problem.why}", why=why, hint=hints.PARTS)
            problem.judged = False
            raise
        scene.expect(
            came == expected,
            f"You counted {came:,} tokens, and the server {expected:,}.",
            why=why,
            hint=(hint_for_parts(messages, came, expected), hints.PARTS[1]) if came != expected else hints.PARTS,
        )


def test_whole_conversations(challenge):
    """Your count equals the server's on conversations that you have not seen"""
    for messages in (*conversations(10, [1] * 8 + [2] * 6 + [3] * 4 + [5] * 4 + [9, 14]), MANY):
        scene = Scene()
        scene.show("You were given", messages)
        came, expected = yours(challenge, messages, scene), servers(messages)
        scene.expect(
            came == expected,
            f"You counted {came:,} tokens, and the server {expected:,}.",
            why="The number is of use only if you can rely on it.",
            hint=hints.of_many_messages(len(messages)) if messages is MANY else hints.ONE_BY_ONE,
        )


def test_nothing_is_sent_and_nothing_changed(challenge):
    """Counting sends nothing, and does not change the messages"""
    in_texts, in_lists = [*threes(9), *conversations(11, [1, 2, 3, 5, 9]), MANY], list(in_parts())
    for messages in [*in_texts, *in_lists]:
        given_in = deepcopy(messages)
        scene = Scene()
        scene.show("You were given", messages)
        # whether it counts is for other criteria
        with requests_noted() as sent, suppress(NotYet) if messages in in_lists else beforehand():
            counted(challenge, given_in)
        scene.expect(
            not sent,
            f"To count them, your function sent {len(sent)} request{'s' * (len(sent) != 1)}.",
            why="The count is to tell whether a request fits, and what it costs, before it is paid for.",
            hint=hints.ASKS_THE_SERVER,
        )
        scene.show("They are now", given_in)
        scene.expect(
            given_in == messages,
            "The messages that were handed in have changed.",
            why="They are counted first and sent afterwards, so now something else is sent.",
            hint=hints.what_changed(messages, given_in),
        )
