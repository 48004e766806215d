"""What was told under one criterion: under those after it, it only says that they could not be judged."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from .criteria import NotYet, NoUse
from .learner_code import Work


@contextmanager
def told_once(challenge: Work, what: Hashable) -> Iterator[None]:
    """Around a check of what every criterion rests on, such as the type of a result."""
    told, criterion = vars(challenge).setdefault("told", {}), os.environ.get("PYTEST_CURRENT_TEST", "")
    try:
        yield
    except (NotYet, NoUse) as error:
        problem = error.problem if isinstance(error, NoUse) else error
        problem.judged = problem.judged and told.setdefault(what, criterion) == criterion
        raise


def shortened(text: str, most: int) -> str:
    """The beginning of a text, cut between two words: half of a number would be another one."""
    if len(text) <= most:
        return text
    whole = text[: most + 1].rpartition(" ")[0]
    return f"{whole or text[:most].rstrip('0123456789')} …"
