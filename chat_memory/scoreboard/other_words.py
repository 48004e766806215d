"""Questions in other words than those in which the fact was said: data, and what may be asked in a talk.

People ask for a rabbit's name by "pet", and for somebody's job by "profession". Who reads the talk understands that; who
looks for the question's rare words does not. Whether something is *not* so is asked for in its own words alone: a yes
or a no is read by the words that it shares with its question.
"""

from collections.abc import Iterable
from typing import NamedTuple


class OtherWords(NamedTuple):
    """How else things are called, by their kind or by another name, and questions for them. Each name fits its thing."""

    names: dict[str, tuple[str, ...]]
    asked: tuple[str, ...]


OTHER_WORDS = (
    OtherWords(
        {
            "optician": ("eye doctor",),
            "hearing clinic": ("ear specialist",),
            "skin doctor": ("dermatologist",),
            "vet": ("animal doctor",),
        },
        ("When am I seeing the {x}?", "On which day do I visit the {x}?", "When is my check-up with the {x}?"),
    ),
    OtherWords(
        {
            "class trip": ("school excursion",),
            "exhibition": ("show",),
            "garden shed": ("hut",),
        },
        ("How much may we spend on the {x}?",),
    ),
    OtherWords(
        {
            "bike cellar": ("bicycle basement",),
            "holiday cabin": ("vacation cottage",),
            "office alarm": ("workplace",),
            "storage unit": ("warehouse",),
        },
        ("What is the passcode of the {x}?", "Which PIN opens the {x}?"),
    ),
    OtherWords(
        {
            "cat": ("pet", "kitty"),
            "dog": ("pet", "puppy"),
            "parrot": ("pet",),
            "pony": ("pet", "horse"),
            "tortoise": ("pet",),
            "rabbit": ("pet", "bunny"),
            "goat": ("pet",),
        },
        ("What is our {x} called?", "How did we name our {x}?"),
    ),
    OtherWords(
        {
            "hallway": ("corridor",),
            "nursery": ("children's room",),
            "front door": ("entrance",),
            "guest room": ("spare bedroom",),
        },
        ("Which shade will the {x} get?", "What is the tint of the {x} going to be?"),
    ),
    OtherWords(
        {
            "sister": ("sibling",),
            "godmother": ("godparent",),
            "flatmate": ("roommate",),
        },
        (
            "What is the job of my {x}?",
            "Which profession does my {x} have?",
            "What is my {x}'s occupation?",
            "What does my {x} do for a living?",
        ),
    ),
    OtherWords(
        {
            "reunion": ("get-together",),
            "anniversary dinner": ("jubilee meal",),
            "workshop": ("course",),
            "quiz night": ("trivia evening",),
            "farewell lunch": ("goodbye meal",),
        },
        ("How many guests will come to the {x}?", "How many are coming to the {x}?"),
    ),
    OtherWords(
        {
            "band practice": ("rehearsal",),
            "book fair": ("literature festival",),
            "chess club": ("board game group",),
            "pottery class": ("ceramics course",),
        },
        ("Where is the {x} held?", "Where do I have to go for the {x}?"),
    ),
    OtherWords(
        {
            "night train": ("sleeper",),
            "airport bus": ("coach",),
            "school bus": ("coach",),
            "tour boat": ("ship",),
            "ferry": ("ship",),
        },
        ("When does the {x} depart?", "What is the departure time of my {x}?"),
    ),
    OtherWords(
        {
            "best friend": ("closest buddy",),
            "grandmother": ("granny",),
            "old roommate": ("flatmate",),
            "pen pal": ("letter friend",),
            "trainer": ("coach",),
        },
        (
            "Which city is home to my {x}?",
            "Where is the home of my {x}?",
            "Where does my {x} reside?",
            "In which city is my {x} based?",
        ),
    ),
    OtherWords(
        {
            "ibuprofen": ("painkiller",),
            "iron": ("mineral",),
            "magnesium": ("mineral",),
            "zinc": ("mineral",),
            "melatonin": ("hormone",),
        },
        ("How many milligrams of the {x} do I need daily?",),
    ),
    OtherWords(
        {
            "concert ticket": ("gig",),
            "hotel room": ("accommodation",),
            "rental car": ("vehicle",),
            "museum pass": ("gallery",),
        },
        ("Which number do I have to give for the {x}?",),
    ),
    OtherWords(
        {"photo contest": ("photography competition",), "thesis chapter": ("dissertation",)},
        ("By when must I submit the {x}?", "What is the cutoff for the {x}?"),
    ),
    OtherWords(
        {"costume trunk": ("chest",), "key cabinet": ("cupboard",), "tool locker": ("toolbox",)},
        ("What tag did you propose for the {x}?", "What did you propose to write on the {x}?"),
    ),
    OtherWords(
        {"raffle": ("lottery",), "tombola": ("lottery",), "locker game": ("cabinet puzzle",)},
        ("What figure have you chosen for the {x}?",),
    ),
    OtherWords(
        {
            "rowing boat": ("vessel",),
            "sourdough starter": ("dough",),
            "puppet": ("doll",),
            "snowman": ("figure",),
            "scarecrow": ("figure",),
        },
        ("What did you propose to call our {x}?",),
    ),
    OtherWords(
        {"the atlas of rivers": ("book of maps",), "the guide to lichens": ("handbook",)},
        ("What is the code of the {x} on the shelf?",),
    ),
    OtherWords(
        {
            "the oak dowels": ("wooden pegs",),
            "the felt pads": ("fabric cushions",),
            "the wing nuts": ("fasteners",),
        },
        ("How many of the {x} are left in the inventory?", "How many of the {x} does the store hold?"),
    ),
)

_BY_THING = {thing: other for other in OTHER_WORDS for thing in other.names}


def in_other_words(thing: str, in_the_talk: Iterable[str]) -> list[str]:
    """Questions for a thing by names that fit nothing else of what the talk is about; none where all names would."""
    if thing not in _BY_THING:
        return []
    others = {name for other in in_the_talk if other != thing for name in _all_names(other)}
    names = [name for name in _BY_THING[thing].names[thing] if not any(name in other for other in others)]
    return [asked.format(x=name) for name in names for asked in _BY_THING[thing].asked]


def _all_names(thing: str) -> tuple[str, ...]:
    return (thing, *(_BY_THING[thing].names[thing] if thing in _BY_THING else ()))
