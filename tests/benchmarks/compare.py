"""The command compare: strategies of memory, a learner's own beside them, by what they recall and what that costs.

Run it with: compare [FILE|MODULE …] [--seed N] [--number N] [--turns N] [--talks FILE] [--strategies NAME …] [--json] [--yes].
It asks the model that .env says: the offline model, or one that is paid for, whose price is said first.
Exit codes: 0 where all that was asked for was compared, 1 where something of it was not, 2 where it cannot be done.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # run by its path: what is used is this copy of the workbook, whichever is installed
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from set_up.settings.variables import SettingsError

try:
    from common import MODEL, OFFLINE_MODEL, PRICE, SETTINGS, get_client, offline_server
except SettingsError as problem:  # a sentence for whoever has written the settings
    print(problem, file=sys.stderr)
    sys.exit(2)

from chat_memory import count_tokens
from chat_memory.scoreboard import (
    MAX_TOKENS,
    ORACLES,
    STRATEGIES,
    VAGUE_ONES,
    Board,
    Result,
    Strategy,
    Talk,
    by_kind,
    chart,
    compare,
    table,
    talks,
    talks_from_json,
)
from chat_memory.scoreboard.talk import NEVER
from tests.benchmarks.own_memory import NoMemory, strategy_from
from tests.benchmarks.price_first import bill, dollars, offline_client
from tests.benchmarks.reasoning_off import ReasoningOffWithTools
from tests.challenges.page import ME
from tests.spending import may_spend

GROUPS = {"all": STRATEGIES, "oracle": ORACLES, "vague": VAGUE_ONES}
EVERY = {strategy.name: strategy for group in GROUPS.values() for strategy in group}
MADE = {"seed": 14, "number": 2, "turns": 80, "each": 3}  # which talks are generated where nothing else is said
Failed = dict[str, str]  # why a strategy has no row, by its name


class Impossible(Exception):
    """The command cannot be done as it was given; the message says what to change."""


def read_talks(options: argparse.Namespace) -> list[Talk]:
    """The talks that were asked for: generated, or those of a file."""
    said = {name: value for name in MADE if (value := getattr(options, name)) is not None}
    if options.talks is None:
        vars(options).update(MADE | said)
        try:
            return talks(options.seed, number=options.number, turns=options.turns, each=options.each)
        except (TypeError, ValueError) as error:
            raise Impossible(str(error)) from None
    if said:
        raise Impossible(
            f"--{next(iter(said))} says which talks are generated, and with --talks they stand in a file: leave one of them out."
        )
    path = options.folder / options.talks
    try:
        text = path.read_text(encoding="utf-8-sig")
        expect_lists(json.loads(text))
        found = talks_from_json(text)
        if not any(planted.kind != NEVER for talk in found for planted in talk.planted):
            raise ValueError('nothing is asked in them that was said: "planted" holds the questions.')
        return found
    except FileNotFoundError:
        raise Impossible(f"There is no file {path}.") from None
    except (OSError, ValueError, RecursionError) as error:  # what is no JSON, or no UTF-8, is a ValueError too
        raise Impossible(f"{path} cannot be read as talks: {error}") from None


def expect_lists(data: Any) -> None:
    """Raise ValueError where the answers to a question are a text: its letters would be taken for them."""
    talks = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
    planted = [each for talk in talks for each in (talk.get("planted") or ()) if isinstance(each, dict)]
    for each in planted:
        for name in ("answers", "wrong"):
            if isinstance(each.get(name), str):
                raise ValueError(f'"{name}" is a list, such as {json.dumps([each[name]], ensure_ascii=False)}.')


def expect_room(given: Sequence[Talk], max_tokens: int) -> None:
    """Raise Impossible where the longest message does not fit into the budget, or a system message beside it."""
    least = max(
        count_tokens([{"role": "system", "content": talk.system}, {"role": "user", "content": said}])
        for talk in given
        for said in (*(turn.without_tools for turn in talk.turns), *(planted.question for planted in talk.planted))
    )
    if max_tokens < least:
        raise Impossible(
            f"--max-tokens {max_tokens:,}: a request has {least:,} tokens with the system message and the longest message alone."
        )


def expect_place(chart: Path) -> None:
    """Raise Impossible where no chart can be written: before anything is measured."""
    if not chart.parent.is_dir():
        raise Impossible(f"There is no folder {chart.parent} for the chart.")
    if chart.is_dir() or chart.suffix.lower() != ".svg":
        raise Impossible(f"A chart is a file that ends in .svg, not {chart.name!r}.")


def chosen(names: Iterable[str]) -> list[Strategy]:
    """The strategies of these names, each once, in the order in which they are named."""
    found: dict[str, Strategy] = {}
    for name in names:
        if name not in GROUPS and name not in EVERY:
            near = difflib.get_close_matches(name, [*EVERY, *GROUPS], n=1)
            if name.endswith(".py"):
                raise Impossible(f"Files come first: {ME} compare {name} --strategies window")
            raise Impossible(
                f"There is no strategy {name!r}. "
                + (f"Did you mean {near[0]!r}? " if near else "")
                + f"There are: {', '.join(map(repr, EVERY))}; and {', '.join(GROUPS)} for several."
            )
        found |= {strategy.name: strategy for strategy in GROUPS.get(name, (EVERY.get(name),)) if strategy}
    return list(found.values())


def run(
    given: list[Talk],
    strategies: Sequence[Strategy],
    client_for: Callable[[Talk], Any],
    model: str,
    max_tokens: int,
    title: str,
) -> tuple[list[Result], Failed]:
    """Put the strategies through the talks, one after the other: what fails at once takes no other one along.

    With Ctrl-C, KeyboardInterrupt holds what has come of it so far.
    """
    results: list[Result] = []
    failed: Failed = {}
    try:
        for number, strategy in enumerate(strategies, start=1):
            tell(f"{title} {number}/{len(strategies)}: {strategy.name}")
            try:
                board = compare(given, client_for, strategies=[strategy], model=model, max_tokens=max_tokens)
                results.append(board.results[0])
            except NotImplementedError:
                failed[strategy.name] = "it is not written yet (NotImplementedError)"
            except (Exception, SystemExit) as error:  # whatever a memory does
                failed[strategy.name] = f"at the beginning of a talk: {type(error).__name__}: {error}"[:300]
        tell("")
    except KeyboardInterrupt:
        raise KeyboardInterrupt(results, failed) from None
    return results, failed


def tell(text: str) -> None:
    """Show on the terminal what is going on, on one line; nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{text:<78.78}\r" if not text else f"\r{text:<78.78}", end="", file=sys.stderr, flush=True)


