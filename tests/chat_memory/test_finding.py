"""What was said is found: whole, within a budget, by words, neighbours, speaker and day, in both databases the same."""

import asyncio
import gc
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from chat_memory import count_tokens, message_tokens
from chat_memory.search import find_messages, find_turns
from chat_memory.search.days import Days, days_asked
from chat_memory.store import ConversationStore

from .histories import ACCEPTED, REPEATABLE
from .versions import fourth_version


def talk(*texts: str) -> list[dict]:
    """Messages of the user and the model in turn."""
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def texts(found) -> list[str]:
    return [one.message["content"] for one in found]


TALK = talk(
    "I look for a new flat.",
    "How large should it be?",
    "Sixty square metres.",
    "Noted. Is there a garden?",
    "A balcony would do. What can I cook with a pumpkin?",
    "A risotto, with sage.",
    "I made soup with the pumpkin.",
    "That sounds good.",
)


def test_a_message_is_found_by_the_words_it_shares_with_the_question():
    assert texts(find_messages(TALK, "Which balconies would do?"))[0].startswith("A balcony")
    assert find_messages(TALK, "Which planet?") == find_messages(TALK, "") == find_messages([], "Which flat?") == []


def test_an_answer_is_found_by_the_words_of_the_question_before_it():
    assert texts(find_messages(TALK, "How large should my flat be?"))[0] == "Sixty square metres."


def test_what_the_question_is_about_fades_from_message_to_message():
    long = talk("My cello is old.", *["Hm."] * 3, *(f"Row {n} has leeks." for n in range(300)))
    found = [one.number for one in find_messages(long, "cello", 5_000)]
    assert found[:4] == [1, 2, 3, 4] and found == list(range(1, len(found) + 1)) and len(found) < 8
    assert len(find_turns(long, "cello", 5_000)) < 5


def test_a_message_that_bears_on_it_much_less_than_the_best_is_not_found():
    said = talk(
        *(f"We {verb} the cello." for verb in ("tune", "play", "sell", "mend")),
        "Hm.",
        "Hm.",
        "The viola of Ana.",
        "Old.",
    )
    found = texts(
        find_messages([*said * 20, *talk("The cello and the accordion of Igor.")], "Igor's accordion and cello", 5_000)
    )
    assert found == ["The cello and the accordion of Igor."]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("What did you recommend to cook with the pumpkin?", "A risotto, with sage."),
        ("What did I make with the pumpkin?", "I made soup with the pumpkin."),
        ("Can you tell me what I made with the pumpkin?", "I made soup with the pumpkin."),
        ("Which dish with pumpkin should I cook that you recommended?", "A risotto, with sage."),
        ("What do I cook with the pumpkin, as you've already told me?", "A risotto, with sage."),
        ("My question is what you said about the pumpkin.", "A risotto, with sage."),
    ],
)
def test_it_matters_whose_words_are_asked_for(question, best):
    assert texts(find_messages(TALK, question))[0] == best


def test_a_speaker_with_a_name_is_found_by_it():
    said = [
        {"role": "user", "name": name, "content": f"Our cello is {age} years old."}
        for name, age in (("Ida", 9), ("Bo", 80))
    ]
    for name, age in (("Ida", "9"), ("Bo", "80")):
        assert age in texts(find_messages(said, f"How old is the cello of {name}?"))[0]


def named(**words: str) -> list[dict]:
    return [{"role": "user", "name": name, "content": text} for name, text in words.items()]


@pytest.mark.parametrize(
    ("said", "question", "best"),
    [
        (named(Will="The cello is old.", Ana="The cello is new."), "What will the cello be?", 2),
        (named(Will="The cello is old.", Ana="The cello is new."), "Will's cello?", 1),
        (named(安娜="大提琴很旧。", 波波="大提琴很新。"), "安娜的大提琴怎么样？", 1),
        (named(user="The cello is old.", Ana="The cello is new."), "What did you say of my cello?", 2),
        (
            [*talk("Sell the car."), {"role": "assistant", "name": "Ana", "content": "Sell the car."}],
            "What did I tell Ana about the car?",
            1,
        ),
    ],
)
def test_a_name_is_a_speakers_only_where_it_is_written_as_one(said, question, best):
    assert find_messages(said, question)[0].number == best


