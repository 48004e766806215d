"""What facts are about and how people say them, ask for them and correct them: data, from which talks are drawn.

`{x}` stands for the thing, and `{v}` for the value; a fact is in the third person, to be understood alone.
"""

from typing import NamedTuple


class Matter(NamedTuple):
    """What a fact can be about: the things, the kind of value, and the wordings."""

    things: tuple[str, ...]
    value: str
    said: tuple[str, ...]
    changed: tuple[str, ...]
    asked: tuple[str, ...]
    fact: str


MATTERS = (
    Matter(
        ("dentist", "physiotherapist", "optician", "vet", "tax adviser", "hearing clinic", "skin doctor"),
        "date",
        (
            "My appointment at the {x} is on {v}.",
            "The {x} has given me an appointment on {v}.",
            "I have an appointment with the {x} on {v}.",
        ),
        (
            "The {x} has just called: my appointment is now on {v}.",
            "My appointment with the {x} has been moved, it is on {v} now.",
        ),
        ("When is my appointment with the {x}?", "On which date do I have my appointment at the {x}?"),
        "The user's appointment with the {x} is on {v}.",
    ),
    Matter(
        ("new kitchen", "roof repair", "wedding", "bathroom", "garden shed", "class trip", "exhibition"),
        "euros",
        (
            "The budget for the {x} is {v} euros.",
            "We have set a budget of {v} euros for the {x}.",
            "For the {x} I have a budget of {v} euros.",
        ),
        ("The budget for the {x} is {v} euros now.", "We have changed the budget for the {x}: it is {v} euros now."),
        ("What is the budget for the {x}?", "How many euros is the budget for the {x}?"),
        "The budget for the {x} is {v} euros.",
    ),
    Matter(
        ("garage", "bike cellar", "office alarm", "holiday cabin", "storage unit", "boat house", "music room"),
        "digits",
        ("The door code of the {x} is {v}.", "The code for the {x} is {v}.", "To open the {x} you need the code {v}."),
        ("The code for the {x} was changed today, it is {v} now.", "There is a new code for the {x}: {v}."),
        ("What is the code for the {x}?", "Which code opens the {x}?"),
        "The code for the {x} is {v}.",
    ),
    Matter(
        ("landlord", "piano teacher", "plumber", "new manager", "midwife", "notary", "choir leader", "ski instructor"),
        "person",
        ("My {x} is called {v}.", "The name of my {x} is {v}.", "{v} is my {x}."),
        ("I have a new {x}: {v}.", "My {x} is {v} now, the other one has left."),
        ("What is the name of my {x}?", "Who is my {x}?"),
        "The user's {x} is {v}.",
    ),
    Matter(
        ("cat", "dog", "parrot", "pony", "tortoise", "rabbit", "goat"),
        "pet",
        ("Our {x} is called {v}.", "The name of our {x} is {v}.", "We have a {x} called {v}."),
        ("The children have renamed our {x}: it is called {v} now.", "Our {x} is called {v} now."),
        ("What is our {x} called?", "What is the name of our {x}?"),
        "The user's {x} is called {v}.",
    ),
    Matter(
        ("hallway", "nursery", "front door", "fence", "caravan", "stairwell", "guest room"),
        "colour",
        ("We will paint the {x} {v}.", "The colour for the {x} will be {v}.", "I want to paint the {x} {v}."),
        ("We have changed the colour for the {x}: it will be {v}.", "The colour for the {x} will be {v} now."),
        ("Which colour will we paint the {x}?", "What is the colour for the {x}?"),
        "The {x} will be painted {v}.",
    ),
    Matter(
        ("sister", "brother-in-law", "cousin", "neighbour", "godmother", "uncle", "flatmate", "niece"),
        "job",
        ("My {x} works as a {v}.", "My {x} has worked as a {v} for years.", "My {x} has found work as a {v}."),
        ("My {x} has a new job and works as a {v} now.", "My {x} works as a {v} now."),
        ("What does my {x} work as?", "As what does my {x} work?"),
        "The user's {x} works as a {v}.",
    ),
    Matter(
        ("summer party", "reunion", "anniversary dinner", "workshop", "house-warming", "quiz night", "farewell lunch"),
        "people",
        (
            "We expect {v} people at the {x}.",
            "There will be {v} people at the {x}.",
            "{v} people have signed up for the {x}.",
        ),
        ("There will be {v} people at the {x} now.", "The count of people for the {x} has changed to {v}."),
        ("How many people will be at the {x}?", "How many people do we expect at the {x}?"),
        "{v} people are expected at the {x}.",
    ),
    Matter(
        (
            "reading circle",
            "pottery class",
            "chess club",
            "parents' meeting",
            "language exchange",
            "band practice",
            "book fair",
        ),
        "address",
        ("The {x} meets at {v}.", "The {x} takes place at {v}.", "The address of the {x} is {v}."),
        ("The {x} has moved and meets at {v} now.", "The address of the {x} is {v} now."),
        ("Where does the {x} meet?", "What is the address of the {x}?"),
        "The {x} meets at {v}.",
    ),
    Matter(
        ("ferry", "night train", "airport bus", "school bus", "tour boat", "shuttle", "cable car"),
        "time",
        ("My {x} leaves at {v}.", "The {x} that I take leaves at {v}.", "I am booked on the {x} that leaves at {v}."),
        (
            "My {x} leaves at {v} now, they have changed the times.",
            "The timetable has changed: my {x} leaves at {v} now.",
        ),
        ("When does my {x} leave?", "At what time does my {x} leave?"),
        "The user's {x} leaves at {v}.",
    ),
    Matter(
        ("aunt", "best friend", "old roommate", "grandmother", "former boss", "pen pal", "trainer"),
        "town",
        ("My {x} lives in {v}.", "My {x} has lived in {v} for years.", "My {x} lives near the station in {v}."),
        ("My {x} has moved and lives in {v} now.", "My {x} lives in {v} now."),
        ("Where does my {x} live?", "In which town does my {x} live?"),
        "The user's {x} lives in {v}.",
    ),
    Matter(
        ("iron", "vitamin D", "magnesium", "ibuprofen", "zinc", "melatonin"),
        "dose",
        ("I take {v} mg of {x} a day.", "My dose of {x} is {v} mg.", "My doctor has prescribed {v} mg of {x} a day."),
        ("My doctor has changed my dose of {x}: it is {v} mg now.", "My dose of {x} is {v} mg now."),
        ("What is my dose of {x}?", "How many mg of {x} do I take?"),
        "The user's dose of {x} is {v} mg.",
    ),
    Matter(
        (
            "concert ticket",
            "hotel room",
            "rental car",
            "insurance claim",
            "museum pass",
            "repair order",
            "library card",
        ),
        "code",
        ("The reference for the {x} is {v}.", "My {x} has the reference {v}.", "The number of my {x} is {v}."),
        ("The reference for the {x} was wrong, the new one is {v}.", "My {x} has a new reference: {v}."),
        ("What is the reference for the {x}?", "Which reference does my {x} have?"),
        "The reference for the user's {x} is {v}.",
    ),
    Matter(
        (
            "grant proposal",
            "tax return",
            "photo contest",
            "thesis chapter",
            "visa form",
            "annual report",
            "song contest entry",
        ),
        "date",
        ("The deadline for the {x} is {v}.", "I have to hand in the {x} by {v}.", "The {x} is due on {v}."),
        ("The deadline for the {x} is {v} now.", "They have changed the deadline for the {x}: it is {v} now."),
        ("What is the deadline for the {x}?", "When is the {x} due?"),
        "The deadline for the {x} is {v}.",
    ),
)


