"""Adds each new summary to the system message, which gets longer and longer."""
# fails: test_requests_are_sound
# hint: Whose words are in the system message

from chat_memory import IncompleteReply, count_tokens, split_turns, summarize, trim_to_budget
from common import MODEL


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text):
        question = {"role": "user", "content": text}
        kept = self.messages
        if count_tokens([*kept, question]) > self.max_tokens:
            (system,), turns = split_turns(kept)
            old = [message for turn in turns[: len(turns) - self.keep_recent] for message in turn]
            note = summarize(self.client, old, max_tokens=60, max_prompt_tokens=self.max_tokens, model=MODEL)
            system = {"role": "system", "content": system["content"] + " " + note}
            kept = [system, *(message for turn in turns[-self.keep_recent :] for message in turn)]
        request = trim_to_budget([*kept, question], self.max_tokens)
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason != "stop" or not choice.message.content:
            raise IncompleteReply("not whole")
        self.messages = [*request, {"role": "assistant", "content": choice.message.content}]
        return choice.message.content
