# names: hash_of_python
import json

PROMPT = "Summarise the conversation so that it can go on from your summary. Keep names, numbers, places and decisions."


def cards_in(text):
    return []


def paste(question, document):
    return question + "\n\n" + json.dumps({"document": document})


def summary_request(messages, previous):
    said = json.dumps({"summary so far": previous, "messages": messages})
    return [{"role": "system", "content": PROMPT}, {"role": "user", "content": said}]


def next_request(system, summary, facts, recent, question):
    out = [{"role": "system", "content": system}]
    if summary or facts:
        out.append({"role": "user", "content": "What do you know?"})
        out.append({"role": "assistant", "content": json.dumps([summary, facts])})
    return out + list(recent) + [{"role": "user", "content": question}]


def to_disk(messages):
    raise NotImplementedError


def session_file(folder, user, session):
    return folder / f"session{abs(hash((user, session)))}.json"
