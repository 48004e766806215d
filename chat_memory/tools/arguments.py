"""The arguments of a call: JSON that a model has written, right or wrong."""

import json
from typing import Any, cast

from ..unsendable import all_whole


class WrongCall(ValueError):
    """What is wrong with a call, in words for the model: no tool was called."""


def object_in(text: str) -> dict[str, Any]:
    """The JSON object in a text; an empty text holds an empty one. Raises WrongCall for anything else."""
    try:
        found = json.loads(text if text.strip() else "{}")
    except RecursionError:
        raise WrongCall("The arguments are nested too deep") from None
    except ValueError as error:
        raise WrongCall(f"The arguments are no valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise WrongCall(f"The arguments must be a JSON object, got {text:.60}")
    return cast(dict[str, Any], all_whole(found))
