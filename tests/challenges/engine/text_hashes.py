"""Python's hash of a text, which is another one in each program: as a learner's code meets it, however it asks for it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from numbers import Number
from typing import Any
from unittest.mock import patch

from . import learner_code

REALLY, SALTS = hash, count()
METHOD = "__hash_of__"  # what thing.__hash__ becomes, as METHOD(thing)


class Hash:
    """hash() of one program: of numbers as always, of everything else as no other program has it."""

    def __init__(self) -> None:
        self.salt = next(SALTS)
        self.asked = False  # for the hash of what may hold a text

    def __call__(self, thing: Any) -> int:
        if thing is None or isinstance(thing, Number):
            return REALLY(thing)
        self.asked = True
        return REALLY((self.salt, thing))

    def method(self, thing: Any) -> Callable[..., int]:
        """What thing.__hash__ is."""
        return self if isinstance(thing, type) else partial(self, thing)


class Rewritten(ast.NodeTransformer):
    """Code in which thing.__hash__ asks this module."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr != "__hash__" or not isinstance(node.ctx, ast.Load):
            return node
        asked = ast.Call(ast.Name(METHOD, ast.Load()), [node.value], [])
        return ast.fix_missing_locations(ast.copy_location(asked, node))


def rewritten(source: bytes, name: str, *rest: Any, **options: Any) -> Any:
    """compile, for code that is a whole file."""
    return compile(
        Rewritten().visit(ast.parse(source, name)) if b"__hash__" in source else source, name, *rest, **options
    )


@contextmanager
def as_in_one_program() -> Iterator[Hash]:
    """While a program runs whose code is loaded in here."""
    own = Hash()
    with (
        patch.object(learner_code, "compile", rewritten, create=True),
        patch.object(builtins, METHOD, own.method, create=True),
        patch.object(builtins, "hash", own),
    ):
        yield own
