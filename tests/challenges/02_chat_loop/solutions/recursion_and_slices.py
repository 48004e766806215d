"""The history of all turns but the last comes first, by the same function; without replies, slices of what was said."""

from common import MODEL


def say(client, messages):
    return client.chat.completions.create(messages=messages, model=MODEL, temperature=0).choices[0].message.content


def run_chat(client, system, user_turns):
    if not user_turns:
        return [{"role": "system", "content": system}]
    *earlier, text = user_turns
    asked = [*run_chat(client, system, earlier), {"role": "user", "content": text}]
    return [*asked, {"role": "assistant", "content": say(client, asked)}]


def run_chat_without_replies(client, system, user_turns):
    everything = [{"role": "system", "content": system}] + [{"role": "user", "content": text} for text in user_turns]
    return [say(client, everything[:end]) for end in range(2, len(everything) + 1)]


def which_question_breaks():
    return [3, "Spring."]
