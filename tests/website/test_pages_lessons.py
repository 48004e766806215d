"""A lesson as a page: its links, its outputs and its pictures, of lessons that are not ours as well."""

import base64
import time
from pathlib import Path

import pytest

from website.pages.elsewhere import elsewhere
from website.pages.lessons import page, run_links
from website.pages.links import Links
from website.pages.outputs import printed, shown
from website.pages.pictures import picture, with_text, words_of

CARD = '<svg width="760" height="90" aria-label="not this"><title>Two &lt;b&gt; messages</title><desc>One\n long.</desc></svg>'


@pytest.fixture
def links(tmp_path: Path) -> Links:
    """A project with two lessons, a work file, and a file that nobody has a page for."""
    for name in ("lessons/01_one.ipynb", "lessons/02_two.ipynb", "work/01_one.py", "tools/x (1).py", "LICENSE"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "lessons" / "images").mkdir()
    (tmp_path / "lessons" / "images" / "turn.svg").write_text(CARD, encoding="utf-8")
    pages = {f"lessons/{name}.ipynb": f"lessons/{name}.md" for name in ("01_one", "02_two")}
    pages |= {"work/01_one.py": "challenges/01_one.md", "README.md": "index.md", "README.md#start": "install.md"}
    (tmp_path / "README.md").write_text("", encoding="utf-8")
    return Links(tmp_path, pages)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[next](02_two.ipynb)", "[next](/lessons/02_two.md)"),
        ("[`a` [b]](02_two.ipynb#end)", "[`a` [b]](/lessons/02_two.md#end)"),
        ("[two\nlines](02_two.ipynb)", "[two\nlines](/lessons/02_two.md)"),
        ("[file](../work/01_one.py)", "[file](/challenges/01_one.md)"),
        ("[how](../README.md#start)", "[how](/install.md)"),
        ("[all](../README.md)", "[all](/index.md)"),
        ("[here](#below)", "[here](/lessons/01_one.md#below)"),
        ("[file](<../tools/x (1).py>)", "[file](</files/tools/x (1).py.md>)"),
        ("[out](https://example.com/a_(b)?q=1)", "[out](https://example.com/a_(b)?q=1)"),
        ("[ref]: 02_two.ipynb", "[ref]: /lessons/02_two.md"),
        ('<a href="../work/01_one.py">x</a>', '<a href="../challenges/01_one.html">x</a>'),
        ("[folder](images)", "folder"),
        ("[![badge](https://example.com/b.svg)](https://example.com)", "[badge](https://example.com)"),
        ("[file](../tools/x%20(1).py)", "[file](</files/tools/x (1).py.md>)"),
        ("[^1]: a note here", "[^1]: a note here"),
        ('[b]: <02_two.ipynb> "t"', '[b]: /lessons/02_two.md "t"'),
        ("\\[a](b)", "\\[a](b)"),
        ("<!-- [a](b) -->", "<!-- [a](b) -->"),
        ("`[code](02_two.ipynb)`", "`[code](02_two.ipynb)`"),
        ("```\n[code](02_two.ipynb)\n```", "```\n[code](02_two.ipynb)\n```"),
    ],
)
def test_a_link_leads_to_a_page(links: Links, written: str, read: str) -> None:
    assert links.rewritten(written, "lessons/01_one.ipynb", "lessons/01_one.md") == read


@pytest.mark.parametrize("target", ["03_three.ipynb", "../../elsewhere.py", "../work/02_two.py", "images/none.svg"])
def test_a_link_to_what_is_not_there_is_refused(links: Links, target: str) -> None:
    with pytest.raises(FileNotFoundError, match="01_one"):
        links.rewritten(f"[x]({target})", "lessons/01_one.ipynb", "lessons/01_one.md")


@pytest.mark.parametrize("signs", ["\\\\_", "[", "`", "![", "a](", "\\\\", "[`", "(("])
def test_a_text_full_of_signs_takes_no_time(links: Links, signs: str) -> None:
    text = f"[{signs * 2_000} [next](02_two.ipynb)"
    begun = time.process_time()
    links.rewritten(text, "lessons/01_one.ipynb", "lessons/01_one.md")
    assert time.process_time() - begun < 5


def test_a_solution_is_never_shown(links: Links) -> None:
    for name in ("solutions/reference.py", "mistakes/a.py", "checker.py"):
        place = links.root / "tests" / "challenges" / "01_one" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        assert links.page_of(f"../tests/challenges/01_one/{name}", "lessons/01_one.ipynb") == "/challenges/01_one.md"
    assert links.shown == {}


def test_a_picture_says_what_is_in_it_and_is_brought_along(links: Links) -> None:
    html = links.rewritten("![](images/turn.svg)", "lessons/01_one.ipynb", "lessons/01_one.md")
    assert 'src="../pictures/lessons/images/turn.svg"' in html and 'alt="Two &lt;b&gt; messages. One long."' in html
    assert links.pictures == {"pictures/lessons/images/turn.svg": links.root / "lessons/images/turn.svg"}
    assert 'alt="A &quot;turn&quot;"' in links.rewritten('![A "turn"](images/turn.svg)', "lessons/01_one.ipynb", "x.md")


@pytest.mark.parametrize(
    ("svg", "words"),
    [
        (CARD, "Two <b> messages. One long."),
        ('<svg aria-label="A card"><rect/></svg>', "A card"),
        ("<svg><title></title></svg>", ""),
        ("<svg><title id='a'>Tokens?</title></svg>", "Tokens?"),
    ],
)
def test_the_words_of_a_picture_are_its_title_and_description(svg: str, words: str) -> None:
    assert words_of(svg).rstrip(".") == words.rstrip(".")


