"""What people talk about in between: turns in which nothing is said that is asked for later. Data, from which talks are drawn."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A topic: its things, what a user says about one of them, and sentences of which a reply is put together."""

    things: tuple[str, ...]
    user: tuple[str, ...]
    reply: tuple[str, ...]


TOPICS = (
    Topic(
        ("carrots", "beetroots", "courgettes", "climbing beans", "tomatoes", "radishes", "strawberries"),
        (
            "What do you think, do {x} grow better in sandy soil or in clay?",
            "My {x} look a bit pale this week, although I water them in the evening.",
            "I wonder whether {x} and basil get along in one bed.",
            "How much sun is right for {x}?",
        ),
        (
            "With {x} loose soil helps most, because the roots find their way.",
            "A handful of ripe compost in spring is usually enough.",
            "Water in the morning rather than late, so that the leaves can dry.",
            "Pale leaves often mean that the ground is too wet.",
            "Half a day of sun is fine for most kinds.",
            "If snails are about, a dry strip of gravel keeps many of them away.",
            "Give each plant a little more room than seems necessary.",
        ),
    ),
    Topic(
        ("sourdough bread", "onion soup", "risotto", "lentil stew", "apple strudel", "dumplings", "fish curry"),
        (
            "I tried to make {x} again, and it came out rather heavy.",
            "Is there a trick to {x} that cookbooks do not tell?",
            "Can {x} be made the evening before, when guests come?",
            "What goes well with {x} on a cold evening?",
        ),
        (
            "The secret of {x} is mostly patience, and a low flame.",
            "Taste it several times on the way, and salt it late.",
            "It gains from a night in the fridge.",
            "A crisp salad beside it is all that is needed.",
            "If it turns out heavy, it was probably stirred too much.",
            "Good butter makes more of a difference than any spice.",
            "Let it rest before you serve it.",
        ),
    ),
    Topic(
        ("a crime novel", "a long biography", "a poetry collection", "a travel diary", "a ghost story", "an old saga"),
        (
            "I am reading {x} at the moment and cannot put it down.",
            "Would you read {x} before sleeping, or something lighter?",
            "I gave up on {x} after a few chapters. Is that a sin?",
            "How does one talk about {x} without giving the ending away?",
        ),
        (
            "There is no shame in leaving {x} unfinished.",
            "Some readers take notes in the margin and are glad of it afterwards.",
            "Reading aloud for a while often brings the voice of a writer back.",
            "Before sleeping, shorter chapters are kinder.",
            "You can talk about the mood without a word about the plot.",
            "A second reading shows how carefully the beginning was made.",
        ),
    ),
    Topic(
        ("the back wheel", "the chain", "the saddle", "the handlebar tape", "the mudguard", "the bell"),
        (
            "Something squeaks whenever I ride uphill, I suspect {x}.",
            "Is it hard to replace {x} without a workshop?",
            "How often should one clean {x} in wet weather?",
            "After the rain {x} looked terrible, so I cleaned it with an old toothbrush.",
        ),
        (
            "A squeak that comes with every turn of the pedals is rarely from {x} alone.",
            "A dry cloth and a drop of oil do most of the work.",
            "Wipe off what is too much, or it collects dust.",
            "With two simple tools it can be done on the kitchen floor.",
            "In wet weather a short cleaning after each ride is better than a long one each month.",
            "Check whether all screws sit tight before you set out.",
        ),
    ),
    Topic(
        ("Portuguese", "Welsh", "Korean", "Finnish", "Latin", "sign language"),
        (
            "I have started with {x}, and the sounds already make me smile.",
            "What is a good way to keep up {x} when there is little leisure?",
            "Is grammar or listening more useful at the start with {x}?",
            "Somebody told me that songs are the best teacher of {x}.",
        ),
        (
            "A little {x} each day is better than a long evening once in a while.",
            "Listening comes first, and the rules make more sense afterwards.",
            "Songs help with rhythm, less with endings.",
            "Repeat aloud what you hear, even if it feels silly.",
            "Do not be afraid of mistakes, they are how one notices.",
            "Small cards in a jacket pocket still work surprisingly well.",
        ),
    ),
    Topic(
        (
            "the squeaky floor",
            "a dripping tap",
            "the draughty window",
            "a loose shelf",
            "the stiff lock",
            "a blocked drain",
        ),
        (
            "At home {x} drives me mad, is that something one can mend alone?",
            "What would you try first with {x}?",
            "I watched somebody mend {x} in a film, and it seemed so easy.",
            "Does {x} get worse if one simply waits?",
        ),
        (
            "With {x} it is worth looking closely before taking anything apart.",
            "Most of it is done with a screwdriver and some calm.",
            "Take a picture of each step, so that it goes together again.",
            "Waiting rarely makes it better, though it is seldom urgent.",
            "Soap or candle wax helps where wood rubs on wood.",
            "If water is involved, close the main valve first.",
        ),
    ),
    Topic(
        ("a slow jog", "a long walk", "a cold swim", "stretching", "rope skipping", "a hike in fog"),
        (
            "Nothing clears my head like {x} before breakfast.",
            "Is {x} enough to stay in shape through winter?",
            "After {x} my knees complain a little. Should I worry?",
            "How do I talk myself into {x} when it drizzles?",
        ),
        (
            "A gentle start with {x} is kinder to the joints.",
            "Laying out the clothes the evening before helps more than any vow.",
            "If it hurts in the same spot each time, rest for some days.",
            "Regularity counts more than speed.",
            "Warm socks afterwards are half the pleasure.",
            "Company makes the drizzle easier to bear.",
        ),
    ),
    Topic(
        ("the violin part", "a waltz", "an old sea shanty", "scales in thirds", "a slow blues", "the second voice"),
        (
            "I practised {x} until the people next door knocked.",
            "How would you break {x} into smaller pieces?",
            "Does it make sense to practise {x} without the instrument?",
            "I keep rushing whenever I play {x}.",
        ),
        (
            "Play {x} at half the speed until it is boring.",
            "A metronome is strict, and it is fair.",
            "Singing it first shows where the breath belongs.",
            "Begin with the hardest bar and not with the first.",
            "Record yourself once, it is humbling and useful.",
            "In your head you can practise on any bench.",
        ),
    ),
    Topic(
        ("my inbox", "the weekly meeting", "a messy desk", "too many open tabs", "an unclear task", "the morning rush"),
        (
            "How do people cope with {x}? I lose so much energy there.",
            "I would love to get rid of {x} altogether.",
            "What is a small habit that helps against {x}?",
            "Today {x} got the better of me again.",
        ),
        (
            "The easiest way to tame {x} is to make it smaller.",
            "Decide once what is enough, and stop there.",
            "A short list on paper beats a long one on a screen.",
            "Say no to one thing before you say yes to the next.",
            "Fifteen quiet minutes at the start often save the rest.",
            "Ask what would happen if nobody did it.",
        ),
    ),
    Topic(
        ("fog over the river", "the first snow", "a thunderstorm", "the long dusk", "a rainbow", "the autumn light"),
        (
            "This morning there was {x}, and I stood there far too long.",
            "Why does {x} always make people talk more softly?",
            "I tried to photograph {x}, but it looked flat.",
            "Is there a poem about {x} that you like?",
        ),
        (
            "A picture of {x} wants something dark in front of it.",
            "Soft light swallows echoes, or so it seems.",
            "Many poets have tried, and the short ones did best.",
            "Standing still for a while is never too long.",
            "It is over so quickly that one remembers it for its silence.",
            "Next time turn round, the other side is often better.",
        ),
    ),
    Topic(
        ("a birthday card", "a thank-you note", "a toast", "a difficult letter", "a poster", "a short speech"),
        (
            "I have to write {x} and stare at the blank page.",
            "How does one end {x} without sounding stiff?",
            "Is humour allowed in {x}?",
            "My draft of {x} is much too long. What goes first?",
        ),
        (
            "Begin {x} with the sentence that you would say aloud.",
            "Cut the first paragraph, it was only warming up.",
            "One honest detail is worth three compliments.",
            "Humour is welcome as long as nobody has to explain it.",
            "End it where you have said what you mean.",
            "Let it lie for a night, then read it once more.",
        ),
    ),
    Topic(
        (
            "woollen socks",
            "a patchwork blanket",
            "a linen shirt",
            "mending with visible stitches",
            "a felt hat",
            "a tote bag",
        ),
        (
            "I have begun with {x}, which takes more calm than I thought.",
            "Which thread would you choose for {x}?",
            "Can one wash {x} in the machine without tears?",
            "The first try at {x} went into the bin, to be honest.",
        ),
        (
            "For {x} a strong thread is better than a pretty one.",
            "Wash it cold, and never in a hurry.",
            "The first try teaches, the second one stays.",
            "Iron the seams as you go.",
            "Uneven stitches are what makes it yours.",
            "Measure again before you cut.",
        ),
    ),
)
