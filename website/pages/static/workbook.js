// Where the site was opened as files, no script may read another page: results of a search are shown without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// The excerpts of a search are of the page's own text, without the buttons and the contents above it.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const text = Search.htmlToText;
  Search.htmlToText = (page, anchor) => text(page.replace(/<div class="bd-header-article[^]*?(?=<article)/, ""), anchor);
});

// A page that was opened as a file can be read, but not run: says so beside "Run in the browser".
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol !== "file:") return;
  for (const link of document.querySelectorAll("a.run.on-a-screen")) {
    const note = document.createElement("span");
    note.className = "needs-a-server";
    note.textContent = "(This page was opened as a file. To run it: python3 open_here.py, in the folder of this site.)";
    link.parentElement.append(note);
  }
});

// Pictures and outputs that are wider than the page can be moved with the keyboard as well.
const boxes = () => {
  for (const box of document.querySelectorAll(".picture.wide, pre.output")) {
    const wide = box.scrollWidth > box.clientWidth;
    const what = box.matches("pre") ? "Output, wider than the page" : "Picture, wider than the page";
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", what]]) {
      if (wide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
};
addEventListener("load", boxes);
addEventListener("resize", boxes);

// The theme takes the focus away from a button that is pressed: whoever has only the keyboard would have to begin anew.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle")) {
    button.addEventListener("click", (event) => event.detail === 0 && button.focus(), true);
  }
});

// On paper nothing unfolds, and the ground is white: answers are printed open, in the colours of the light theme.
let before;
addEventListener("beforeprint", () => {
  const root = document.documentElement;
  before = { theme: root.dataset.theme, closed: [...document.querySelectorAll("article details:not([open], .as-text)")] };
  root.dataset.theme = "light";
  for (const answer of before.closed) answer.open = true;
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = before.theme;
  for (const answer of before.closed) answer.open = false;
});
