"""Resends the replies also where they should be left out."""
# fails: test_without_replies_only_the_user_is_heard
# hint: puts the reply into the list

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": ask(client, messages)})
    return messages


def run_chat_without_replies(client, system, user_turns):
    return [m["content"] for m in run_chat(client, system, user_turns) if m["role"] == "assistant"]


def which_question_breaks():
    return 3, "spring"