def test_a_result_of_a_tool_counts_as_the_models_and_a_call_without_words_is_not_found():
    call = {"id": "c1", "type": "function", "function": {"name": "price", "arguments": '{"of": "cello"}'}}
    said = [
        *talk("What does a cello cost?"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "cello: 900 euros"},
        {"role": "assistant", "content": "It costs 900 euros."},
    ]
    assert find_messages(said, "What price did you find for a cello?")[0].number == 3
    assert 2 not in [one.number for one in find_messages(said, "cello")]
    assert find_turns(said, "cello") == [said]


def test_numbers_are_those_of_facts_and_instructions_are_not_found():
    said = [{"role": "system", "content": "You know about flats."}, *TALK]
    assert [(one.number, one.message) for one in find_messages(said, "a new flat")] == [
        (one.number, one.message) for one in find_messages(TALK, "a new flat")
    ]
    assert find_messages(said, "a new flat")[0].message is said[1]


def test_turns_come_whole_and_in_order():
    found = find_turns(TALK, "What about the pumpkin and the flat?", limit=2)
    assert all(turn[0]["role"] == "user" for turn in found) and len(found) == 2
    assert [TALK.index(turn[0]) for turn in found] == sorted(TALK.index(turn[0]) for turn in found)
    assert find_turns(TALK, "pumpkin", limit=0) == []


def test_what_does_not_fit_is_passed_over():
    long = talk("The cello " + "is very old and " * 40, "Is it?", "A cello.", "Yes.")
    assert texts(find_messages(long, "cello", 12)) == ["A cello."]
    assert find_messages(long, "cello", 3) == find_messages(long, "cello", 0) == find_turns(long, "cello", 3) == []


def test_what_is_short_by_a_count_of_ones_own_fits():
    assert find_messages(talk("dog"), "dog", 3, count=lambda text: len(text) // 10)


PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


@pytest.mark.parametrize("part", [PICTURE, {"type": "hologram", "data": "x"}])
def test_a_message_of_unknown_size_is_passed_over_and_hides_no_other(part):
    said = talk("The cello is old.", "Good.")
    said.append({"role": "user", "content": [{"type": "text", "text": "A cello!"}, part]})
    assert [one.number for one in find_messages(said, "cello")] == [1, 2]
    assert find_turns(said, "cello") == [said[:2]]
    if part is PICTURE:
        assert 3 in [one.number for one in find_messages(said, "cello", part_tokens=100)]


@REPEATABLE
@given(ACCEPTED, st.text(max_size=60), st.integers(0, 400))
def test_never_over_the_budget_always_whole_and_nothing_mutated(history, question, budget):
    before = repr(history)
    found = find_messages(history, question, budget, part_tokens=10)
    assert sum(message_tokens(one.message, part_tokens=10) for one in found) <= budget
    assert len({one.number for one in found}) == len(found)
    turns = find_turns(history, question, budget, part_tokens=10)
    assert sum(message_tokens(message, part_tokens=10) for turn in turns for message in turn) <= budget
    assert all(any(message is one for one in history) for turn in turns for message in turn)
    assert repr(history) == before


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: find_messages(TALK, "cello", -1), ValueError, "max_tokens must be at least 0"),
        (lambda: find_messages(TALK, "cello", "9"), TypeError, "max_tokens must be a whole number"),
        (lambda: find_messages(TALK, 9), TypeError, "A question is text, not int"),
        (lambda: find_messages(TALK, "cello", days=[None]), ValueError, "1 days for 8 messages"),
        (lambda: find_messages(TALK, "a", days=["2026-12-01"] * 8), TypeError, r"days\[0\] must be a date"),
        (lambda: find_messages(TALK, "a", days=[datetime(2026, 12, 1)] * 8), TypeError, r"days\[0\] must be a date"),
        (lambda: find_messages(TALK, "a", today="2026-12-01"), TypeError, "today must be a date"),
        (lambda: find_turns(TALK, "cello", limit=-1), ValueError, "limit must be at least 0"),
        (lambda: find_messages(["Hi"], "cello"), TypeError, r"messages\[0\]"),
    ],
)
def test_what_cannot_be_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_time_grows_as_the_talk_does():
    def seconds(turns: int) -> float:
        said = talk(
            *(f"Number {n} of {turns} is about the {'cello' if n % 9 else 'flat'} {n}." for n in range(2 * turns))
        )
        begun = time.process_time()
        find_messages(said, "Which cello is number 7?")
        return time.process_time() - begun

    seconds(50)
    assert min(seconds(2_000) for _ in range(2)) < 20 * max(0.005, min(seconds(250) for _ in range(3)))


# ---- days ----

