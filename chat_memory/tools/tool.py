"""A tool: a function that a model may call, as the model is told of it, and as it is called with what the model sends."""

import inspect
import re
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

from .arguments import object_in

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what the API takes


class Tool:
    """A function, with the name, the description and the schema that the model gets.

    Without a `schema` all three are the function's own: its name, its docstring, and its signature, whose types pydantic
    turns into a JSON schema (`Annotated[str, Field(description="…")]` describes one parameter). What the model sends is
    checked and converted before the function is called: dates, enums, models. What is wrong goes back to the model.

    A `schema` is the JSON schema of the arguments, or a whole definition, {"name": …, "parameters": …}, also inside
    {"type": "function", "function": …}, or Anthropic's, {"name": …, "input_schema": …}. It is copied. The function is then
    called with the arguments as the JSON says.

    Definitions are not `strict` unless such a schema says so: strict mode refuses defaults and many schemas, few servers
    know it, and what does not fit is found here in any case.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        schema: dict[str, Any] | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        """Raises TypeError or ValueError for what is no function, a name that the API refuses, and no schema."""
        if not callable(function):
            raise TypeError(f"A tool is a function, got {type(function).__name__}. {_way_out(function)}")
        self.function = function
        given = _definition(schema)
        named = function.func if isinstance(function, partial) else function
        self.name = _checked_name(name or given.get("name") or getattr(named, "__name__", None), named)
        described = description or given.get("description") or _docstring(named)
        self.is_async = inspect.iscoroutinefunction(named) or inspect.iscoroutinefunction(
            getattr(named, "__call__", None)  # noqa: B004  (of an object, its method)
        )
        if schema is None:
            from .signature import arguments_of, returns_nothing

            given["parameters"], self.arguments = arguments_of(function, self.name)
            self.returns_nothing = returns_nothing(function)
        else:
            self.arguments, self.returns_nothing = object_in, False
        given |= {"name": self.name} | ({"description": described} if described else {})
        order = ("name", "description", "parameters")
        function_definition = {key: given[key] for key in order if key in given} | given
        self.definition: dict[str, Any] = {"type": "function", "function": function_definition}

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"


def _definition(schema: Any) -> dict[str, Any]:
    """What a schema says of a function: a copy of it, or what stands around it."""
    if schema is None:
        return {}
    if not isinstance(schema, dict):
        raise TypeError(f'schema must be a dict such as {{"type": "object", "properties": {{…}}}}, got {schema!r:.60}.')
    schema = deepcopy(schema)
    inner = schema.get("function", schema)
    if not isinstance(inner, dict):
        raise ValueError(f"schema['function'] must be a dict with name and parameters, got {inner!r:.60}.")
    if "name" in inner and isinstance(inner.get("input_schema"), dict):
        inner["parameters"] = inner.pop("input_schema")
    if schema.get("type", "function") == "function" and ("parameters" in inner or "name" in inner):
        return {key: value for key, value in inner.items() if key != "type"}
    if schema.get("type", "object") != "object" or "function" in schema:
        raise ValueError(
            f"schema must be of the type 'object', or a definition of the type 'function', got {schema!r:.60}. The "
            "arguments of a call are always one JSON object."
        )
    return {"parameters": schema}


def _checked_name(name: Any, function: Any) -> str:
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    found = "no name" if name is None else f"the name {name!r:.80}"
    raise ValueError(
        f"A tool that is {getattr(function, '__qualname__', type(function).__name__):.60} has {found}, and a name has 1 to "
        "64 of the signs a-z, A-Z, 0-9, _ and -. Give it one: Tool(function, name='get_weather')."
    )


def _docstring(function: Any) -> str:
    """The docstring of a function, or of a class its own: what stands in the class above speaks of that one."""
    if inspect.isroutine(function):
        return inspect.getdoc(function) or ""
    return inspect.cleandoc((function if isinstance(function, type) else type(function)).__doc__ or "")


def _way_out(value: Any) -> str:
    if isinstance(value, dict):
        return "A schema needs the function that it is for: Tool(function, schema={…})."
    return "Give functions, or Tool(function, schema={…})."
