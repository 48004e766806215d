"""The hints of challenge 13: START for somebody who has not begun, the others for a criterion that is not met yet."""

START = (
    "Begin with __init__ and ask, for a server that keeps everything. What does responses.create need so that it goes on from "
    "the last response, and what do you have to note of its answer?",
    "Then: the same request without previous_response_id, and with all of `messages` as its input. When is that one needed?",
    "branch and delete are short, once ask notes what they need: the messages, the last id, all ids, the costs. export needs "
    "what went in (input_items) and what came out last (output).",
)

# What the object holds
A_METHOD = "Is it set with self.… = …, or is the line @property above its def?"
LAST_ID = (
    "Which attribute of the answer tells the next request where to go on? And of which answer, where there were two?",
    "self.last_id = response.id, in the last lines of ask.",
)
PAIRS = (
    "What is in one element of `costs`: a number, an object, or two numbers?",
    "self.costs.append((input tokens, output tokens)): both are in response.usage.",
)
OWN_COPY = (
    "Which two messages does a turn add to your copy, and when? And what stands at its beginning?",
    'messages begins with {"role": "system", "content": system}; ask adds the question and its reply, as they are.',
)

# While the server keeps it
GOES_ON = (
    "What tells the server that this question belongs to a conversation that it has? Print it before the call.",
    "previous_response_id is the id of the response before: self.last_id, which ask sets anew in each turn.",
)
ONLY_THE_QUESTION = (
    "What does the server know already when it reads your request? What of `input` is new to it?",
    "With previous_response_id, the input is the new question and nothing else. `messages` is for the day when the id is gone.",
)
KEPT_AT_ALL = (
    "The server does not know the id that you sent. Was the response ever to be kept, and is it the last one's id?",
    "A response can be continued only if it is stored: that is so as long as you do not say store=False.",
)
RULES_GONE = (
    "In which requests do you send the rules, and for how many of them does one sending hold?",
    "instructions=… belongs into every call of create: the one with previous_response_id, and the one with all that was said.",
)
RULES_TOO_OFTEN = (
    "What stays in the chain: what is in `input`, or what is in `instructions`? Where do you send the rules, and how often?",
    "Either instructions in each request, or one system message in the first input of a chain; not both.",
)
REPLY = (
    "What does ask return: the text of the newest response, or something else of it?",
    "response.output_text is the text. Return it as it is.",
)
COST = (
    "What does the server bill for a turn: what you sent in it, or what the model read? Where does it say how much that was?",
    "Each answer has usage.input_tokens, with the whole chain in it, and usage.output_tokens. A refused request has none.",
)

COST_UNASKED = (
    "Which of your methods ask the model something that no user has asked? Who pays for that?",
    "Nothing has to be tried out: the answers to the first questions say whether the server goes on from an id.",
)
COST_CACHED = (
    "What is input_tokens_details.cached_tokens: tokens that are free, or a part of the input that has a lower price?",
    "usage.input_tokens as it is. What was read from the cache is billed, too.",
)

# Branches
BRANCH_KNOWS = (
    "What does a conversation need to go on from here: which id, which messages, which rules?",
    "Make KeptByServer(self.client, …) and give it the last id and a copy of `messages`. No request is needed for that.",
)
BRANCH_COSTS = (
    "Which turns were asked of the branch? What of the list of costs does it begin with?",
    "A new object begins with an empty list of costs. Do not copy that one, and do not share it.",
)
BRANCHES_SHARE = (
    "Which list, or which id, do the two still have in common after branch?",
    "[*self.messages] is a list of its own. other.messages = self.messages is a second name for the same one.",
)
SHARED_BY_TWO = (
    "Where are your lists made, and where is the last id kept: in the class, or for each conversation in __init__?"
)

