"""What is a thank-you and nothing else; in doubt it is more."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from samovar.conversations.thanking import is_mere_thanks

NAMES = ("Elena Sokolova", "Ольга Ёлкина", "Olga", "")


@pytest.mark.parametrize(
    "text",
    [
        "Thank you!",
        "thanks",
        "Thanks a lot :)",
        "Many thanks, Olga",
        "Thank you very much for your quick reply!",
        "Great, thanks!",
        "Ok thank you",
        "Hi Ольга,\n\nthank you so much 🙏\n\nBest regards,\nElena Sokolova",
        "Got it, thanks. Have a nice day!",
        "Perfect! Thank you for everything.",
        "Much appreciated",
        "thx",
        "Спасибо!",
        "спасибо большое",
        "Спасибо вам огромное за помощь))",
        "Ольга, спасибо!",
        "Здравствуйте! Большое спасибо за быстрый ответ.",
        "Спасибо ещё раз, хорошего дня!",
        "Благодарю",
        "Мы вам очень благодарны",
        "Понятно, спасибо",
        "Хорошо. Спасибо. До свидания.",
        "Спасибо за все ❤️",
        "спс",
        "Добрый день, спасибо за информацию!\n\nС уважением,\nОльга Елкина",
    ],
)
def test_a_thank_you_asks_for_nothing(text: str) -> None:
    assert is_mere_thanks(text, (), NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!!!",
        "🙏",
        "Ok",
        "Hello",
        "Best regards",
        "Хорошо",
        # Requests, however politely they are made.
        "Thank you in advance",
        "Thanks, but it is still broken",
        "Thanks for nothing",
        "Thank you. When will it arrive?",
        "Thanks?",
        "Thanks, order 4711",
        "Thanks, see https://shop.example",
        "Thanks, write to anna@mail.example",
        "Thank you, please cancel the order",
        "Thanks please help",
        "Help, thanks",
        "No thanks",
        "Please confirm, thank you",
        "Thanks, Boris",
        "Thanks, I will wait for your call",
        "Спасибо, но не работает",
        "Спасибо, жду",
        "Спасибо, а когда доставка?",
        "Спасибо, верните деньги",
        "Заранее спасибо",
        "Спасибо заранее",
        "Спасибо, заказ 4711",
        "Помощь, спасибо",
        "Нет, спасибо",
        "Спасибо, Борис",
        "Не благодарю",
        "Спасибо за ответ, но он не помог",
        "Большое спасибо за помощь и за доставку",
        "Danke schön",
        # Lines that are crossed out, quoted or tabled are not read aloud.
        "> Thanks",
        "Thanks *",
        "Thanks & bye",
        "Thanks\x00",
        "thanks " * 11,
        "Thank you" + " so much" * 40,
    ],
)
def test_whatever_may_be_more_is_to_be_read(text: str) -> None:
    assert not is_mere_thanks(text, (), NAMES)


def test_what_is_folded_away_does_not_count() -> None:
    text = "Thank you!\n> When will it arrive? We wrote it on the 24th.\n"

    assert is_mere_thanks(text, [(11, len(text))])
    assert not is_mere_thanks(text)


def test_a_text_that_is_folded_as_a_whole_is_to_be_read() -> None:
    assert not is_mere_thanks("Thank you", [(0, 9)])


@given(some.text(max_size=40))
def test_nothing_unknown_passes_beside_a_thank_you(other: str) -> None:
    """Only what asks for nothing may stand there: signs of a sentence, and the few words that are known."""
    if any(sign.isalnum() for sign in other.casefold()):
        words = set("".join(sign if sign.isalpha() else " " for sign in other.lower()).split())
        assert is_mere_thanks(f"Thanks {other}") <= bool(words and all(len(word) > 1 for word in words))
    assert not is_mere_thanks(f"Thanks {other}?")
    assert not is_mere_thanks(f"Thanks {other} 7")
    assert not is_mere_thanks(f"Thanks {other} invoice")
