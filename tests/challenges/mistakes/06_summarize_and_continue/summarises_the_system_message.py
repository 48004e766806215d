"""Takes the system message for one of the old messages."""
# fails: test_there_is_one_system_message_and_it_comes_first
# hint: Is the system message among the old messages

from chat_memory import summarize
from common import MODEL


def next_turn(client, history, text):
    if len(history) > 9:
        note = summarize(client, history[:-4], max_tokens=150, model=MODEL)
        history = [{"role": "user", "content": "Recap, please."}, {"role": "assistant", "content": note}, *history[-4:]]
    request = [*history, {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]
