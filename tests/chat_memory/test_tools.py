"""A function as a tool: what the model is told of it, how it is called with what the model sends, and what goes back."""

import asyncio
import enum
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial, wraps
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from chat_memory.tools import Called, Result, Tool
from chat_memory.tools.toolbox import Toolbox


class Unit(enum.Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


class Colour(str, enum.Enum):  # noqa: UP042  (not StrEnum, whose str() is the value)
    RED = "red"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Place(BaseModel):
    city: str
    country: str = "JP"


class Branch(BaseModel):
    name: str
    branches: list["Branch"] = []


class Service:
    """What holds a connection."""

    def find(self, _id: int, schema: str = "public") -> str:
        """Find a row."""
        return f"{schema}.{_id}"

    def __call__(self, x: int) -> int:
        return x


class Odd:
    pass


def weather(
    place: Place,
    day: date,
    unit: Unit = Unit.CELSIUS,
    hours: Annotated[int, Field(description="How far ahead.", ge=1)] = 3,
    source: Literal["radar", "model"] = "radar",
    note: str | None = None,
) -> dict[str, Any]:
    """The weather at a place.

    Args:
        place: Where.
    """
    return {"place": place, "day": day, "unit": unit, "hours": hours, "source": source, "note": note}


def called(function: Any, arguments: Any, **how: Any) -> Result:
    """What a call of a tool comes to."""
    tool = function if isinstance(function, Tool) else Tool(function, **how)
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    made = {"id": "call_1", "type": "function", "function": {"name": tool.name, "arguments": text}}
    job = Toolbox([tool], at_once=False).run({"role": "assistant", "tool_calls": [made]}).jobs[0]
    assert job.called == Called("call_1", tool.name, text)
    return asyncio.run(job.run_async()) if tool.is_async else job.run()


# What the model is told


def test_the_signature_and_the_docstring_are_the_definition():
    definition = Tool(weather).definition
    function = definition["function"]
    assert definition["type"] == "function" and function["name"] == "weather"
    assert function["description"] == "The weather at a place.\n\nArgs:\n    place: Where."
    assert "strict" not in function
    parameters = function["parameters"]
    assert parameters["type"] == "object" and parameters["required"] == ["place", "day"]
    assert parameters["additionalProperties"] is False
    properties = parameters["properties"]
    assert list(properties) == ["place", "day", "unit", "hours", "source", "note"]
    place = {"city": {"type": "string"}, "country": {"type": "string", "default": "JP"}}
    assert properties["place"] == {"type": "object", "properties": place, "required": ["city"]}
    assert properties["day"] == {"type": "string", "format": "date"}
    assert properties["unit"] == {"type": "string", "enum": ["C", "F"], "default": "C"}
    assert properties["hours"] == {"type": "integer", "description": "How far ahead.", "minimum": 1, "default": 3}
    assert properties["source"]["enum"] == ["radar", "model"] and properties["note"]["default"] is None
    assert "$" not in json.dumps(definition) and '"title"' not in json.dumps(definition)


def test_a_type_that_holds_itself_keeps_its_definition():
    def grow(tree: Branch) -> str:
        return tree.branches[0].name

    parameters = Tool(grow).definition["function"]["parameters"]
    assert parameters["properties"]["tree"] == {"$ref": "#/$defs/Branch"} and "Branch" in parameters["$defs"]
    assert called(grow, {"tree": {"name": "a", "branches": [{"name": "b"}]}}).content == "b"


def test_one_of_several_models_is_told_without_references():
    def feed(pet: Annotated[Cat | Dog, Field(discriminator="kind")]) -> str:
        return type(pet).__name__

    assert "$" not in json.dumps(Tool(feed).definition) and "discriminator" not in json.dumps(Tool(feed).definition)
    assert called(feed, {"pet": {"kind": "dog"}}).content == "Dog"


def test_a_field_of_pydantic_is_read_where_a_default_stands():
    def book(
        city: str = Field(description="Where."),
        nights: int = Field(default=3, ge=1),
        notes: list[str] = Field(default_factory=list),  # noqa: B008
    ) -> str:
        return f"{city} {nights} {notes}"

    parameters = Tool(book).definition["function"]["parameters"]
    assert parameters["required"] == ["city"]
    assert parameters["properties"] == {
        "city": {"type": "string", "description": "Where."},
        "nights": {"type": "integer", "default": 3, "minimum": 1},
        "notes": {"type": "array", "items": {"type": "string"}},
    }
    assert called(book, {"city": "Nara"}).content == "Nara 3 []"
    assert called(book, {"city": "Nara", "nights": 0}).failed


def test_a_class_has_its_own_docstring_or_none():
    class Trip(Place):
        """A trip."""

    assert "description" not in Tool(Place).definition["function"]
    assert Tool(Trip).definition["function"]["description"] == "A trip."
    assert called(Place, {"city": "Nara"}).content == '{"city":"Nara","country":"JP"}'


def test_a_function_without_parameters_takes_an_empty_object():
    def now() -> str:
        return "noon"

    assert Tool(now).definition["function"]["parameters"]["properties"] == {}
    assert "description" not in Tool(now).definition["function"]
    for arguments in ("{}", "", "  "):
        assert called(now, arguments) == Result("call_1", "now", "noon", failed=False)


def test_methods_objects_and_wrapped_functions_are_tools():
    service = Service()
    found = Tool(service.find)
    assert found.definition["function"]["description"] == "Find a row."
    assert called(found, {"_id": 7}).content == "public.7"
    assert called(Tool(service, name="same"), {"x": 3}).content == "3"

    @wraps(weather)
    def logged(*args: Any, **kwargs: Any) -> Any:
        return weather(*args, **kwargs)

    assert Tool(logged).definition == Tool(weather).definition


def test_what_a_partial_has_fixed_is_no_affair_of_the_model():
    def book(seat: int, user: str = "nobody") -> str:
        """Book a seat."""
        return f"{user} {seat}"

    tool = Tool(partial(book, user="Ana"))
    assert tool.name == "book" and tool.definition["function"]["description"] == "Book a seat."
    assert list(tool.definition["function"]["parameters"]["properties"]) == ["seat"]
    assert called(tool, {"seat": 7}).content == "Ana 7"
    assert called(tool, {"seat": 7, "user": "Bob"}).failed


def test_name_and_description_can_be_given():
    tool = Tool(lambda: 1, name="one", description="It is one.")
    assert tool.definition["function"]["name"] == "one" and tool.definition["function"]["description"] == "It is one."


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"key": {"type": "string"}}},
        {"name": "look_up", "parameters": {"type": "object", "properties": {"key": {"type": "string"}}}},
        {
            "type": "function",
            "function": {
                "name": "look_up",
                "parameters": {"type": "object", "properties": {"key": {"type": "string"}}},
                "strict": True,
            },
        },
        {
            "type": "function",
            "name": "look_up",
            "parameters": {"type": "object", "properties": {"key": {"type": "string"}}},
        },
        {"name": "look_up", "input_schema": {"type": "object", "properties": {"key": {"type": "string"}}}},
    ],
)
def test_a_schema_is_sent_as_it_is_and_the_arguments_come_as_the_json_says(schema):
    given = []

    def look_up(**arguments):
        """Look it up."""
        given.append(arguments)
        return arguments

    before = json.dumps(schema)
    tool = Tool(look_up, schema=schema)
    function = tool.definition["function"]
    assert tool.definition["type"] == "function" and function["name"] == "look_up"
    assert function["parameters"] == {"type": "object", "properties": {"key": {"type": "string"}}}
    assert function["description"] == "Look it up."
    assert function.get("strict") == schema.get("function", {}).get("strict")
    assert called(tool, {"key": "7", "more": [1]}).content == '{"key":"7","more":[1]}'
    assert given == [{"key": "7", "more": [1]}] and json.dumps(schema) == before


