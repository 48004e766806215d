"""The situations of a criterion drawn once, for all files that are checked by it: Hypothesis would draw the same for each.

They are kept from the first file that meets the criterion. What a checker or a learner's code has changed in them is made
anew before the next file. What a criterion draws by itself, from `st.data()`, is drawn anew. Where a file fails, Hypothesis
has the word after all: it tries once more, and finds out whether the same goes wrong each time.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any

from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.strategies import DataObject

Situation = dict[str, Any]  # what a criterion is given, by the names of its arguments
shared: DrawnOnce | None = None  # for all checks of this process and of its copies, where it was made


class DrawnOnce:
    """The situations of each criterion: as they were drawn, and those that are handed out."""

    def __init__(self) -> None:
        self._drawn: dict[Callable[..., None], list[Situation]] = {}
        self._handed: dict[Callable[..., None], list[Situation]] = {}

    def judge(self, criterion: Callable[..., None], **fixtures: Any) -> None:
        """Call a criterion that Hypothesis would call, for each of its situations."""
        if criterion not in self._drawn:
            self._judge_and_keep(criterion, fixtures)
            return
        work = fixtures["challenge"]
        calls = work.calls
        try:
            self._judge_again(criterion, fixtures)
        except Exception:
            work.calls = calls  # so that chance begins where it did
            criterion(**fixtures)
            raise  # it comes to that now and then only

    def _judge_and_keep(self, criterion: Any, fixtures: dict[str, Any]) -> None:
        judged, drawn, whole = criterion.hypothesis.inner_test, [], True

        @wraps(judged)
        def kept(**arguments: Any) -> None:
            nonlocal whole
            situation = {name: value for name, value in arguments.items() if name not in fixtures}
            whole = whole and not any(isinstance(value, DataObject) for value in situation.values())
            if whole:
                drawn.append(deepcopy(situation))
            judged(**arguments)

        criterion.hypothesis.inner_test = kept
        try:
            criterion(**fixtures)
        finally:
            criterion.hypothesis.inner_test = judged
        if whole:
            self._drawn[criterion], self._handed[criterion] = drawn, deepcopy(drawn)

    def _judge_again(self, criterion: Any, fixtures: dict[str, Any]) -> None:
        handed, state = self._handed[criterion], random.getstate()
        try:
            for number, drawn in enumerate(self._drawn[criterion]):
                if handed[number] != drawn:
                    handed[number] = deepcopy(drawn)
                random.seed(0)  # as Hypothesis does it
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of assume, that Hypothesis is not there
                    try:
                        criterion.hypothesis.inner_test(**fixtures, **handed[number])
                    except UnsatisfiedAssumption:
                        continue
        finally:
            random.setstate(state)
