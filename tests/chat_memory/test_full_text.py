"""A fact is found in whatever script it is written, by names that are small words too, and in both databases the same."""

import unicodedata
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory.errors import StoreError
from chat_memory.facts import UserFacts
from chat_memory.search.stems import stem
from chat_memory.search.terms import of_fact, of_question
from chat_memory.store import ConversationStore

from .histories import REPEATABLE


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "postgresql in the C locale"])
def store(request, tmp_path_factory):
    """A store for all tests of this file."""
    with ExitStack() as stack:
        url = tmp_path_factory.mktemp("finding") / "chats.db"
        if request.param != "sqlite":
            c_locale = "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'" if "C" in request.param else ""
            url = stack.enter_context(request.getfixturevalue("postgresql").new_database(c_locale))
        yield stack.enter_context(ConversationStore(url))


def found(store, facts: list[str], question: str) -> list[str]:
    """The facts that a question finds, of a user about whom these are known."""
    ana = UserFacts(store, "ana")
    with ana._records.writing() as connection:
        connection.exec_driver_sql("DELETE FROM chat_facts")
        for text in facts:
            ana._records.insert(connection, ana._records.row(text))
    return [fact.text for fact in ana.find(question)]


SCRIPTS = {  # facts, and for each what finds it alone
    "Chinese": {
        "用户住在北京。": ["北京", "住在", "你住在哪里?"],
        "用户有一只狗,叫小白。": ["狗", "小白", "我的狗叫什么?"],
    },
    "Chinese, traditional": {
        "使用者喜歡喝茶。": ["喝茶", "茶"],
        "使用者的貓叫做咪咪。": ["貓", "咪咪", "我的貓叫什麼?"],
    },
    "Japanese": {
        "ユーザーは柴犬を飼っています。": ["犬", "柴犬", "犬の名前は何ですか"],
        "東京に住んでいる。": ["東京", "どこに住んでいますか"],
        "りんごが好き。": ["りんご", "りんごは?"],
    },
    "Korean": {"사용자는 서울에 살아요.": ["서울", "서울의"], "사용자는 개를 키워요.": ["개", "내 개는?"]},
    "Thai": {"ผู้ใช้อาศัยอยู่ที่กรุงเทพ": ["กรุงเทพ"], "ผู้ใช้มีแมวชื่อส้ม": ["แมว", "แมวของฉัน", "ส้ม"]},
    "Lao": {"ຂ້ອຍຢູ່ວຽງຈັນ": ["ວຽງຈັນ"], "ຂ້ອຍມີໝາ": ["ໝາ"]},
    "Khmer": {"ខ្ញុំរស់នៅភ្នំពេញ": ["ភ្នំពេញ"], "ខ្ញុំមានឆ្កែ": ["ឆ្កែ"]},
    "Burmese": {"ကျွန်တော်ရန်ကုန်မှာနေတယ်": ["ရန်ကုန်"], "ခွေးတစ်ကောင်ရှိတယ်": ["ခွေး"]},
    "mixed": {
        "用户的iPhone15是2026年5月买的。": ["iPhone15", "2026", "5月", "IPHONE15是"],
        "WillさんはTokyoに住む。": ["Tokyo", "tokyo"],
        "ＡＢＣ商事の電話は０３です。": ["ABC", "商事", "03"],
        "ユーザーはコーヒーとＰＳ４が好き。": ["コーヒーは好き?", "PS 4", "ps4"],
        "用户会C++。": ["C++", "我会C++吗?"],
    },
    "a word of one letter within a sentence": {
        "用户有一只猫。": ["我的小猫多大了?", "猫喜欢吃什么?", "猫"],
        "用户每天喝茶。": ["我喝什么茶呢?", "茶"],
    },
    "Tibetan": {"ང་ལྷ་ས་ལ་སྡོད།": ["ལྷ་ས", "ལྷ་ས་"], "ང་ལ་ཁྱི་ཞིག་ཡོད།": ["ཁྱི", "ཁྱི།"]},
    "Tai Tham, Javanese": {"ᨾᩮᩬᩥᨦᨩ᩠ᨿᨦᩉᩲ᩠ᨾ᩵ᩉ᩠ᨶᩣ": ["ᨩ᩠ᨿᨦᩉᩲ᩠ᨾ᩵"], "ꦱꦤꦏꦸꦢꦢꦶꦗꦮ": ["ꦗꦮ"]},
    "with spaces": {
        "Анна живёт в Москве.": ["москве", "МОСКВЕ", "живет"],
        "Ο χρήστης λέγεται Σίσυφος.": ["ΣΊΣΥΦΟΣ", "σισυφος"],
        "उपयोगकर्ता दिल्ली में रहता है।": ["दिल्ली"],
        "المستخدم يسكن في القاهرة مع مُحَمَّد.": ["محمد", "القاهرة", "القاهره"],
        "کاربر قهوهٔ ترکی دوست دارد.": ["تركي", "ترکی"],
        "המשתמש גר בתל אביב.": ["אביב"],
    },
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_word_is_found_inside_a_sentence_of_every_script(store, script):
    facts = SCRIPTS[script]
    for text, questions in facts.items():
        for question in questions:
            assert found(store, list(facts), question) == [text], question


WRITTEN = {  # a fact, and other ways to write what it says
    "The user lives in Łódź.": ["Łódź", "łódź", "ŁÓDŹ", "Lodz", unicodedata.normalize("NFD", "Łódź")],
    "The user lives in İstanbul.": ["İstanbul", "istanbul", "ISTANBUL", "ıstanbul"],
    "The user lives in the Hauptstraße.": ["hauptstrasse", "HAUPTSTRASSE", "HAUPTSTRAẞE"],
    "The user's café is the Zu\u0308rich.": ["cafe", "CAFÉ", "zürich", "ｃａｆｅ", "Zurich"],
    "The user's friend is O’Brien.": ["O'Brien", "OBrien", "o'brien's", "Brien", "OʼBRIEN"],
    "The user's e-mail is secret.": ["email", "e-mail", "E‑Mail", "mail"],
    "The user's wifi is slow.": ["wi-fi", "WiFi", "WI-FI"],
    "The user owns a co-operative farm.": ["cooperative", "co-operative", "CoOperative"],
    "The user's sign is 🌸, from 🇯🇵.": ["🌸", "my 🌸!", "🇯🇵"],
    "The user gives a 👍🏽.": ["👍", "👍🏿"],
    "The user flies on ٣ May with a \u200bball\u00adoon.": ["3", "balloon"],
    "The user's flat has the number 2026-05-12.": ["12", "2026-05-12", "20260512"],
    "The user's phone is an iPhone15.": ["iPhone 15", "iphone15", "which iPhone is it?"],
    "The user runs 10 km on May 3rd.": ["10km", "10 km", "3"],
    "The user plays on a PS 5 in flat 3b.": ["PS5", "ps 5", "3 B"],
    "The user's number is +49 (30) 123-4567.": ["+49301234567", "49 30 1234567", "is it 49 30 123 4567?"],
    "The user codes in C++.": ["C++", "c++?", "Do I know C++?"],
    "The user codes in C#.": ["C#", "c#?"],
    "The user codes in C.": ["C", "in C?"],
    "The user votes in the U.S.A.": ["u.s.a.", "USA", "the usa?"],
    "The user is " + "x" * 300: ["x" * 300, "X" * 300],
    "ผู้ใช้ชื่อก" + "่" * 900: ["ก" + "่" * 900],
}


@pytest.mark.parametrize("text", WRITTEN, ids=ascii)
def test_what_is_written_otherwise_is_found(store, text):
    for question in WRITTEN[text]:
        others = [other for other in WRITTEN if "codes" in other and other != text]
        assert found(store, [text, "The user has a dog. 🌹", *others], question) == [text], question


NAMED = {  # a fact with a name that is a small word too, and what finds it
    "The user's brother is Will.": [
        "Who is Will?",
        "who is will?",
        "Will",
        "will",
        "Will's age?",
        "what is will's age?",
    ],
    "Will lives in Rome.": ["What about Will?", "about will", "Is Will here?"],
    "Will moved to Faro.": ["Who is Will?"],
    "my brother is will": ["Will", "who is will"],
    "the user's brother will is a cook": ["Will's age?"],
    "THE USER'S BROTHER IS WILL": ["Will", "WHO IS WILL?"],
    "ユーザーの友達はWILLとMAYです。": ["Will", "May"],
    "The user's dentist is Dr. No.": ["Dr. No", "Who is No?"],
    "An is the user's sister.": ["Who is An?", "an", "An's age?", "Is An here?"],
    "The user's boss is called Don.": ["Don", "Who is Don?", "who is don", "Don's age?"],
    "The user's exam is in May.": ["in May", "in may", "What is planned for May?", "5 May"],
    "The user's friend May Lee sings.": ["May", "Who is May?", "may lee"],
    "The user's doctor is Do Thi An.": ["Do", "Who is Do?", "Is Do a doctor?"],
    "The user's friends are So and Can.": ["Who is So?", "Can", "Who is Can?", "so"],
    "The user works in IT.": ["IT", "Who works in IT?", "What is IT?"],
    "The user is a citizen of the US.": ["US", "Is the US big?", "U.S.", "U.S. citizen"],
    "The user's blood type is A.": ["blood type", "Is it A?", "type A"],
    "The user's friends are Mark, Art, Bill, Rose and Grace.": ["Mark", "who is art", "bill", "Is Rose here?", "grace"],
    "Will, the user's uncle, sings.": ["will", "Will?", "Has Will called?", "Will Smith's age?", "Tell Me About Will"],
    "Will (an uncle) and May are at home.": ["May", "Will is where?"],
    "uncle: will": ["Will", "who is will", "will will come?", "has will called?"],
    "An lives in Hue.": ["how old is an", "is an married?", "what is an's age?", "mrs. an", "tell me about an"],
    "The user loves The Who and Them.": ["the who", "do i like the who?", "Them", "who sings in Them?"],
    "The user's friend is Sam Can.": ["Sam Can", "Can", "Is Can here?", "who is can"],
    "The user's friends are Le, Im, Ai and Al.": ["Le", "who is im", "Ai", "Where is Al?"],
}


@pytest.mark.parametrize("text", NAMED)
def test_a_name_that_is_a_small_word_is_found(store, text):
    for question in NAMED[text]:
        assert found(store, ["The user has a dog.", text, "The user can swim, but may not."], question)[:1] == [text], (
            question
        )


@pytest.mark.parametrize(
    "question",
    [
        "Will it rain?",
        "When will I fly to Nara?",
        "May I ask you something?",
        "What may I do?",
        "Can you do it so that I can go on?",
        "Don't you do so?",
        "Do I have an aunt?",
        "Tell us about it, would you?",
        "What do you know about me?",
        "Must it be so?",
        "Will birds eat it?",
        "Can Zoe come?",
        "May Zoe and Kim come?",
        "Do Zoe and Kim come?",
        "Hello, Can you help me?",
        "What Will Happen?",
        "How Do I Do This?",
        "Can You Do It?",
        "It is so.",
        "If so, when?",
        "So what?",
        "Who's there?",
        "Can I?",
        "that'll do",
    ],
)
def test_a_small_word_that_is_no_name_finds_no_name(store, question):
    names = [text for text in NAMED if "fly" not in text]
    assert found(store, [*names, "The user has a dog."], question) == []


# ---- databases in which not every text can be kept ----


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_JP"])
def test_a_database_in_another_encoding_is_refused_with_what_to_do(postgresql, encoding):
    c_locale = f"ENCODING '{encoding}' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
    with (
        postgresql.new_database(c_locale) as url,
        pytest.raises(StoreError, match=rf"has the encoding {encoding}, .*CREATE DATABASE chats ENCODING 'UTF8'"),
    ):
        ConversationStore(url)


def test_the_encoding_of_the_programs_around_does_not_count(postgresql, monkeypatch):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with postgresql.new_database() as url, ConversationStore(url) as store:
        assert found(store, ["用户住在北京。"], "北京") == ["用户住在北京。"]
        store.open("北京").append([{"role": "user", "content": "🌸"}])
        assert store.ids() == ["北京"] and store.open("北京").messages()[0]["content"] == "🌸"


# ---- the parts ----


@REPEATABLE
@given(text=st.text(max_size=60))
def test_a_text_is_found_by_itself_in_every_form(text):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        other = unicodedata.normalize(form, text)
        assert of_fact(other) == of_fact(text)
        assert set(of_question(other)) == set(of_question(text))
    assert all(term == "".join(term.split()) and not set(term) & set("'\"\\\0|&!:") for term in of_fact(text))


@REPEATABLE
@given(
    words=st.lists(
        st.sampled_from(["ảnh", "北京", "犬", "แมว", "dog", "Łódź", "서울", "🌸", "2026"]), min_size=1, max_size=5
    )
)
def test_a_question_shares_a_term_with_each_text_that_holds_its_word(words):
    for word in words:
        assert set(of_question(word)) & set(of_fact(" ".join(words)))
        assert set(of_question(word)) & set(of_fact("".join(words))) or word in ("ảnh", "dog", "Łódź", "2026")


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("lives lived living live", "live"),
        ("hoping hopes hoped", "hope"),
        ("hopping hopped hop hops", "hop"),
        ("relational relate relating", "relat"),
        ("happiness happy", "happi"),
        ("allergies allergy", "allergi"),
        ("agreed agree agrees", "agre"),
        ("controlling controlled controls", "control"),
        ("conditional condition", "condit"),
        ("café 2026 a is", None),
    ],
)
def test_forms_of_a_word_have_one_stem(words, same):
    assert [stem(word) for word in words.split()] == ([same] * len(words.split()) if same else words.split())
