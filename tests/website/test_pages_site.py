"""The built site and what leads through it: dead links, what is left out, the list of pages, texts by their headings."""

from pathlib import Path

import pytest

from website.pages.dead_links import dead
from website.pages.finish import clean, mended, size
from website.pages.front_page import getting_it, index
from website.pages.links import Links
from website.pages.navigation import groups, short, toctrees
from website.pages.sections import beginning, blocks, section, slug
from website.pages.tree import with_lessons
from website.see_pages import out_of_order

TEXT = "# Title\n\nBegin.\n\n## One\n\nFirst.\n\n```sh\n# no heading\n\n## One\n```\n\n### Inner\n\nDeep.\n\n## Two\n\nLast.\n"


def built(folder: Path, **pages: str) -> Path:
    for name, text in pages.items():
        place = folder / name.replace("__", "/").replace("_html", ".html").replace("_css", ".css")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


GOOD = {
    "index_html": '<a href="a/one.html#here">x</a><a href="#top">y</a><i id="top"></i><a href="https://example.com/no">z</a>',
    "a__one_html": '<h2 id="here">x</h2><img src="../index.html" alt="a > b">'
    '<a href="../lite/lab/index.html?path=lessons/1.ipynb">',
}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ('<a href="none.html">x</a>', "none.html leads to no file"),
        ('<a href="a/one.html#there">x</a>', "a/one.html#there leads to no heading"),
        ('<a href="#nowhere">x</a>', "#nowhere leads to no heading"),
        ('<a href="/index.html">x</a>', "it breaks where the site lies in a folder"),
        ('<a href="../other.html">x</a>', "leads to no file"),
        ('<img alt="a > b" src="none.png">', "none.png leads to no file"),
        ('<a href="lite/tree/index.html">x</a>', "leads to no file"),
    ],
)
def test_a_dead_link_is_found(tmp_path: Path, page: str, words: str) -> None:
    assert dead(built(tmp_path, **GOOD)) == []
    assert any(words in problem for problem in dead(built(tmp_path, **GOOD, two_html=page)))


def test_what_a_page_only_shows_is_no_link(tmp_path: Path) -> None:
    assert dead(built(tmp_path, index_html="<pre>&lt;a href=&quot;none.html&quot;&gt; src=x</pre>")) == []


def test_a_font_that_a_style_names_has_to_be_there(tmp_path: Path) -> None:
    assert dead(built(tmp_path, a_css="a{b:url(data:x)}c{d:url('none.woff2')}")) == [
        "a.css: none.woff2 leads to no file"
    ]


def test_links_into_the_browser_are_looked_at_once_it_is_built(tmp_path: Path) -> None:
    assert dead(built(tmp_path, **GOOD)) == []
    (tmp_path / "lite").mkdir()
    assert len(dead(tmp_path)) == 1


def test_what_no_reader_needs_is_left_out(tmp_path: Path) -> None:
    icons = '<!-- So that users can add custom icons -->\n  <script defer src="_static/scripts/fontawesome.js?digest=1"></script>'
    built(tmp_path, index_html=f"<head>{icons}<script src='x.js'></script></head>")
    for name in ("_static/scripts/fontawesome.js", "_static/a.js.map", "_sources/index.md", "objects.inv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("much", encoding="utf-8")
    clean(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["index.html"]
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "<head><script src='x.js'></script></head>"
    assert size(tmp_path) == len("<head><script src='x.js'></script></head>")


def test_headings_of_tables_that_say_nothing_are_none() -> None:
    head = '<tr class="row-odd"><th class="head"><p></p></th>\n<th class="head"><p>to</p></th>\n</tr>'
    assert mended(head) == '<tr class="row-odd"><td></td>\n<th class="head"><p>to</p></th>\n</tr>'
    assert (
        mended('<table><thead>\n<tr class="a"><th class="head"><p></p></th>\n</tr>\n</thead><tbody>')
        == "<table><tbody>"
    )


def test_parameters_are_no_list_of_descriptions() -> None:
    page = '<dt>f(<dl>\n<dd><em class="sig-param">a</em>,</dd>\n</dl>)</dt>'
    assert mended(page) == '<dt>f(<span class="sig-line"><em class="sig-param">a</em>,</span>\n)</dt>'
    assert (
        mended("<dl>\n<dt>word</dt>\n<dd>what it means</dd>\n</dl>")
        == "<dl>\n<dt>word</dt>\n<dd>what it means</dd>\n</dl>"
    )


def test_a_text_is_taken_by_its_headings() -> None:
    assert beginning(TEXT) == ("Title", "Begin.")
    assert section(TEXT, "One").endswith("### Inner\n\nDeep.") and "# no heading" in section(TEXT, "One")
    assert section(TEXT, "One", inner=False).endswith("```") and section(TEXT, "Two") == "Last."
    with pytest.raises(KeyError, match="Three"):
        section(TEXT, "Three")
    assert blocks("a\nb\n\n```\nx\n\ny\n```\n\n\nc") == ["a\nb", "```\nx\n\ny\n```", "c"]
    assert slug("For a program of your own, & more!") == "for-a-program-of-your-own--more"


def test_the_list_of_pages_has_short_titles_and_what_is_within_an_index() -> None:
    documents = {"a/01.md": "# 01 \\· `One`: long", "a/index.md": "# All", "b.md": "---\nx: 1\n---\n\n# B"}
    [first, second] = groups(documents, {"First": ["a/index", "gone"], "Second": ["b"]})
    assert first["pages"] == [{"document": "a/index", "title": "All", "inner": [("a/01", "01 · One")]}]
    assert second["pages"] == [{"document": "b", "title": "B", "inner": []}]
    assert "\n\na/index\n" in toctrees([first, second]) and short("`f`: x") == "f"


def test_the_front_page_has_the_map_and_not_the_readmes_word_about_this_site(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01_one.ipynb").touch()
    table = "| | lesson |\n|---|---|\n| 01 | [One](lessons/01_one.ipynb) |"
    readme = "# Book\n\nWhat it is.\n\n[Read it](https://ana.github.io/book/).\n\n"
    readme += f"## Lessons\n\n{table}\n\nEach lesson ends with a test.\n"
    page = index(readme, Links(tmp_path, {"lessons/01_one.ipynb": "lessons/01_one.md"}), "01_one")
    assert page.startswith("# Book\n\nWhat it is.") and "[One](/lessons/01_one.md)" in page and "Read lesson 01" in page
    assert "ana.github.io" not in page and "Each lesson ends" not in page


def test_a_reader_of_the_pages_is_told_where_the_workbook_is() -> None:
    said = getting_it("ana/fork")
    assert (
        "git clone https://github.com/ana/fork\ncd fork\n" in said
        and "https://github.com/ana/fork/archive/HEAD.zip" in said
    )
    assert "http" not in getting_it(None)


def test_numbers_of_lessons_lead_to_them() -> None:
    table = "| program | lessons |\n|---|---|\n| 12 talks | 02, 12 |\n| x | 99 |"
    made = with_lessons(table, ["02_two", "12_cache"])
    assert "| 12 talks | [02](/lessons/02_two.md), [12](/lessons/12_cache.md) |" in made and "| x | 99 |" in made


@pytest.mark.parametrize(
    ("levels", "right"), [([1, 2, 3, 2], True), ([2, 3], False), ([1, 3], False), ([1, 2, 1], False), ([], False)]
)
def test_headings_out_of_order_are_found(levels: list[int], right: bool) -> None:
    assert (out_of_order(levels) == "") is right