TODAY = date(2027, 3, 17)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What did I say yesterday?", "2027-03-16", "2027-03-16"),
        ("And the day before yesterday?", "2027-03-15", "2027-03-15"),
        ("What did we plan today?", "2027-03-17", "2027-03-17"),
        ("the letter of 2026-12-24", "2026-12-24", "2026-12-24"),
        ("on 14 March", "2027-03-14", "2027-03-14"),
        ("on the 3rd of May", "2026-05-03", "2026-05-03"),
        ("on May 3, 2025", "2025-05-03", "2025-05-03"),
        ("in March", "2027-03-01", "2027-03-31"),
        ("last December", "2026-12-01", "2026-12-31"),
        ("in February 2024", "2024-02-01", "2024-02-29"),
        ("at the beginning of April", "2026-04-01", "2026-04-10"),
        ("in the middle of March", "2027-03-10", "2027-03-20"),
        ("at the end of February", "2027-02-19", "2027-02-28"),
        ("three days ago", "2027-03-14", "2027-03-14"),
        ("a week ago", "2027-03-07", "2027-03-13"),
        ("4 months ago", "2026-11-01", "2026-11-30"),
        ("last week", "2027-03-08", "2027-03-14"),
        ("this month", "2027-03-01", "2027-03-31"),
        ("last month", "2027-02-01", "2027-02-28"),
        ("last year", "2026-01-01", "2026-12-31"),
        ("on Monday", "2027-03-15", "2027-03-15"),
        ("last Wednesday", "2027-03-10", "2027-03-10"),
        ("in May last year", "2026-05-01", "2026-05-31"),
        ("in March of last year", "2026-03-01", "2026-03-31"),
        ("Do you remember what I said in March?", "2027-03-01", "2027-03-31"),
    ],
)
def test_the_days_of_a_question(question, first, last):
    assert days_asked(question, TODAY) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "question",
    """May I come? | Do I march? | on 31 June | on the 31st of June | 2027-13-40 | 9999999 months ago | monday blues
    | 1,000 days ago | twenty-two days ago | the day after yesterday | before yesterday | since Monday is over
    | I march 10 miles a day | You may 3 times | May 3 people come? | between 3 and 5 May | in March or April
    | in March, April and May | in March two years ago | What did I eat yesterday and today? | on Monday last week
    | Who wrote the song Yesterday? | Where do we fly in March?""".split(" | "),
)
def test_no_days_are_read_where_none_are_named(question):
    assert days_asked(question, TODAY) is None


def test_what_was_said_on_the_days_asked_for_is_preferred():
    said = talk("I ran 5 km.", "Well done.", "I ran 9 km.", "Well done.")
    days = [date(2027, 3, 2), date(2027, 3, 2), date(2027, 3, 16), date(2027, 3, 16)]
    for question, km in {"How far did I run yesterday?": "9 km", "How far did I run on 2 March?": "5 km"}.items():
        assert km in texts(find_messages(said, question, days=days, today=TODAY))[0]
    met = find_messages(said, "What was new on 2 March?", days=days, today=TODAY)
    assert {one.number for one in met} == {1, 2}  # no word is shared


# ---- in a store ----


@pytest.fixture
def store(database_url):
    with ConversationStore(database_url) as store:
        yield store


def test_a_conversation_finds_what_its_messages_hold(store):
    flat = store.open("flat")
    assert flat.find("How large should it be?") == flat.find_turns("How large?") == []
    for n in range(0, len(TALK), 2):
        flat.append(TALK[n : n + 2])
    store.open("other").append(talk("The flat has sixty square metres.", "Good."))
    question = "How large should my flat be?"
    assert flat.find(question) == find_messages(flat.messages(), question, days=None)
    assert flat.find_turns(question, 60, limit=1) == find_turns(flat.messages(), question, 60, limit=1) != []
    assert count_tokens([one.message for one in flat.find(question, 20)]) <= 23
    assert asyncio.run(flat.find_async(question, 40)) == flat.find(question, 40)
    assert asyncio.run(flat.find_turns_async(question, limit=1)) == flat.find_turns(question, limit=1)


def aged(store, days: dict[int, int]) -> None:
    """Let turns have been saved so many days ago."""
    with store.database.writing() as connection:
        for turn, ago in days.items():
            when = (datetime.now(UTC) - timedelta(days=ago)).isoformat()
            connection.execute(sa.text("UPDATE chat_messages SET said_at = :w WHERE turn = :t"), {"w": when, "t": turn})


