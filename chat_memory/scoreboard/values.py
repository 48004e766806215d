"""Values that facts have: names, numbers, dates, codes; drawn by a generator, and in which other ways they may be written."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple


class Value(NamedTuple):
    """A value as it is said, and the answers that name it, any of which is enough."""

    text: str
    answers: tuple[str, ...]


MONTHS = (
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FIRST = (
    "Amara", "Anouk", "Bastian", "Bianca", "Cosima", "Dario", "Edda", "Elif", "Emeka", "Farid", "Finja", "Greta", "Hakon",
    "Ilse", "Imran", "Jolanda", "Kaito", "Katya", "Leif", "Lucia", "Maeve", "Malik", "Mirela", "Nadim", "Noor", "Odile",
    "Oskar", "Paloma", "Petra", "Quentin", "Rafael", "Renske", "Saskia", "Selma", "Tadeo", "Tilda", "Ulf", "Vesna",
    "Wanda", "Xenia", "Yusuf", "Zelda",
)  # fmt: skip
LAST = (
    "Abara", "Almeida", "Berg", "Castellano", "Dahl", "Eriksen", "Fontaine", "Grabowski", "Haddad", "Ibsen", "Jansen",
    "Kowalczyk", "Lindqvist", "Marchetti", "Novak", "Okafor", "Petrov", "Quiroga", "Rahimi", "Santos", "Takeda", "Ueda",
    "Varga", "Whitlock", "Yilmaz", "Zeller",
)  # fmt: skip
PETS = (
    "Pickles", "Biscuit", "Nimbus", "Tofu", "Marzipan", "Waffle", "Pepper", "Mochi", "Bramble", "Figaro", "Noodle",
    "Sprocket", "Juniper", "Truffle", "Gizmo", "Clementine", "Dumpling", "Pretzel", "Saffron", "Domino",
)  # fmt: skip
STREETS = (
    "Alder Lane", "Beacon Street", "Cobble Row", "Drury Square", "Elm Terrace", "Foundry Road", "Gannet Way", "Harbour Walk",
    "Ivy Close", "Juniper Court", "Kiln Yard", "Larch Avenue", "Mill Bank", "Nettle Hill", "Orchard Gate", "Priory Street",
    "Quarry Path", "Rookery Lane", "Saddler Street", "Tanner Row", "Vicarage Road", "Weir Lane",
)  # fmt: skip
COLOURS = (
    "turquoise", "mustard yellow", "dove grey", "sage green", "navy blue", "burgundy", "lilac", "olive green", "mint green",
    "cobalt blue", "sky blue", "brick red", "lemon yellow", "silver grey", "dusty pink", "chestnut brown", "dark purple",
)  # fmt: skip
JOBS = (
    "beekeeper", "cartographer", "dental nurse", "electrician", "falconer", "glassblower", "hydrologist", "illustrator",
    "joiner", "locksmith", "marine biologist", "stonemason", "sailmaker", "pastry chef", "radiographer", "surveyor",
    "tram driver", "upholsterer", "veterinarian", "welder",
)  # fmt: skip
TOWNS = (
    "Aarhus", "Bergamo", "Coimbra", "Dresden", "Eger", "Freiburg", "Girona", "Haarlem", "Innsbruck", "Kotor", "Lublin",
    "Maastricht", "Nafplio", "Ohrid", "Piran", "Quimper", "Rijeka", "Sibiu", "Tartu", "Uppsala", "Valletta", "Wexford", "Zadar",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _listed(*texts: str) -> Callable[[Random], Value]:
    def draw(random: Random) -> Value:
        text = random.choice(texts)
        return Value(text, (text,))

    return draw


def _date(random: Random) -> Value:
    day, month = random.randint(2, 28), random.choice(MONTHS)
    short = month[:3]
    return Value(
        random.choice((f"{day} {month}", f"{month} {day}")),
        tuple(f"{a} {b}" for name in dict.fromkeys((month, short)) for a, b in ((day, name), (name, day))),
    )


def _time(random: Random) -> Value:
    hour, minute = random.randint(7, 21), random.choice(range(5, 60, 5))
    late = (f"{hour - 12}:{minute:02} pm",) if hour > 12 else ()
    return Value(f"{hour}:{minute:02}", (f"{hour}:{minute:02}", *late))


def _number(low: int, high: int, step: int = 1) -> Callable[[Random], Value]:
    def draw(random: Random) -> Value:
        number = random.randrange(low, high, step)
        return Value(f"{number:,}", (str(number),))

    return draw


def _digits(random: Random) -> Value:
    text = str(random.randint(1000, 9999))
    return Value(text, (text,))


def _code(letters: str) -> Callable[[Random], Value]:
    def draw(random: Random) -> Value:
        text = f"{''.join(random.sample(letters, 2))}-{random.randint(100, 999)}"
        return Value(text, (text,))

    return draw


def _person(random: Random) -> Value:
    last = random.choice(LAST)
    return Value(f"{random.choice(FIRST)} {last}", (last,))


def _address(random: Random) -> Value:
    text = f"{random.randint(2, 98)} {random.choice(STREETS)}"
    return Value(text, (text,))


VALUES: dict[str, Callable[[Random], Value]] = {
    "date": _date,
    "time": _time,
    "euros": _number(260, 9_800, 10),
    "people": _number(13, 96),
    "dose": _number(15, 480, 5),
    "digits": _digits,
    "code": _code("BDFGHKLMPRTVWXZ"),
    "person": _person,
    "address": _address,
    "pet": _listed(*PETS),
    "colour": _listed(*COLOURS),
    "job": _listed(*JOBS),
    "town": _listed(*TOWNS),
    "weekday": _listed(*WEEKDAYS),
}


_SHARED = {"pm", *(name.casefold() for month in MONTHS for name in (month, month[:3]))}  # by values that differ


def drawn(kind: str, random: Random, used: set[str]) -> Value:
    """A value of this kind, no word or number of which has been drawn in this talk before: 17 people, and 17 April."""
    while True:
        value = VALUES[kind](random)
        told = {word for text in (value.text, *value.answers) for word in text.casefold().replace(",", "").split()}
        if not used & (told := told - _SHARED):
            used |= told
            return value
