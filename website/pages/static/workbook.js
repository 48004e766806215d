// A page that was opened as a file can be read, but not run: says so beside "Run in the browser".
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol !== "file:") return;
  for (const link of document.querySelectorAll("a.run.on-a-screen")) {
    const note = document.createElement("span");
    note.className = "needs-a-server";
    note.textContent = "(This page was opened as a file. To run it: python3 workbook.py site --open)";
    link.parentElement.append(note);
  }
});

// Pictures and outputs that are wider than the page can be moved with the keyboard as well.
const boxes = () => {
  for (const box of document.querySelectorAll(".picture.wide, pre.output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("load", boxes);
addEventListener("resize", boxes);