def test_a_store_knows_on_which_day_something_was_said(store):
    runs = store.open("runs")
    for km in (5, 7, 9):
        runs.append(talk(f"I ran {km} km.", "Well done."))
    aged(store, {0: 40, 1: 1, 2: 0})
    assert texts(runs.find("How far did I run yesterday?"))[0] == "I ran 7 km."
    assert texts(runs.find("How far did I run today?"))[0] == "I ran 9 km."
    branch = store.open("branch")
    branch.begin(**runs.history()._asdict())
    assert texts(branch.find("How far did I run yesterday?"))[0] == "I ran 7 km."
    assert branch.history().said_at == runs.history().said_at


def test_a_day_is_one_of_the_users_time_zone(store):
    bikes = store.open("bikes")
    times = ["2026-11-30T12:00:00+09:00", "2026-12-01T08:00:00+09:00"]  # one day there, and the day before by UTC
    bikes.begin([talk("My bike is red.", "Good."), talk("My bike is blue.", "Good.")], said_at=times)
    question, today = "What did I say of my bike yesterday?", date(2026, 12, 1)
    assert texts(bikes.find(question, today=today, zone=timezone(timedelta(hours=9))))[0] == "My bike is red."
    assert texts(bikes.find(question, today=today, zone=timezone(timedelta(hours=-9))))[0] == "My bike is blue."
    assert (
        bikes.find_turns(question, limit=1, today=today, zone=timezone(timedelta(hours=9)))[0][0]["content"]
        == "My bike is red."
    )
    with pytest.raises(TypeError, match="zone must be a tzinfo"):
        bikes.find(question, zone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("said_at", "error", "words"),
    [
        (["2026-11-30"], ValueError, r"said_at\[0\] must be a time with its zone"),
        (["x"], ValueError, r"said_at\[0\] must be a time with its zone"),
        ([date(2026, 11, 30)], TypeError, r"said_at\[0\] must be text"),
        ([None, None], ValueError, "2 times for 1 turns"),
    ],
)
def test_a_time_that_is_none_is_not_stored(store, said_at, error, words):
    with pytest.raises(error, match=words):
        store.open("ana").begin([talk("Hi.", "Hi.")], said_at=said_at)
    assert store.open("ana").messages() == []


def test_times_are_stored_as_utc(store):
    store.open("ana").begin([talk("Hi.", "Hi.")], said_at=["2026-12-01T08:00:00+09:00"])
    assert store.open("ana").history().said_at == ["2026-11-30T23:00:00+00:00"]


def test_a_conversation_counts_as_it_is_saved(store):
    trip = store.open("trip")
    settings = {"model": "gpt-4o", "part_tokens": 200}
    trip.append(
        [{"role": "user", "content": [{"type": "text", "text": "Oslo?"}, PICTURE]}, *talk("", "Oslo.")[1:]],
        settings=settings,
    )
    assert trip.find("Oslo", 150)[0].number == 2
    assert (
        {one.number for one in trip.find("Oslo", 500)}
        == {one.number for one in trip.find("Oslo", 30, part_tokens=5)}
        == {1, 2}
    )


def test_nothing_that_was_deleted_stays_in_memory(store):
    secret = "The diagnosis is " + "very " * 50 + "private."
    store.open("ana").append(talk(secret, "Noted."))
    assert store.open("ana").find("diagnosis")
    store.delete("ana")
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, dict | tuple | list | frozenset) and one is not secret]
    assert not any(isinstance(one, frozenset) and {"diagnosi", "privat"} <= one for one in held)


def test_without_days_what_an_older_version_has_saved_is_found_all_the_same(database_url):
    fourth_version(database_url)
    with ConversationStore(database_url) as store:
        ana = store.open("ana")
        assert texts(ana.find("What is my name?"))[0] == "My name is Ana." and ana.history().said_at == [None, None]
        ana.append(talk("My dog is called Rex.", "Noted."))
        assert texts(ana.find("What did I say about my dog today?"))[0] == "My dog is called Rex."


def test_a_time_that_cannot_be_read_hides_nothing(store):
    store.open("ana").append(talk("My dog is called Rex.", "Noted."))
    with store.database.writing() as connection:
        connection.execute(sa.text("UPDATE chat_messages SET said_at = 'some day'"))
    assert texts(store.open("ana").find("dog"))[0] == "My dog is called Rex."
    store.open("bo").begin(**store.open("ana").history()._asdict())


def test_half_an_emoji_in_a_conversation_can_be_found_and_counted(store):
    store.open("ana").append(talk("A rose \ud83c for Léa", "Nice."))
    assert store.open("ana").find("Who gets a rose?")[0].number == 1