def test_what_is_done_to_a_schema_later_does_not_change_the_tool():
    schema = {"type": "object", "properties": {"key": {"type": "string"}}}
    tool = Tool(weather, schema=schema)
    schema["properties"]["key"]["type"] = "integer"
    assert tool.definition["function"]["parameters"]["properties"] == {"key": {"type": "string"}}


# What is refused


def star(*args: int) -> None: ...
def stars(**kwargs: int) -> None: ...
def positional(a: int, /) -> None: ...
def untyped(a) -> None: ...
def odd(a: Odd) -> None: ...
def unknown(a: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("function", [star, stars, positional, untyped, odd, unknown])
def test_a_signature_that_json_cannot_fill_is_refused_with_the_way_out(function):
    with pytest.raises(TypeError, match=rf"{function.__name__}.*Tool\(function, schema="):
        Tool(function)
    assert Tool(function, schema={"type": "object"}).name == function.__name__


@pytest.mark.parametrize("name", ["", "get weather", "a.b", "grüße", "a" * 65])
def test_a_name_that_the_api_refuses_is_refused(name):
    function = partial(weather)
    with pytest.raises(ValueError, match=r"1 to 64 of the signs .* Tool\(function, name="):
        Tool(function, name=name or None) if name else Tool(lambda: 1)


@pytest.mark.parametrize("what", [7, None, "weather", {"type": "function", "function": {"name": "a"}}])
def test_what_is_no_function_is_refused(what):
    with pytest.raises(TypeError, match="A tool is a function"):
        Tool(what)


@pytest.mark.parametrize("schema", [7, [], {"type": "string"}, {"type": "function", "function": 3}, {"type": "custom"}])
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises((TypeError, ValueError), match="schema"):
        Tool(weather, schema=schema)


@pytest.mark.parametrize(
    ("tools", "error"), [([weather, weather], ValueError), (weather, TypeError), ("weather", TypeError)]
)
def test_two_of_one_name_and_what_is_no_list_are_refused(tools, error):
    with pytest.raises(error, match="tools"):
        Toolbox(tools, at_once=False)


# What is wrong in a call goes back to the model


def test_arguments_are_converted_to_the_parameters_types():
    place = {"city": "Nara"}
    result = called(weather, {"place": place, "day": "2026-12-01", "unit": "F", "hours": "5"})
    wanted = {"place": {"city": "Nara", "country": "JP"}, "day": "2026-12-01", "unit": "F", "hours": 5}
    assert not result.failed and json.loads(result.content) == wanted | {"source": "radar", "note": None}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{", "no valid JSON"),
        ("[1]", "must be a JSON object"),
        ('"{}"', "must be a JSON object"),
        ("[" * 100_000, "nested too deep"),
        ("", "place: Field required"),
        ({"place": {}, "day": "2026-12-01"}, "place.city: Field required"),
        ({"place": {"city": "a"}, "day": "soon"}, "day: .*got 'soon'"),
        ({"place": {"city": "a"}, "day": "2026-12-01", "hours": 0}, "hours: .*greater than or equal to 1, got 0"),
        ({"place": {"city": "a"}, "day": "2026-12-01", "shoe": 1}, "shoe: Extra inputs are not permitted"),
    ],
)
def test_arguments_that_do_not_fit_are_told_and_nothing_is_called(arguments, words):
    calls = []

    @wraps(weather)
    def watched(**arguments: Any) -> None:
        calls.append(arguments)

    result = called(watched, arguments)
    assert result.failed and result.content.startswith("Error: The arguments ") and not calls
    assert re.search(words, result.content)


