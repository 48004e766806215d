"""All hints of challenge 11, from a question to nearly the answer. START: for somebody who has not begun."""

from ..situations import hints_on_histories

START = (
    "Cut the newest turn into its question and its steps: where does a step begin, and which results belong to it?",
    "Which requests could be sent, from the whole history to system message and question alone? The first that fits is it.",
    "In the loop, make a whole step beside the list first: the model's message and a result for each call. Then append it.",
)

# What comes back of trim_tools
FINISHED = (
    "chat_memory does it for you. What is a step, and which of them go when it is too much?",
    "split_turns cuts into turns, count_tokens counts a request, message_tokens a message. The rest is yours.",
)
NO_RETURN = "Does every way through your function end in a return?"
A_STEP_AS_A_LIST = (
    "Do you put a whole step or turn, which is a list, where its messages should be? What do + and append do?"
)
BUILT_ANEW = (
    'Which keys does the message have that you make? Take all of the old one, and change one: {**message, "content": …}.',
)
NO_REASON = (
    "When exactly is it impossible? Which two messages must fit, and what may be dropped until they do?",
    "Where the newest step does not fit, the question alone is sent. Only where that does not fit is there an error.",
)

# What must stay together
KEPT_APART = (
    "What becomes of the very first message? Keep the system message apart: it stands first in what you return."
)
NEVER_LOST = (
    "In the newest turn, which message are all the steps for? Is it among what your code may drop?",
    "Keep the question apart from the steps: question, steps = turn[:1], turn[1:].",
)
ORPHANS = (
    "Which messages does your code drop one by one? What else has to go with a message that has tool_calls, or with a result?",
    "Cut the messages into steps, each a message of the model with its results, and drop steps, not messages.",
)
WHOLE_TURNS = (
    "What is dropped first, and what stands before it? Is something older still there, or half of a turn?",
    "Older turns go from the oldest on, each with all its messages. Of the newest turn the oldest steps go first.",
)
OVER = (
    "What is in your sum: the reasoning, the calls, the 3 that prime the reply? Is what you return what you have counted?",
    "Count the finished request with count_tokens, and return the first that is within max_tokens.",
)

# Reasoning
DEAD_WEIGHT = (
    "Which turns need their reasoning later on, and how can you tell such a turn by its messages?",
    "A turn in which no message has tool_calls: leave reasoning_content out of its messages.",
)
REASONING_LOST = (
    "Where does your code leave reasoning_content out? What was called in that turn, or in a turn that you took for another?",
    "In a turn that has called tools, each message stays as it is: also the first one, and the answer at the end.",
)

# What goes first
AS_IT_IS = (
    "It fits. Which of your lines shortens or drops something before it has looked whether that is needed?",
    "Count first: without the reasoning of plain turns, is all of it within max_tokens? Then return that.",
)
UNUSUAL = hints_on_histories.UNUSUAL
SHORTEN_FIRST = (
    "What does your code do first when it is too much: drop, or shorten? Of which turns does it shorten the results?",
    "Shorten the results of the older turns, and those of the newest turn's older steps, to SHORT tokens; then count again.",
)
AS_MANY_TURNS_AS_FIT = (
    "When do you stop dropping turns? Is one turn more than you returned within max_tokens, with short results?",
    "Drop one turn, count, and go on only if it is still too much.",
)
NEWEST_LAST = (
    "Which results has the model not read yet? Are they shortened while old turns are still there, or along with the others?",
    "Leave the last step out when you shorten for the first time: it is shortened when no old turn is left.",
)
STEPS_GO_LAST = (
    "Before a step goes: are all results down to SHORT tokens, those of the newest step too? And do the oldest steps go first?",
    "Shorten the newest results down to SHORT. Only if that is still too much, drop the oldest step, and count again.",
)
HALF_OF_THE_ROOM = (
    "How much room is left beside all the rest, and how much of it do the newest results have in what you return?",
    "max_tokens minus what the rest costs is for the newest results. Cut them to their share of that, and not to SHORT.",
)

