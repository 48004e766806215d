"""Words that say nothing about what is asked, and where some of them are names all the same: Will, May, An, the US."""

FUNCTION_WORDS = frozenset(  # with "user" and "called", which stand in facts of every kind
    """
    a about above after again against all am an and any are as at be because been before being below between both but
    by call called calls can could did do does doing don down during each few for from further had has have having he
    her here hers herself him himself his how i if in into is it its itself just let may me might more most must my
    myself no nor not now of off on once only or other our ours ourselves out over own please remember same shall she
    should so some such tell than that the their theirs them themselves then there these they this those through to too
    under until up us user users very was we were what when where which while who whom whose why will with would you
    your yours yourself yourselves
    """.split()
)

# ---- names ----

NEVER_FIRST = frozenset(  # not a name at the start of a sentence, whatever follows: "The US", "In Rome", "All users"
    """
    a about above after again against all and any as at because before below between both but by during each few for
    from further he her here hers herself him himself his how i if in into it its itself just me more most my myself no
    nor not now of off on once only or other our ours ourselves out over own please same she some such than that the
    their theirs them themselves then there these they this those through to too under until up us user users very we
    what when where which while who whom whose why with you your yours yourself yourselves
    """.split()
)
BEHIND_NAMES = frozenset(
    "is was has had does did can could would will should and".split()
)  # "Will is …", "An and Le …"
BEHIND_NAMES_ALONE = frozenset(
    "is was has had does did".split()
)  # no auxiliary stands before them: "my brother will is"
AUXILIARIES = frozenset("will can may might must shall don".split())
BEFORE_NAMES = frozenset(  # where no auxiliary can stand: "who is will", "in may"
    "about are at by called did does for from has have in is like named of on than to was were with".split()
)
TITLES = frozenset("mr mrs ms dr prof miss doctor professor aunt uncle".split())  # whatever follows is a name
AFTER_THE = frozenset(
    "us it who will can may must don them".split()
)  # "the us": behind an article only a name, or a noun
OPENERS = frozenset(  # with these a question begins, whatever follows: "Has Ana called?", but "Has is …"
    "am could did does had has have is should was were would".split()
)
ASKING = frozenset("how what when where which who why".split())
SUBJECTS = frozenset("i you he she it we they".split())  # "…, Can you help?": no name stands right before them
PRONOUNS = frozenset("i you he she it we they me him her us them".split())
CONTRACTED = frozenset("he here how it let she that there this what when where which who why".split())  # it's: it is

ORDINALS = ("st", "nd", "rd", "th")

# ---- in scripts without spaces, where words stand side by side ----

FUNCTION_LETTERS = tuple(
    """
    我的 你的 您的 他的 她的 我们 我們 你们 你們 我 你 您 他 她 用户 用戶 使用者
    什么 什麼 甚麼 怎么 怎麼 为什么 哪里 哪裡 哪儿 哪 谁 誰 多少 几 幾 是不是 有没有 请问 請問
    是 的 了 吗 嗎 呢 吧 在 有 没 不 叫 和 与 與
    は が を に で と も の へ か ね よ や から まで です でした でしょう ます ました ません って した して
    いる います ある あります ない どこ なに だれ いつ この その あの こと もの ください 私 僕 俺 何 誰 ユーザー
    ผู้ใช้ ของ ฉัน ผม อะไร ที่ไหน ไหน ใคร ไหม คือ เป็น ที่ ครับ ค่ะ คะ
    """.split()
)
WORDS_OF_ONE_LETTER = frozenset(
    "狗犬猫貓鱼魚鸟鳥兔茶酒车車药藥妻爸妈媽哥姐弟妹"
)  # Chinese, Japanese; also within a sentence
FUNCTION_ENDS = tuple(  # Korean particles
    "은 는 이 가 을 를 의 에 도 와 과 로 으로 에서 에게 이야 야 이다 입니다 입니까 이에요 예요".split()
)
FUNCTION_RUNS = frozenset(
    """
    나 나는 내 내가 저 저는 제 제가 뭐 뭐야 무엇 무엇을 무엇입니까 어디 어디에 누구 언제 사용자 사용자는 사용자의
    있어 있어요
    """.split()
)
