"""Spending: whether a run with a model that is paid for may cost what it costs, asked before anything is sent."""

from __future__ import annotations

import sys


def may_spend(money: float, yes: bool, more_at_worst: float = 0.0) -> bool:
    """Whether about so many dollars may be spent: asked on the terminal, unless the command has said yes.

    `more_at_worst` is what may come on top of `money`, where a server does not do what most do.
    """
    if yes:
        return True
    if not (sys.stdin and sys.stdin.isatty()):
        print("No question was sent, and nothing spent: there is nobody to ask. Add --yes to go on.", file=sys.stderr)
        return False
    at_worst = f", at worst {money + more_at_worst:.2f}" if more_at_worst else ""
    print(f"Spend about {money:.4f} dollars{at_worst}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    print("No question was sent, and nothing spent.", file=sys.stderr)
    return False
