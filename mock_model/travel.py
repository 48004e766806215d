"""A little knowledge of the world: when to visit a place and what to pack. Which place and which season, the messages say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.admitting import which
from mock_model.transcript import text_of

# place: best season, its months, why, what the weather is like then (a key of PACKING), southern half of the earth
PLACES = {
    "japan": ("spring", "March to May", "mild days and the cherry blossom", "mild", False),
    "italy": ("spring", "April to June", "warm days before the crowds", "mild", False),
    "france": ("spring", "April to June", "mild weather and long evenings", "mild", False),
    "spain": ("spring", "April to June", "warm days without the heat", "mild", False),
    "portugal": ("spring", "April to June", "sunshine without the crowds", "mild", False),
    "greece": ("spring", "April to June", "warm sea air and green hills", "mild", False),
    "germany": ("summer", "June to August", "long warm days", "warm", False),
    "austria": ("winter", "December to March", "reliable snow in the Alps", "cold", False),
    "switzerland": ("summer", "June to September", "open mountain paths", "mild", False),
    "norway": ("summer", "June to August", "the midnight sun over the fjords", "mild", False),
    "sweden": ("summer", "June to August", "bright nights and mild days", "mild", False),
    "finland": ("winter", "December to March", "snow and the northern lights", "cold", False),
    "iceland": ("summer", "June to August", "open roads and light nights", "mild", False),
    "denmark": ("summer", "June to August", "long mild days", "mild", False),
    "netherlands": ("spring", "April and May", "the tulips in bloom", "mild", False),
    "ireland": ("summer", "June to August", "the longest and driest days", "mild", False),
    "scotland": ("summer", "May to August", "long days in the Highlands", "mild", False),
    "england": ("summer", "June to August", "long days and garden weather", "warm", False),
    "poland": ("summer", "June to August", "warm days and festivals", "warm", False),
    "croatia": ("autumn", "September and October", "a warm sea and quiet towns", "warm", False),
    "turkey": ("autumn", "September to November", "warm days after the heat", "mild", False),
    "morocco": ("spring", "March to May", "green valleys before the heat", "mild", False),
    "egypt": ("winter", "November to February", "pleasant days after the heat", "warm", False),
    "kenya": ("summer", "July to September", "the great migration in the dry season", "warm", False),
    "tanzania": ("summer", "June to September", "dry weather for seeing animals", "warm", False),
    "south africa": ("spring", "September to November", "wildflowers and mild days", "mild", True),
    "india": ("winter", "November to February", "dry, pleasant days", "warm", False),
    "nepal": ("autumn", "October and November", "clear views of the mountains", "mild", False),
    "thailand": ("winter", "November to February", "the cool dry season", "hot", False),
    "vietnam": ("spring", "February to April", "dry and mild weather in most regions", "warm", False),
    "indonesia": ("summer", "May to September", "the dry season", "hot", False),
    "bali": ("summer", "May to September", "the dry season", "hot", False),
    "china": ("autumn", "September and October", "clear skies and mild days", "mild", False),
    "south korea": ("autumn", "September to November", "clear skies and red maples", "mild", False),
    "korea": ("autumn", "September to November", "clear skies and red maples", "mild", False),
    "mongolia": ("summer", "June to August", "green steppe and the Naadam festival", "mild", False),
    "australia": ("spring", "September to November", "mild days in most regions", "mild", True),
    "new zealand": ("summer", "December to February", "warm days for hiking", "warm", True),
    "canada": ("autumn", "September and October", "the red maple forests", "mild", False),
    "alaska": ("summer", "June to August", "open parks and long days", "mild", False),
    "mexico": ("winter", "December to April", "dry and sunny weather", "warm", False),
    "cuba": ("winter", "December to April", "dry and sunny weather", "hot", False),
    "costa rica": ("winter", "December to April", "the dry season", "hot", False),
    "peru": ("winter", "May to September", "dry weather in the Andes", "cold", True),
    "chile": ("summer", "December to February", "the best weather in Patagonia", "mild", True),
    "argentina": ("spring", "October to December", "mild days and blossoming streets", "mild", True),
    "brazil": ("spring", "September to November", "warm days before the rains", "warm", True),
    "patagonia": ("summer", "December to February", "the mildest weather", "mild", True),
    "lisbon": ("spring", "April to June", "sunshine without the crowds", "mild", False),
    "paris": ("spring", "April to June", "mild weather and long evenings", "mild", False),
    "rome": ("spring", "April to June", "warm days before the crowds", "mild", False),
    "london": ("summer", "June to August", "long days and garden weather", "warm", False),
    "new york": ("autumn", "September to November", "crisp clear days", "mild", False),
    "tokyo": ("spring", "March to May", "mild days and the cherry blossom", "mild", False),
    "kyoto": ("autumn", "October and November", "the red maples around the temples", "mild", False),
    "hawaii": ("spring", "April to June", "dry days and a calm sea", "hot", False),
    "lapland": ("winter", "December to March", "snow and the northern lights", "cold", False),
}
PACKING = {
    "spring": "layers, a light rain jacket and comfortable walking shoes",
    "summer": "light clothes, a sun hat, sunscreen and a refillable water bottle",
    "autumn": "a warm sweater, a rain jacket and sturdy shoes",
    "winter": "a warm coat, gloves, a hat and waterproof boots",
}
BY_WEATHER = {
    "hot": "light cotton clothes, sandals, sunscreen, insect repellent and a thin rain jacket",
    "warm": PACKING["summer"],
    "mild": PACKING["spring"],
    "cold": PACKING["winter"],
}
WITH_ARTICLE = {"netherlands"}
REPLACED = re.compile(
    r"\b(?:not|instead of|rather than) (?:to |in )?(?:the )?[\w ]{2,15}", re.IGNORECASE
)  # "Croatia, not Greece"
NORTHERN = {"spring": "march april may", "summer": "june july august", "autumn": "september october november",
            "winter": "december january february"}  # fmt: skip
OPPOSITE = {"spring": "autumn", "autumn": "spring", "summer": "winter", "winter": "summer"}

WHEN = re.compile(
    r"\bwhen (?:should|would|could|can|is it best|is (?:the|a) (?:best|good|right) (?:time|season)"
    r"|do you (?:think|suggest|recommend))[^?]*"
    r"|\b(?:best|good|ideal|right) (?:time|season|month)s?(?: of (?:the )?year)? (?:to|for)\b"
    r"|\bwhich season (?:should|would|is best)|\bwhat (?:time of year|season) (?:should|would|is best)",
    re.IGNORECASE,
)
TRAVELLING = re.compile(r"\b(?:visit|go|travel|trip|fly|book|come|there|holiday|vacation)\b", re.IGNORECASE)
JOURNEY = re.compile(r"\b(?:visit|travel|trip|fly|holiday|vacation)\b|\bgo(?: there)?\s*\?", re.IGNORECASE)
PACK = re.compile(
    r"\bwhat (?:should|do|shall|would|could|can|must) (?:i|we)\b[^?]*\b(?:pack|bring|take|wear|put in)\b"
    r"|\bpacking (?:list|tips|advice)\b|\bwhat (?:clothes|to pack|to bring|to wear)\b",
    re.IGNORECASE,
)
SEASON = re.compile(r"\b(spring|summer|autumn|fall|winter)(?:time)?\b", re.IGNORECASE)
MONTH = re.compile(
    r"\b(january|february|april|june|july|august|september|october|november|december|(?<=in )(?:march|may))\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"\b(" + "|".join(sorted(map(re.escape, PLACES), key=len, reverse=True)) + r")\b", re.IGNORECASE)
GOING = re.compile(
    r"\b(?:trip to|travel(?:ling|ing)? to|visit(?:ing)?|fly(?:ing)? to|going to|holiday in|vacation in|go to)\s+(?:the )?"
    r"([A-Z][\w-]+(?: [A-Z][\w-]+)?)"
)


def travel_advice(asked: str, messages: Sequence[dict]) -> str | None:
    """An answer to "When should I visit?" or "What should I pack for that season?", or None for other questions.

    The place is the last one named in the messages, a user's before all others; the season is the last one named, in whose
    words it may be. What is named nowhere is asked for.
    """
    if PACK.search(asked):
        return _packing(asked, messages)
    if WHEN.search(asked) and TRAVELLING.search(asked):
        return _time_to_go(asked, messages)
    return None


def _time_to_go(asked: str, messages: Sequence[dict]) -> str | None:
    place = _place(asked, messages)
    if place is None:
        unknown = next((m.group(1) for text in _texts(asked, messages, "user") if (m := GOING.search(text))), None)
        if unknown:
            return f"I don't know the seasons of {unknown}."
        return which("place", messages) if JOURNEY.search(asked) else None  # "When should I call?" is about no journey
    season, months, why, _, _ = PLACES[place.lower()]
    return f"{season.capitalize()} is a good time to visit {_named(place)} ({months}): {why}."


def _packing(asked: str, messages: Sequence[dict]) -> str:
    place = _place(asked, messages)
    named = SEASON.search(asked)
    season = named.group(1) if named else _season(messages, place)
    if season is None:
        return which("season", messages)
    season = season.lower().replace("fall", "autumn")
    best, _, _, weather, _ = PLACES[place.lower()] if place else (season, "", "", "", False)
    packing = BY_WEATHER[weather] if weather == "hot" or (weather and season == best) else PACKING[season]
    where = f" in {_named(place)}" if place else ""
    return f"For {season}{where}, pack {packing}."


def _named(place: str) -> str:
    return f"the {place}" if place.lower() in WITH_ARTICLE else place


def _place(asked: str, messages: Sequence[dict]) -> str | None:
    """The place that is meant: in the question, else the last one in a user's message, else the last one in any."""
    for text in [*_texts(asked, messages, "user"), *_texts("", messages, None)]:
        if found := PLACE.findall(REPLACED.sub("", text)):
            return found[-1].title() if found[-1].islower() else found[-1]
    return None


def _season(messages: Sequence[dict], place: str | None) -> str | None:
    """The last season named in any message but the last, or the season of the last month that is named."""
    for message in reversed(messages[:-1]):
        text = text_of(message)
        if found := SEASON.findall(text):
            return found[0] if message["role"] == "assistant" else found[-1]  # a reply begins with its advice
        if months := MONTH.findall(text):
            season = next(s for s, names in NORTHERN.items() if months[-1].lower() in names)
            return OPPOSITE[season] if place and PLACES[place.lower()][4] else season
    return None


def _texts(first: str, messages: Sequence[dict], role: str | None) -> list[str]:
    """Texts, the latest first: the given one, then the messages of a role."""
    return [first, *(text_of(m) for m in reversed(messages) if role is None or m["role"] == role)]
