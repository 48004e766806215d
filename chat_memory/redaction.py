"""Redaction: keys, card numbers and addresses taken out of a text before it is written to disk.

It finds what has a form of its own: a prefix, a checksum, a label. That is worth doing and it is not enough: NOT_CAUGHT
says what stays, and CAUGHT_BY_MISTAKE what goes although it is no secret. So it makes a stolen file less useful; it does
not make it safe to lose. What must never be on disk must not be said, or the disk must be encrypted.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

NOT_CAUGHT = {  # what stays, with an example of each; the tests assert that every one of them does
    "a name": "My name is Ana Maria Silva.",
    "a password in a sentence without a label": "I log in with hunter2.",
    "a password of letters alone, without quotes": "password: swordfish",
    "a label in another language": "Passwort: hunter2, contraseña: hunter2",
    "a number spelled out": "four one one one, one one one one, one one one one, one one one one",
    "a number in digits of another alphabet": "٤١١١ ١١١١ ١١١١ ١١١١",
    "a number with other things between its digits": "4111.1111.1111.1111, 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
    "the first half of a secret that is split over two messages": "The first half of my card is 4111 1111",
    "what is encoded, such as in base64": "cGFzc3dvcmQ6IGh1bnRlcjI=",
    "a disguised e-mail address": "ana at example dot com",
    "a phone number without +, parentheses or a label": "Ring 030 1234567 after six.",
    "a street without a number, or of a form not listed here": "I live in Baker Street, next to 4 The Cedars.",
    "a place, a date of birth, a health matter": "Born on 3 April 1990 in Porto, allergic to nuts.",
    "a passport or tax number": "My passport is C01X00T47.",
    "a key of a service that is not listed here, without a label": "It is 7f3a9c1e5b8d2f4a6c0e9b7d5a3f1c8e.",
}
CAUGHT_BY_MISTAKE = {  # what is removed although it is harmless; asserted as well
    "one long number in ten that begins like a card": "Order 4000000000000002 has shipped.",
    "a record, a team or a book that sounds like a street": "I own 2 Abbey Road records.",
    "what is written like an e-mail address": "git clone git@github.com:ana/trip.git",
}


class Redacted(NamedTuple):
    """A text without its secrets, and the kinds of secret that were found in it, each once, in the order of KINDS."""

    text: str
    found: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Replace each secret of a known form by a note such as "[card number removed]".

    Takes time in proportion to the length of the text, and redacting twice is the same as once. NOT_CAUGHT lists what it
    does not find. Raises TypeError for what is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text can be redacted, not {type(text).__name__}.")
    found: set[str] = set()
    for _ in range(MOST_ROUNDS):
        before = text
        for kind in KINDS:
            text = kind.removed(text, found)
        if text == before:
            break
    return Redacted(text, tuple(dict.fromkeys(kind.name for kind in KINDS if kind.name in found)))


def redacted(text: str) -> str:
    """The text of `redact(text)`, for `ConversationStore(url, clean=redacted)`."""
    return redact(text).text


class Kind(NamedTuple):
    """A kind of secret: how it looks, and what else must hold. A group "secret" is what goes; without it, all does."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool

    def removed(self, text: str, found: set[str]) -> str:
        """The text without this kind; its name is added to `found` where there was one."""

        def note(match: re.Match[str]) -> str:
            group = "secret" if "secret" in match.re.groupindex else 0
            if not self.holds(match[group]):
                return match[0]
            found.add(self.name)
            start, end = match.start(group) - match.start(), match.end(group) - match.start()
            return f"{match[0][:start]}[{self.name} removed]{match[0][end:]}"

        return self.pattern.sub(note, text)


# ---- what must hold besides the form ----


def is_card(text: str) -> bool:
    """Whether digits pass the Luhn check: with each second one from the right doubled, they add up to a multiple of 10."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616): moved to the end, letters as numbers, 1 modulo 97."""
    letters = text.replace(" ", "").upper()
    return int("".join(str(int(char, 36)) for char in letters[4:] + letters[:4])) % 97 == 1


