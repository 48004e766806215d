"""What talks are made of: facts in several wordings, and what is said around them. Data.

A name is made up anew in each talk, from syllables, so that no list holds it; what else a fact is about is drawn by chance.
"""

from __future__ import annotations

from typing import NamedTuple

RULES = "You are a patient assistant, who helps with plans, papers and the household. Answer in one or two sentences."


class Form(NamedTuple):
    """One kind of fact: about what, how it is said, how it is said that it has changed, how it is asked, and as a sentence."""

    things: tuple[str, ...]
    value: str
    said: tuple[str, ...]
    changed: tuple[str, ...]
    asked: str
    fact: str


FORMS = (
    Form(
        ("canary", "cockatoo", "rowing club", "allotment", "delivery van", "choir", "walking group", "houseboat"),
        "name",
        ("Our {x} is called {v}.", "We have named our {x} {v}.", "{v} is the name of our {x}."),
        ("Our {x} has a new name and is called {v} now.", "We have changed the name of our {x} to {v}."),
        "What is our {x} called?",
        "The user's {x} is called {v}.",
    ),
    Form(
        ("the passport folder", "the first aid kit", "the bicycle pump", "the sewing machine", "the picnic blanket"),
        "place",
        ("I keep {x} in the {v}.", "The place of {x} is the {v}."),
        ("I have moved {x}, and now I keep it in the {v}.", "From now on I keep {x} in the {v}."),
        "Where do I keep {x}?",
        "The user keeps {x} in the {v}.",
    ),
    Form(
        ("the new gutter", "the trumpet lessons", "the garden fence", "the ski passes", "the accordion", "the tandem"),
        "euros",
        ("We pay {v} euros for {x}.", "The price that we pay for {x} is {v} euros."),
        (
            "The price has been raised, and for {x} we pay {v} euros now.",
            "We pay {v} euros for {x} now, and that is final.",
        ),
        "How many euros do we pay for {x}?",
        "The user pays {v} euros for {x}.",
    ),
    Form(
        (
            "the chimney sweep's visit",
            "the annual meeting",
            "the vaccination",
            "the school concert",
            "the boiler check",
        ),
        "day",
        ("{X} is on {v}.", "They have set {v} as the day for {x}."),
        ("{X} has been put off to {v}.", "The day for {x} is {v} now."),
        "On which day is {x}?",
        "{X} is on {v}.",
    ),
    Form(
        ("the cellar door", "the bicycle lock", "the sauna locker", "the tool shed", "the mailbox"),
        "code",
        ("The code for {x} is {v}.", "{X} opens with the code {v}."),
        ("The code for {x} has been changed to {v}.", "{X} has a new code, which is {v}."),
        "What is the code for {x}?",
        "The code for {x} is {v}.",
    ),
)


class Denial(NamedTuple):
    """Something that is not so: about what, how it is said, and the question to which the answer is no."""

    things: tuple[str, ...]
    said: tuple[str, ...]
    asked: str
    fact: str


DENIALS = (
    Denial(
        ("celery", "marzipan", "liver", "oysters", "aniseed"),
        ("Nobody in our family eats {x}.", "In our family we never eat {x}."),
        "Does anybody in our family eat {x}?",
        "Nobody in the user's family eats {x}.",
    ),
    Denial(
        ("waterbed", "chandelier", "treadmill", "jukebox"),
        ("We do not want a {x} in the flat.", "A {x} is something that we don't want in the flat."),
        "Do we want a {x} in the flat?",
        "The user does not want a {x} in the flat.",
    ),
    Denial(
        ("motorboat", "orchard", "piano", "vineyard"),
        ("We are not going to sell the {x}.", "The {x} is not for sale, whatever they offer."),
        "Are we going to sell the {x}?",
        "The user is not going to sell the {x}.",
    ),
    Denial(
        ("radiator", "washbasin", "wardrobe", "skylight"),
        ("The guest room has no {x}.", "There is no {x} in the guest room."),
        "Does the guest room have a {x}?",
        "The guest room has no {x}.",
    ),
)


