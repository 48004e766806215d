"""Turns of several steps: which tool is called next, what is made of results and of failures, and when the turn ends.

Each set of tools is one that no rule was written for; what is told must come from what the tools have answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import get_mock_client

CLIENT = get_mock_client()
TEXT, WHOLE, NUMBER = ({"type": kind} for kind in ("string", "integer", "number"))
Answers = dict[str, str | Callable[[Any], str]]
Calls = list[tuple[str, Any]]


def tool(name: str, description: str, required: list[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    needed = list(properties) if required is None else required
    parameters = {"type": "object", "properties": properties, "required": needed}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def custom(name: str, description: str) -> dict[str, Any]:
    return {"type": "custom", "custom": {"name": name, "description": description}}


def run(asked: str, tools: list[dict], answers: Answers, **options: Any) -> tuple[list[Calls], str]:
    """Run a turn to its answer: the calls of each step, and what is said in the end."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": asked}]
    options = {"model": "offline-model", **options}
    steps: list[Calls] = []
    for _ in range(12):
        message = CLIENT.chat.completions.create(messages=messages, tools=tools, **options).choices[0].message
        if not message.tool_calls:
            return steps, message.content
        messages.append(message.model_dump(exclude_none=True, exclude={"annotations"}))
        steps.append([])
        for call in message.tool_calls:
            custom = call.type == "custom"
            name = call.custom.name if custom else call.function.name
            handed = call.custom.input if custom else json.loads(call.function.arguments)
            answer = answers[name]
            result = answer if isinstance(answer, str) else answer(handed)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
            steps[-1].append((name, handed))
    raise AssertionError(f"The turn has no end: {steps}")


SHOP = [
    tool("find_customer", "Find a customer by name. Returns the customer id.", name=TEXT),
    tool("list_orders", "List the orders of a customer.", customer_id=TEXT),
    tool("get_invoice", "Get the invoice of an order.", order_id=TEXT),
    tool("cancel_order", "Cancel an order.", order_id=TEXT),
]
SHOP_SAYS: Answers = {
    "find_customer": '{"customer_id": "C-77"}',
    "list_orders": '[{"order_id": "A-12", "item": "lamp"}, {"order_id": "A-13", "item": "desk"}]',
    "get_invoice": "Invoice 991, 40 euros, paid.",
    "cancel_order": "Cancelled.",
}
TRIP = [
    tool("get_location", "Get the city where the user is now."),
    tool("get_weather", "Get the weather in a city.", city=TEXT),
    tool("find_hotel", "Find a hotel in a city.", ["city"], city=TEXT, stars=WHOLE),
    tool("convert_currency", "Convert an amount.", amount=NUMBER, from_currency=TEXT, to_currency=TEXT),
]
TRIP_SAYS: Answers = {
    "get_location": '{"city": "Lisbon", "country": "Portugal"}',
    "get_weather": lambda given: f"{len(given['city']) + 10} degrees",
    "find_hotel": lambda given: f"Hotel Aurora in {given['city']}, 90 euros a night.",
    "convert_currency": "98.10 USD",
}
HOME = [
    tool("read_temperature", "Read the temperature of a room in degrees.", room=TEXT),
    tool("set_heating", "Set the heating of a room.", room=TEXT, degrees=NUMBER),
    tool("list_windows", "List which windows are open."),
]
HOME_SAYS: Answers = {
    "read_temperature": lambda given: f"{len(given['room'])}.5 degrees",
    "set_heating": '{"ok": true}',
    "list_windows": "attic, cellar",
}
CLINIC = [
    tool("find_patient", "Look up a patient by name. Returns the patient number.", full_name=TEXT),
    tool("get_blood_results", "Get the latest blood results of a patient.", patient_number=TEXT),
    tool("book_appointment", "Book an appointment.", ["patient_number", "date"], patient_number=TEXT, date=TEXT),
]
CLINIC_SAYS: Answers = {
    "find_patient": '{"patient_number": "P-204"}',
    "get_blood_results": '{"iron": 60, "sugar": 91}',
    "book_appointment": "Booked for 3 June.",
}
OFFICE = [
    custom("run_sql", "Run an SQL query on the sales database."),
    tool("read_file", "Read a file from disk.", path=TEXT),
    tool("account_balance", "Balance of an account in euros.", account=TEXT),
    tool("transfer_money", "Transfer an amount.", from_account=TEXT, to_account=TEXT, amount=NUMBER),
]
OFFICE_SAYS: Answers = {
    "run_sql": "3 rows: 10, 20, 30",
    "read_file": "The service starts on port 8080.",
    "account_balance": '{"balance": 120.5}',
    "transfer_money": "Done, reference T-9.",
}
PAIRS = [  # a question that needs several calls, none of them the other's result, and what the answer must hold
    (
        "Get the invoice of order A-12 and cancel order A-13.",
        (SHOP, SHOP_SAYS),
        [("get_invoice", {"order_id": "A-12"}), ("cancel_order", {"order_id": "A-13"})],
        ["991", "Cancelled"],
    ),
    (
        "What's the weather in Faro, find a hotel there, and convert 90 EUR to USD.",
        (TRIP, TRIP_SAYS),
        [
            ("get_weather", {"city": "Faro"}),
            ("find_hotel", {"city": "Faro"}),
            ("convert_currency", {"amount": 90, "from_currency": "EUR", "to_currency": "USD"}),
        ],
        ["14 degrees", "Aurora in Faro", "98.10"],
    ),
    (
        "What is the temperature in the kitchen and the bathroom? Which windows are open?",
        (HOME, HOME_SAYS),
        [("read_temperature", {"room": "kitchen"}), ("read_temperature", {"room": "bathroom"}), ("list_windows", {})],
        ["7.5", "8.5", "attic"],
    ),
    (
        "Show me the blood results of patient P-204 and book an appointment for 3 June.",
        (CLINIC, CLINIC_SAYS),
        [
            ("get_blood_results", {"patient_number": "P-204"}),
            ("book_appointment", {"patient_number": "P-204", "date": "3 June"}),
        ],
        ["iron 60", "3 June"],
    ),
    (
        'Read the file config.yaml and run the query "SELECT 1".',
        (OFFICE, OFFICE_SAYS),
        [("read_file", {"path": "config.yaml"}), ("run_sql", "SELECT 1")],
        ["8080", "10, 20, 30"],
    ),
    (
        "What is the balance of account DE-11, then transfer 50 euros from account DE-11 to account DE-22.",
        (OFFICE, OFFICE_SAYS),
        [
            ("account_balance", {"account": "DE-11"}),
            ("transfer_money", {"from_account": "DE-11", "to_account": "DE-22", "amount": 50}),
        ],
        ["120.5", "T-9"],
    ),
]


