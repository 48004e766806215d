"""What lesson 13 claims of the Responses API: what the server keeps is read and billed, or the answer shows that it is not."""

from __future__ import annotations

from typing import Any

import openai

from ..judging import Broken, Otherwise, criterion
from ..server import NoReply, Server, new_word
from ..words import quoted, said_by
from .messages import WHICH_WORD, code_word

NOT_THERE = (openai.NotFoundError, openai.BadRequestError, openai.UnprocessableEntityError, openai.InternalServerError)
MORE_NOT_THERE = (*NOT_THERE, openai.PermissionDeniedError, openai.ConflictError)


def answered(server: Server, **request: Any) -> Any:
    """An answer of the Responses API. Raises Otherwise where the server has none."""
    try:
        return server.respond(limit=60, **request)
    except (openai.APIStatusError, NoReply) as error:
        raise Otherwise(f"The Responses API is not offered, {said_by(error)}") from None


@criterion("The Responses API answers, with its usage", lesson=13)
def responses(server: Server) -> str:
    answer = answered(server, input="Say hello.")
    if not answer.usage or not answer.usage.input_tokens:
        raise Broken("The response holds no usage.")
    return f"{quoted(answer.output_text)}, {answer.usage.input_tokens} + {answer.usage.output_tokens} tokens, {answer.status}."


@criterion("A response that is gone on from is read, or the answer says that it is not", lesson=13)
def kept_state(server: Server) -> str:
    word = new_word()
    alone = answered(server, input=WHICH_WORD)
    told = answered(server, input=code_word(word), store=True)
    try:
        later = server.respond(limit=60, input=WHICH_WORD, previous_response_id=told.id)
    except MORE_NOT_THERE as error:
        raise Otherwise(f"Refused, {said_by(error)}") from None
    sizes = [answer.usage.input_tokens if answer.usage else 0 for answer in (alone, later)]
    if not all(sizes):
        if word.lower() in later.output_text.lower():
            return f"{quoted(later.output_text)}: it was read."
        raise Otherwise(f"Without a usage it could not be seen whether it was read: {quoted(later.output_text)}.")
    if sizes[1] > sizes[0]:
        return f"{quoted(later.output_text)}: {sizes[0]} input tokens alone, {sizes[1]} with the response before."
    if later.previous_response_id == told.id:
        raise Broken(
            f"The answer goes on from {told.id}, as it says, but has {sizes[1]} input tokens, and {sizes[0]} without it: "
            "it was not read."
        )
    raise Otherwise(
        f"previous_response_id is ignored without an error, {quoted(later.output_text)}; the answer's is "
        f"{later.previous_response_id}, by which a program can tell."
    )


@criterion("A stored response can be read again, and deleted", lesson=13)
def deleted_state(server: Server) -> str:
    told = answered(server, input="The code of my suitcase is 4711.", store=True)
    client = server.patient()
    try:
        server.will_ask(0)
        client.responses.retrieve(told.id)
    except MORE_NOT_THERE as error:
        raise Otherwise(f"Nothing is kept, {said_by(error)}") from None
    server.will_ask(0)
    client.responses.delete(told.id)
    try:
        server.will_ask(0)
        client.responses.retrieve(told.id)
    except openai.NotFoundError as error:
        return f"Deleted, it is not found: {said_by(error)}"
    raise Broken(f"{told.id} was deleted, and can still be read.")
