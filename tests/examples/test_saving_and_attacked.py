"""The examples of lessons 08 and 10 in other hands: what they keep of a talk, and what a memory of one's own withstands."""

import re
from pathlib import Path

from .running import ATTACKED, ROOT, SAVING, Done, assert_clean, load, replies, results_of_attacks, run


def talk(folder: Path, *typed: str, conversation: str = "ana") -> Done:
    """Talk to the example of lesson 08, which keeps the talk in a file of this folder."""
    options = ("--interactive", "--store", "chats.db", "--conversation", conversation)
    return run(SAVING, folder, *options, typed="".join(f"{line}\n" for line in typed))


# ---- 08 ----


def test_08_a_talk_goes_on_in_the_next_run(tmp_path):
    first = talk(tmp_path, "My cat is called Pixel.", "quit")
    assert_clean(first)
    assert "Nothing is saved yet" in first.stdout and "[Saved. " in first.stdout
    second = talk(tmp_path, "", "What is my cat called?")
    assert "Saved turns: 1 " in second.stdout and "Pixel" in replies(second.stdout)[0]
    other = talk(tmp_path, "What is my cat called?", conversation="ben")
    assert "find no answer" in replies(other.stdout)[0]


def test_08_says_when_another_program_has_gone_on_with_the_talk(tmp_path, monkeypatch, capsys):
    example = load(SAVING)
    store = example.ConversationStore(tmp_path / "chats.db")
    typed = iter(["My name is Ana.", "elsewhere", "What is my cat called?", "deleted", "quit"])

    def read_line() -> str:
        if (text := next(typed)) == "elsewhere":
            example.memory_of(store, "ana").ask("My cat is called Pixel.")
            return "My dog is called Rex."
        if text == "deleted":
            store.delete("ana")
        return text

    monkeypatch.setattr(example, "read_line", read_line)
    example.talk(store, "ana")
    said = capsys.readouterr().out
    told = "another program has changed the talk:\n  {}\nResumed with that: please ask again.]"
    refused, answered, deleted = said.split("\nModel: ")[2:]
    assert "[This turn is not saved. " in refused and told.format("My cat is called Pixel. → Noted.") in refused
    assert "Pixel" in answered.splitlines()[0] and "[Saved. " in answered
    assert told.format("It was deleted.") in deleted


def test_08_keeps_commands_out_of_the_talk(tmp_path):
    said = ["My cat is called Pixel.", "Help me to pack."]
    for end in ("quit", "/quit", "Exit!", "quit()", '"quit"', "\\quit"):
        commands = ["help", "/help", "/saved", "/memory please", "/nothing"]
        done = talk(tmp_path, *said, *commands, end, "Never read.", conversation=end)
        assert_clean(done)
        with load(SAVING).ConversationStore(tmp_path / "chats.db") as store:
            kept = store.open(end).messages()
        assert [message["content"] for message in kept if message["role"] == "user"] == said
        assert done.stdout.count("Saved turns: 2 ") == 2 and done.stdout.count("There is no such command.") == 1


def test_08_names_no_setting_that_it_has_not(tmp_path):
    done = talk(tmp_path, "word " * 4000)
    assert "[This turn is not saved: The newest question needs 4,0" in done.stdout
    assert done.stdout.count("Shorten the question.]") == 1 and "max_tokens" not in done.stdout


def test_08_refuses_what_it_cannot_keep_a_talk_in(tmp_path):
    without = run(SAVING, tmp_path, "--interactive")
    assert without.returncode == 2 and "--store chats.db" in without.stderr
    talk(tmp_path, "My cat is called Pixel.")
    path = tmp_path / "chats.db"
    path.write_bytes(half := path.read_bytes()[:9000])
    damaged = talk(tmp_path, "Hello")
    assert damaged.returncode == 1 and "damaged" in damaged.stderr and "Traceback" not in damaged.stderr
    assert path.read_bytes() == half


# ---- 10 ----


RULES_AND_QUESTION = """
from common import MODEL

class ChatMemory:
    def __init__(self, client, system, max_tokens, keep_recent):
        self.client, self.rules = client, {"role": "system", "content": system}

    def ask(self, text):
        messages = [self.rules, {"role": "user", "content": text[:400]}]
        return self.client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
"""


def test_10_says_what_stays_open_where_a_memory_of_ones_own_was_attacked(tmp_path):
    (tmp_path / "mine.py").write_text(RULES_AND_QUESTION, encoding="utf-8")
    done = run(ATTACKED, tmp_path, "--mine", "mine.py")
    assert_clean(done)
    names = re.findall(r"^([a-z ]+?) +(?:stopped|worked) ", done.stdout, re.M)
    assert names == ["replayed instruction", "promoted by a summary", "flood"]
    assert re.findall(r"^- ([a-z ]+):", done.stdout.partition("What stays open")[2], re.M) == names
    assert max(map(len, done.stdout.splitlines())) == 80


def test_10_attacks_a_memory_of_ones_own(tmp_path):
    begun = run(ATTACKED, tmp_path, "--mine", str(ROOT / "tests/challenges/07_chat_memory/starter.py"))
    assert_clean(begun)
    assert results_of_attacks(begun.stdout) == ["not tried"] * 9 and "What stays open" not in begun.stdout
    for path, problem in {"nope.py": "cannot be run", str(ROOT / "common.py"): "has no class ChatMemory"}.items():
        refused = run(ATTACKED, tmp_path, "--mine", path)
        assert refused.returncode == 1 and problem in refused.stderr and "Traceback" not in refused.stderr
