"""The settings, read once: the environment wins over the file, and what would be passed over in silence is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from .choosing_the_model import choose, is_on
from .env_file import read_env_file, refuse_other_files
from .near_names import OUTSIDE, is_of_others, refuse_near_names
from .price import read_price
from .settings import OFFLINE_MODEL, Settings
from .variables import VARIABLES, Setting, SettingsError, ours, plain_name, shown


def read_settings(environment: Mapping[str, str], env_file: Path) -> Settings:
    """Read the settings, once. Raises SettingsError, naming the variable, when one of them cannot be used.

    A name that is surely one of ours, such as `$env:OPENAI_API_KEY`, counts as ours. One that only looks like it is refused,
    because the offline model would answer in silence; in the environment, which is not ours alone, only if it would.
    """
    in_file = read_env_file(env_file)
    outside = [(name, value, OUTSIDE) for name, value in environment.items()]
    values = ours(in_file)
    values |= ours((plain_name(name), value, place) for name, value, place in outside)
    values |= ours(setting for setting in outside if setting[0] in VARIABLES)  # as we write it, it wins
    key, base_url, model, offline, price, limit = (values.get(name, "") for name in VARIABLES)
    if not is_on(offline):
        misspelt = [setting for setting in outside if not is_of_others(setting[0])]
        refuse_near_names(in_file, set(VARIABLES) - values.keys())
        refuse_near_names(misspelt, {"WORKBOOK_OFFLINE"} - values.keys())
        if not (key or base_url):
            refuse_other_files(env_file)
            refuse_near_names(misspelt, {"OPENAI_API_KEY", "OPENAI_BASE_URL"})
            _refuse_a_model_alone(in_file)
    return replace(choose(key, base_url, model, offline), price=read_price(price), reply_limit=read_limit(limit))


def read_limit(value: str) -> int | None:
    """The tokens that OPENAI_REPLY_LIMIT sets; None where it is blank. Raises SettingsError for another form."""
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,7}", value):
        raise SettingsError(
            f"OPENAI_REPLY_LIMIT is {shown(value)}. Write a whole number of tokens, for example 300, or 0 for no limit."
        )
    return int(value)


def _refuse_a_model_alone(in_file: Iterable[Setting]) -> None:
    """Raise SettingsError where the file names a model and nothing says who has it: the offline model would answer."""
    model = ours(in_file).get("OPENAI_MODEL", OFFLINE_MODEL)
    if model != OFFLINE_MODEL:
        raise SettingsError(
            f"OPENAI_MODEL is {shown(model)}, but nothing says where that model is. Add OPENAI_API_KEY=… for OpenAI, or "
            "OPENAI_BASE_URL=… for another server, or take the line out for the offline model."
        )