def looks_secret(text: str) -> bool:
    """Whether a value behind a label looks made up: letters and digits, not a word, a name or a number."""
    return bool(re.search("[0-9]", text) and re.search("[A-Za-z]", text))


def looks_like_a_key(text: str) -> bool:
    """The same, and at least eight letters and digits long: "token = t1" is a line of a program."""
    return len(text) >= 8 and looks_secret(text)


# ---- the forms ----
# Each begins where no other letter stands before it, and repeats are bounded or possessive (++), so that no text makes
# the search slower than linear.

IBAN_LENGTHS = """AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24
FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21
LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25
SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20""".split()  # https://www.swift.com/standards/data-standards/iban-international-bank-account-number
IBAN = "|".join(rf"{entry[:2]}[0-9]{{2}}(?: ?[A-Z0-9]){{{int(entry[2:]) - 4}}}" for entry in IBAN_LENGTHS)

CARD = r"""(?:[2-6][0-9]{12,18}                       # in one piece
  |[2-6][0-9]{3}(?P<s>[ \u00a0\u202f-])[0-9]{4}(?P=s)[0-9]{4}(?P=s)[0-9]{1,4}(?:(?P=s)[0-9]{1,3})?
  |3[47][0-9]{2}(?P<t>[ \u00a0\u202f-])[0-9]{6}(?P=t)[0-9]{5}   # American Express
  |3[0689][0-9]{2}(?P<u>[ \u00a0\u202f-])[0-9]{6}(?P=u)[0-9]{4})  # Diners Club"""

SIXTEEN = r"[2-6][0-9]{3}(?P<s>[ \u00a0\u202f-])(?:[0-9]{4}(?P=s)){2}[0-9]{4}"  # before other digits, as an expiry date

TOKEN = r"""(?:sk-[\w-]{20,}+|sk_(?:live|test)_\w{16,}+|[pr]k_live_\w{16,}+|whsec_\w{20,}+  # OpenAI and others, Stripe
  |(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)                                       # AWS
  |gh[opsur]_\w{30,}+|github_pat_\w{22,}+|glpat-[\w-]{20,}+              # GitHub, GitLab
  |xox[abeoprs]-[\w-]{10,}+|xapp-[\w-]{20,}+                             # Slack
  |AIza[\w-]{30,}+|hf_\w{30,}+|npm_\w{30,}+|pypi-[\w-]{50,}+|SG\.[\w-]{16,40}+\.[\w-]{16,60}+)  # Google, Hugging Face …
"""

LABEL = r"(?<![A-Za-z])(?:{})[\"']?(?:\s{{0,3}}(?:=>|[:=])\s{{0,3}}| is )"
PASSWORD = LABEL.format(r"pass(?:word|phrase|wd|code)?|pwd")
KEY = LABEL.format(r"(?:api|access|auth|secret|private|client|bearer|refresh)[_ -]?(?:key|token|secret)|token|secret")
BARE = r"(?P<secret>[^\s\"'<>()\[\]{},;]{6,200}+)(?![(\[{])"
QUOTED = r"(?P<q>[\"'])(?P<secret>[^\s\"'\[\]]{4,200}+)(?P=q)"
PIN = r"(?<!\w)(?:PIN|CVV|CVC)(?: code| number)?(?: is|[:=]) ?(?P<secret>[0-9]{3,8})(?!\w)"

