"""What is expected of each turn, whoever keeps the conversation: what is sent, read and returned, and what stays."""

from __future__ import annotations

from collections.abc import Sequence

from common import MODEL

from ..engine.criteria import Message, NotYet, Scene, Texts
from ..engine.preconditions import beforehand
from ..situations import hints as shared
from ..situations.expected_of_talks import only
from . import hints
from .keeping_server import is_answered, sent_in, text_in
from .talk_with_the_server import (
    ASKED,
    BEFORE,
    CAME,
    INSTRUCTING,
    IS_NOW,
    READ,
    RETURNED,
    Held,
    Talk,
    Turn,
    spoken,
    title_of,
)

Hint = str | Sequence[str]


def expect_model(turn: Turn) -> None:
    """Every request names MODEL."""
    other = next((exchange.body.get("model") for exchange in turn.sent if exchange.body.get("model") != MODEL), MODEL)
    only(turn.scene, ASKED).expect(
        other == MODEL,
        f"A request names the model {other!r}. MODEL of common is {MODEL!r} here.",
        why="Which model answers is set in one place. The server of somebody who uses another one does not have yours.",
        hint=shared.NAME_OF_THE_MODEL,
    )


def expect_only_the_question(turn: Turn, hint: Hint = hints.ONLY_THE_QUESTION) -> None:
    """There is one request, and in it nothing that was said before."""
    said = [(role, text) for exchange in turn.sent for role, text in sent_in(exchange) if role in ("user", "assistant")]
    refused = [exchange for exchange in turn.sent if not is_answered(exchange)]
    turn.scene.expect(
        said == [("user", turn.text)],
        "The server still had the conversation. One request with one message was needed, the new question. Requests that were "
        f"sent: {len(turn.sent)}, with {len(said)} messages of user and assistant.",
        why="The server keeps the rest: that is what it is for. What is sent again is there twice, and is paid for twice.",
        hint=hints.KEPT_AT_ALL if refused else hint,
    )


def expect_rules(turn: Turn, rules: str) -> None:
    """The model has read the rules once."""
    times = sum(text == rules for role, text in spoken(turn.read[-1]) if role == "system") if turn.read else 0
    sent = (CAME, *map(title_of, turn.sent)) if len(turn.sent) > 1 else ()
    only(turn.scene, BEFORE, ASKED, *sent, READ).expect(
        times == 1,
        f"The model read the rules, {rules!r}, {times} times."
        if times
        else f"The model did not read the rules, {rules!r}, when it answered.",
        why="Without its rules the model is another one. `instructions` are those of one request, and of no other."
        if not times
        else "Each is paid for in every turn to come: what is in the input stays in the chain.",
        hint=hints.RULES_TOO_OFTEN if times else hints.RULES_GONE,
    )


def expect_all_read(turn: Turn, hint: Hint, hint_if_more: Hint = ()) -> None:
    """The model has read all that was said, in its order, once, and the question last."""
    turn.scene.expect(
        turn.read,
        "The model was not asked: no request of this turn was answered.",
        why="What ask returns should come from the model.",
        hint=hints.REPLY,
    )
    read = [(role, text) for role, text in spoken(turn.read[-1]) if role != "system"]
    turn.scene.expect(
        read == turn.wanted,
        f"The model should have read the {len(turn.wanted) - 1} messages that were said before, and the question. It read "
        f"{len(read)} message{'s' * (len(read) != 1)}{', and not these' if len(read) == len(turn.wanted) else ''}.",
        why="What it does not read it does not know; what it reads twice is paid for twice.",
        hint=hint_if_more if hint_if_more and len(read) > len(turn.wanted) else hint,
    )


def expect_reply(turn: Turn, rules: str) -> None:
    """It is returned, and kept with its question."""
    server_reply = reply_of(turn)
    only(turn.scene, ASKED, RETURNED).expect(
        turn.reply == server_reply,
        f"ask should return the text of the reply, {server_reply!r}.",
        why="It is what the user sees.",
        hint=hints.REPLY,
    )
    scene = only(turn.scene, ASKED, RETURNED)
    scene.show(IS_NOW, turn.after.messages)
    scene.expect(
        spoken(turn.after.messages) == [("system", rules), *turn.wanted, ("assistant", turn.reply)],
        "`messages` should be the system message, then all that was said, down to this question and its reply.",
        why="On the day when the server no longer has the conversation, this is all that is left of it.",
        hint=hints.OWN_COPY,
    )


def expect_last_id(turn: Turn) -> None:
    """It is that of the response whose reply was returned."""
    ids = [exchange.answer["id"] for exchange in turn.sent if is_answered(exchange)]
    only(turn.scene, ASKED).expect(
        turn.after.last_id == ids[-1],
        f"The newest response is {ids[-1]!r}, and `last_id` is {turn.after.last_id!r}.",
        why="The next question goes on from there.",
        hint=hints.LAST_ID,
    )


def expect_cost(turn: Turn, hint: Hint = hints.COST) -> None:
    """The turn has added its cost, and only that."""
    costs, before = turn.after.costs, turn.before.costs
    scene = only(turn.scene, ASKED)
    answers = [exchange.answer["usage"] for exchange in turn.sent if is_answered(exchange)]
    said = " and ".join(f"{usage['input_tokens']:,} in, {usage['output_tokens']:,} out" for usage in answers)
    scene.show("The server's usage said", said)
    scene.show("`costs` was", f"{before}")
    scene.show("and is now", f"{costs}")
    scene.expect(
        costs == [*before, turn.cost],
        f"This turn cost {turn.cost}: one such pair should have come to `costs`.",
        why="The server bills the whole chain as input, in each turn, and every answer that it has made.",
        hint=hint,
    )