@pytest.mark.parametrize(("asked", "world", "calls", "facts"), PAIRS)
def test_several_functions_are_called_at_once_or_one_after_the_other(
    asked: str, world: tuple[list, Answers], calls: Calls, facts: list[str]
) -> None:
    for options, expected in (({}, [calls]), ({"parallel_tool_calls": False}, [[one] for one in calls])):
        for model in ("offline-model", "offline-thinker"):
            steps, said = run(asked, *world, **options, model=model)
            assert steps == expected
            assert all(fact in said for fact in facts), said


CHAINS = [  # a call that needs what another one answers
    (
        "What orders does the customer Maria Lopez have?",
        (SHOP, SHOP_SAYS),
        [[("find_customer", {"name": "Maria Lopez"})], [("list_orders", {"customer_id": "C-77"})]],
        "lamp",
    ),
    (
        "What's the weather where I am?",
        (TRIP, TRIP_SAYS),
        [[("get_location", {})], [("get_weather", {"city": "Lisbon"})]],
        "16 degrees",
    ),
    (
        "What's the weather here, and find me a hotel in Porto.",
        (TRIP, TRIP_SAYS),
        [[("get_location", {}), ("find_hotel", {"city": "Porto"})], [("get_weather", {"city": "Lisbon"})]],
        "Aurora in Porto",
    ),
    (
        "What are the blood results of Ines Duarte?",
        (CLINIC, CLINIC_SAYS),
        [[("find_patient", {"full_name": "Ines Duarte"})], [("get_blood_results", {"patient_number": "P-204"})]],
        "sugar 91",
    ),
]


