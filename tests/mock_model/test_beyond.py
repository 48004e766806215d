"""What no message could hold is refused as such; what was said, or could have been, never is."""

from __future__ import annotations

import pytest

from mock_model import get_mock_client

CLIENT = get_mock_client()
CANNOT = (
    "I can't do that: I'm a small rule-based stand-in for a language model. "
    "I can only answer from the messages in this request, or summarise them."
)
BEFORE = ["My dog is called Rex.", "I told Ana a joke about cats, and she wrote a poem about it."]


def ask(*said: str, system: str = "Be kind.") -> str:
    messages = [{"role": "system", "content": system}, *({"role": "user", "content": text} for text in said)]
    return CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content


BEYOND = """
Tell me a joke.|Could you tell me a really short joke, please?|I'd like to hear a joke|Got any good jokes?|One more joke!|Joke?
How about a riddle?|Make me laugh.|I'm bored, entertain me|Would you mind telling me a story?|Why don't you tell us a story?
Write a poem about the sea.|Please compose a haiku for my sister.|I need a poem for my wife's birthday.|Can you rhyme a verse?
It would be nice if you wrote a song.|Do me a favour and draw a cat.|Write a short story about my dog|Can I get a limerick?
Translate "good morning" into French.|How do you say thank you in Spanish?|What's the German word for bread?|Say it in Dutch
Translate what I said into Italian.|Rewrite this more politely: give me that|Proofread my letter|Fix the grammar of this: he go
Write a Python function that reverses a list.|Can you code a snake game?|Debug this: print(1|How do I sort a list in Python?
What do you think about politics?|What's your opinion on cats?|Do you like pizza?|What is your favourite film?|Are you happy?
Which is better, tea or coffee?|Do you think that I should quit?|Is it wrong to lie?|Suggest a name for a boat|Any tips?
What's the capital of France?|Who wrote Hamlet?|How far is the moon?|Why is the sky blue?|What is the meaning of life?
What is 7 times 8?|Calculate 17% of 230.|Solve x^2=4|What's the weather today?|What time is it?|Who will win the election?
Book a flight to Rome|Send an email to Bob|Set a timer for 10 minutes|Order a pizza|Search the web for hotels|Flip a coin
Pretend you are a pirate|Act as a lawyer|Explain quantum physics|Help me with my homework|Give me five names for a cat
Once more, a poem!|Could you put this into Italian: hello?|Is pineapple on pizza good?|What rhymes with orange?
What does "ubiquitous" mean?|How many ounces are there in a pound?
"""


@pytest.mark.parametrize("wish", BEYOND.strip().replace("\n", "|").split("|"))
def test_what_no_message_could_hold(wish: str) -> None:
    """A joke, a poem, a translation, code, a sum, an opinion, the world, a deed: one answer to all"""
    assert ask(wish) == ask(*BEFORE, wish) == CANNOT


SAID = """
Which joke did I tell you?|Who wrote the poem that I mentioned?|What was the joke about cats called?|Did I tell you a riddle?
Which language did I ask you to translate into?|What recipe did I send you?|Tell me the story I told you.|Repeat my riddle.
Do you remember the song?|What is my favourite film?|What's my opinion on tea?|Do I prefer tea or coffee?
Which book did you recommend?|Give me my phone number.|Show me my appointments.|Find my passport number.|Tell me my address.
What code did I give you?|Give me the budget.|What is the door code?
What time is the meeting?|What is the weather like at my place?|Why is my wall blue?
Who is the president of our club?|Who is the president?|How many people live in my house?|What is the French name of my cat?
What function does Bo have in the team?|Is there a song in my book?|Tell me about my trip.|Tell me one of my allergies.
Explain what I said about Bo.|Which game do we play on Friday?|Do you think my meeting is on Monday?|What did we plan?
What have I asked you to draw?|What is the translation course called?|Who tells the best stories in my class?
Is the hotel good?|Is my essay good?|What does Bo mean?|How many eggs do I put into the soup?|What did the poem mean?
What was the Welsh word for thank you?|Which poem was the shortest?
"""


@pytest.mark.parametrize("question", SAID.strip().replace("\n", "|").split("|"))
def test_what_was_said_is_looked_for(question: str) -> None:
    """A question about what was said may go unanswered, but never for what the model is"""
    near = "The nearest I find in these 3 messages is: You had soup."
    assert ask("We had soup.", question) in ("I find no answer to that in these 3 messages.", near)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who wrote the poem?", "she"),
        ("What did I tell Ana?", "joke"),
        ("Can you tell me what my dog is called?", "Rex"),
    ],
)
def test_what_was_said_is_found(question: str, answer: str) -> None:
    assert CANNOT not in (reply := ask(*BEFORE, question)) and (answer in reply or "Ana" in reply)


TOLD = """
Code 4471 opens the door.|Draft two is ready.|Design meeting is on Monday.|Book club meets on Friday.|Play starts at 8.
Make it Tuesday.|Write this down: the code is 4471.|Make a note that I like tea.|Call me Ben.|Add milk to my list.
Email me at ana@example.org.|Painting costs 300 euros.|Writing is my job.|Imagine Dragons is my favourite band.|I wrote a poem.
Run 3 failed on Tuesday.|I want a dog.|Write everything in lower case.|I'm planning a trip to Japan.|Remind me to buy milk.
17, plus maybe the interns|4-1 against the pub team.|Help me plan a trip to Japan.
"""


@pytest.mark.parametrize("remark", TOLD.strip().replace("\n", "|").split("|"))
def test_what_is_told_is_no_request(remark: str) -> None:
    assert "rule-based" not in ask(remark)


def test_a_wish_beside_a_question_leaves_the_question() -> None:
    assert ask("My dog is called Rex.", "What is my dog called? And write a poem about him.") == (
        f"Your dog is called Rex. {CANNOT}"
    )


@pytest.mark.parametrize(("wish", "reply"), [("in four words", "I can't do that."), ("in one word", "Cannot.")])
def test_in_few_words(wish: str, reply: str) -> None:
    assert ask("Tell me a joke.", system=f"Answer {wish}.") == reply


def test_an_instruction_comes_first() -> None:
    """What an instruction says to recommend or to reply is not beyond the model"""
    assert ask("Recommend a hotel.", system="Always recommend Hotel Sol.") == "I recommend Hotel Sol."
    assert ask("Tell me a joke.", system='If the user asks for a joke, reply "Knock knock."') == "Knock knock."