def test_half_of_an_emoji_in_arguments_can_be_sent_back():
    def echo(text: str) -> str:
        return text

    for tool in (Tool(echo), Tool(echo, schema={"type": "object"})):
        assert called(tool, '{"text": "\\ud83c"}').content == "\ufffd"


def test_an_error_is_told_by_type_and_message_without_its_traceback():
    def fail(how: str) -> None:
        if how == "silent":
            raise TimeoutError
        if how == "broken":

            class Broken(Exception):
                def __str__(self) -> str:
                    raise RuntimeError

            raise Broken
        raise LookupError(f"no {how}")

    assert called(fail, {"how": "city"}) == Result("call_1", "fail", "Error: LookupError: no city", failed=True)
    assert called(fail, {"how": "silent"}).content == "Error: TimeoutError"
    assert called(fail, {"how": "broken"}).content == "Error: Broken"


def test_an_error_of_pydantic_within_a_tool_is_the_tools_own():
    def parse(text: str) -> Place:
        return Place.model_validate_json(text)

    assert called(parse, {"text": "{}"}).content.startswith("Error: ValidationError: 1 validation error for Place")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_what_ends_the_program_is_raised(error):
    def stop() -> None:
        raise error

    async def stop_soon() -> None:
        raise error

    for function in (stop, stop_soon) if error is not asyncio.CancelledError else (stop,):
        with pytest.raises(error):
            called(function, {})