def expect_whole_turn(talk: Talk, turn: Turn, hint: Hint) -> None:
    """All of that, where something else is judged: the rules, what was read, the reply, the copy."""
    expect_all_read(turn, hint)
    with beforehand():
        expect_rules(turn, talk.rules)
        expect_reply(turn, talk.rules)


def reply_of(turn: Turn) -> str:
    """What the model has said in its last answer."""
    answers = [exchange.answer for exchange in turn.sent if is_answered(exchange)]
    parts = [part for item in answers[-1]["output"] if item["type"] == "message" for part in item["content"]]
    return "".join(part.get("text", "") for part in parts)


def expect_as_before(talk: Talk, before: Held, what: str, id_is_gone: bool = False) -> None:
    """A turn that has failed has left everything as it was. An id that is gone may be forgotten."""
    after = talk.held()
    if id_is_gone and after.last_id is None:
        before = before._replace(last_id=None)
    for name in Held._fields:
        was, now = getattr(before, name), getattr(after, name)
        scene = only(talk.scene, ASKED)
        scene.show(f"`{name}` was", was)
        scene.show("and is now", now)
        scene.expect(
            was == now,
            f"{what}, and `{name}` is no longer what it was.",
            why="The question will be asked again, from where the conversation was.",
            hint=hints.CHANGED_BY_A_FAILURE,
        )


def expect_exported(scene: Scene, found: object, said: Sequence[Message], rules_may_come: bool = False) -> None:
    """What was said came back: as plain messages, whole, in its order. Rules that were sent as a message may be in it."""
    scene.show("export returned", found)
    messages = found if isinstance(found, list) else []
    odd = [
        m for m in messages if not (isinstance(m, dict) and m.keys() == {"role", "content"} and _is_text(m["content"]))
    ]
    scene.expect(
        isinstance(found, list) and not odd,
        f"A list of plain messages, with a role and a text, was expected. In what came is {odd[:1] or found!r:.150}.",
        why="Items are what one API takes. Plain messages can be sent to every model, counted, trimmed and saved.",
        hint=hints.EXPORTED_PLAIN,
    )
    came = [
        {"role": m["role"], "content": text_in(m["content"])}
        for m in messages
        if not rules_may_come or m["role"] not in INSTRUCTING
    ]
    scene.expect(
        came == said,
        f"{len(said)} messages were said, and {len(came)} came back"
        f"{'' if len(came) != len(said) else ', not these, or in another order'}.",
        why="Whoever goes elsewhere with it goes on from what is in there.",
        hint=_hint_of_export(came, said),
    )


def _is_text(content: object) -> bool:
    """Whether a content is a text, or the parts of one, as `messages_of` leaves them."""
    return isinstance(content, str) or (
        isinstance(content, list)
        and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content)
    )


def _hint_of_export(came: Sequence[Message], said: Sequence[Message]) -> Hint:
    """What is most likely to be wrong where these messages came, and those were said."""
    if len(said) > len(came) >= 20:
        return hints.EXPORTED_PAGES
    if came and came[0] in (said[-1], *said[-2:-1]) and came[0] != said[0]:
        return hints.EXPORTED_BACKWARDS
    if len(came) > len(said):
        return hints.EXPORTED_TWICE
    if len(came) < len(said) and came[-1:] != said[-1:]:
        return hints.EXPORTED_PART
    instructing = [[m for m in messages if m["role"] in INSTRUCTING] for messages in (came, said)]
    return hints.EXPORTED_KINDS if instructing[0] != instructing[1] else hints.EXPORTED_CHANGED


def expect_gone(talk: Talk, why: str, hint: Hint) -> None:
    """No response that the object has got is on the server, and no conversation."""
    conversations = talk.server.conversations()
    Scene().expect(
        not conversations,
        f"After delete {len(conversations)} conversation{'s are' if len(conversations) > 1 else ' is'} still on the server: all "
        "that was said can be read there.",
        why=why,
        hint=hints.CONVERSATION_LEFT,
    )
    left = [id for id in talk.got if talk.server.keeps(id)]
    scene = Scene()
    scene.show("The object has got these responses", Texts(id[:12] for id in talk.got))
    scene.show("After delete the server still has", Texts(id[:12] for id in left))
    scene.expect(
        not left,
        f"{len(left)} of {len(talk.got)} responses are still on the server.",
        why=why,
        hint=hint,
    )


def deleted(talk: Talk) -> None:
    """Delete what the object has got."""
    talk.scene = Scene()
    talk.kept.delete()


def expect_begun_anew(talk: Talk, hint: Hint) -> None:
    """After delete: the next question is sent with all that was said, and then the server keeps it again."""
    expect_whole_turn(talk, talk.ask(happened="delete was called"), hint)
    turn = talk.ask()
    expect_whole_turn(talk, turn, hint)
    expect_only_the_question(turn, hints.KEPT_AGAIN)


def raised(problem: NotYet) -> str:
    """The name of an error that came out of the learner's code."""
    return type(problem.__cause__).__name__
