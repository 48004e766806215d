"""The words the offline model knows: which are small, which are verbs, which mean the same, which name a kind of thing.

Plain data, with thesaurus.txt. A word that is not here is still read; it just has no synonyms.
"""

from __future__ import annotations

from pathlib import Path

IRREGULAR = {
    form: base
    for base, forms in {
        "be": "am is are was were been being",
        "have": "has had having",
        "do": "does did done doing",
        "go": "goes went gone going",
        "get": "got gotten getting",
        "buy": "bought",
        "bring": "brought",
        "think": "thought",
        "teach": "taught",
        "catch": "caught",
        "tell": "told",
        "say": "said",
        "sell": "sold",
        "keep": "kept",
        "leave": "left leaving leaves",
        "meet": "met meeting-with",
        "choose": "chose chosen",
        "speak": "spoke spoken",
        "break": "broke broken",
        "drive": "drove driven",
        "write": "wrote written",
        "ride": "rode ridden",
        "eat": "ate eaten",
        "drink": "drank drunk",
        "begin": "began begun",
        "give": "gave given",
        "take": "took taken",
        "come": "came coming",
        "become": "became",
        "see": "saw seen",
        "know": "knew known",
        "grow": "grew grown",
        "fly": "flew flown flies flying",
        "find": "found",
        "build": "built",
        "spend": "spent",
        "send": "sent",
        "lend": "lent",
        "lose": "lost",
        "make": "made making",
        "pay": "paid",
        "run": "ran running",
        "sing": "sang sung",
        "swim": "swam",
        "sit": "sat",
        "stand": "stood",
        "sleep": "slept",
        "wear": "wore worn",
        "win": "won",
        "feel": "felt",
        "hold": "held",
        "hide": "hid hidden",
        "hear": "heard",
        "lead": "led",
        "read": "reading",
        "steal": "stole stolen",
        "understand": "understood",
        "child": "children",
        "person": "people persons",
        "wife": "wives",
        "foot": "feet",
        "tooth": "teeth",
        "mouse": "mice",
        "shelf": "shelves",
        "knife": "knives",
        "live": "living lives",
        "use": "used using uses",
        "die": "died dying",
        "lie": "lay lying",
        "goose": "geese",
        "half": "halves",
        "shoe": "shoes",
        "toe": "toes",
        "canoe": "canoes",
        "fall": "fell fallen",
        "hurt": "hurts",
        "set": "sets",
        "cost": "costs",
        "draw": "drew drawn",
        "throw": "threw",
        "forget": "forgot forgotten",
        "name": "naming",
        "call": "calling",
        "decide": "deciding",
        "bake": "baking",
        "allergy": "allergies",
        "bus": "buses",
        "glass": "glasses",
        "class": "classes",
        "address": "addresses",
    }.items()
    for form in forms.split()
}

# Verbs in ordinary use: they mark where a clause has its verb. The list need not be complete.
VERBS = set(
    """
be have do go get buy bring service check quote deliver think teach catch tell say sell keep leave meet choose speak
break drive write ride eat drink begin give take come become see know grow fly find build spend send lend lose make
pay run sing swim sit stand sleep wear win feel hold hide hear lead read steal understand live use die lie fall hurt
set cost draw throw forget call decide work study like love hate prefer enjoy need want plan hope play watch move
start stop finish open close visit travel stay book order cook bake paint adopt own train practise practice learn
speak walk cycle jog hike climb dance collect grow fix repair rent hire manage run lead organise organize celebrate
marry turn retire graduate attend teach coach volunteer commute park store put place hang hide lock charge deliver
arrive depart land switch change upgrade deploy host serve build ship release launch migrate listen follow support
avoid dislike allergic suffer take weigh measure stand contain hold include require expect agree settle pick select
opt recommend suggest advise propose invite bring wear save invest donate breed feed name raise sign join quit look
weigh speak handle support own treat date engage stream record code program design sew knit print scan mail email
text message phone ring reach contact answer remember remain last begin end happen renovate
""".split()
)

AUXILIARIES = set(
    """
am is are was were be been being do does did have has had will would shall should can could may might must
""".split()
)
HAVING = set("have own get adopt buy keep rescue inherit possess raise rear purchase order bring".split())
PRONOUNS = set("i you he she it we they me him her us them this that these those who which there someone".split())
POSSESSIVES = {
    "my": "i",
    "your": "you",
    "his": "he",
    "her": "she",
    "its": "it",
    "their": "they",
    "our": "we",
    "whose": "who",
}
PREPOSITIONS = set(
    """
in on at to from for with by of about into onto under over near behind between beside opposite above below next
outside inside around after before during since until till through towards against as than off up down per via
""".split()
)
CONJUNCTIONS = set(
    """
and or but so because while whereas although though if when whenever unless that plus nor then
""".split()
)
DETERMINERS = set(
    """
a an the this that these those some any every each no another both all most many few several
""".split()
)
WH = set("who whom whose what which when where why how".split())

# Small words carry no fact: they are neither asked for nor looked for.
SMALL = (
    AUXILIARIES
    | PRONOUNS
    | set(POSSESSIVES)
    | PREPOSITIONS
    | CONJUNCTIONS
    | DETERMINERS
    | WH
    | set(
        """
not never ever also too just really very quite rather still already again now currently actually please thanks ok
okay yes yeah well anyway oh hey hi hello exactly only even as it's let us what's one ones thing things stuff bit
lot lots here yet thank welcome perfect great nice cool awesome good lol haha hmm ugh wow alright fine glad more
much many way like-so called got am pm o'clock else able going gonna wanna want will'd back same usually often
always sometimes mostly mainly basically approximately about around maybe perhaps probably myself yourself himself
herself themselves itself yours mine ours theirs total altogether first-hand different right aside along away
together apart forward be have do get go say tell mention remember recall know think
""".split()
    )
)

