"""Scoring: exact words, no judge. No wrong value passes for a right one, and who does not know has not answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory.scoreboard import Planted
from chat_memory.scoreboard.denials import says_unknown
from chat_memory.scoreboard.scoring import names, outcome

DATE = Planted("corrected", "When is the dentist?", ("19 March", "March 19"), ("14 March", "March 14"))
EUROS = Planted("early", "How many euros is it?", ("45",))
DENIED = Planted("negated", "Am I allergic to walnuts?", ("no",), ("yes",))
NO_SCREENS = Planted("negated", "Are there screens in the hall?", ("no",), ("yes",))
NEVER = Planted("never said", "What is my shoe size?")


@pytest.mark.parametrize(
    ("planted", "reply", "worth"),
    [
        (DATE, "On 19 March.", "right"),
        (DATE, "It is on March 19th.", "right"),
        (DATE, "It was moved from 14 March to 19 March.", "right"),
        (DATE, "It was originally on 14 March, it is on 19 March now.", "right"),
        (DATE, "On 19 March, not on 14 March.", "right"),
        (DATE, "Forget 14 March, it is on 19 March.", "right"),
        (DATE, "On 14 March.", "false"),
        (DATE, "It was on 14 March.", "false"),
        (DATE, "The date of the dentist is 14 March.", "false"),
        (DATE, "It isn't on 14 March.", "missed"),
        (DATE, "On 14 March or on 19 March.", "false"),
        (DATE, "On 19 May.", "missed"),
        (DATE, "I do not know.", "missed"),
        (DATE, 'I am not sure. You said: "It is on 14 March".', "missed"),
        (EUROS, "45 euros.", "right"),
        (EUROS, "€45", "right"),
        (EUROS, "145 euros", "missed"),
        (EUROS, "4.45 euros", "missed"),
        (EUROS, "45.50 euros", "missed"),
        (EUROS, "order Q-45", "missed"),
        (EUROS, "", "missed"),
        (DENIED, "No.", "right"),
        (DENIED, "You are not allergic to walnuts.", "right"),
        (DENIED, "The test says that you aren't allergic to walnuts.", "right"),
        (DENIED, 'The nearest I find in these 9 messages is: You said: "I am not allergic to walnuts."', "right"),
        (DENIED, 'The nearest I find in these 9 messages is: You said: "I am allergic to walnuts."', "missed"),
        (DENIED, "Nobody is allergic to walnuts.", "right"),
        (NO_SCREENS, 'You said: "I have decided against screens in the hall."', "right"),
        (DENIED, "Yes, you are.", "false"),
        (DENIED, "You are allergic to walnuts.", "false"),
        (DENIED, "You haven't told me whether you are allergic to walnuts.", "missed"),
        (DENIED, "I find no answer to that in these 9 messages.", "missed"),
        (DENIED, "I know a lot about trees.", "missed"),
        (NEVER, "I do not know.", "right"),
        (NEVER, "You have not mentioned your shoe size.", "right"),
        (NEVER, "I find no answer to that in these 3 messages.", "right"),
        (NEVER, "There is no information about that.", "right"),
        (NEVER, "Your shoe size is 43.", "false"),
        (NEVER, "No.", "false"),
    ],
)
def test_a_reply_is_worth_what_it_says(planted, reply, worth):
    assert outcome(planted, reply) == worth


@given(
    st.integers(1, 9999),
    st.integers(0, 9),
    st.sampled_from(["{d}{n}", "{n}{d}", "{n}.{d}", "{d}.{n}", "A-{n}", "{n},{d}00"]),
)
def test_a_number_inside_another_one_is_not_that_number(number, digit, form):
    assert not names(f"It is {form.format(n=number, d=digit or 1)} euros.", [str(number)])
    assert names(f"It is {number:,} euros.", [str(number)])


@given(st.text(max_size=40), st.text(alphabet="abcxyz 0123456789-", min_size=1, max_size=12))
def test_any_reply_can_be_scored(reply, value):
    assert outcome(Planted("early", "What is it?", (value,)), reply) in ("right", "missed")
    assert outcome(NEVER, reply) in ("right", "false")
    assert outcome(DENIED, reply) in ("right", "missed", "false")


@pytest.mark.parametrize(
    "reply",
    [
        "I don't know.",
        "I'm not sure about that.",
        "You haven't told me that.",
        "That was never mentioned.",
        "I have no record of it.",
        "I couldn't find it in our conversation.",
        "I’m unable to tell.",
        "It isn't mentioned anywhere.",
    ],
)
def test_who_does_not_know_says_so_in_many_ways(reply):
    assert says_unknown(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "It is 45.",
        "You are not coming.",
        "Nothing beats the sea: Piran.",
        "The knot is blue.",
        "What cookbooks do not tell.",
    ],
)
def test_who_answers_does_not_say_that_they_do_not_know(reply):
    assert not says_unknown(reply)


# ---- replies as models word them ----

BOILER = Planted(
    "corrected",
    "When is the boiler checked?",
    ("21 October", "October 21", "21 Oct", "Oct 21"),
    ("9 September", "September 9", "9 Sep", "Sep 9"),
)
CANOE = Planted("early", "What does the canoe cost?", ("2480",))
STOCK = Planted("early", "How many pieces are in stock?", ("60",))
FERRY = Planted("early", "When does the ferry leave?", ("17:05", "5:05 pm"))
CAT = Planted("early", "What is the cat called?", ("Marzipan",))
CODE = Planted("early", "Which reference?", ("KT-418",))
COLOUR = Planted("early", "Which colour?", ("sky blue",))
CHOIR = Planted("early", "Where does the choir meet?", ("8 Elm Terrace",))
GYM = Planted("negated", "Will I renew the gym contract?", ("no",), ("yes",))
JONAS = Planted("negated", "Is Jonas coming to my birthday?", ("no",), ("yes",))
PEN_PAL = Planted("never said", "Where does my pen pal live?")


@pytest.mark.parametrize(
    ("planted", "reply", "worth"),
    [
        (BOILER, "The 21st of October.", "right"),
        (BOILER, "Oct. 21", "right"),
        (BOILER, "on October 21st, 2026", "right"),
        (BOILER, "It has been rescheduled from September 9 to October 21.", "right"),
        (BOILER, "At first it was the 9th of September, but they changed it to the 21st of October.", "right"),
        (BOILER, "2026-10-21", "right"),
        (BOILER, "It used to be 9 September; it's 21 October now.", "right"),
        (BOILER, "It was rescheduled from October 21 to September 9.", "false"),
        (BOILER, "The 9th of September.", "false"),
        (BOILER, "It was 21 October, but now it is 9 September.", "false"),
        (BOILER, "It isn't October 21 but September 9.", "false"),
        (BOILER, "21 November.", "missed"),
        (BOILER, "on the 2nd of October", "missed"),
        (BOILER, "October 2", "missed"),
        (BOILER, "Not on 9 September any more: 21 October.", "right"),
        (CANOE, "€2,480", "right"),
        (CANOE, "2,480.00 EUR", "right"),
        (CANOE, "It costs 2.480 €.", "right"),
        (CANOE, "2 480 euros", "right"),
        (CANOE, "EUR 2480", "right"),
        (CANOE, "2480,00 €", "right"),
        (CANOE, "$2,480.50", "missed"),
        (CANOE, "24,80 euros", "missed"),
        (CANOE, "12480", "missed"),
        (CANOE, "2,480,000 euros", "missed"),
        (CANOE, "It is not 2480, but 2600.", "missed"),
        (CANOE, "2480 or 2600 euros.", "missed"),
        (CANOE, "never 2480", "missed"),
        (STOCK, "60 pieces", "right"),
        (STOCK, "60.", "right"),
        (STOCK, "60.0", "right"),
        (STOCK, "There are 60, on the top shelf.", "right"),
        (STOCK, "160", "missed"),
        (STOCK, "60.5", "missed"),
        (STOCK, "At 8:60", "missed"),
        (FERRY, "At 5:05 pm.", "right"),
        (FERRY, "17.05", "right"),
        (FERRY, "5.05 p.m.", "right"),
        (FERRY, "17h05", "right"),
        (FERRY, "5:05 am", "missed"),
        (FERRY, "17:50", "missed"),
        (CAT, "Marzipan’s her name", "right"),
        (CAT, "MARZIPAN", "right"),
        (CAT, "anything but Marzipan", "missed"),
        (CAT, "It is not Marzipan but Tofu.", "missed"),
        (CAT, "Marzipanella", "missed"),
        (CODE, "KT 418", "right"),
        (CODE, "kt418", "right"),
        (CODE, "KT-4180", "missed"),
        (CODE, "AKT-418", "missed"),
        (CODE, "418", "missed"),
        (COLOUR, "sky-blue", "right"),
        (COLOUR, "It is skyblue.", "right"),
        (COLOUR, "blue like the sky", "missed"),
        (CHOIR, "Elm Terrace 8", "right"),
        (CHOIR, "at 8, Elm Terrace", "right"),
        (CHOIR, "18 Elm Terrace", "missed"),
        (CHOIR, "Elm Terrace 80", "missed"),
        (GYM, "Unfortunately, no.", "right"),
        (GYM, "I'm afraid not.", "right"),
        (GYM, "Nope.", "right"),
        (GYM, "You said you won't renew the gym contract.", "right"),
        (GYM, "No, you decided against it.", "right"),
        (GYM, "You will renew the gym contract, no doubt about it.", "false"),
        (GYM, "You will not only renew the gym contract but extend it.", "false"),
        (GYM, "It is not true that you won't renew the gym contract.", "false"),
        (GYM, "Yep.", "false"),
        (GYM, "You declined to renew the gym contract.", "right"),
        (GYM, "Yes: you told me that you will not renew the gym contract.", "right"),
        (GYM, "Not sure.", "missed"),
        (GYM, "No idea.", "missed"),
        (GYM, "No information about that.", "missed"),
        (GYM, "You will.", "false"),
        (GYM, "You will renew the gym contract, but not the phone plan.", "false"),
        (JONAS, "He isn't.", "right"),
        (JONAS, "Sadly, Jonas can't come to your birthday.", "right"),
        (JONAS, "Jonas is coming to your birthday. Not bad, is it?", "false"),
        (JONAS, "Not long ago you said that Jonas is coming to your birthday.", "false"),
        (PEN_PAL, "We haven't talked about that.", "right"),
        (PEN_PAL, "We have never talked about your pen pal.", "right"),
        (PEN_PAL, "You didn't say where your pen pal lives.", "right"),
        (PEN_PAL, "That did not come up.", "right"),
        (PEN_PAL, "Your pen pal hasn't come up yet.", "right"),
        (PEN_PAL, "I don't have that information.", "right"),
        (PEN_PAL, "There is nothing in our conversation about a pen pal.", "right"),
        (PEN_PAL, "Good question! You haven't told me.", "right"),
        (PEN_PAL, "Which pen pal? You have not mentioned one.", "right"),
        (PEN_PAL, "Not that I recall.", "right"),
        (PEN_PAL, "I looked through our messages. Your pen pal's town isn't mentioned.", "right"),
        (PEN_PAL, "In Girona.", "false"),
        (PEN_PAL, "Your pen pal lives in Girona, I don't know since when.", "false"),
        (PEN_PAL, "Girona. There is no information about the street.", "false"),
        (PEN_PAL, "I'm not sure, but I think in Girona.", "false"),
        (PEN_PAL, "She lives in Girona. Do you have any details to add?", "false"),
        (PEN_PAL, "You told me not long ago: Girona.", "false"),
    ],
)
def test_a_reply_is_worth_what_it_says_however_it_is_worded(planted, reply, worth):
    assert outcome(planted, reply) == worth


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@given(st.integers(1, 28), st.integers(0, 11), st.integers(1, 28), st.integers(0, 11))
def test_a_date_is_found_in_each_of_its_forms_and_no_other_one_is(day, month, other, other_month):
    name, ending = MONTHS[month], {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
    forms = (
        f"{day} {name}",
        f"{name} {day}",
        f"the {day}{ending} of {name}",
        f"{name} {day}{ending}, 2031",
        f"2031-{month + 1:02}-{day:02}",
    )
    for form in forms:
        assert names(f"It is on {form}.", [f"{day} {name}"]), form
        is_same = (day, month) == (other, other_month)
        assert names(f"It is on {form}.", [f"{MONTHS[other_month]} {other}"]) == is_same


@given(st.integers(1_000, 999_999))
def test_an_amount_of_money_is_found_in_each_of_its_forms(amount):
    grouped = f"{amount:,}"
    for form in (
        f"{amount} euros",
        f"€{grouped}",
        f"{grouped}.00 EUR",
        f"{grouped.replace(',', '.')} €",
        f"{grouped.replace(',', ' ')} euros",
    ):
        assert names(f"It costs {form}.", [str(amount)]), form
        assert not names(f"It costs {form}.", [str(amount + 1), str(amount * 10), str(amount % 1000)]), form
