"""Asks, but does not append the reply."""
# fails: test_the_replies_are_sent
# hint: Who else has said something

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        ask(client, messages)
    return messages


def run_chat_without_replies(client, system, user_turns):
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        replies.append(ask(client, messages))
    return replies


def which_question_breaks():
    return 3, "spring"
