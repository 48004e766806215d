"""Beyond: is something wanted that no message could hold? A joke, a poem, a translation, code, a sum, an opinion, a deed.

What counts is what is wanted and of what: something to be made, of which there is none yet ("a poem", "some ideas", "another
joke"), or a deed. "The joke that I told you", "my poem", "which recipe did I send" ask for what was said, and are never
beyond: where nothing answers them, the model says that it finds no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from mock_model import lexicon as lx
from mock_model.language import is_verb, lemma, sentences, words
from mock_model.transcript import text_of

MAKING = frozenset(  # verbs of requests that are no nouns
    """write compose draw paint sing recite improvise generate create invent translate proofread paraphrase rewrite
    rephrase reword summarise debug refactor implement calculate compute solve factorise brainstorm explain define imagine
    pretend roleplay entertain predict forecast convert estimate diagnose animate illustrate narrate google browse
    download install buy purchase""".split()
)
NOUNLIKE = frozenset(  # verbs of requests that can be nouns: "Code 4471 opens the door."
    """code program draft design sketch rhyme rap play book order search reserve send email text call set schedule cancel
    turn switch fix correct edit improve review rate rank build make cook teach prove act look
    plan post tweet run execute crack spin flip roll pick choose toss guess do compile""".split()
)
CHANGING = frozenset("translate rewrite rephrase reword paraphrase proofread debug refactor fix correct edit".split())
GIVING = "tell|give|show|offer|name|share|get|bring|find|list|say|hand|lend|throw|teach|read|hit (?=me)|make"
TEXTS = (  # what is made of words
    r"(?:jokes?|puns?|one-liners?|riddles?|poems?|poetry|haikus?|limericks?|sonnets?|verses?|rhymes?|ballads?|odes?|songs?"
    r"|lyrics|stor(?:y|ies)|tales?|fables?|fairy ?tales?|anecdotes?|essays?|speech(?:es)?|slogans?|tongue[- ]twisters?"
    r"|translations?|trivia|quiz(?:zes)?|horoscopes?|fortunes?|compliments?|insults?|anagrams?|palindromes?"
    r"|(?:fun|random|interesting) facts?|(?:inspiring |inspirational |famous )quotes?)"
)
WORKS = (
    rf"(?:{TEXTS}|code|scripts?|functions?|programs?|regex(?:es)?|queries|snippets?|recipes?|images?|pictures?|drawings?|logos?"
    r"|paintings?|games?|ideas|suggestions?|tips?|advice|opinions?|examples?|excuses?|guess(?:es)?|articles?|letters?"
    r"|captions?|headlines?|taglines?|puzzles?|itinerar(?:y|ies))"
)
NEW = (
    r"(?:an?|another|some|any|one(?: more)?|two|three|four|five|six|seven|eight|nine|ten|dozen|\d+|several|more|few|something"
    r"|anything)\b"
)
LEAD = re.compile(
    r"\W*(?:(?:please|now|ok(?:ay)?|hey|hi|hello|so|then|and|but|well|also|just|kindly|maybe|perhaps|great|thanks|thank you"
    r"|once (?:more|again)"
    r"|alright|right|quick|first|next|instead|be able to|do me a favou?r(?: and)?|mind(?= \w+ing))\b"
    r"|(?:can|could|may|might) (?:i|we) (?:please )?(?:have|get|hear|see|ask (?:you )?for)\b"
    r"|why (?:don['’]t|not|do not) (?:you|we)\b|how about (?:you|we|if you)\b"
    r"|(?:it would|it['’]d|that would) be (?:\w+ )?if (?:you|we)\b(?: could| would)?"
    r"|(?:can|could|would|will|won't|can't|couldn't) (?:you|we|u)\b"
    r"|(?:do|would) you mind\b|(?:i|we)(?:'d| would)? (?:want|need|like|love|ask|order|expect) you to\b"
    r"|you (?:should|must|could|can|have to|need to)\b|are you able to\b|is it possible (?:for you )?to\b"
    r"|(?:try|go ahead|feel free|be so kind)(?: as)?(?: to| and)?\b(?= \w)|let'?s\b|let us\b|help me(?: to)?\b(?! with)"
    r"|i(?:'d| would) (?:be (?:glad|happy|grateful)|appreciate it|love it) if you (?:could|would)?|i wonder if you could)\W*",
    re.I,
)
SAID = re.compile(  # what was said: "the joke I told you", "did I", "my answer before"
    r"\b(?:i|you|we)(?:['’]ve|['’]d)? (?:have |had |just |already |once |first |last |ever |also )*(?:said|told|mentioned|gave"
    r"|given|sent|wrote|written|asked|wanted|named|shared|showed|shown|listed|made|recommended|suggested|promised|described"
    r"|liked|called|meant|chose|decided)\b|\b(?:did|had) (?:i|you|we)\b|\bhave (?:i|we)\b"
    r"|\bhave you (?:\w+ )?(?:told|said|mentioned|given|sent|written|asked|named|shown|listed|recommended|suggested)\b"
    r"|\b(?:remember|remind|recall|repeat)\b|\b(?:earlier|before|again|last time|already|previously|above)\W*$",
    re.I,
)
OWN = re.compile(
    r"\b(?:i|my|mine|our|ours|we|you know|your)\b|(?<!^)\b(?:the|this|that|these|those|his|her|their|its)\b", re.I
)
NAME = re.compile(r"\b[A-Z]\w+")
SUMMARY = re.compile(r"\b(?:summary|recap|overview|reminder|list of (?:all|every|what))\b", re.I)
FUN = re.compile(
    r"(?:^|,\s*)(?:(?:entertain|amuse|surprise|impress) (?:me|us)\b|cheer (?:me|us) up\b"
    r"|make (?:me|us) (?:laugh|smile|giggle|happy|cry)\b|(?:act|behave|talk) (?:as if|(?:as|like) an?)\b"
    rf"|help me with (?:(?:my|an?|some) )?(?:\w+ )?(?:homework|thesis|assignment|{WORKS})\b)",
    re.I,
)
WANTED = re.compile(
    rf"(?:i|we)(?:['’]d| would| could| really| just)* (?:want|need|like|love|use|fancy)(?: to (?:hear|see|read|have|get))?"
    rf" {NEW}(?: [\w'-]+){{0,2}}? {TEXTS}\b|(?:i|we) (?:need|want|could use) (?:some |a )?(?:help|hand) (?:with|writing)\b",
    re.I,
)
BARE = re.compile(  # "A joke, please.", "Got any good jokes?", "How about another riddle?", "Joke?"
    rf"(?:(?:have you )?got|(?:do you )?(?:know|have)|(?:how|what) about|let'?s (?:hear|have|do|try)|time for|hear)?\s*"
    rf"(?:{NEW}\s+)?(?:(?:more|good|quick|short|long|nice|funny|silly|bad|new|little|love|knock[- ]knock)\s+)*{TEXTS}"
    r"(?:,? (?:please|for (?:me|us)|then|now)|\W+|,? (?:about|on|for|in|with|by) (?!(?:the|which|what)\b.*\?).*)*+$",
    re.I,
)
LANGUAGES = (
    "english french german spanish italian portuguese dutch swedish norwegian danish finnish icelandic polish czech russian"
    " ukrainian greek turkish arabic hebrew hindi urdu bengali tamil chinese mandarin cantonese japanese korean vietnamese"
    " thai indonesian malay swahili latin esperanto hungarian romanian bulgarian croatian serbian persian farsi welsh irish"
).split()
TONGUE = rf"(?:{'|'.join(LANGUAGES)})"
EVALUATED = r"(?:good|bad|right|wrong|better|worth|ok|okay|fair|beautiful|possible|overrated)"
OPINION = re.compile(
    r"\bwhat (?:do|would) you (?:honestly |really |personally )*(?:think|make|feel|say|reckon)(?: of| about|\W*$)"
    r"|\bwhat (?:do|would|can|could) you (?:recommend|suggest|advise|propose)\b"
    r"|\bwhat(?:['’]s| is) an? (?:good|nice|fun|funny|cool|better)\b"
    r"|\bany (?:\w+ ){0,2}(?:recommendations?|suggestions?|tips|advice)\W*$"
    r"|\bdo you have an? (?:favou?rite|opinion|preference|wish|hobby)\b"
    r"|^are you (?:\w+ )?(?:happy|sad|tired|bored|hungry|alive|conscious|lonely|afraid|angry|ok|okay)\W*$"
    r"|\bwhat(?:['’]s| is| are) your (?:\w+ )?(?:opinions?|views?|takes?|thoughts?|feelings?|favou?rite|advice|stance|guess)\b"
    r"|\bdo you (?:\w+ly |even |ever )?(?:like|love|hate|prefer|agree|enjoy|dream|believe in|feel)\b"
    r"|\bwould you rather\b|\bin your (?:\w+ )?opinion\b|\b(?:any|your) thoughts (?:on|about)\b"
    r"|\bwhich (?:one )?is (?:the )?(?:better|best|nicer|prettier|worse|worst|cooler)\W*(?:,|:|$|\w+ or\b)"
    rf"|\bdo you (?:think|believe|reckon|feel)(?: that)? (?:\w+ )*?(?:should|ought|(?:is|are) (?:\w+ )?{EVALUATED})\b"
    rf"|^(?:is|are) (?!(?:it|that|this|the|there|my|our|your|his|her|their)\b)[^,]*\b(?:a )?{EVALUATED}(?: idea)?\W*$"
    r"|\bis it (?:ever )?(?:right|wrong|ok|okay|fair|moral|ethical|worth it) to\b",
    re.I,
)
CODE = r"(?:Python|Java|JavaScript|TypeScript|SQL|C\+\+|C#|Rust|PHP|Ruby|HTML|CSS|Bash|Excel|Kotlin|Swift)"
TRANSLATION = re.compile(  # into another tongue, or into a computer's
    rf"\bhow (?:do|does|would|can|should|to) (?:(?:you|one|i|we|they) )?(?:say|write|spell|call)\b.*\bin {TONGUE}\b"
    rf"|\bwhat\b.*\bin {TONGUE}\W*$"
    rf"|\b(?:put|turn|change) (?:it|this|that|these|those|them|my|the|[\"“'‘])\b.*\binto {TONGUE}\b"
    rf"|\b{TONGUE} (?:word|term|expression|translation|phrase|equivalent)s? (?:for|of)\b"
    rf"|^(?:speak|talk|say|reply|answer|respond)\b(?: (?!the\b)\w+){{0,3}}?(?: in)? {TONGUE}\W*$"
    rf"|\bhow (?:do|can|to|would|should)\b.*\b(?:in|using|with) (?-i:{CODE})(?!\w)",
    re.I,
)
TIMES = r"[+*/x×÷^%−-]|times|plus|minus|multiplied by|divided by|per ?cent of|% of|to the power of|squared|cubed"
SUM = re.compile(
    rf"^(?:what(?:['’]s| is| are)|how much (?:is|are|do))?\W*\(*\d[\d.,]*\)*\s*(?:{TIMES})"
    r"|\b(?:square|cube) root of\b|\bx\s*(?:\^\s*\d+\s*)?[+=*-]\s*\d",
    re.I,
)
RELATION = (  # of a country, an illness, a substance …
    r"(?:(?:capital|population|currency|president|prime minister|king|queen|chancellor|flag|anthem|area|official language"
    r"|largest city|highest mountain|longest river|stock price|share price) (?:of|in) (?:the )?(?-i:[A-Z])\w*"
    r"|(?:symptoms?|causes?|boiling point|melting point|chemical (?:symbol|formula)|atomic number) of (?!my|our|the)"
    r"|meaning of life|speed of (?:light|sound)|exchange rate)"
)
WORLD = re.compile(  # asked of the world, not of a conversation
    rf"\b(?:what|who)(?:['’]s|['’]re| is| are| was| were) (?:the )?(?:current |first |last )?{RELATION}\b"
    r"|\bwho (?:wrote|composed|invented|discovered|directed|sculpted) (?!(?:the|my|our|this|that|it|your|his|her)\b)"
    r"|\bwho invented the\b|\bhow many (?:people|inhabitants) (?:live|are) (?:there )?in (?-i:[A-Z])"
    r"|\bhow (?:far|big|old|hot|heavy|large|deep|high|tall|long) is (?:the )?(?:moon|sun|earth|universe|nile|mount \w+)\b"
    r"|\bwhen (?:did|was|were) (?:the )?(?:(?:first |second )?world war|cold war|french revolution|roman empire)\b"
    r"|\bwhy (?:is|are|do|does) (?:the )?(?:sky|grass|sea|ocean|water|cats|dogs|birds|people|we|stars|sun|moon)\b"
    r"|^what time is it(?: now| in (?-i:[A-Z])\w+)?\W*$|^what (?:day|date) is (?:it )?today\W*$"
    r"|^what(?:['’]s| is) the (?:time|date)(?: now| today)?\W*$"
    r"|^what(?:['’]s| is) (?:the )?(?:weather|news)(?: like)?(?: today| now| tomorrow| in (?-i:[A-Z])\w+| outside)*\W*$"
    r"|\bwho (?:won|will win) (?:the )?(?:world cup|super bowl|elections?|oscar|nobel|olympics)\b"
    r"|^what rhymes with\b|^what does (?:the (?:word|term) )?[\"'“‘]?(?-i:[a-z])\w*[\"'”’]? (?:mean|stand for)\W*$"
    r"|\bhow many \w+ (?:are )?(?:there )?in (?:an? |one )(?!week|day|month|year)\w+\W*$"
    r"|\bwill it (?:rain|snow)\b|\b(?:in the world|on earth)\W*$"
    r"|^(?:is|are) (?!it|that|this)\S.* (?:better|worse|nicer|healthier) than\b",
    re.I,
)
DEFINITE = re.compile(
    rf"(?:{GIVING}|explain|describe|repeat|look up|state)\b(?: (?:me|us))?(?: (?:again|once more))?"
    r" (?:the|my|our|his|her|their|your|all|everything|every|what|who|whom|where|when|how|which|if|whether|about|more about)\b",
    re.I,
)


REPLYING = re.compile(
    r"\b(?:every|each|all|your) (?:repl|answer|message|response|sentence)|\b(?:from now on|always)\b"
    r"|^(?:(?:this |that |it |these )?down|everything|all|only|in|with|using|without|short|brief)\b",
    re.I,
)
NO_DEED = re.compile(  # "Make a note that …", "Email me at …", "Call me Ben"
    r"make (?:a )?(?:mental )?(?:note|sure)\b|(?:email|text|call) (?:me|us)\b(?! an?\b)|do (?:you|we|i|they|not|the|my|that)\b",
    re.I,
)
PARTICLES = {  # what these verbs must have after them, or they are remarks: "Make it Tuesday", "Set point is 21"
    "make": "up", "turn": "on|off", "look": "up", "call": "(?!)", "check": "(?!)", "do": "(?!)",
    "set": r"(?:the|my) (?:\w+ )?(?:alarm|timer)",
}  # fmt: skip
FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|starts?|ends?|begins?|meets?|leaves?|opens?|closes?|costs?|failed)\b",
    re.I,
)


@lru_cache(maxsize=1024)
def wants_made(sentence: str) -> bool:
    """Whether a sentence wants something made or done: "Write a poem.", "Could you tell me another joke?"."""
    bare = _bare(sentence)
    spoken, _, rest = bare.partition(" ")
    polite = bool(re.search(r"\b(?:mind|if you)\b", sentence[: len(sentence) - len(bare)], re.I))
    verb = _base(spoken, polite)
    if SAID.search(bare) and verb not in CHANGING:
        return False
    bare = f"{verb} {rest}" if polite else bare
    if _is_order(verb, rest) or FUN.search(bare) or WANTED.match(bare) or BARE.match(bare):
        return True
    given = re.match(rf"(?:{GIVING})\b(?: (?:me|us|everyone))? (?:{NEW}\s*)+(?P<what>.*)", bare, re.I)
    return bool(given and re.match(rf"(?:[\w'-]+ ){{0,2}}?{WORKS}\b", given["what"], re.I))


def is_beyond(text: str, messages: Sequence[dict]) -> bool:
    """Whether a message that nothing answers wants an opinion, a translation, a sum, or knowledge of the world."""
    for sentence in sentences(text):
        kind = _kind(sentence)
        if kind == "beyond" or (kind == "world" and not _spoken_of(sentence, messages)):
            return True
    return False


def asks_for_said(text: str) -> bool:
    """Whether something known is wanted: "Show me my appointments.", "Repeat what I said."."""
    return any(DEFINITE.match(_bare(sentence)) for sentence in sentences(text))


@lru_cache(maxsize=1024)
def _kind(sentence: str) -> Literal["beyond", "world", ""]:
    """Whether a sentence wants what is beyond, or asks of the world, unless the conversation spoke of that."""
    bare = _bare(sentence)
    if SAID.search(sentence):
        return ""
    if OPINION.search(sentence) or TRANSLATION.search(sentence) or SUM.search(bare):
        return "beyond"
    if WORLD.search(sentence) and not OWN.search(re.sub(r"\bthe\b", "", sentence, flags=re.I)):
        return "world"
    if re.match(rf"(?:recommend|suggest|advise)\b(?: (?:me|us))? {NEW}", bare, re.I):
        return "beyond"
    given = re.match(rf"(?:{GIVING})\b(?: (?:me|us))? {NEW}(?P<what>.*)", bare, re.I)
    what = given["what"] if given else ""
    return "beyond" if given and not (OWN.search(what) or SUMMARY.search(what) or NAME.search(what)) else ""


def _bare(sentence: str) -> str:
    """A sentence without the courtesies that lead to what is wanted."""
    bare = sentence.strip()
    while (lead := LEAD.match(bare)) and lead.end() and lead.end() < len(bare):
        bare = bare[lead.end() :]
    return bare


def _base(verb: str, polite: bool) -> str:
    """The plain form of a verb: "writing" and "wrote" are "write" in "Would you mind …" and "… if you …"."""
    low = verb.lower().strip(",.!?:;")
    return lemma(low) if polite else low


def _is_order(verb: str, rest: str) -> bool:
    """Whether a verb and what follows are an order to make or do something, not a remark or a wish how to reply."""
    rest = rest.strip()
    if verb not in MAKING | NOUNLIKE or REPLYING.search(rest) or NO_DEED.match(f"{verb} {rest}"):
        return False
    told = FINITE.search(re.split(r"[:.\"“]", rest)[0])
    if verb in MAKING:
        return not told or bool(re.match(rf"(?:me|us|you|how|why|what|about|that|if|this|to|{NEW})\b", rest, re.I))
    if verb in PARTICLES:
        return (
            bool(re.match(rf"(?:(?:me|us) )?(?:{PARTICLES[verb]}|{NEW})(?!\w)", rest, re.I)) and not rest[0].isdigit()
        )
    if verb in CHANGING and re.match(r"it\b|this\b|:", rest, re.I):
        return True
    return bool(re.match(rf"(?:me|us|{NEW}|the|my|our|this|that|these|those|up|to)\b", rest, re.I)) and not (
        told or rest[:1].isdigit()
    )


def _spoken_of(sentence: str, messages: Sequence[dict]) -> bool:
    """Whether another message names one of the things that a sentence asks about."""
    asked = {w.lemma for w in words(sentence) if w.low not in lx.SMALL and w.text[0].isalpha() and not is_verb(w)}
    return any(
        asked & {w.lemma for w in words(part)} for message in messages[:-1] for part in sentences(text_of(message))
    )