class Negation(NamedTuple):
    """What somebody may deny: the things, how, the question that asks whether it is so, and the fact."""

    things: tuple[str, ...]
    said: tuple[str, ...]
    asked: tuple[str, ...]
    fact: str


NEGATIONS = (
    Negation(
        ("walnuts", "shellfish", "pollen", "penicillin", "sesame", "cat hair"),
        ("I am not allergic to {x}.", "The test says that I am not allergic to {x}."),
        ("Am I allergic to {x}?",),
        "The user is not allergic to {x}.",
    ),
    Negation(
        (
            "gym contract",
            "newspaper subscription",
            "phone plan",
            "allotment lease",
            "car insurance",
            "streaming account",
        ),
        ("I will not renew the {x}.", "I am not going to renew the {x}."),
        ("Will I renew the {x}?",),
        "The user will not renew the {x}.",
    ),
    Negation(
        ("Jonas", "Frieda", "Tomasz", "Annika", "Henrik", "Rosalie"),
        ("{x} is not coming to my birthday.", "{x} will not come to my birthday."),
        ("Is {x} coming to my birthday?",),
        "{x} is not coming to the user's birthday.",
    ),
    Negation(
        ("sugar", "oat milk", "lemon", "honey", "cinnamon"),
        ("I do not take {x} in my tea.", "I don't want {x} in my tea."),
        ("Do I take {x} in my tea?", "Do I want {x} in my tea?"),
        "The user does not take {x} in their tea.",
    ),
    Negation(
        ("balcony", "parking space", "dishwasher", "lift", "fireplace"),
        ("The new flat has no {x}.", "The new flat does not have a {x}."),
        ("Does the new flat have a {x}?",),
        "The new flat has no {x}.",
    ),
    Negation(
        ("swimming lessons", "the drawing course", "the cello lessons", "the pilates group", "the evening class"),
        ("I am not going to {x} any more.", "I do not go to {x} any more."),
        ("Am I going to {x}?", "Do I go to {x}?"),
        "The user is not going to {x} any more.",
    ),
)


class Invention(NamedTuple):
    """What the assistant is asked to make up: how, its reply, the question, and what finds it in any reply."""

    things: tuple[str, ...]
    value: str
    wished: tuple[str, ...]
    reply: tuple[str, ...]
    asked: tuple[str, ...]
    pattern: str
    fact: str


