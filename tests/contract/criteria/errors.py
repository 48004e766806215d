"""What lesson 07 and the README claim of errors: a wrong request, key or model is refused with an error of its own class."""

from __future__ import annotations

import openai

from ..judging import Broken, Otherwise, another_error, criterion
from ..server import Server, text_of, user
from ..words import quoted, said_by

ASK = [user("Say hello.")]
NOBODY = "no-such-model-9b"
WRONG_KEY = "sk-wrong"


@criterion("A wrong key is an AuthenticationError", lesson=1)
def wrong_key(server: Server) -> str:
    try:
        server.with_key(WRONG_KEY).chat(ASK, limit=8)
    except openai.AuthenticationError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise Broken(said_by(error)) from None
    raise Otherwise("Any key is accepted.")


@criterion("A model that is not there is a NotFoundError", lesson=1)
def unknown_model(server: Server) -> str:
    try:
        answer = server.with_model(NOBODY).chat(ASK, limit=8)
    except openai.NotFoundError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise another_error(error) from None
    raise Otherwise(f"Asked for {NOBODY}, it answers all the same, as {answer.model}.")


@criterion("A wrong request is a BadRequestError, which no client sends again", lesson=7)
def wrong_request(server: Server) -> str:
    try:
        answer = server.chat([{"role": "user", "content": 7}], limit=8)
    except openai.BadRequestError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise another_error(error) from None
    raise Otherwise(f"A message whose content is the number 7 is accepted: {quoted(text_of(answer))}.")
