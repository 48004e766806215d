"""A deep copy of the history that is made smaller, one thing after the other, until it fits."""

import copy
import json

from chat_memory import count_tokens, message_tokens
from common import MODEL

SHORT = 40


class Shrinking:
    def __init__(self, history, limit):
        self.limit, self.original = limit, history
        system, *rest = copy.deepcopy(history)
        self.system, self.turns = system, []
        for message in rest:
            if message["role"] == "user":
                self.turns.append([[message]])
            elif message["role"] == "tool":
                self.turns[-1][-1].append(message)
            else:
                self.turns[-1].append([message])
        for turn in self.turns:
            if not any("tool_calls" in step[0] for step in turn):
                for step in turn:
                    step[0].pop("reasoning_content", None)

    def messages(self):
        return [self.system, *(message for turn in self.turns for step in turn for message in step)]

    def over(self):
        return count_tokens(self.messages()) - self.limit

    def shrink(self):
        newest = self.turns[-1]
        for turn in self.turns:
            for step in turn:
                if not (turn is newest and step is newest[-1]):
                    for message in step[1:]:
                        if self.over() > 0 and message_tokens(message) > SHORT:
                            message["content"] = f"[{message_tokens(message)} tokens, left out]"
        while self.over() > 0 and len(self.turns) > 1:
            self.turns.pop(0)
        texts = [message["content"] for message in newest[-1]]
        while self.over() > 0 and len(newest) > 1:
            self.cut(newest[-1], texts)
            if self.over() > 0:
                newest.pop(1)
        return self.messages()

    def cut(self, step, texts):
        """Take a piece from the longest result until it fits, or nothing is left to take."""
        for message, text in zip(step[1:], texts[1:], strict=True):
            message["content"] = text
        kept = {i: [texts[i][at : at + 16] for at in range(0, len(texts[i]), 16)] for i in range(1, len(step))}
        while self.over() > 0:
            long = [i for i in kept if message_tokens(step[i]) > SHORT - 2 and len(kept[i]) > 1]
            if not long:
                return
            i = max(long, key=lambda i: len(kept[i]))
            del kept[i][len(kept[i]) // 2]
            middle = len(kept[i]) // 2
            step[i]["content"] = "".join([*kept[i][:middle], " … ", *kept[i][middle:]])


def trim_tools(history, max_tokens):
    shrinking = Shrinking(history, max_tokens)
    messages = shrinking.shrink()
    if count_tokens(messages) > max_tokens:
        raise ValueError(count_tokens(messages), max_tokens)
    return messages


def run_loop(client, messages, tools, functions, max_steps):
    for _ in range(max_steps):
        said = client.chat.completions.create(model=MODEL, messages=messages, tools=tools).choices[0].message.to_dict()
        step = [said]
        for call in said.get("tool_calls") or []:
            try:
                text = functions[call["function"]["name"]](**json.loads(call["function"]["arguments"]))
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
            step.append({"role": "tool", "tool_call_id": call["id"], "content": text})
        messages.extend(step)
        if len(step) == 1:
            return said["content"]
    last = client.chat.completions.create(model=MODEL, messages=messages, tools=tools, tool_choice="none")
    messages.append(last.choices[0].message.to_dict())
    return messages[-1]["content"]
