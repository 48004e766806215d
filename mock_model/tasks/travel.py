"""Travel: a little knowledge of when to visit a place and what to pack. Which place and season, the messages say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from mock_model.sentences.lists import LISTS, phrases, sections
from mock_model.sentences.reading import content
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences, words
from mock_model.tasks.admitting import which

_phrases = partial(phrases, file="seasons.txt")
TABLES = {name: [" ".join(line).split(" | ") for line in lines] for name, lines in sections("seasons.txt").items()}
PLACES = {place: known for place, *known in TABLES["places"]}  # its season, the months, why, the weather then
PACKING = {name: what for names, what in TABLES["packing"] for name in names.split(", ")}
PLACE = re.compile(rf"\b({'|'.join(sorted(map(re.escape, PLACES), key=len, reverse=True))})\b", re.I)
LONGEST = 300  # characters of a question of travel
YEAR = ("winter", "spring", "summer", "autumn")


def travel_advice(asked: str, messages: Sequence[dict]) -> str | None:
    """When to visit or what to pack, where that is asked: for the place last named, by a user if one names any."""
    asking = _asking(asked)
    if not asking or content(words(_phrases("usual").sub("", PLACE.sub("", asking[-1])))):
        return None  # "When should I visit my dentist?"
    said = "\n".join(text_of(m) for m in sorted(messages, key=lambda m: m["role"] == "user"))  # the users' words last
    place = ["", *PLACE.findall(_phrases("replaced").sub("", said))][-1]
    best, months, why, weather, *south = PLACES.get(place.lower(), [""] * 4)
    place = ("the " if place.lower().endswith("lands") else "") + (place.title() if place.islower() else place)
    if _phrases("pack").search(asking[-1]):
        season = _season(messages, bool(south))
        packing = PACKING[weather if weather and (weather == "hot" or season == best) else season or "mild"]
        return f"For {season}{place and f' in {place}'}, pack {packing}." if season else which("season", messages)
    if best:
        return f"{best.capitalize()} is a good time to visit {place} ({months}): {why}."
    unknown = ["", *_phrases("going").findall(said)][-1]
    asks = which("place", messages) if _phrases("journey").search(asking[-1]) else None
    return f"I don't know the seasons of {unknown}." if unknown else asks


@remembered(256)
def _asking(text: str) -> tuple[str, ...]:
    """The sentences that ask for advice."""
    return tuple(one for one in sentences(text) if len(one) <= LONGEST and _phrases("asks").search(one))


def _season(messages: Sequence[dict], south: bool) -> str | None:
    """The last season that is named, or the season of the last month that is."""
    for message in reversed(messages):
        if found := _phrases("season").findall(text_of(message)):  # a reply begins with its advice
            return found[0 if message["role"] == "assistant" else -1].lower().replace("fall", "autumn")
        if months := _phrases("month").findall(text_of(message)):
            return YEAR[((LISTS["months"].index(months[-1].lower()) + 1) % 12 // 3 + 2 * south) % 4]
    return None
