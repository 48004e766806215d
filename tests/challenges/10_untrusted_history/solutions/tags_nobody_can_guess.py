"""Tags with a random number, a class for redaction, one folder a user, one JSON object a line."""

import secrets
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from itertools import chain
from json import JSONEncoder

PROMPT = (
    "You summarise conversations. Keep all names, numbers, places and decisions. Summarise what is between the tags."
)


def tagged(name, text):
    while True:
        tag = f"{name}-{secrets.token_hex(8)}"
        if tag not in text:
            return f"<{tag}>\n{text}\n</{tag}>"


def said(role, content):
    return {"role": role, "content": content}


def paste(question, document):
    return tagged("document", document) + "\n\n" + question


def summary_request(messages, previous):
    number = secrets.token_hex(8)
    parts = [tagged("summary", previous)] if previous else []
    parts += [f"<{m['role']}-{number}>\n{m['content']}\n</{m['role']}-{number}>" for m in messages]
    return [said("user", "\n".join([PROMPT, "", *parts]))]


def next_request(system, summary, facts, recent, question):
    request = [said("system", system)]
    if summary:
        request += [said("user", "Recap?"), said("assistant", summary)]
    request += map(dict, recent)
    listed = "".join(f"<fact>{escape(fact)}</fact>\n" for fact in facts)
    return [*request, said("user", f"<known-about-me>\n{listed}</known-about-me>\n\n{question}" if facts else question)]


@dataclass
class Reader:
    """Goes through a text, from word to word and from number to number."""

    text: str
    at: int = 0
    out: str = ""

    def cleaned(self):
        while self.at < len(self.text):
            end = self.key() or self.card()
            self.out += "***" if end else self.text[self.at]
            self.at = end or self.at + 1
        return self.out

    def key(self):
        before = self.text[self.at - 1 : self.at] if self.at else ""
        start = next((s for s in ("sk-", "ghp_", "AKIA") if self.text.startswith(s, self.at)), None)
        if not start or before.isalnum() or before == "_":
            return None
        end = self.at + len(start)
        while end < len(self.text) and (self.text[end].isalnum() or self.text[end] in "-_"):
            end += 1
        return end if end - self.at - len(start) >= 16 else None

    def card(self):
        if not self.text[self.at].isdigit() or self.text[self.at - 1 : self.at].isdigit():
            return None
        digits, end, found = [], self.at, None
        while self.text[end : end + 1].isdigit() and len(digits) < 19:
            digits.append(int(self.text[end]))
            end += 1
            if not self.text[end : end + 1].isdigit():  # a group ends here
                if len(digits) >= 13 and self.luhn(digits):
                    found = end
                end += self.text[end : end + 1] in (" ", "-")
        return found

    @staticmethod
    def luhn(digits):
        return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits))) % 10 == 0


def to_disk(messages):
    line = JSONEncoder(ensure_ascii=False).encode
    return "".join(line({**m, "content": Reader(m["content"]).cleaned()}) + "\n" for m in messages)


def session_file(folder, user, session):
    names = (blake2b(part.encode(), digest_size=20).hexdigest() for part in (user, session))
    return folder.joinpath(*chain(names, ["talk.jsonl"]))
