"""The kit: a client's program says in lines what its checks came to, whatever they print, raise or leave running."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .kit import holds, lacks, raises

HERE = Path(__file__).parent
PROGRAM = """
import asyncio, os
from kit import Gap, check, expect, holds, run

@check("good")
def _():
    print("a library that prints", flush=True)
    os.system("echo a program that it starts")

@check("wrong")
def _():
    holds("The cat is called Tilly.", "Fado")

@check("broken")
async def _():
    raise KeyError("choices")

@check("missing")
def _():
    raise Gap("The client has no streams.")

@check("async")
async def _():
    await asyncio.sleep(0)
    expect(1 + 1 == 2, "Never.")

run()
"""


def lines_of(tmp_path: Path, *names: str) -> list[dict]:
    program = tmp_path / "client.py"
    program.write_text(PROGRAM, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [sys.executable, str(program), *names], env=environment, capture_output=True, text=True, timeout=30
    )
    assert "a library that prints" in done.stderr or names
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_check_gets_a_line_with_its_reason(tmp_path):
    announced, *results = lines_of(tmp_path)
    assert announced == {"checks": ["good", "wrong", "broken", "missing", "async"]}
    assert [(line["check"], line["result"]) for line in results] == [
        ("good", "ok"),
        ("wrong", "failed"),
        ("broken", "failed"),
        ("missing", "gap"),
        ("async", "ok"),
    ]
    assert results[1]["said"].startswith("Fado should be in 'The cat is called Tilly.'.")
    assert "KeyError: 'choices'" in results[2]["said"]
    assert results[3]["said"] == "The client has no streams."


def test_only_the_checks_that_are_named_run(tmp_path):
    announced, *results = lines_of(tmp_path, "async", "wrong")
    assert announced == {"checks": ["wrong", "async"]}
    assert [line["check"] for line in results] == ["wrong", "async"]


def test_words_are_held_or_lacked_in_whatever_case():
    holds("MY CAT IS TILLY", "tilly", "cat")
    lacks("My cat is Tilly.", "Fado")
    with pytest.raises(AssertionError, match="tilly should not be in"):
        lacks("My cat is Tilly.", "tilly")
    with pytest.raises(AssertionError, match="Fado should be in None"):
        holds(None, "Fado")


def test_an_error_has_to_be_raised_with_its_words():
    with raises(ValueError, words="too long") as caught:
        raise ValueError("The prompt is too long.")
    assert isinstance(caught[0], ValueError)
    with pytest.raises(AssertionError, match="ValueError should have been raised"), raises(ValueError):
        pass
    with pytest.raises(AssertionError, match="too long should be in"), raises(ValueError, words="too long"):
        raise ValueError("The key is wrong.")
    with pytest.raises(KeyError), raises(ValueError):
        raise KeyError("another error goes on")
