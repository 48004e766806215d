"""What users have said in one conversation answers their questions in the next; what they take back is gone.

Run it from any directory: python examples/09_facts_across_sessions.py
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import openai

from chat_memory import ChatMemory, IncompleteReply
from chat_memory.facts import Fact, UserFacts
from chat_memory.store import ConversationStore
from common import MODEL, ending_well, get_client

SYSTEM = "You are a helpful travel assistant."
TALKS = [  # the day in March 2027, the user, and what is said in a conversation of its own
    (1, "ana", ["My dog is called Biscuit.", "I live in Porto.", "I am allergic to peanuts."]),
    (1, "ben", ["I live in Lisbon.", "My cat is called Loki."]),
    (8, "ana", ["What is my dog called?", "Where do I live?", "I live in Braga now."]),
    (15, "ana", ["Where do I live?", "What am I allergic to?"]),
    (15, "ben", ["Where do I live?", "What is my dog called?", "What is my cat called?"]),
]


def facts_of(store: ConversationStore, user: str, day: int) -> UserFacts:
    """The facts of a user, as of a day in March 2027."""
    return UserFacts(store, user, clock=lambda: datetime(2027, 3, day, tzinfo=UTC))


def conversation_id(user: str, day: int) -> str:
    """The id of what a user said on a day."""
    return f"{user}-{day}"


def hold_talk(client: openai.OpenAI, store: ConversationStore, day: int, user: str, texts: list[str]) -> None:
    """Hold a new conversation, print each question with its note and its reply, then learn from it."""
    facts, id = facts_of(store, user, day), conversation_id(user, day)
    print(f"\n{day} March, a new conversation with {user}")
    memory = ChatMemory(client, SYSTEM, model=MODEL, conversation=store.open(id), facts=facts)
    for text in texts:
        note = facts.note(text, model=MODEL)  # what the memory sends right before the question
        print(f"  You:     {text}")
        print(f"  [note:   {note[1]['content'] if note else 'none'}]")
        print(f"  Model:   {reply_of(memory, text)}")
    for fact in learned(client, facts, store, id):
        older = [old.text for old in facts.record() if old.replaced_by == fact.id]
        replaced = f", in place of: {older[0]}" if older else ""
        print(f"  Learned: {fact.text} (message {fact.message}{replaced})")


def reply_of(memory: ChatMemory, text: str) -> str:
    """The reply to a question, or why it is no whole one; then the turn is not kept."""
    try:
        return memory.ask(text)
    except IncompleteReply as error:
        return f"[This turn is not kept: {error}]"


def learned(client: openai.OpenAI, facts: UserFacts, store: ConversationStore, id: str) -> list[Fact]:
    """What is learned from a conversation: nothing, and it is said why, where the model lists nothing that can be read."""
    try:
        return facts.learn(client, store.open(id).messages(), conversation=id, model=MODEL)
    except IncompleteReply as error:
        print(f"  [Nothing is learned: {error}]")
        return []


def forget(store: ConversationStore, user: str, question: str, word: str) -> None:
    """Forget the fact that a question finds best, and delete the user's conversations that hold a word of it."""
    facts = facts_of(store, user, day=15)
    best = facts.find(question, limit=1)
    for fact in best:
        facts.forget(fact)
    theirs = [conversation_id(name, day) for day, name, _ in TALKS if name == user]
    ids = [id for id in theirs if word in str(store.open(id).messages())]
    store.delete(*ids)
    print(
        f"\nForgotten: {best[0].text if best else 'no fact is found.'} Deleted conversations: {', '.join(ids) or 'none'}"
    )


def source_of(fact: Fact, talks: list[str]) -> str:
    """When a fact was learned, what message says it, whether that is still there, and what has replaced the fact."""
    source = f"{fact.said_at.date()}, message {fact.message} of {fact.conversation}"
    deleted = "" if fact.conversation in talks else ", deleted since"
    return f"{source}{deleted}, replaced by {fact.replaced_by}" if fact.replaced_by else f"{source}{deleted}"


def main() -> None:
    """Hold the talks, forget a dog, and list what is known in the end."""
    argparse.ArgumentParser(
        description="Hold conversations with two users, and remember in the next what they said in the last."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()
    with tempfile.TemporaryDirectory() as folder, ConversationStore(Path(folder) / "chats.db") as store:
        for day, user, texts in TALKS:
            hold_talk(client, store, day, user, texts)
        forget(store, "ana", "What is my dog called?", "Biscuit")
        left = b"biscuit" in (Path(folder) / "chats.db").read_bytes().lower()
        print(f"Is Biscuit still in the file? {'Yes' if left else 'No'}.")
        hold_talk(client, store, 22, "ana", ["What is my dog called?"])
        for user in ("ana", "ben"):
            print(f"\nWhat is known about {user}")
            for fact in facts_of(store, user, day=22).record():
                print(f"  {fact.id}  {fact.text} ({source_of(fact, store.ids())})")


if __name__ == "__main__":
    with ending_well():
        main()
