"""What runs in a browser, run in Node: all lessons cell by cell, the checkers, and the tokens of texts."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tiktoken

from mock_model.api.vocabulary import VOCABULARIES, load_encoding
from tests.challenges.engine import files
from tests.challenges.in_a_notebook import in_words_of_a_notebook

from ..mock_model.over_http.conftest import running
from . import node
from .texts import texts

pytestmark = pytest.mark.skipif(
    bool(node.missing()) and not (os.environ.get("CI") and node.has_node()), reason=node.missing()
)

LESSONS = sorted((node.ROOT / "lessons").glob("[0-9]*.ipynb"))
NAMES = files.names()
WINDOW, SAVE = "04_sliding_window", "08_save_and_resume"
ENDLESS = "def sliding_window(history, keep_turns):\n    while True:\n        pass\n"
NO_KILLS = "killed before no line: a browser has no program to kill"
CATEGORIES = ("Lu", "Ll", "Lt", "Lm", "Lo", "M", "N")
PROGRAMS = ["lessons", "tokens", "asking", "checks"]  # in one process: what takes long to compile is compiled once
NOT_COMPARED = {"metadata", "traceback", "output_type", "execution_count", "name", "id", "image/png"}  # as by nbval


@dataclass
class Asked:
    """What was asked of Python in Node, and what it has found."""

    run: node.Run
    checks: list[tuple[str, str, str]]
    texts: list[str]

    def found(self, program: str) -> Any:
        return self.run.answers()[PROGRAMS.index(program)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    assert not node.missing(), node.missing()
    cells = {path.stem: ["".join(cell["source"]) for cell in code_cells(path)] for path in LESSONS}
    some, checks = texts(300, seed=7), [*files_to_check()]
    with running() as server:
        job = {"lessons": cells, "checks": checks, "texts": some, "categories": CATEGORIES}
        job["server"] = f"http://127.0.0.1:{server.port}/v1"
        run = node.Run(tmp_path_factory.mktemp("node"), PROGRAMS, **job)
        yield Asked(run, checks, some)
        run.stop()


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


# Lessons


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_puts_out_what_is_stored(asked, path):
    done = asked.found("lessons")[path.stem]
    for number, (cell, found) in enumerate(zip(code_cells(path), done["outputs"], strict=True)):
        there, here = flat(cell["outputs"]), flat(found)
        if NO_KILLS in here.get("stdout", [""])[0]:
            assert path.stem == SAVE and "killed_at_each_line" in "".join(cell["source"])
            continue
        if "stdout" in there:
            there["stdout"] = [in_words_of_a_notebook(there["stdout"][0])]
        assert here == there, f"code cell {number}"


def flat(outputs: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Outputs as nbval compares them: what is of one kind together, in its order, streams as one text."""
    found: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            text = found.get(output["name"], [""])[0] + "".join(output["text"])
            found[output["name"]] = [shown(text)]
            continue
        for kind, value in (output | output.get("data", {})).items():
            if kind not in NOT_COMPARED | {"data"}:
                found.setdefault(kind, []).append("".join(value) if isinstance(value, list) else value)
    return found


def shown(text: str) -> str:
    """A text without what a carriage return has taken away again."""
    return re.sub(r"[^\n]*\r", "", text)


# Checkers


def files_to_check() -> Iterator[tuple[str, str, str]]:
    """A challenge, the learner's file, and a call; quickly, in place, where there is none."""
    for name in NAMES:
        yield name, files.reference(name).read_text(encoding="utf-8"), ""
        yield name, a_mistake(name).read_text(encoding="utf-8"), ""
    for call, text in (("check(4)", ENDLESS), ("hint(4)", ENDLESS), ("reset(4)", ENDLESS)):
        yield WINDOW, text, call


def a_mistake(name: str) -> Path:
    """One of a challenge; of that with files one that is found without a second program."""
    found = files.mistakes(name)
    return next(path for path in found if path.stem == "splits_at_every_line_end") if name == SAVE else found[0]


def checked(asked: Asked) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [(*check, found) for check, found in zip(asked.checks, asked.found("checks"), strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_a_challenge_is_solved_and_a_mistake_in_it_is_found(asked, name):
    [right, wrong] = [found for which, _, call, found in checked(asked) if which == name and not call]
    assert right["outcome"] == "solved", right["unmet"]
    assert bool(right["not_here"]) == (name == SAVE)
    head = a_mistake(name).read_text(encoding="utf-8")
    fails, hint = (re.search(rf"^# {what}: (.+)$", head, re.M)[1] for what in ("fails", "hint"))
    assert wrong["unmet"]["test"] == fails and hint.lower() in wrong["unmet"]["hints"][0].lower()


def test_an_endless_loop_is_stopped_and_the_desk_speaks_of_calls(asked):
    said = {call: shown(found["said"]) for _, _, call, found in checked(asked) if call}
    assert "sliding_window did not end within" in " ".join(said["check(4)"].split())
    assert ": hint 1 of" in said["hint(4)"].replace(",", ":") and "workbook.py" not in "".join(said.values())
    assert "work/04_sliding_window.py is the starter again." in said["reset(4)"]


def test_a_check_leaves_nothing_behind(asked):
    assert not [(name, call) for name, _, call, found in checked(asked) if found["left"]]


# Tokens


@pytest.mark.parametrize("name", VOCABULARIES)
def test_texts_have_the_same_tokens_as_with_tiktoken(asked, name):
    real = load_encoding(name)
    found = asked.found("tokens")[0][name]
    assert [text for text, tokens in zip(asked.texts, found, strict=True) if real.encode_ordinary(text) != tokens] == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_character_is_of_the_category_of_which_it_is_for_tiktoken(asked, category):
    one_by_one = tiktoken.Encoding(
        "bytes",
        pat_str=rf"\p{{{category}}}+",
        mergeable_ranks={bytes([byte]): byte for byte in range(256)},
        special_tokens={},
    )
    everything = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    theirs = one_by_one.decode_bytes(one_by_one.encode_ordinary(everything))
    assert hashlib.sha256(theirs).hexdigest() == asked.found("tokens")[1][category]


# Another model


def test_a_server_on_this_machine_is_asked(asked):
    found = asked.found("asking")
    assert "offline-model at 127.0.0.1:" in found["said"] and "OLLAMA_ORIGINS=" in found["said"]
    assert "Miso" in found["whole"] and len(found["pieces"]) > 1 and "".join(found["pieces"]) == found["whole"]
    assert found["plain"] in (found["whole"], None)
    assert "127.0.0.1:9 does not answer" in found["error"] and "OLLAMA_ORIGINS=" in found["error"]