# When it is gone
ID_GONE = (
    "What does the error say of itself, in its code? And what do you still have?",
    "except openai.BadRequestError as error: if error.code is previous_response_not_found, send the question again, without the "
    "id, with all of `messages`.",
)
FROM_THE_COPY = (
    "Print the input of the second request: is all that was said in it, in order? Is the question in it, and how often?",
    "Its input is what `messages` holds, and then the question. The system message is left out where the rules are instructions.",
)
NEW_CHAIN = (
    "Which response does the next question go on from, after all was sent again?",
    "The answer to that request has an id, too. It is the new last_id, and the server keeps it as any other.",
)
OTHER_ERRORS = (
    "Which errors do you catch, and how do you tell an id that is gone from a rate limit, or from a question that is too long?",
    'if error.code != "previous_response_not_found": raise',
)
CUT_SILENTLY = (
    "Not all of it fits, and an answer came all the same. What did the model not read, and who decided that?",
    'truncation="auto" lets the server drop the beginning without a word. It is off if you do not ask for it.',
)
CHANGED_BY_A_FAILURE = (
    "What had ask changed when the error came out? Follow its lines up to there.",
    "Assign to self in the last lines of ask, when nothing can fail any more.",
)
HALF_A_REPLY = (
    "How can you tell a whole reply from half of one? Print response.status and response.output_text of both.",
    'Only with the status "completed", and with a text, is it a reply. Raise an error otherwise, before anything is kept.',
)
IGNORED = (
    "Nothing fails, and still the model knows nothing. What does the answer say about the response that it goes on from?",
    "response.previous_response_id is what you sent, if the server has gone on from there. If it is not: send all of it.",
)
NOTICED_ONCE = (
    "The server ignored the id once. What will it do with the next one? Where do you note that?",
    "An attribute such as self.server_keeps, which becomes False, and is asked before previous_response_id is sent.",
)
COST_OF_BOTH = (
    "How many answers has the server made in that turn? Which of them have a usage?",
    "Collect the answers of a turn in a list, and add up the usage of all of them.",
)

# Taking it away
EXPORTED_PART = (
    "Where are the messages that went in, and where is the reply that came last? Who asks for the one does not get the other.",
    "responses.input_items.list(id) has what went in, responses.retrieve(id).output what came out.",
)
EXPORTED_AND_GONE = "Which of your calls takes something away from the server? Who has asked for that?"
EXPORTED_BACKWARDS = (
    "In which order do the items come, if nobody says anything? Look at the arguments of input_items.list.",
    'order="asc" gives the oldest first.',
)
EXPORTED_TWICE = (
    "Some of it comes twice. Print the ids of the items: which list has them, and which one has them again?",
    "The input items of a response are all that the model read: those of the whole chain. One list and the newest reply will do.",
)
EXPORTED_CHANGED = (
    "Which message is not the one that was said? Look at its parts, and at those beside it: who spoke twice in a row?",
    "A message's content has one part or several: join the texts of all. And leave the messages in the order of the items.",
)
EXPORTED_KINDS = (
    "Which roles can a message have that went in? Which do you leave out?",
    'Whoever puts the rules into the chain as a message wants them back: "system" and "developer" are roles of messages.',
)
EXPORTED_LOST = (
    "Which calls does export make, and for which ids? Which of these responses can be gone, although the last one is there?",
    "The input items of the last response are all that led to it. Nothing has to be asked of those before it.",
)
EXPORTED_PAGES = (
    "How many items does one page have, and how do you come to the next one?",
    "for item in client.responses.input_items.list(…) goes through all pages. Its .data is the first one only.",
)

EXPORTED_PLAIN = (
    "What is a plain message, and what else is in an item? What kinds of items are no messages at all?",
    'Of each item whose type is "message": its role, and the text of the parts of its content. messages_of does that, too.',
)

# Deleting
CONVERSATION_LEFT = (
    "Where does the server keep what was said, beside the responses? Does delete delete that, too?",
    "A chain of responses needs no conversation: previous_response_id is enough.",
)
KEPT_AGAIN = (
    "The server has made a response again, and keeps it. What keeps your next question from going on from there?",
    "If self.last_id is there, and the server has not ignored it, the question goes alone. delete and failures change nothing of "
    "that.",
)
DELETED_ALL = (
    "How many responses has this conversation made on the server? Which of them does one call of responses.delete delete?",
    "Note the id of each response as soon as it is there, in a list, and delete one after the other.",
)
DELETED_FAILED_ONES = (
    "Which answers came, and were not kept by you? The server keeps them all the same. When do you note an id?",
    "Note the id directly behind the call of create, before you look at anything else in the answer.",
)
DELETED_OTHERS = (
    "Which of these responses came to this object, and which to another one, before branch or after it?",
    "A branch begins with an empty list of ids that it has got. previous_response_id leads to those of others, too.",
)
GONE_ALREADY = (
    "What does the server answer when it is to delete what it does not have? Is that a failure here?",
    "except openai.NotFoundError: pass, around the deletion of each single response.",
)
DELETE_FAILED = (
    "When do you forget an id: before the server has deleted it, or afterwards? And which errors do you catch?",
    "while ids: delete the last one, and only then take it off the list.",
)
AFTER_DELETE = (
    "What do you need when the conversation goes on after delete, and what leads nowhere any more?",
    "last_id becomes None, `messages` stay. With no last_id, ask sends all that was said.",
)

# All of it
STEP_BY_STEP = (
    "Follow it step by step: which id does your object have after each of these, what is in `messages`, and what does it know of "
    "the server?",
    "Three lines decide: when the id is sent, when all is sent, what is noted in the end. Do they look at the same attributes?",
)
