"""Ends the conversation where the user says quit, and leaves out what is empty."""
# fails: test_whatever_is_said
# hint: taken for a command

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        if text.lower() in ("quit", "exit", ""):
            break
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": ask(client, messages)})
    return messages


def run_chat_without_replies(client, system, user_turns):
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        replies.append(ask(client, messages))
    return replies


def which_question_breaks():
    return 3, "spring"