@pytest.mark.parametrize(("asked", "world", "steps", "fact"), CHAINS)
def test_what_a_function_answers_is_handed_to_the_next(
    asked: str, world: tuple[list, Answers], steps: list[Calls], fact: str
) -> None:
    made, said = run(asked, *world)
    assert made == steps and fact in said


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("Error: the warehouse does not answer", "the warehouse does not answer"),
        ("Error: ConnectionError: no route to host", "A-13: no route to host"),
        ('{"error": "already shipped"}', "already shipped"),
        ('{"error": {"code": 409, "message": "already shipped"}}', "already shipped"),
        ('{"success": false, "message": "already shipped"}', "already shipped"),
        ("Traceback (most recent call last):\n  File x\nTimeoutError: 30 s", "30 s"),
        ("Could not reach the warehouse.", "Could not reach the warehouse"),
    ],
)
def test_a_failure_is_told_and_the_call_not_made_again(result: str, reason: str) -> None:
    steps, said = run("Cancel order A-13, please.", SHOP, {"cancel_order": result})
    assert steps == [[("cancel_order", {"order_id": "A-13"})]]
    assert said.startswith("I could not cancel the order for A-13") and reason in said


@pytest.mark.parametrize("result", ['{"error": null, "item": "lamp"}', '{"error_rate": 3}', "No errors, all is well."])
def test_a_result_without_an_error_is_no_failure(result: str) -> None:
    _, said = run("Cancel order A-13, please.", SHOP, {"cancel_order": result})
    assert "could not" not in said


def test_of_a_large_result_only_what_was_asked_for_is_told() -> None:
    page = "\n".join(
        [*(f"Order of lamp {n}: sent." for n in range(300)), "The invoice total of order A-12 is 40 euros."]
    )
    _, said = run("Get the invoice of order A-12.", SHOP, {"get_invoice": page})
    assert said == "The invoice total of order A-12 is 40 euros."


def test_one_failure_does_not_end_the_turn() -> None:
    answers = {**SHOP_SAYS, "get_invoice": "Error: no such order"}
    asked = "Get the invoice of order A-12 and cancel order A-13."
    for options in ({}, {"parallel_tool_calls": False}):
        steps, said = run(asked, SHOP, answers, **options)
        assert sum(map(len, steps)) == 2
        assert "no such order" in said and "Cancelled" in said


def test_a_chain_ends_where_its_first_call_fails() -> None:
    steps, said = run("What's the weather where I am?", TRIP, {"get_location": "Error: location is switched off"})
    assert steps == [[("get_location", {})]] and "location is switched off" in said


def test_without_tools_the_answer_is_what_is_known() -> None:
    asked = {"role": "user", "content": "Get the invoice of order A-12 and cancel order A-13."}
    call = {"id": "call_1", "type": "function", "function": {"name": "get_invoice", "arguments": '{"order_id":"A-12"}'}}
    turn = [
        asked,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "Invoice 991, 40 euros, paid."},
    ]
    options = {"model": "offline-model", "tools": SHOP}
    for messages in ([asked], turn):
        message = CLIENT.chat.completions.create(messages=messages, tool_choice="none", **options).choices[0].message
        assert not message.tool_calls and ("991" in message.content) == (messages is turn)
    assert CLIENT.chat.completions.create(messages=turn, **options).choices[0].message.tool_calls


def test_a_question_sets_nothing() -> None:
    for asked in ("How warm is the heating in the kitchen?", "Which heating is on?"):
        steps, _ = run(asked, HOME, HOME_SAYS)
        assert all(name != "set_heating" for step in steps for name, _ in step)


RESULT = st.one_of(
    st.text(max_size=200),
    st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.integers(), st.text(max_size=20)), max_size=4).map(
        json.dumps
    ),
    st.sampled_from(["Error: no", "Call get_weather again.", '{"city": "Rome"}', "", "null"]),
)


@settings(max_examples=40, deadline=None)
@given(
    asked=st.sampled_from([asked for asked, *_ in (*PAIRS[:4], *CHAINS)]),
    results=st.lists(RESULT, min_size=4, max_size=4),
    parallel=st.booleans(),
)
def test_every_turn_has_an_end_and_no_call_is_made_twice(asked: str, results: list[str], parallel: bool) -> None:
    tools = [*SHOP, *TRIP, *HOME, *CLINIC]
    names = [tool["function"]["name"] for tool in tools]
    answers: Answers = {name: results[n % 4] for n, name in enumerate(names)}
    steps, said = run(asked, tools, answers, parallel_tool_calls=parallel)
    made = [json.dumps(call) for step in steps for call in step]
    assert len(made) == len(set(made)) and said
