"""Sends the last turn alone, and gives the model a function with which it finds the older ones when it wants to."""

import json

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL

FOUND = 4  # turns that the function returns
PARAMETERS = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
FUNCTION = {"name": "search_memory", "description": "Search what was said before.", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": FUNCTION}]


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.turns = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        sent = [self.system, *(self.turns[-1] if self.turns else []), question]
        if count_tokens(sent, tools=TOOLS) > self.max_tokens:
            sent = [self.system, question]
        message = self.call(sent)
        if message.tool_calls:
            message = self.call(self.with_results(sent, message), tool_choice="none")
        self.turns.append([question, {"role": "assistant", "content": message.content}])
        return message.content

    def with_results(self, sent, message):
        """The request with what its calls have found: as many turns as fit, the newest last."""
        found = [
            turn for call in message.tool_calls for turn in self.found(json.loads(call.function.arguments)["query"])
        ]
        while True:
            texts = ["\n".join(part["content"] for part in turn) for turn in found]
            calls = [call.model_dump(exclude_none=True) for call in message.tool_calls]
            results = [
                {"role": "tool", "tool_call_id": call.id, "content": "\n\n".join(texts) or "nothing"}
                for call in message.tool_calls
            ]
            request = [*sent, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
            if not found or count_tokens(request, tools=TOOLS) <= self.max_tokens:
                return request
            found = found[1:]

    def found(self, query):
        words = [set(terms.of_fact("\n".join(part["content"] for part in turn))) for turn in self.turns]
        asked = {word: sum(word in said for said in words) for word in terms.of_question(query)}
        scores = [sum(1 / asked[word] for word in said if word in asked) for said in words]
        best = sorted((n for n, score in enumerate(scores) if score), key=lambda n: (scores[n], n))[-FOUND:]
        return [self.turns[n] for n in sorted(best)]

    def call(self, messages, **more):
        answer = self.client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, **more)
        return answer.choices[0].message