PERSONS = set(
    """
mother father sister brother sibling wife husband partner spouse fiance fiancee girlfriend boyfriend son daughter
child baby grandmother grandfather aunt uncle cousin niece nephew grandson granddaughter godmother godfather
stepmother stepfather stepsister stepbrother twin parent family friend colleague boss neighbour flatmate landlord
landlady tenant doctor dentist therapist teacher professor coach trainer student pupil mentor intern assistant nurse
lawyer accountant plumber electrician gardener nanny babysitter customer client guest host guide driver owner ex man
woman guy girl boy lady people vet surgeon optician physio barber hairdresser cleaner builder contractor supplier
designer developer engineer architect editor agent mother-in-law father-in-law sister-in-law brother-in-law son-in-
law daughter-in-law candidate recruiter secretary
""".split()
)
PETS = set(
    """
dog cat rabbit hamster parrot horse pony fish goldfish turtle tortoise snake lizard gecko ferret bird canary budgie
hen chicken goat pig cow sheep donkey llama alpaca rat mouse iguana axolotl chinchilla guinea hedgehog duck
""".split()
)

ANIMALS = {"animal", "pet", "dog", "bird"}  # kinds of living things

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
SHORT_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec".split()
SEASONS = ("spring", "summer", "autumn", "fall", "winter")
MOMENTS = set(
    """
today tonight tomorrow yesterday noon midday midnight morning afternoon evening night weekend week month year easter
christmas halloween thanksgiving fortnight weekday weekdays daily weekly monthly yearly annually hourly soon weeks
months years days
""".split()
)
NUMBER_WORDS = {w: n for n, w in enumerate(
    """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
""".split())} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "thousand": 1000, "million": 10**6, "dozen": 12, "couple": 2, "twice": 2, "once": 1, "half": 0.5, "pair": 2,
    "single": 1, "no": 0}  # fmt: skip
CURRENCIES = set(
    """
euro euros eur dollar dollars usd pound pounds gbp quid yen jpy franc francs chf rupee rupees inr bucks krona kronor
sek nok dkk zloty pln cents pence peso pesos yuan rand lira
""".split()
)

# A word after "what" or "which" that only says what sort of answer is wanted.
SORTS = set(
    """
kind type sort breed brand model make species flavour flavor genre variety style thing version edition part
""".split()
)
PLACE_WORDS = set(
    """
city town country place village region state street address location area neighbourhood suburb district
""".split()
)
JOB_ENDINGS = (
    "er",
    "or",
    "ist",
    "ian",
    "eer",
    "ant",
    "ect",
    "man",
    "woman",
    "nurse",
    "chef",
    "pilot",
    "vet",
    "smith",
    "wright",
    "student",
    "clerk",
    "cook",
    "judge",
    "guide",
    "coach",
    "monk",
    "priest",
    "scout",
    "intern",
    "surgeon",
    "ologist",
)


# Adjectives that place a thing in an order.
ORDER = frozenset("last next first new old current main final whole other recent latest".split())
# Words that say that something has changed.
REVISED = frozenset(
    "now changed change moved relocate instead actually updated postpone rescheduled new switched switch".split()
)

# Words that exclude each other: a statement with the one does not answer a question with the other.
OPPOSITES = [
    frozenset(line.split())
    for line in """
begin end
open close
arrive leave
buy sell
like dislike
old new former current
first second third middle last
last next this
left right
north south east west
upstairs downstairs
inside outside
borrow lend
win lose
morning afternoon evening night
breakfast lunch dinner
mail web staging production test development backup
front back
minimum maximum
male female
departure arrival
return outward
large small
indoor outdoor
summer winter spring autumn
delivery service
""".strip().splitlines()
]


# Words that look like a form of another word but are not.
WHOLE = set(
    """
evening morning ceiling building meeting wedding something anything nothing everything king ring spring string thing
wing during being pudding sibling sterling herring earring red bed wed shed bus gas lens news always perhaps series
species this his its as us yes less unless glass class address dress boss bass mass grass
""".split()
)


def _thesaurus() -> dict[str, list[list[str]]]:
    """The sections of thesaurus.txt, each a list of lines, each a list of words."""
    sections: dict[str, list[list[str]]] = {}
    for line in (Path(__file__).parent / "data" / "thesaurus.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[] "), [])
        elif line and not line.startswith("#"):
            section.append(line.replace(":", " ").split())
    return sections


_SECTIONS = _thesaurus()
ALIKE = _SECTIONS["alike"]  # lines of words that mean nearly the same
CONCEPT: dict[str, str] = {}  # each synonym -> the word that stands for it
for _first, *_others in _SECTIONS["same"]:
    for _word in (_first, *_others):
        CONCEPT.setdefault(_word, _first)
KIND_OF: dict[str, set[str]] = {}  # each member -> the kinds of thing that it is
for _kind, *_members in [*_SECTIONS["kinds"], ["pet", *PETS]]:
    for _member in _members:
        KIND_OF.setdefault(_member, set()).add(CONCEPT.get(_kind, _kind))
KINDS = frozenset().union(*KIND_OF.values())
