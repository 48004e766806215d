"""What lesson 09 claims of forms: a JSON schema in the request is enforced by the server, whatever the model would say."""

from __future__ import annotations

import json

import openai

from ..judging import Otherwise, another_error, criterion
from ..server import Server, text_of, user
from ..words import quoted, said_by
from .messages import REFUSALS

PET, SIZE = ["cat", "dog", "parrot"], ["small", "large"]
SCHEMA = {
    "type": "object",
    "properties": {
        "pet": {"type": "string", "enum": PET},
        "size": {"type": "string", "enum": SIZE},
        "is_old": {"type": "boolean"},
    },
    "required": ["pet", "size", "is_old"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "pet", "strict": True, "schema": SCHEMA}}
QUESTION = [user("Tell me about a pet that somebody may have.")]  # nothing in it asks for JSON


@criterion("A JSON schema is enforced: the reply is JSON with just its keys, and values of their types", lesson=9)
def json_by_schema(server: Server) -> str:
    try:
        answer = server.chat(QUESTION, response_format=FORMAT)
    except (*REFUSALS, openai.NotFoundError) as error:
        raise Otherwise(f"Refused, {said_by(error)}") from None
    said = text_of(answer)
    if answer.choices[0].finish_reason == "length":
        raise Otherwise(f"The reply was cut off before it was whole, so this could not be seen: {quoted(said)}.")
    try:
        found = json.loads(said)
    except ValueError:
        raise Otherwise(f"The schema is taken and not enforced: {quoted(said)} is no JSON.") from None
    if not fits(found):
        raise Otherwise(f"The schema is taken and not enforced: {quoted(said)} is another JSON.")
    return f"{quoted(said, 80)}."


def fits(found: object) -> bool:
    """Whether a JSON value is as the schema says."""
    if not isinstance(found, dict) or found.keys() != SCHEMA["properties"].keys():
        return False
    return found["pet"] in PET and found["size"] in SIZE and isinstance(found["is_old"], bool)


@criterion("A wrong schema is refused, and not passed over", lesson=9)
def wrong_schema(server: Server) -> str:
    wrong = {"type": "json_schema", "json_schema": {"name": "pet", "schema": {"type": "no such type"}}}
    try:
        server.chat(QUESTION, limit=8, response_format=FORMAT)
    except openai.BadRequestError as error:
        raise Otherwise(f"A right one is refused as well, {said_by(error)}") from None
    except openai.APIStatusError:
        pass  # what follows shows more
    try:
        answer = server.chat(QUESTION, limit=8, response_format=wrong)
    except openai.BadRequestError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise another_error(error) from None
    raise Otherwise(f"It was passed over: {quoted(text_of(answer))}.")
