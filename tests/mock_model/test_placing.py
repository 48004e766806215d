"""Placing: values of a request go to the properties that they belong to, by the words beside them, each only once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import get_mock_client
from mock_model.tasks.placing import placed, rows

Schema = dict[str, Any]
TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
ORDER = {"item": TEXT, "quantity": WHOLE}
GUEST = {"name": TEXT, "age": WHOLE}
THINGS, TOWNS = ("lantern", "kettle", "umbrella", "chair", "brick"), ("Tartu", "Lerwick", "Quimper", "Molde")
PEOPLE = ("Ingrid", "Tomasz", "Ragna", "Benedikt", "Tyra")
amounts = st.integers(2, 900)


def values(properties: dict[str, Schema], text: str) -> dict[str, Any]:
    return {name: value for name, (value, _) in placed(properties, text).items()}


@settings(deadline=None)
@given(
    number=amounts,
    thing=st.sampled_from(THINGS),
    asks=st.sampled_from(("Order {}.", "I'd like {}, please.", "{}, please.")),
)
def test_what_is_counted_is_the_item_and_how_many_the_quantity(number: int, thing: str, asks: str) -> None:
    assert values(ORDER, asks.format(f"{number} {thing}s")) == {"item": f"{thing}s", "quantity": number}


@settings(deadline=None)
@given(nights=st.integers(2, 60), town=st.sampled_from(TOWNS), persons=st.integers(2, 30))
def test_a_number_goes_to_the_property_that_it_counts(nights: int, town: str, persons: int) -> None:
    stay = {"persons": WHOLE, "town": TEXT, "nights": WHOLE, "price": NUMBER}
    said = f"Reserve a room in {town} for {nights} nights for {persons} persons."
    assert values(stay, said) == {"town": town, "nights": nights, "persons": persons}


@settings(deadline=None)
@given(
    ages=st.lists(st.integers(18, 99), min_size=1, max_size=len(PEOPLE)),
    form=st.sampled_from(("{}, who is {}", "{} ({})")),
)
def test_each_row_has_what_belongs_together(ages: list[int], form: str) -> None:
    guests = list(zip(PEOPLE, ages, strict=False))
    said = "The guests are " + ", and ".join(form.format(*guest) for guest in guests) + "."
    assert rows(GUEST, said) == [{"name": name, "age": age} for name, age in guests]


@pytest.mark.parametrize(
    ("said", "properties", "expected"),
    [
        ("The customer gets 12 crates of the goods cider.", {"goods": TEXT, "crates": WHOLE}, ["cider", 12]),
        ("What does it cost to rent the tool chainsaw for 3 days?", {"tool": TEXT, "days": WHOLE}, ["chainsaw", 3]),
        (
            "A parcel of 7.5 kg to Benedikt Aas in Larvik.",
            {"recipient": TEXT, "town": TEXT},
            ["Benedikt Aas", "Larvik"],
        ),
        ("Ship 40 bricks from Gdansk to Malmo.", {"origin": TEXT, "destination": TEXT}, ["Gdansk", "Malmo"]),
        ("The invoice F-2207 over 318 euros.", {"number": TEXT, "amount": NUMBER}, ["F-2207", 318]),
        ("Room number 512, on floor 5.", {"floor": WHOLE, "number": WHOLE}, [5, 512]),
        (
            "Jonas Berg, 47, lives in Uppsala.",
            {"name": TEXT, "age": WHOLE, "city": TEXT},
            ["Jonas Berg", 47, "Uppsala"],
        ),
        ("The book Solaris by Stanislaw Lem has 214 pages.", {"author": TEXT, "pages": WHOLE}, ["Stanislaw Lem", 214]),
    ],
)
def test_the_words_beside_a_value_say_whose_it_is(said: str, properties: dict[str, Schema], expected: list) -> None:
    assert [values(properties, said).get(name) for name in properties] == expected


@pytest.mark.parametrize(
    "said",
    [
        "My sister is 30.",
        "Do you know Ben, who is 31?",
        "I have 2 dogs.",
        "The meeting is at 4.",
        "",
        "My dog Rex is 4.",
    ],
)
def test_what_was_said_of_something_else_is_placed_nowhere(said: str) -> None:
    assert values({"name": TEXT, "age": WHOLE, "floor": WHOLE, "colour": {**TEXT, "enum": ["red"]}}, said) == {}


def test_a_row_that_lacks_something_is_none() -> None:
    assert rows(GUEST, "The guests are Ingrid, Tomasz and Ragna.") == []
    assert rows(ORDER, "We need 3 hammers and 12 chisels.") == [
        {"item": "hammers", "quantity": 3},
        {"item": "chisels", "quantity": 12},
    ]


def test_a_form_is_filled_from_what_a_function_answered() -> None:
    client = get_mock_client()
    invoice = {"type": "object", "properties": {"number": TEXT, "euros": WHOLE}, "required": ["number", "euros"]}
    call = {"id": "call_1", "type": "function", "function": {"name": "open_invoices", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Which invoices are open?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "Invoice F-2207 over 318 euros is open."},
    ]
    form = {"type": "json_schema", "json_schema": {"name": "invoice", "schema": invoice}}
    tools = [{"type": "function", "function": {"name": "invoice", "parameters": invoice}}]
    as_json = client.chat.completions.create(model="gpt-4o-mini", messages=messages, response_format=form)
    as_call = client.chat.completions.create(
        model="gpt-4o-mini", messages=messages, tools=tools, tool_choice="required"
    )
    given = as_call.choices[0].message.tool_calls[0].function.arguments
    for text in (as_json.choices[0].message.content, given):
        assert json.loads(text) == {"number": "F-2207", "euros": 318}


@pytest.mark.parametrize(
    ("said", "properties", "expected"),
    [
        ("Our train was 20 minutes late.", {"train_number": TEXT}, ""),
        ("She took it three weeks ago.", {"order_number": TEXT, "price": NUMBER}, ["", 0]),
        ("They gave me 20 percent off.", {"quantity": WHOLE}, 0),
        ("The price rose 5 percent.", {"product": TEXT, "price": NUMBER}, ["", 0]),
        ("Our manager earns 5000 a month.", {"my_salary": WHOLE}, 0),
        ("My old address was 5 Elm Road.", {"new_address": TEXT, "postcode": TEXT}, ["", ""]),
        ("The film runs 142 minutes.", {"director": TEXT, "minutes": WHOLE}, ["", 142]),
        ("Someone stole my purse.", {"thief": TEXT}, ""),
        ("A table for five, please.", {"guests": WHOLE, "phone": TEXT}, [5, ""]),
        ("Put the blue one away.", {"quantity": WHOLE}, 0),
    ],
)
@pytest.mark.parametrize("called", [False, True])
def test_what_the_name_of_a_property_rules_out_is_no_value_of_it(
    called: bool, said: str, properties: dict[str, Schema], expected: Any
) -> None:
    form = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    asked: dict[str, Any] = {
        "response_format": {"type": "json_schema", "json_schema": {"name": "form", "schema": form}}
    }
    if called:
        tool = {"type": "function", "function": {"name": "form", "parameters": form}}
        asked = {"tools": [tool], "tool_choice": "required"}
    messages = [{"role": "user", "content": said}]
    message = (
        get_mock_client().chat.completions.create(model="gpt-4o-mini", messages=messages, **asked).choices[0].message
    )
    given = json.loads(message.tool_calls[0].function.arguments if called else message.content)
    assert list(given.values()) == (expected if isinstance(expected, list) else [expected])


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("Convert 50 dollars to euros.", "dollars", "euros"),
        ("Convert 100 yen to pounds.", "yen", "pounds"),
        ("Convert 3 miles to kilometres.", "miles", "kilometres"),
    ],
)
def test_a_unit_is_told_without_its_number(said: str, start: str, end: str) -> None:
    kind = "unit" if "miles" in said else "currency"
    wanted = {"amount": NUMBER, f"from_{kind}": TEXT, f"to_{kind}": TEXT}
    form = {"type": "object", "properties": wanted, "required": list(wanted)}
    tool = {"type": "function", "function": {"name": "convert", "description": "Convert an amount", "parameters": form}}
    calls = (
        get_mock_client()
        .chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": said}], tools=[tool])
        .choices[0]
        .message.tool_calls
    )
    assert [list(json.loads(call.function.arguments).values())[1:] for call in calls] == [[start, end]]
