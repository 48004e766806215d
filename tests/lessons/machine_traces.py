"""What must not be in a lesson: a path of one machine, a memory address, a key."""

import re

# Written so that a search for them does not find this file.
KEY = re.compile(r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_]{16,}")
MACHINE = {
    "a path of this machine": re.compile(
        r"(?<![\w.~/-])/(?:[h]ome|[U]sers|[r]oot|[t]mp|[w]ork|[p]rivate|usr|opt|var)/|~/"
        r"|\b[A-Za-z]:\\{1,2}(?:[U]sers|[W]indows|[P]rogram)|[s]ite-packages|ipykernel_\d"
    ),
    "a memory address": re.compile(r"0x[0-9a-fA-F]{6,}"),
    "something like a key": KEY,
}
