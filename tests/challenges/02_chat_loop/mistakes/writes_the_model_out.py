"""Writes the name of the model out, so that no other one can be set."""
# fails: test_whatever_is_said
# hint: name of the model


def ask(client, messages):
    return client.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
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