def test_a_cancellation_of_the_tools_own_is_its_error():
    async def wait() -> None:
        task = asyncio.ensure_future(asyncio.Event().wait())
        asyncio.get_running_loop().call_soon(task.cancel)
        await task

    result = called(wait, {})
    assert result.failed and result.content == "Error: CancelledError"


# What goes back


@dataclass
class Row:
    day: date
    price: Decimal


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("Sunny.", "Sunny."),
        ("", ""),
        ("\ud83c", "\ufffd"),
        (Colour.RED, "red"),
        (
            {"\ud83c": ["\ud83c", {date(2026, 12, 1): "\ud83c\udf0a"}]},
            '{"\ufffd":["\ufffd",{"2026-12-01":"\U0001f30a"}]}',
        ),
        (Place(city="\ud83c"), '{"city":"\ufffd","country":"JP"}'),
        (None, "null"),
        (7, "7"),
        (True, "true"),
        (["日本"], '["日本"]'),
        (Place(city="Nara"), '{"city":"Nara","country":"JP"}'),
        ([Row(date(2026, 12, 1), Decimal("1.50"))], '[{"day":"2026-12-01","price":"1.50"}]'),
        ({"unit": Unit.CELSIUS, 3: (1, 2)}, '{"unit":"C","3":[1,2]}'),
    ],
)
def test_a_text_goes_back_as_it_is_and_all_else_as_json(value, content):
    def give():
        return value

    assert called(give, {}) == Result("call_1", "give", content, failed=False)


def test_a_function_that_returns_nothing_says_that_it_is_done():
    def store() -> None:
        pass

    assert called(store, {}).content == "Done."


def test_what_is_no_json_is_told():
    def give() -> Any:
        return Odd()

    result = called(give, {})
    assert result.failed and result.content.startswith(
        "Error: TypeError: give returned Odd, which cannot be written as JSON"
    )


def test_async_functions_are_awaited_whatever_they_look_like():
    class Asks:
        async def __call__(self, x: int) -> int:
            return x + 1

        async def method(self, x: int) -> int:
            return x + 2

    tools = [Tool(Asks(), name="asks"), Tool(Asks().method), Tool(partial(Asks().method, x=4), name="fixed")]
    assert all(tool.is_async for tool in tools)
    results = [called(tool, arguments) for tool, arguments in zip(tools, [{"x": 1}, {"x": 1}, {}], strict=True)]
    assert [result.content for result in results] == ["2", "3", "6"]


def test_a_plain_function_that_returns_a_coroutine_is_told_apart_from_a_result():
    async def soon() -> str:
        return "noon"

    def later() -> Any:
        return soon()

    job = Toolbox([later], at_once=False).run(
        {
            "role": "assistant",
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "later", "arguments": "{}"}}],
        }
    )
    assert job.jobs[0].run().content.startswith("Error: TypeError: later has to be awaited")
    assert asyncio.run(job.jobs[0].run_async()).content == "noon"


def test_pydantic_is_imported_only_where_a_tool_needs_it():
    program = """
import sys
from chat_memory import ChatMemory
from chat_memory.tools import Tool
from chat_memory.tools.toolbox import Toolbox
def f(x): return x
tool = Tool(f, schema={"type": "object"})
call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": "1"}'}}
assert Toolbox([tool], False).run({"role": "assistant", "tool_calls": [call]}).jobs[0].run().content == "1"
print([name for name in sys.modules if name.startswith("pydantic")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