def test_only_a_picture_wider_than_a_phone_is_moved_sideways() -> None:
    assert "wide" in picture("a.svg", "words", (760, 90)) and "wide" not in picture("a.svg", "words", (300, 90))


def lesson(*cells: dict) -> dict:
    return {"cells": [{"metadata": {}, **cell} for cell in cells], "metadata": {"kernelspec": {"name": "python3"}}}


def code(source: str, *outputs: dict) -> dict:
    return {"cell_type": "code", "source": source.splitlines(True), "outputs": list(outputs), "execution_count": 1}


def test_a_lesson_has_its_code_its_outputs_and_a_way_to_run_it(links: Links) -> None:
    card = {"output_type": "display_data", "data": {"image/svg+xml": [CARD], "text/plain": "user  <hello>"}}
    told = {"output_type": "stream", "name": "stderr", "text": ["Answers come from <a model>.\n"]}
    text = {"cell_type": "markdown", "source": "# 01 · One\n\nRead [two](02_two.ipynb)."}
    kept: dict[str, bytes] = {}
    made = page(lesson(text, code("print('```')", told), code("card", card)), "01_one", links, kept, "elsewhere too")
    assert (
        made.index("# 01 · One")
        < made.index("lite/lab/index.html?path=lessons/01_one.ipynb")
        < made.index("elsewhere too")
    )
    assert "````python\nprint('```')\n````" in made and "[two](/lessons/02_two.md)" in made
    assert '<pre class="output stderr wraps">Answers come from &lt;a model&gt;.</pre>' in made
    assert kept == {"pictures/01_one/03-1.svg": CARD.encode()} and "user  &lt;hello&gt;" in made
    assert 'src="../pictures/01_one/03-1.svg"' in made


def test_html_of_a_cell_is_never_passed_on() -> None:
    output = {"output_type": "execute_result", "data": {"text/html": "<script>1</script>", "text/plain": "<b>x</b> &"}}
    assert shown([output], "p", {}, "p") == ['<pre class="output result wraps">&lt;b&gt;x&lt;/b&gt; &amp;</pre>']


def test_a_picture_without_words_has_some_all_the_same() -> None:
    png = {"image/png": base64.b64encode(b"png").decode(), "text/plain": "<Figure size 900x450>"}
    kept: dict[str, bytes] = {}
    [html] = shown([{"output_type": "display_data", "data": png}], "p", kept, "../p")
    assert kept == {"p-1.png": b"png"} and 'alt="A picture that the cell above draws."' in html and "Figure" not in html


@pytest.mark.parametrize(
    ("text", "wraps"),
    [
        ("a long line " * 40, True),
        ("strategy      recall\nwindow           14 %\n", False),
        ("one  word\nand no column", True),
        ("────\nuser\n────", False),
        (f"a  b\nc  d {'x' * 300}", True),
    ],
)
def test_a_table_keeps_its_columns_and_other_lines_wrap(text: str, wraps: bool) -> None:
    assert ("wraps" in printed(text, "stdout")) is wraps


def test_an_error_is_shown_without_the_codes_of_a_terminal() -> None:
    error = {"output_type": "error", "traceback": ["\x1b[0;31mValueError\x1b[0m: <x>"]}
    assert shown([error], "p", {}, "p") == ['<pre class="output error wraps">ValueError: &lt;x&gt;</pre>']


def test_what_a_terminal_takes_for_commands_is_left_out() -> None:
    assert "a</pre>" in printed("\x1b]8;;x\x07\x00\x08a", "stdout") and "\x1b" not in printed(
        "\x1b]8;;x\x07a", "stdout"
    )
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}
    assert "KeyError: &#x27;x&#x27;" in shown([error], "p", {}, "p")[0]


def test_what_cannot_be_shown_stops_the_build_and_says_where(links: Links) -> None:
    widget = {"output_type": "display_data", "data": {"application/x-widget": {}}}
    text = {"cell_type": "markdown", "source": "# One"}
    with pytest.raises(ValueError, match=r"01_one\.ipynb: cell 2: an output of application/x-widget"):
        page(lesson(text, code("x", widget)), "01_one", links, {})
    with pytest.raises(ValueError, match="cell 2 is neither code nor text"):
        page(lesson(text, {"cell_type": "raw", "source": "x"}), "01_one", links, {})
    assert '"cell"' not in page(lesson(text, code("")), "01_one", links, {})


def test_the_text_of_a_picture_stays_in_its_block() -> None:
    made = with_text(picture("a.svg", "w"), "row\n\n# no heading\n\n    no code")
    assert "\n" not in made and "row&#10;&#10;# no heading" in made


def test_a_wide_screen_gets_the_lab_and_a_phone_the_notebook() -> None:
    html = run_links("lessons/01_one.ipynb", "lessons/01_one.md")
    assert 'on-a-screen" href="../lite/lab/index.html?path=lessons/01_one.ipynb"' in html
    assert 'on-a-phone" href="../lite/notebooks/index.html?path=lessons/01_one.ipynb"' in html
    assert 'href="lite/lab/index.html' in run_links("lessons/01_one.ipynb", "index.md")


def test_elsewhere_is_named_only_where_the_project_has_an_address() -> None:
    assert "colab" not in elsewhere("01_one", None, "import x")
    said = elsewhere("01_one", "ana/fork", "import x\n")
    assert "ana/fork/blob/HEAD/lessons/01_one.ipynb" in said and "```python\nimport x\n```" in said
