"""A memory of somebody's own, from a file or a module: found, looked at, and made ready to be compared."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from chat_memory.scoreboard import Strategy, own


class NoMemory(Exception):
    """There is no memory where one was looked for; the message says why, and what to do."""


def strategy_from(given: str, folder: Path) -> Strategy:
    """The memory in `given`: a file or a module, with `:Name` behind it where it holds several.

    Files and modules are looked for from `folder` on. Raises NoMemory.
    """
    place, name = _split(given)
    module = _from_file(folder / place) if _is_file(place) else _from_module(place, folder)
    factory = _named(module, place, name) if name else _only(module, place)
    called = name or factory.__name__
    if inspect.isclass(factory) and not callable(getattr(factory, "ask", None)):
        raise NoMemory(
            f"{called} in {place} has no method ask: it is asked as memory.ask(text), and returns the reply."
        )
    try:
        return own(f"yours: {called}", factory)
    except TypeError as error:
        raise NoMemory(
            f"{called} in {place} cannot be called: {error} Compare its __init__ with the lesson's."
        ) from None


def _split(given: str) -> tuple[str, str]:
    """Where it is, and its name; the colon of a Windows drive is part of the place."""
    place, colon, name = given.rpartition(":")
    return (place, name) if colon and name.isidentifier() and len(place) > 1 else (given, "")


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place or "\\" in place


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise NoMemory(f"There is no file {path}.")
    spec = importlib.util.spec_from_file_location(f"compared_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise NoMemory(f"{path} is no Python file: its name has to end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses and pickle look for it
    sys.path.insert(0, str(path.parent))  # what stands beside it can be imported, as when it is run
    return _run(lambda: spec.loader.exec_module(module) or module, path.name)


def _from_module(name: str, folder: Path) -> ModuleType:
    sys.path.insert(0, str(folder))
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise NoMemory(f"There is no module {name}. (A file is given with its ending: {name}.py)")
    return _run(lambda: importlib.import_module(name), name)


def _run(load: Callable[[], ModuleType], name: str) -> ModuleType:
    """Load a module; whatever its code raises on the way is said in a sentence."""
    try:
        return load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit too
        line = _line_in(error, name)
        raise NoMemory(f"{name} stops{line} when it is imported: {type(error).__name__}: {error}") from None


def _line_in(error: BaseException, name: str) -> str:
    """The line of the file in which an error was raised, where it is known."""
    if isinstance(error, SyntaxError):
        return f" in line {error.lineno}" if error.lineno else ""
    trace, line = error.__traceback__, 0
    while trace:
        if Path(trace.tb_frame.f_code.co_filename).name == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" in line {line}" if line else ""


def _named(module: ModuleType, place: str, name: str) -> Callable[..., Any]:
    factory = getattr(module, name, None)
    if not callable(factory):
        there = ", ".join(each.__name__ for each in _memories(module)) or "none"
        raise NoMemory(f"{place} has no {name} that could be called. Classes with a method ask in it: {there}.")
    return factory


def _only(module: ModuleType, place: str) -> Callable[..., Any]:
    """The one memory of a module: its class with a method ask, or else what is called Memory there."""
    found = _memories(module) or [made for made in [getattr(module, "Memory", None)] if callable(made)]
    if not found:
        raise NoMemory(
            f"{place} has no class with a method ask. What is compared is a class, made as "
            "Memory(client, system=…, max_tokens=…) and asked as memory.ask(text); a function that makes one: "
            f"{place}:its_name"
        )
    if len(found) > 1:
        raise NoMemory(
            f"{place} has several classes with a method ask. Which one? "
            + " or ".join(f"{place}:{each.__name__}" for each in found)
        )
    return found[0]


def _memories(module: ModuleType) -> list[Callable[..., Any]]:
    """The classes of a module's own that can be asked; where it has none, those that it imports."""
    there = [each for each in vars(module).values() if inspect.isclass(each) and callable(getattr(each, "ask", None))]
    own_ones = [each for each in there if each.__module__ == module.__name__]
    return list(dict.fromkeys(own_ones or there))
