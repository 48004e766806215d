"""The arguments of a function, as its signature says: their JSON schema for the model, and the check of what it sends.

Both are pydantic's work. It comes with the openai package, and is imported only where a tool has no schema of its own.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, NotRequired, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, with_config
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python
from typing_extensions import TypedDict

from .arguments import WrongCall, object_in

Read: TypeAlias = Callable[[str], dict[str, Any]]  # the arguments that a function is called with, from their JSON
LONGEST_INPUT = 60  # characters of what was wrong
BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def arguments_of(function: Callable[..., Any], name: str) -> tuple[dict[str, Any], Read]:
    """The JSON schema of a function's arguments, and what reads them: checked, and converted to the parameters' types.

    A default is the function's own affair (but for one in a pydantic `Field`, which is handed over), an argument that a
    `functools.partial` has fixed by name too: the model does not see it. Raises TypeError for a signature that no JSON
    object can fill.
    """
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError, ValueError, SyntaxError, AttributeError) as error:
        raise TypeError(
            f"The signature of the tool {name} cannot be read: {type(error).__name__}: {error}. Write types that are "
            "known where the function stands, or give a schema: Tool(function, schema={…})."
        ) from error
    fixed = set(function.keywords) if isinstance(function, partial) else set()
    fields = {key: _field(name, parameter) for key, parameter in signature.parameters.items() if key not in fixed}
    made: Any = TypedDict  # called, for names that only a signature knows
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(with_config({"extra": "forbid"})(made("arguments", fields)))
        schema = _inlined(adapter.json_schema(schema_generator=_Shorter))
    except (PydanticUserError, TypeError, NameError) as error:
        raise TypeError(
            f"The tool {name} has a parameter of a type that has no JSON schema: {str(error).splitlines()[0]} Give it "
            "another type, or give a schema: Tool(function, schema={…})."
        ) from error
    schema.pop("title", None)
    return schema, partial(_read, adapter)


def returns_nothing(function: Callable[..., Any]) -> bool:
    """Whether a function is declared to return None."""
    try:
        return inspect.signature(function).return_annotation in (None, "None")
    except (TypeError, ValueError):
        return False


def _field(name: str, parameter: inspect.Parameter) -> Any:
    if parameter.kind not in BY_NAME:
        raise TypeError(
            f"The tool {name} has the parameter {parameter}, and a model gives each argument by its name. Write the "
            "parameters that it may give, or give a schema: Tool(function, schema={…})."
        )
    kind = parameter.annotation
    if kind is parameter.empty:
        raise TypeError(
            f"The parameter {parameter.name} of the tool {name} has no type, so the model would have to guess. Write one, "
            f"such as {parameter.name}: str, or give a schema: Tool(function, schema={{…}})."
        )
    if parameter.default is parameter.empty:
        return kind
    if isinstance(parameter.default, FieldInfo):
        kind = Annotated[kind, parameter.default]
        return kind if parameter.default.is_required() else NotRequired[kind]
    try:
        default = to_jsonable_python(parameter.default)
    except (PydanticSerializationError, ValueError):
        return NotRequired[kind]
    return NotRequired[Annotated[kind, Field(json_schema_extra={"default": default})]]


def _read(adapter: TypeAdapter[Any], text: str) -> dict[str, Any]:
    given = object_in(text)
    try:
        read: dict[str, Any] = adapter.validate_json(json.dumps(given))  # what is no JSON is told by `object_in`
        return read
    except ValidationError as error:
        problems = "; ".join(map(_problem, error.errors(include_url=False)))
        raise WrongCall(f"The arguments do not fit: {problems}") from None


def _problem(found: Mapping[str, Any]) -> str:
    """One thing that is wrong, in a line: where, what, and what was given."""
    place = ".".join(map(str, found["loc"]))
    given = "" if found["type"] == "missing" else f", got {found['input']!r:.{LONGEST_INPUT}}"
    return f"{place}: {found['msg']}{given}" if place else f"{found['msg']}{given}"


class _Shorter(GenerateJsonSchema):
    """Without the titles that pydantic makes of names: they say nothing, and each costs tokens.

    And without a `discriminator`, which is OpenAPI's and points to definitions: each alternative says its own constant.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
        return {key: value for key, value in super().tagged_union_schema(schema).items() if key != "discriminator"}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions where they are used, unless one of them holds itself. Not every server follows $ref."""
    definitions = schema.pop("$defs", {})
    used: list[str] = []

    def inline(part: Any) -> Any:
        if isinstance(part, list):
            return [inline(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).removeprefix("#/$defs/")
        if name not in definitions:
            return {key: inline(inner) for key, inner in part.items()}
        if name in used:
            raise RecursionError
        used.append(name)
        found = {**inline(definitions[name]), **{key: inline(value) for key, value in part.items() if key != "$ref"}}
        used.pop()
        if isinstance(definitions[name], dict) and definitions[name].get("title") == name:
            found.pop("title", None)
        return found

    try:
        whole: dict[str, Any] = inline(schema)
    except RecursionError:
        return {**schema, "$defs": definitions}
    return whole
