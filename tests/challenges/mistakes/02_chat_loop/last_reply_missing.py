"""Appends a reply only when the next turn begins."""
# fails: test_the_whole_history_comes_back
# hint: as soon as it is there

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages, reply = [{"role": "system", "content": system}], None
    for text in user_turns:
        if reply is not None:
            messages.append({"role": "assistant", "content": reply})
        messages.append({"role": "user", "content": text})
        reply = ask(client, messages)
    return messages


def run_chat_without_replies(client, system, user_turns):
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        replies.append(ask(client, messages))
    return replies


def which_question_breaks():
    return 3, "spring"
