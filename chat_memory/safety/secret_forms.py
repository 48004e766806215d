"""The forms of secrets: prefixes, checksums, labels. `redaction` says what they miss."""

import re
from collections.abc import Callable
from typing import NamedTuple

NOTE = r"\[[\w -]{2,20} removed\]"  # what stands in the place of a secret


class Kind(NamedTuple):
    """A kind of secret: how it looks, and what else must hold. A group "secret" is what goes; without it, all does.

    Where there is a group "call", the text is a line of a program.
    """

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool

    def removed(self, text: str, found: set[str]) -> str:
        """The text without this kind; its name is added to `found` where there was one."""
        group = "secret" if "secret" in self.pattern.groupindex else 0
        kept: list[str] = []
        done = at = 0
        while match := self.pattern.search(text, at):
            if match.groupdict().get("call") or not self.holds(match[group]):
                at = match.end() if group else match.start() + 1  # a card can begin within what is none
                continue
            found.add(self.name)
            kept += text[done : match.start(group)], f"[{self.name} removed]"
            done, at = match.end(group), match.end()
        return "".join([*kept, text[done:]])


# ---- what must hold besides the form ----


def is_card(text: str) -> bool:
    """Whether digits pass the Luhn check: with each second one from the right doubled, they add up to a multiple of 10.

    Between groups stands the same sign, and one line break at most.
    """
    gaps = re.findall("[^0-9]+", text)
    broken = [gap for gap in gaps if "\n" in gap or "\\" in gap]
    if len(broken) > 1 or len({*gaps} - {*broken}) > 1:
        return False
    digits = [int(char) for char in text if "0" <= char <= "9"]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616): moved to the end, letters as numbers, 1 modulo 97."""
    letters = re.sub("[^A-Z0-9]", "", text.upper())
    return int("".join(str(int(char, 36)) for char in letters[4:] + letters[:4])) % 97 == 1


def looks_secret(text: str) -> bool:
    """Whether a value behind a label looks made up: letters and digits, not a word, a name or a number."""
    return bool(re.search("[0-9]", text) and re.search("[A-Za-z]", text))


def looks_like_a_key(text: str) -> bool:
    """The same, and at least eight letters and digits long: "token = t1" is a line of a program."""
    return len(text) >= 8 and looks_secret(text)


# ---- where a form begins ----
# Repeats are bounded or possessive (++), so that no text makes the search slower than linear.

ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4})"  # as in JSON: its letter is no part of what follows


def after(letters: str) -> str:
    """Where none of these letters stands before, or only that of an escape."""
    return rf"(?:(?<![{letters}])|{ESCAPE})"


WORD, KEY_BEGINS, PLUS_BEGINS = after(r"\w"), after(r"\w-"), after(r"\w+.")

# ---- the forms ----

IBAN_LENGTHS = """AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24
FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21
LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25
SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20""".split()  # https://www.swift.com/standards/data-standards/iban-international-bank-account-number
SPACE = r"[ \u00a0\u2007\u2009\u202f\u2010-\u2013-]"  # the spaces and hyphens that are put between groups
IBAN = "|".join(rf"{entry[:2]}[0-9]{{2}}(?:{SPACE}?[A-Z0-9]){{{int(entry[2:]) - 4}}}" for entry in IBAN_LENGTHS)

GAP = rf"(?:{SPACE}|[ \t]{{0,4}}(?:\r?\n|(?:\\{{1,4}}r)?\\{{1,4}}n)[ \t]{{0,8}})"
SIXTEEN = rf"[2-6][0-9]{{3}}(?:{GAP}[0-9]{{4}}){{3}}"  # also before other digits, as an expiry date
CARD = rf"""(?:[2-6][0-9]{{12,18}}                     # in one piece
  |{SIXTEEN}(?:{SPACE}[0-9]{{1,3}})?
  |3[47][0-9]{{2}}{GAP}[0-9]{{6}}{GAP}[0-9]{{5}}         # American Express
  |3[0689][0-9]{{2}}{GAP}[0-9]{{6}}{GAP}[0-9]{{4}})      # Diners Club