INVENTIONS = (
    Invention(
        ("key cabinet", "lost property box", "seed library", "tool locker", "costume trunk"),
        "code",
        (
            "Please make up a label for the {x}: two capital letters, a hyphen and three digits.",
            "The {x} needs a label of two capital letters, a hyphen and three digits. Can you choose one?",
        ),
        ("I suggest the label {v} for the {x}.", "For the {x} I suggest the label {v}."),
        ("Which label did you suggest for the {x}?", "What label did you suggest for the {x}?"),
        r"\b[A-Z]{2}-\d{3}\b",
        "The label that the assistant suggested for the {x} is {v}.",
    ),
    Invention(
        ("raffle", "locker game", "treasure hunt", "escape room", "tombola"),
        "digits",
        (
            "Please pick a number of four digits for the {x}.",
            "The {x} needs a number of four digits. Pick one, please.",
        ),
        ("I pick the number {v} for the {x}.", "For the {x} I pick the number {v}."),
        ("Which number did you pick for the {x}?", "What number did you pick for the {x}?"),
        r"\b\d{4}\b",
        "The number that the assistant picked for the {x} is {v}.",
    ),
    Invention(
        ("rowing boat", "sourdough starter", "robot vacuum", "snowman", "puppet", "scarecrow"),
        "pet",
        ("Please suggest one name for our {x}, in bold.", "What could we call our {x}? One name, in bold, please."),
        ("As a name for your {x} I suggest **{v}**.", "I suggest the name **{v}** for your {x}."),
        ("Which name did you suggest for our {x}?", "What name did you suggest for the {x}?"),
        r"\*\*([^*]+)\*\*",
        "The name that the assistant suggested for the user's {x} is {v}.",
    ),
)


class Entry(NamedTuple):
    """What can be looked up: under which name, what the tool returns, what is replied without the value, the question."""

    things: tuple[str, ...]
    value: str
    wished: tuple[str, ...]
    result: tuple[str, ...]
    reply: tuple[str, ...]
    asked: tuple[str, ...]
    fact: str


ENTRIES = (
    Entry(
        ("parcel Q-1034", "parcel Q-2217", "parcel Q-3950", "parcel Q-4188", "parcel Q-5726"),
        "town",
        ("Can you look up {x} for me?", "Please look up {x}."),
        ("status: on its way\ndepot: {v}\nweight: 3.2 kg", "The depot of {x} is {v}. It is on its way."),
        ("It is on its way.", "I have found it: it is on its way."),
        ("Which depot is {x} at?", "What is the depot of {x}?"),
        "The depot of {x} is {v}.",
    ),
    Entry(
        (
            "the atlas of rivers",
            "the history of glass",
            "the guide to lichens",
            "the book of knots",
            "the almanac of winds",
        ),
        "code",
        ("Please look up {x} in the library.", "Can you look up whether the library has {x}?"),
        ("title: {x}\nshelf mark: {v}\non loan: no", "The shelf mark of {x} is {v}. It is not on loan."),
        ("The library has it, and it is not on loan.", "Yes, the library has it."),
        ("What is the shelf mark of {x}?", "Which shelf mark does {x} have?"),
        "The shelf mark of {x} is {v}.",
    ),
    Entry(
        (
            "the brass hinges",
            "the copper wire",
            "the oak dowels",
            "the felt pads",
            "the wing nuts",
        ),
        "euros",
        ("Please look up {x} in the stock list.", "Can you look up {x} in our stock list?"),
        ("name: {x}\nin stock: {v}\nshelf: top", "Of {x} {v} pieces are in stock, on the top shelf."),
        ("They are in stock, on the top shelf.", "Yes, we have them in stock."),
        ("How many pieces of {x} are in stock?", "How many pieces of {x} do we have in stock?"),
        "Of {x} {v} pieces are in stock.",
    ),
    Entry(
        ("the harbour office", "the county archive", "the lost property desk", "the botanical garden", "the ice rink"),
        "digits",
        ("Please look up {x} in the directory.", "Can you look up {x} in the directory?"),
        ("name: {x}\nextension: {v}\nopen: weekdays", "The extension of {x} is {v}. It is open on weekdays."),
        ("I have found it. It is open on weekdays.", "It is in the directory, and open on weekdays."),
        ("What is the extension of {x}?", "Which extension does {x} have?"),
        "The extension of {x} is {v}.",
    ),
)

LEADS = (
    "", "", "", "", "By the way, ", "Incidentally, ", "Oh, and ", "Also, ", "One more thing. ", "Something else. ",
    "Just so that you know: ", "A quick note. ",
)  # fmt: skip
IN_MID_SENTENCE = {
    "My",
    "The",
    "We",
    "For",
    "There",
    "Our",
    "To",
    "They",
    "Please",
    "Can",
    "What",
    "Which",
}  # then small
TAILS = ("", "", "", " Please keep that in mind.", " I will come back to that.", " Good to have that settled.")
HEARD = (
    "All right, I will keep that in mind.", "Thanks, that is good to know.", "Understood.", "Good, that is clear then.",
    "Thank you for telling me.", "Got it.",
)  # fmt: skip
