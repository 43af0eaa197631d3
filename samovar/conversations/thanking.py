"""Whether a message says thank you and nothing else. In doubt it says more: nobody's request may stay unseen.

What is left of the text when quotes and signatures are folded must be made of known phrases alone, from the first word
to the last. A question mark, a digit, an address, any sign but those of a sentence or a smile, an unknown word, or more
words than a thank-you needs: each of them is a reason to look.
"""

import re
from collections.abc import Collection

from samovar.conversations.folding import Ranges, pieces_of

MOST_WORDS = 10
LONGEST = 200
SMILES = "🙏👍👌😊🙂😀😃😄☺️❤♥🤝💐🌹🎉👏😉\ufe0f\u200d🏻🏼🏽🏾🏿"
# What may stand between the words; whatever else is no letter makes it a message to be read.
BETWEEN = re.compile(rf"[\s.,!:;)(…—–\-'’\"«»{SMILES}]+")
WORDS = re.compile(r"[a-zа-я]+(?: [a-zа-я]+)*")
THANKS = (
    # English
    "(?:many |big |huge |great |ok |okay )?thanks"
    "(?: a lot| a million| a ton| so much| very much| again| guys| everyone)*",
    "(?:ok |okay )?thank you(?: all| so much| very much| again| kindly| everyone)*",
    "thx(?: a lot)?",
    "much appreciated",
    "(?:i |we )?(?:really )?appreciate it",
    # Russian
    "(?:ок |окей |хорошо |понятно |большое |огромное |да )?(?:спасибо|спс|благодарю)"
    "(?: большое| огромное| вам| тебе| всем| еще раз| от души)*",
    "(?:мы |вам |очень )*(?:благодарны|признательны|благодарен|благодарна|признателен|признательна)(?: вам)?",
)
KIND = "(?:quick |fast |prompt |kind |great |detailed |swift )?"
KIND_RU = "(?:быстрый |оперативный |подробный |быструю |оперативную |вашу |ваш |скорый )?"
# What stands after thanks only.
FOR = (
    f"for (?:your |the |all your |all the )?{KIND}(?:help|reply|answer|response|support|assistance|information|info)",
    "for everything",
    f"за {KIND_RU}(?:помощь|ответ|информацию|поддержку|оперативность|все|отклик|участие|заботу)",
)
# What people say around it and what asks for nothing.
AROUND = (
    "hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|cheers|great|perfect|super|excellent|wonderful|awesome",
    "got it|understood|ok|okay|noted|best|regards|(?:best|kind|warm|with best|with kind) regards|best wishes",
    "have a (?:nice|good|great|lovely) (?:day|evening|weekend|week|one)|all the best|sincerely|yours sincerely|bye",
    "здравствуйте|добрый (?:день|вечер)|доброе утро|привет|ок|окей|хорошо|понятно|понял|поняла|отлично|супер|прекрасно",
    "замечательно|принято|принял|приняла|ясно|с уважением|хорошего (?:дня|вечера)|хороших выходных|до свидания",
    "всего (?:доброго|хорошего)|доброго дня|удачи|всех благ",
)


def is_mere_thanks(text: str, hidden: Ranges = (), names: Collection[str] = ()) -> bool:
    """Tell whether what a reader sees of ``text`` is a thank-you alone; ``names`` are those of the people who talk."""
    seen = " ".join(piece for is_hidden, piece in pieces_of(text, hidden) if not is_hidden).strip()
    if not 0 < len(seen) <= LONGEST:
        return False
    said = BETWEEN.sub(" ", seen.lower().replace("ё", "е")).strip()
    if not WORDS.fullmatch(said) or len(said.split()) > MOST_WORDS:
        return False
    return _pattern(names).fullmatch(f"{said} ") is not None


def _pattern(names: Collection[str]) -> re.Pattern[str]:
    words = {word for name in names for word in BETWEEN.sub(" ", name.lower().replace("ё", "е")).split()}
    called = [re.escape(word) for word in sorted(words, key=len, reverse=True)]
    around = "|".join((*AROUND, *called))
    thanks = f"(?:{'|'.join(THANKS)}) (?:(?:{'|'.join(FOR)}) )?"
    return re.compile(f"(?:(?:{around}) )*{thanks}(?:(?:{around}) |{thanks})*")