def is_allowed(given: list[Talk], strategies: Sequence[Strategy], options: argparse.Namespace) -> bool:
    """Say what a model that is paid for would cost, and ask. The offline model costs nothing."""
    if SETTINGS.offline:
        return True
    try:
        results, failed = run(given, strategies, offline_client, OFFLINE_MODEL, options.max_tokens, "estimate")
    except KeyboardInterrupt:
        raise KeyboardInterrupt from None  # what the offline model came to is no result of the other one
    if not results:
        raise Impossible("\n".join(f"{name} did not run: {why}" for name, why in failed.items()))
    print(bill(results, PRICE, f"{MODEL} at {SETTINGS.place}"), file=sys.stderr)
    for name, why in failed.items():
        print(f"{name} did not run, and is not in it: {why}", file=sys.stderr)
    return may_spend(dollars(results, PRICE), options.yes)


def show(results: list[Result], failed: Failed, given: list[Talk], options: argparse.Namespace) -> None:
    """Print what has come of it: the tables, or JSON."""
    board = Board(tuple(results), MODEL, options.max_tokens, len(given))
    if options.json:
        made = {"talks_file": options.talks} if options.talks else {"seed": options.seed, "turns": options.turns}
        print(json.dumps(board.as_json(PRICE) | made | {"failed": failed}, indent=1, ensure_ascii=False))
        return
    if results:
        print(f"{table(board, PRICE)}\n\nBy kind of fact:\n{by_kind(board, PRICE)}")
    for name, why in failed.items():
        print(f"\n{name} has no row: {why}")
    if results and options.chart:
        path = options.folder / options.chart
        path.write_text(chart(board, PRICE).svg + "\n", encoding="utf-8", newline="\n")
        print(f"\nThe chart is in {path}.")


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{ME} compare", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("memory", nargs="*", metavar="FILE|MODULE", help="your own memory; FILE:Name where it holds several")
    add("--seed", type=int, help=f"which talks are generated (default: {MADE['seed']})")
    add("--number", type=int, help=f"how many talks (default: {MADE['number']})")
    add("--turns", type=int, help=f"turns of each talk (default: {MADE['turns']})")
    add("--each", type=int, help=f"facts of each kind in a talk (default: {MADE['each']})")
    add("--talks", metavar="FILE", help="talks of your own, as JSON, in place of generated ones")
    add(
        "--strategies",
        nargs="+",
        default=["all"],
        metavar="NAME",
        help=f"some of them, or {', '.join(GROUPS)}, or none",
    )
    add("--max-tokens", type=int, default=MAX_TOKENS, help=f"the budget of a request (default: {MAX_TOKENS:,})")
    add("--json", action="store_true", help="for a program")
    add("--chart", metavar="FILE", help="draw recall over cost into this file (.svg)")
    add("--yes", action="store_true", help="spend what it costs without being asked")
    add("--from", dest="folder", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.strategies = [] if options.strategies == ["none"] else options.strategies
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = read_arguments(arguments)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what a memory prints stands in no table
            given = read_talks(options)
            expect_room(given, options.max_tokens)
            if options.chart:
                expect_place(options.folder / options.chart)
            mine = [strategy_from(memory, options.folder) for memory in options.memory]
            strategies = [*chosen(options.strategies), *mine]
            if not strategies:
                raise Impossible("There is nothing to compare: name a strategy, or a file with a memory of yours.")
            if not is_allowed(given, strategies, options):
                return 1
            results, failed = run(given, strategies, client_for, MODEL, options.max_tokens, "comparing")
    except (NoMemory, Impossible) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        tell("")
        results, failed = stop.args or ([], {})
        if results:
            show(results, failed, given, options)
        print(f"\nStopped{': what was compared until then is above' if results else ''}.", file=sys.stderr)
        return 130
    show(results, failed, given, options)
    return 1 if failed else 0


def client_for(talk: Talk) -> Any:
    """A new client for each strategy and talk: the offline model then says what the talk's script says."""
    return offline_server(says=talk.says).client() if SETTINGS.offline else ReasoningOffWithTools(get_client())


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a character that the terminal lacks must not end the program
        stream.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # such as `compare | head`
        sys.stdout, code = None, 1
    sys.exit(code)
