"""Spending: whether a run with a model that is paid for may cost what it costs, asked before anything is sent."""

from __future__ import annotations

import sys


def may_spend(money: float, yes: bool) -> bool:
    """Whether about so many dollars may be spent: asked on the terminal, unless the command has said yes."""
    if yes:
        return True
    if not (sys.stdin and sys.stdin.isatty()):
        print("Nothing was sent, and nothing spent: there is nobody to ask. Add --yes to go on.", file=sys.stderr)
        return False
    print(f"Spend about {money:.4f} dollars? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    print("Nothing was sent, and nothing spent.", file=sys.stderr)
    return False