DIGIT = r"(?:[ ()-]{0,2}[0-9])"
NUMBERED = r"(?<![\w.,/-])(?<!\b[Ii]n[ ])(?<!\b[Ss]ince[ ])(?<!\b[Bb]y[ ])[1-9][0-9]{0,4}[A-Za-z]?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
NAME = r"[A-ZÄÖÜÁÉÍ][\w'’.-]{0,30}"
ENDS = r"Street|Avenue|Ave\b|Road|Rd\b|Lane|Drive|Boulevard|Blvd\b|Court|Crescent|Terrace|Close|St\b(?=\.?(?:,|\s*$))"
FRENCH = r"(?:\ bis|\ ter)?,?\ (?:rue|avenue|boulevard|chemin|impasse|quai)"
STREET = rf"""(?=[0-9A-ZÄÖÜÁÉÍ])(?:{NUMBERED},?\ (?!{MONTH})(?:{NAME}\ ){{1,4}}(?:{ENDS})
  |{NUMBERED}{FRENCH}(?:\ (?:de|du|des|la|le|l['’]\w{{1,30}}|{NAME})){{1,6}}(?<![.-])
  |(?<!\w){NAME}(?:straße|strasse|str\.|gasse|weg|platz|allee|\ (?:Straße|Strasse|Str\.|Allee|Platz|Weg))\ HOUSE
  |(?<!\w)(?:Calle|Avenida|Rua|Via|Viale|Corso|Piazza|Plaza|Carrer)(?:\ (?:de|da|do|dos|del|della|la|{NAME})){{1,5}},?\ HOUSE)
""".replace("HOUSE", r"[1-9][0-9]{0,3}\ ?[a-z]?(?!\w)")

KINDS = (
    Kind(
        "private key",
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]++|-(?!----))*+-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|(?:[\w+/=]{16,}+|\s|\\n)*+)"
        ),
    ),
    Kind("token", re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]{8,}+")),  # JWT
    Kind("key", re.compile(rf"(?<![\w-])(?P<secret>{TOKEN})", re.VERBOSE)),
    Kind("password", re.compile(r"(?<=://)[^\s:/@\[\]]{0,100}+:(?P<secret>[^\s:/@\[\]]{1,100}+)@")),
    Kind("password", re.compile(PASSWORD + QUOTED, re.I)),
    Kind("password", re.compile(PASSWORD + BARE, re.I), looks_secret),
    Kind("key", re.compile(KEY + QUOTED, re.I), looks_like_a_key),
    Kind("key", re.compile(KEY + BARE, re.I), looks_like_a_key),
    Kind("key", re.compile(r"(?<!\w)Bearer (?P<secret>[\w.~+/=-]{16,500}+)", re.I), looks_secret),
    Kind("PIN", re.compile(PIN)),
    Kind("IBAN", re.compile(rf"(?<!\w)(?=[A-Z]{{2}}[0-9]{{2}})(?:{IBAN})(?!\w)", re.I), is_iban),
    Kind("card number", re.compile(rf"(?<![\w.,+])(?<!\w-){CARD}(?![\w])(?![.,-][0-9])", re.VERBOSE), is_card),
    Kind("card number", re.compile(rf"(?<![\w.,+])(?<!\w-){SIXTEEN}(?![\w])(?![.,-][0-9])"), is_card),
    Kind("e-mail address", re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}+@(?:[\w-]{1,63}+\.){1,8}[A-Za-z]{2,24}(?!\w)")),
    Kind("phone number", re.compile(rf"(?<![\w+.])\+(?:1{DIGIT}{{10}}|[2-9]{DIGIT}{{7,14}}+)(?!\w)(?![.,][0-9])")),
    Kind("phone number", re.compile(r"(?<!\w)\([2-9][0-9]{2}\) ?[0-9]{3}-[0-9]{4}(?!\w)")),
    Kind(
        "phone number",
        re.compile(
            r"(?<!\w)(?:phone|tel|telephone|mobile|cell|whatsapp)(?: number| no)?(?: is)?[.:]{0,2} "
            r"(?P<secret>[0-9(](?:[ ()/-]{0,2}[0-9]){6,14}+)(?!\w)",
            re.I,
        ),
    ),
    Kind("street address", re.compile(STREET, re.VERBOSE)),
)
MOST_ROUNDS = 4  # what is removed can uncover what stood against it
