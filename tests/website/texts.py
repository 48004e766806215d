"""Texts of every kind that a tokenizer may meet: words of many languages, emoji, code, runs of one sign, anything at all.

Run alone, this compares the tokenizer in Python with tiktoken on 10,000 of them: python -m tests.website.texts 10000
"""

import random
import sys
import unicodedata
from collections.abc import Callable

WORDS = """
the Hello I'm don't WE'LL it'S they'Ve naïve Straße über ÆØÅ ǅ ﬁne ſ ſo 'ſ 'K Ελληνικά ὀδυσσεύς Привет ёлка ქართული
Հայերեն שלום مرحبا
العربية فارسی हिन्दी नमस्ते বাংলা தமிழ் తెలుగు ไทย ພາສາລາວ မြန်မာ ភាសាខ្មែរ 中文 你好世界 日本語 ひらがな カタカナ 한국어 ᠮᠣᠩᠭᠣᠯ
አማርኛ ᏣᎳᎩ Tiếng Việt Việt̂ é 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐐀𐐨 𒀀𒀁 👍 👨‍👩‍👧‍👦 🏳️‍🌈 🇯🇵 👋🏽 ☕️ 1 12 123 1234567 3.14 ½ ² Ⅷ ٣٤٥ १२३ 一二三
def f(x): return{"a":[1,2]} <html> // /* */ && || != => ::: ... --- === *** !!! ??? https://example.org/a?b=c#d a@b.de C:\\x
getElementById snake_case_name SCREAMING camelCase HTTPServer <|endoftext|> <|endofprompt|> <|im_start|> <|fim_prefix|>
""".split()
BLANKS = [" ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", " \n ", "\x0b", "\x0c", "\x1c", "\x85"]
BLANKS += ["\xa0", "\u2003", "\u2028", "\u3000", "\ufeff"]
KNOWN = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]


def texts(many: int, seed: int) -> list[str]:
    """So many texts, the same for the same seed; in them are only characters that this Python knows."""
    chance = random.Random(seed)
    kinds: list[Callable[[], str]] = [
        lambda: "".join(chance.choice(WORDS) + chance.choice(BLANKS) for _ in range(chance.randrange(1, 30))),
        lambda: "".join(chance.choices(WORDS + BLANKS, k=chance.randrange(1, 25))),
        lambda: "".join(chance.choices(KNOWN, k=chance.randrange(1, 60))),
        lambda: "".join(chance.choices(KNOWN[:900], k=chance.randrange(1, 90))),
        lambda: "".join(chance.choices("aAbB1 '\n/.é中", k=chance.randrange(1, 90))),
        lambda: "".join(
            chance.choice([*BLANKS, "a", "."]) * chance.randrange(1, 40) for _ in range(chance.randrange(1, 5))
        ),
        lambda: chance.choice(WORDS) * chance.randrange(1, 60),
        lambda: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(1, 400))),
    ]
    return [chance.choice(kinds)() for _ in range(many)]


def main(many: int) -> int:
    """Compare; the exit code says whether all were equal."""
    from mock_model.api.vocabulary import VOCABULARIES, load_encoding
    from website.browser.tokenizer.core_bpe import CoreBPE

    unequal = 0
    for name in VOCABULARIES:
        real = load_encoding(name)
        ours = CoreBPE(real._mergeable_ranks, real._special_tokens, real._pat_str)
        for text in texts(many, seed=0):
            if ours.encode_ordinary(text) != real.encode_ordinary(text):
                unequal += 1
                print(f"{name}: {text!r}")
        print(f"{name}: {many:,} texts compared")
    return min(unequal, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