# Shortened results
SOMETHING_LEFT = "What would you think of a function that returned nothing at all?"
SMALLER = (
    "What does your sign for the missing part cost? Count the message again when you have cut its text.",
    "Cut the text further until message_tokens says that the message is small enough.",
)
SHORT_ONES_STAY = (
    "Which results does your code shorten: all of them, or those that are large?",
    "Look first what the message costs. Up to SHORT tokens it stays as it is.",
)
SAY_SO = (
    "How is the model to know that this is not all there was?",
    "Put a sign behind what is left, such as […], and count it too.",
)
CHANGED_IN_PLACE = (
    "Which of your lines changes a message or a list in place: message[…] = …, pop, del, append?",
    'A new dict is {**message, "content": …}; a new list is [*messages]. copy.deepcopy(history) makes all of it new.',
)
RAISED_BY_ITSELF = "Did you raise this error, or did a line fail that found nothing where it looked for a message?"
LOOK_WHETHER_IT_FITS = (
    "When nothing is left to drop, what do you return? Have you looked whether that fits?",
    "Count system message and question alone. If that is over max_tokens, raise ValueError with both numbers.",
)

# The loop
NO_REQUEST = "Where is the model asked? client.chat.completions.create(model=MODEL, messages=messages, tools=tools)"
REFUSED = (
    "Print the last request, message by message. Which call has no result with its id right behind it, or has two?",
    "Append the model's message with its tool_calls first, then one result for each of them, with its id.",
)
PLAIN_MESSAGES = (
    "What do you append: the client's object, or a dict made of it?",
    "message.model_dump(exclude_none=True) makes a dict.",
)
APPENDED = "Which of your lines takes something out of the list, or puts something before it? You only append."
AS_IT_WAS_SAID = (
    "Does each message of the model come into `messages`, once, with its tool_calls as they were: id, name, arguments?",
    "The arguments stay the text that they are. Read it with json.loads for the call, and keep the text.",
)
EACH_CALL_ANSWERED = (
    "How many calls can there be in one message, and how many results does your code append for them, in which order?",
    "for call in message.tool_calls: one message with the role tool, call.id as tool_call_id, and a text.",
)
A_TEXT_FOR_EACH = (
    "What is the content of a result when the function has failed, or was not called? It is always a text."
)
RETURN_THE_ANSWER = (
    "What is in the model's message when it calls nothing more? Is that what you return?",
    "A message without tool_calls is the answer: its content is a text. Append it, and return the text.",
)
ANSWER_APPENDED = "The answer is a message too. Is it in the list before your function returns?"
NAME_OF_THE_MODEL = "Where does the name of the model come from? from common import MODEL, and model=MODEL."
TOOLS_EACH_TIME = "What does the model know of the tools in its second request, if not from that request?"
ALL_SO_FAR = (
    "What do you send as `messages` after the first step?",
    "The list that grows: what was there, and each step behind it.",
)
RESULT_OF_ITS_CALL = (
    "Which call is this result for, and which function was called with which arguments?",
    "functions[call.function.name](**json.loads(call.function.arguments)): its text is the content, as it is.",
)
CALLED_ONCE = (
    "How often does your code call a function for one call of the model?",
    "Once for each call, in the loop over tool_calls; keep what it returned.",
)
WORDS_OF_THE_ERROR = (
    "A function has raised an error. What does the model read in its place, and could you say from it what went wrong?",
    'except Exception as error: the content of the result is f"Error: {error}".',
)
LET_OUT = (
    "What can go wrong with a call before the function runs, and while it runs? Who should read of it?",
    "try around json.loads and the call, except Exception as error: the result says what was wrong. Is the name in functions?",
)
REASONING_KEPT = (
    "Which fields of the model's message do you keep? What else may a server want back in a turn that called tools?",
    "Keep reasoning_content too where there is one, in the messages with calls and in the answer.",
)
LIMIT = (
    "How many steps with calls are allowed, and what is different in the request after the last of them?",
    'max_steps rounds with tools; then one request more with tool_choice="none", which can only be answered in words.',
)
ERROR_GOES_ON = "Which except of yours catches what the client raises? Only what a function raises is a result."
NOTHING_HALF = (
    "In which moment does the model's message with its calls come into the list, and in which its results?",
    "Collect the results in a list of their own. When the last is there, append the message and all of them at once.",
)
STEP_BY_STEP = (
    "When a request fails, where are the steps that came before it: in your caller's list, or in one of your own?",
    "Append to `messages` itself, at the end of each step, not at the end of the loop.",
)
INTERRUPTED = (
    "What does a bare except, or except BaseException, catch that is no error of the function? Take Exception."
)