"""
BEFORE_CARD, BEHIND_CARD = rf"(?:(?<![\w.+])(?<!\w-)|{ESCAPE})", r"(?!\w)(?![.-][0-9])(?!,[0-9]{1,3}(?![0-9/]))"

TOKEN = r"""(?:sk-[\w-]{20,}+|sk_(?:live|test)_\w{16,}+|[pr]k_live_\w{16,}+|whsec_\w{20,}+  # OpenAI and others, Stripe
  |(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)                                       # AWS
  |gh[opsur]_\w{30,}+|github_pat_\w{22,}+|glpat-[\w-]{20,}+              # GitHub, GitLab
  |xox[abeoprs]-[\w-]{10,}+|xapp-[\w-]{20,}+                             # Slack
  |AIza[\w-]{30,}+|hf_\w{30,}+|npm_\w{30,}+|pypi-[\w-]{50,}+|SG\.[\w-]{16,40}+\.[\w-]{16,60}+)  # Google, Hugging Face …
"""

QUOTE = r"\\{0,3}[\"']"  # in JSON within JSON, a quotation mark is escaped
IS = r"(?:\s{0,3}(?:is)?\s{0,3}(?:=>|[:=]{1,2})\s{0,3}| (?:is|was) )"


def label(names: str) -> str:
    """One of these names, and what leads to its value."""
    return rf"{after('A-Za-z')}(?:{names})(?:{QUOTE})?{IS}"


PASSWORD = label(r"pass(?:word|phrase|wd|code)?|pwd")
KEY = label(r"(?:api|access|auth|secret|private|client|bearer|refresh)[_ -]?(?:key|token|secret)|token|secret")
BARE = (
    rf"(?:{QUOTE})?(?P<secret>(?:[^\s\"'<>()\[\]{{}},;\\]|\\(?![nrtbfu\"'\\/])|\\\\(?![nrtbfu\"'\\/])){{6,}}+)"
    rf"(?P<call>[({{]|(?!{NOTE})\[)?"
)
QUOTED = (
    rf"(?P<q>(?P<e>\\{{1,3}})?[\"'])(?!{NOTE}|[\s,:;)\]}}])"
    r"(?P<secret>(?:(?!(?P=q)(?!\w))[^\r\n\"\\]|(?(e)\\(?![nr\"'\\])|\\.)){4,200}+)(?P=q)"
)
PIN = rf"{label('(?:pin|cvv2?|cvc2?)(?: code| number)?')}(?:{QUOTE})?(?P<secret>[0-9]{{3,8}})(?!\w)"
PIN_ALONE = rf"{after('A-Za-z')}(?:PIN|CVV2?|CVC2?)(?: code| number)? (?P<secret>[0-9]{{3,8}})(?!\w)"
HEADER = (
    rf"{after('A-Za-z')}Authorization(?:{QUOTE})?{IS}(?:{QUOTE})?(?:Basic|Token|ApiKey) (?P<secret>[\w.~+/=-]{{4,}}+)"
)

DIGIT = r"(?:[ ()-]{0,2}[0-9])"
NUMBERED = rf"(?:(?<![\w.,/-])(?<!\b[Ii]n[ ])(?<!\b[Ss]ince[ ])(?<!\b[Bb]y[ ])|{ESCAPE})[1-9][0-9]{{0,4}}[A-Za-z]?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
NAME = r"[A-ZÄÖÜÁÉÍ][\w'’.-]{0,30}"
ENDS = r"Street|Avenue|Ave\b|Road|Rd\b|Lane|Drive|Boulevard|Blvd\b|Court|Crescent|Terrace|Close|St\b(?=\.?(?:,|\s*$))"
FRENCH = r"(?:\ bis|\ ter)?,?\ (?:rue|avenue|boulevard|chemin|impasse|quai)"
STREET = rf"""(?=[0-9A-ZÄÖÜÁÉÍ])(?:{NUMBERED},?\ (?!{MONTH})(?:{NAME}\ ){{1,4}}(?:{ENDS})
  |{NUMBERED}{FRENCH}(?:\ (?:de|du|des|la|le|l['’]\w{{1,30}}|{NAME})){{1,6}}(?<![.-])
  |{WORD}{NAME}(?:straße|strasse|str\.|gasse|weg|platz|allee|\ (?:Straße|Strasse|Str\.|Allee|Platz|Weg))\ HOUSE
  |{WORD}(?:Calle|Avenida|Rua|Via|Viale|Corso|Piazza|Plaza|Carrer)(?:\ (?:de|da|do|dos|del|della|la|{NAME})){{1,5}},?\ HOUSE)
""".replace("HOUSE", r"[1-9][0-9]{0,3}\ ?[a-z]?(?!\w)")

KINDS = (
    Kind(
        "private key",
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]++|-(?!----))*+-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
            r"|(?:[\w+/=]{16,}+|\s|\\{1,4}n)*+)"
        ),
    ),
    Kind("token", re.compile(rf"{KEY_BEGINS}eyJ[\w-]{{8,}}+\.eyJ[\w-]{{8,}}+\.[\w-]{{8,}}+")),  # JWT
    Kind("key", re.compile(rf"{KEY_BEGINS}(?P<secret>{TOKEN})", re.VERBOSE)),
    Kind("password", re.compile(r"(?<=://)[^\s:/@\[\]\"<>\\]{0,100}+:(?P<secret>[^\s/\[\]\"<>\\]{1,200})@")),
    Kind("password", re.compile(PASSWORD + QUOTED, re.I)),
    Kind("password", re.compile(PASSWORD + BARE, re.I), looks_secret),
    Kind("key", re.compile(KEY + BARE, re.I), looks_like_a_key),
    Kind("key", re.compile(rf"{WORD}Bearer (?P<secret>[\w.~+/=-]{{16,}}+)", re.I), looks_secret),
    Kind("key", re.compile(HEADER, re.I)),
    Kind("PIN", re.compile(PIN, re.I)),
    Kind("PIN", re.compile(PIN_ALONE)),
    Kind("IBAN", re.compile(rf"{WORD}(?=[A-Z]{{2}}[0-9]{{2}})(?:{IBAN})(?!\w)", re.I), is_iban),
    Kind("card number", re.compile(BEFORE_CARD + CARD + BEHIND_CARD, re.VERBOSE), is_card),
    Kind("card number", re.compile(BEFORE_CARD + SIXTEEN + BEHIND_CARD), is_card),
    Kind(
        "e-mail address",
        re.compile(
            rf"(?:(?<![\w.%+-])(?!(?<=\\)[nrtbfu])|{ESCAPE})[\w.%+-]{{1,64}}+@(?:[\w-]{{1,63}}+\.){{1,8}}[A-Za-z]{{2,24}}(?!\w)"
        ),
    ),
    Kind(
        "phone number",
        re.compile(
            rf"{PLUS_BEGINS}\+(?:1{DIGIT}{{10}}|1[ .-]?\(?[0-9]{{3}}\)?[ .-][0-9]{{3}}[ .-][0-9]{{4}}|[2-9]{DIGIT}{{7,14}}+"
            r"|[2-9][0-9]{0,2}(?:\.[0-9]{2,8}){2,5}+)(?!\w)(?![.,][0-9])"
        ),
    ),
    Kind("phone number", re.compile(rf"{WORD}\([2-9][0-9]{{2}}\) ?[0-9]{{3}}-[0-9]{{4}}(?!\w)")),
    Kind(
        "phone number",
        re.compile(
            rf"{WORD}(?:phone|tel|telephone|mobile|cell|whatsapp)(?:[ _](?:number|no))?(?:{QUOTE})?"
            rf"(?:(?: is)?[.:]{{1,2}} ?| is | )(?:{QUOTE})?(?P<secret>[0-9(](?:[ ()/-]{{0,2}}[0-9]){{6,14}}+)(?!\w)",
            re.I,
        ),
    ),
    Kind("street address", re.compile(STREET, re.VERBOSE)),
)