class Invention(NamedTuple):
    """Something that the assistant makes up: what the user wants, and what is replied to it."""

    things: tuple[str, ...]
    value: str
    wished: tuple[str, ...]
    reply: tuple[str, ...]
    asked: str
    fact: str


INVENTIONS = (
    Invention(
        ("quiz team", "lawn mower", "dinghy", "market stall", "puppet theatre"),
        "name",
        ("Please suggest a name for our {x}.", "We need a name for our {x}: which one do you suggest?"),
        ("How about {v} for the {x}? It is short, and nobody else has it.", "I suggest {v} as the name of the {x}."),
        "Which name did you suggest for our {x}?",
        "The assistant suggested the name {v} for the user's {x}.",
    ),
    Invention(
        ("the raffle", "the guest list", "the archive box", "the treasure hunt"),
        "code",
        ("Please make up a number of four digits for {x}.", "For {x} we need some number of four digits: choose one."),
        ("For {x}, take {v}.", "I have chosen {v} for {x}; write it down somewhere."),
        "Which number did you choose for {x}?",
        "The assistant chose the number {v} for {x}.",
    ),
)


class Lookup(NamedTuple):
    """What a tool has found: for what, in which line, and the lines around it."""

    things: tuple[str, ...]
    value: str
    line: str
    others: tuple[str, ...]
    asked: str
    fact: str


LOOKUPS = (
    Lookup(
        ("the parcel from Vera", "the return of the lamp", "the crate of oranges", "the roll of carpet"),
        "name",
        "depot: {v}",
        ("status: on its way", "weight: {n} kg", "signature: needed", "insured: yes"),
        "What is the depot of {x}?",
        "The depot of {x} is {v}.",
    ),
    Lookup(
        ("the museum tickets", "the rental contract", "the night train", "the warranty of the kettle"),
        "reference",
        "reference: {v}",
        ("valid: from tomorrow", "persons: {n}", "paid: yes", "sent: by letter"),
        "What is the reference of {x}?",
        "The reference of {x} is {v}.",
    ),
)
FOUND = ("I have looked up {x}, and this came back:\n", "The look-up of {x} says:\n")
READ = ("Thank you, I have read that.", "Thanks, that is in order as far as I can see.")

SYLLABLES = "ta va lo mer ku sin do ra pel ni bas tor gu lem fi za won hel ri mo".split()
COLOURS = "striped yellow wicker painted tall narrow round folding dented varnished".split()
CONTAINERS = "trunk cupboard basket drawer chest closet crate cabinet locker bin".split()
MONTHS = "January February March April June July August September October November".split()

PLACES = "Bergen Turin Ghent Oslo Porto Graz Lyon Cork".split()
TOPICS = (
    "bees", "old maps", "glaciers", "typefaces", "lighthouses", "tides", "mushrooms", "clocks", "comets", "salt",
    "bridges", "owls",
)  # fmt: skip
SMALL_TALK = (  # with names and numbers, as all talk has them
    "Yesterday the number {n} bus was late again, and it rained all the way to {p}.",
    "I have read an article about {t}, and I believe about half of it.",
    "My colleague from {p} sends {n} mails a day, most of them about {t}.",
    "There was a programme about {t} last night, and I fell asleep after {n} minutes.",
    "What do people in {p} like so much about {t}?",
    "It took me {n} minutes to find my glasses this morning, and they were on my head.",
    "Somebody in {p} has opened a shop for {t}, of all things.",
    "The wind kept me awake, so I counted to {n} and thought about {t}.",
    "Can you explain {t} to me in a way that a child of {n} would understand?",
    "A friend came by from {p}, and we talked about {t} until late.",
)
REPLIES = (
    "That sounds like a long day, and I hope that the next one brings a little less of it.",
    "There is more to {t} than most people think, and much of it was found out by chance.",
    "In {p} they would say that {t} come and go, and that one should have a cup of tea first.",
    "If you like, we can come back to {t} another time, when there is more room for it.",
    "Most books about {t} begin with a story of that kind, and few of them end with one.",
    "I would not worry about it too much; things like that tend to look smaller in the evening.",
    "A short walk helps with that more often than one would expect, even when it rains.",
)
HEARD = ("All right.", "Good to know.", "I see.", "That is clear.", "Thank you for telling me.")
