"""What Sphinx is told: which extensions and which theme, and nothing that asks another machine for anything."""

from pathlib import Path
from typing import Any

from .navigation import Groups

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
TITLE = "The Chat Memory Workbook"


def settings(repository: str | None, navigation: Groups) -> dict[str, Any]:
    """Sphinx's settings, in place of a conf.py. `navigation` is the list of pages that stands beside each."""
    theme: dict[str, Any] = {
        "show_toc_level": 1,
        "navbar_persistent": [],
        "use_download_button": False,
        "use_fullscreen_button": False,
        "back_to_top_button": False,
        "search_bar_text": "Search the workbook",
        "toc_title": "On this page",
        "footer_content_items": ["extra-footer.html"],
        "extra_footer": "MIT licence",
    }
    if repository:
        theme |= {"repository_url": repository, "use_repository_button": True}
    return {
        "project": TITLE,
        "author": "",
        "language": "en",
        "smartquotes": False,
        "extensions": ["myst_parser", "sphinx_copybutton"],
        "exclude_patterns": [],
        "suppress_warnings": ["misc.highlighting_failure", "ref.python"],
        "myst_heading_anchors": 4,
        "myst_enable_extensions": [],
        "python_maximum_signature_line_length": 72,
        "add_module_names": False,
        "toc_object_entries_show_parents": "hide",
        "copybutton_selector": "div.highlight pre",
        "html_theme": "sphinx_book_theme",
        "html_title": TITLE,
        "html_theme_options": theme,
        "html_context": {"navigation": navigation, "default_mode": "auto"},
        "html_sidebars": {"**": ["navigation.html"]},
        "templates_path": [str(HERE / "templates")],
        "html_static_path": [str(STATIC)],
        "html_css_files": ["workbook.css"],
        "html_js_files": ["workbook.js"],
        "html_favicon": str(STATIC / "icon.svg"),
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_domain_indices": False,
        "html_use_index": False,
    }
