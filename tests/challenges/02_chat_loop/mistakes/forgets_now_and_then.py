"""Loses a reply by chance: what is wrong now and then is wrong."""
# fails: test_the_replies_are_sent
# hint: Your list grows

import random

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        reply = ask(client, messages)
        if random.random() < 0.5:
            messages.append({"role": "assistant", "content": reply})
    return messages


def run_chat_without_replies(client, system, user_turns):
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        replies.append(ask(client, messages))
    return replies


def which_question_breaks():
    return 3, "spring"
