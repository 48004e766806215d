"""The arguments of a call: JSON that a model has written, right or wrong."""

import json
from typing import Any


class WrongArguments(ValueError):
    """What is wrong with the arguments of a call, in words for the model."""


def object_in(text: str) -> dict[str, Any]:
    """The JSON object in a text; an empty text holds an empty one. Raises WrongArguments for anything else."""
    try:
        found = json.loads(text or "{}")
    except RecursionError:
        raise WrongArguments("they are nested too deep") from None
    except ValueError as error:
        raise WrongArguments(f"they are no valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise WrongArguments(f"they must be a JSON object, got {text:.60}")
    return found
