"""What a learner finds in the browser: clean lessons, executed ones with pictures, starters, and links that lead somewhere."""

import json
import re
from urllib.parse import unquote

import pytest

from tests.challenges import lesson_copies
from website.browser import contents

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=[\"']([^\"']+)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contents")
    contents.write(folder)
    return folder


def notebooks(folder, *rooms):
    return {
        path: json.loads(path.read_text(encoding="utf-8"))
        for room in rooms
        for path in sorted((folder / room).glob("*.ipynb"))
    }


def test_every_lesson_is_there_twice_and_every_challenge_once(folder):
    names = [path.name for path in lesson_copies.lessons().values()]
    assert sorted(path.name for path in (folder / "lessons").glob("*.ipynb")) == names
    assert sorted(path.name for path in (folder / "read").glob("*.ipynb")) == names
    assert sorted(path.stem for path in (folder / "work").iterdir()) == [name.removesuffix(".ipynb") for name in names]


def test_lessons_are_clean_and_the_ones_to_read_are_not(folder):
    for notebook in notebooks(folder, "lessons").values():
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    for notebook in notebooks(folder, "read").values():
        assert any(cell.get("outputs") for cell in notebook["cells"])


def test_every_link_leads_to_a_file_that_is_there(folder):
    links = 0
    for path, notebook in notebooks(folder, "", "lessons", "read").items():
        for cell in notebook["cells"]:
            if cell["cell_type"] != "markdown":
                continue
            for one, other in LINK.findall(lesson_copies.text_of(cell)):
                place = unquote((one or other).partition("#")[0])
                if place and not re.match("[a-z]+:", place):
                    links += 1
                    assert (path.parent / place).is_file(), f"{path.name}: {place}"
    assert links > 100


def test_a_lesson_to_read_leads_to_the_next_one_to_read(folder):
    notebook = notebooks(folder, "read")[folder / "read" / "01_stateless_calls.ipynb"]
    text = "\n".join(lesson_copies.text_of(cell) for cell in notebook["cells"])
    assert "](02_chat_loop.ipynb)" in text
    assert "](../lessons/01_stateless_calls.ipynb)" in text
    assert "](../work/01_stateless_calls.py)" in text


def test_pictures_of_lessons_to_read_are_shown_though_nobody_ran_them(folder):
    pictures = 0
    for notebook in notebooks(folder, "read").values():
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if svg := output.get("data", {}).get("image/svg+xml"):
                    pictures += 1
                    assert isinstance(svg, str)
                    assert cell["metadata"]["trusted"] is True
    assert pictures > 10


def test_what_was_printed_is_one_text_as_jupyterlite_wants_it(folder):
    printed = [
        output["text"]
        for notebook in notebooks(folder, "read").values()
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    ]
    assert printed
    assert all(isinstance(text, str) for text in printed)


def test_notebooks_name_the_kernel_of_the_browser_so_that_nobody_has_to_choose_one(folder):
    kernels = {
        notebook["metadata"]["kernelspec"]["name"] for notebook in notebooks(folder, "", "lessons", "read").values()
    }
    assert kernels == {"python"}


def test_the_first_page_names_every_lesson_by_its_title(folder):
    text = lesson_copies.text_of(notebooks(folder, "")[folder / contents.START]["cells"][0])
    assert "| 1 | [Stateless calls: the API forgets everything](lessons/01_stateless_calls.ipynb) |" in text
    assert text.count("](lessons/") == len(lesson_copies.lessons())
