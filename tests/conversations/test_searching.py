"""A message is found at once: by any form of its words, by parts of numbers, the newest first."""

from datetime import UTC, datetime, timedelta

import pytest

from samovar.conversations.models import Conversation
from samovar.conversations.searching import Effort, find_messages, found_since
from samovar.customers.searching import find_customers
from samovar.desk.search import find
from tests import make

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def found(text: str) -> list[int]:
    return [hit.message_id for hit in find_messages(text)]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Доставили стол с царапинами на столешнице", "царапина"),
        ("Ещё одна жалоба на водителя", "жалобы водителей еще"),
        ("The drawers were delivered broken", "deliver drawer"),
        ("Мой заказ 20 418 не пришёл", "20418"),
        ("Order AB-20418/2 is late", "20418"),
        ("Позвоните мне: +7 (900) 123-45-67", "9001234"),
        ("Счёт №7788-15 не оплачен", "7788 15"),
    ],
)
def test_a_message_is_found_as_soon_as_it_came(said: str, asked: str) -> None:
    receipt = make.received(said)
    make.received("Something else entirely", sender=make.sender("other@mail.example", "Other"))

    assert found(asked) == [receipt.message_id]


def test_the_newest_hit_comes_first_whatever_the_order_of_arrival() -> None:
    new = make.received("a scratched table", at=DAY, subject="One")
    old = make.received("a scratched chair", at=DAY - timedelta(days=9), subject="Two")

    assert found("scratched") == [new.message_id, old.message_id]


def test_a_common_word_is_walked_from_the_newest() -> None:
    ids = [make.received(f"sofa {number}", at=DAY + timedelta(hours=number)).message_id for number in range(6)]

    hits = find_messages("sofa", limit=2, effort=Effort(most_to_collect=3))

    assert [hit.message_id for hit in hits] == ids[:3:-1]


@pytest.mark.parametrize(
    "effort",
    [Effort(most_to_collect=0, window=1), Effort(most_to_collect=2, window=3), Effort(most_to_collect=0, window=40)],
)
def test_a_common_word_is_found_though_nobody_used_it_lately(effort: Effort) -> None:
    ids = [make.received(f"sofa {number}", at=DAY + timedelta(hours=number)).message_id for number in range(5)]
    for number in range(12):
        make.received(f"desk {number}", at=DAY + timedelta(days=1, hours=number))

    assert [hit.message_id for hit in find_messages("sofa", limit=3, effort=effort)] == ids[:1:-1]
    assert [hit.message_id for hit in find_messages("sofa", effort=effort)] == ids[::-1]


@pytest.mark.parametrize("effort", [Effort(), Effort(most_to_collect=0, window=2)])
@pytest.mark.parametrize("asked", ["sofa", "20418"])
def test_what_was_found_is_gone_through_page_by_page(asked: str, effort: Effort) -> None:
    ids = [
        make.received("A sofa, order 20418", at=DAY + timedelta(minutes=number // 2)).message_id for number in range(7)
    ]

    first = find_messages(asked, limit=4, effort=effort)
    second = find_messages(asked, limit=4, before=first[-1].mark, effort=effort)

    assert sorted(hit.message_id for hit in first + second) == ids
    assert find_messages(asked, limit=4, before=second[-1].mark, effort=effort) == []
    assert found_since(asked, second[0].mark, {first[0].conversation_id, 0}) == {first[0].conversation_id}
    assert found_since(asked, (DAY + timedelta(days=1), 0), {first[0].conversation_id}) == set()


@pytest.mark.parametrize(
    "effort",
    [
        Effort(),
        Effort(most_to_collect=0),
        Effort(most_to_collect=0, few_seen=0, window=2),
    ],
    ids=["collected", "among few", "walked"],
)
def test_what_is_closed_takes_no_place_of_what_is_seen_however_it_is_looked_for(effort: Effort) -> None:
    closed, deleted = (
        make.inbox("pay@aurora.example"),
        make.conversation("sofa in the bin", sender=make.sender("eve@mail.example"), subject="Bin", at=DAY),
    )
    ids = [make.received(f"sofa {number}", at=DAY + timedelta(hours=number)).message_id for number in range(4)]
    for number in range(6):
        make.received(f"sofa, closed {number}", at=DAY + timedelta(days=1, hours=number), inbox_id=closed.pk)
    Conversation.objects.filter(pk=deleted.pk).update(deleted_at=DAY)

    first = find_messages("sofa", limit=3, closed=[closed.pk], effort=effort)
    rest = find_messages("sofa", limit=3, before=first[-1].mark, closed=[closed.pk], effort=effort)

    assert [hit.message_id for hit in first + rest] == ids[::-1]
    assert find_messages("sofa", closed=[closed.pk, make.inbox().pk], effort=effort) == []


def test_hits_by_number_and_by_word_stand_in_one_order() -> None:
    old = make.received("About 20 418 again", at=DAY - timedelta(days=3), subject="One")
    new = make.received("Order 20418", at=DAY, subject="Two")
    newest = make.received("For 7 720418 too", at=DAY + timedelta(days=1), subject="Three")

    assert found("20418") == [newest.message_id, new.message_id, old.message_id]


def test_the_words_that_were_found_are_marked() -> None:
    make.received("The table <b>came</b> scratched, sadly")

    [hit] = find_messages("scratch")

    assert (True, "scratched") in hit.pieces


@pytest.mark.parametrize("asked", ["29-736", "29736", "29 736"])
def test_a_number_that_was_found_is_shown_whole_and_marked(asked: str) -> None:
    make.received("You are right. " * 20 + "Order 29-736 goes out first. " + "We are sorry. " * 20)

    [hit] = find_messages(asked)

    [before, number, after] = hit.pieces
    assert number == (True, "29-736")
    assert before[1].endswith("Order ") and after[1].startswith(" goes out first.")
    assert sum(len(text) for _is_match, text in hit.pieces) < 250


@pytest.mark.parametrize(
    "asked", ["Соколова", "соколва", "Sokolova", "elena.s", "900 123", "8 900 123-45-67", "елена сокол"]
)
def test_a_person_is_found_by_name_with_a_typo_by_address_and_by_phone(asked: str) -> None:
    person = make.customer("Елена Соколова", "elena.sokolova@mail.example")
    make.phone(person, "+7 900 123-45-67")
    make.customer("Игорь Белов", "igor@mail.example")

    assert [customer.name for customer in find_customers(make.agent("olga"), asked)] == ["Елена Соколова"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Елена Соколова", "cjrjkjd"),
        ("Елена Соколова", "Tktyf Cjrjkjdf"),
        ("Борис Жуков", "<jhbc :erjd"),
        ("Юлия Ёлкина", "`krby"),
        ("Elena Sokolova", "ыщлщд"),
    ],
)
def test_a_person_is_found_by_a_name_in_the_other_layout(name: str, asked: str) -> None:
    make.customer(name)
    make.customer("Игорь Белов")
    make.customer("Igor Brandt")

    assert [customer.name for customer in find_customers(make.agent("olga"), asked)] == [name]


def test_who_is_called_so_comes_before_whom_the_other_layout_means() -> None:
    for name in ("Руддщ", "Hello", "Hella"):
        make.customer(name)

    assert [customer.name for customer in find_customers(make.agent("olga"), "hello")] == ["Hello", "Руддщ", "Hella"]


def test_signs_that_would_be_in_no_index_are_not_looked_for_in_the_other_layout() -> None:
    make.customer("[];'")

    assert find_customers(make.agent("olga"), "хъжэ") == []


def test_who_is_called_so_comes_before_who_is_called_like_it_and_before_the_people_of_the_company() -> None:
    make.membership(make.customer("Igor Belov"), make.organisation("Annex and Sons"))
    for name in ("Anney Hall", "Johanne Brandt", "Anne Brown", "Anne Green"):
        make.customer(name)

    found = [customer.name for customer in find_customers(make.agent("olga"), "anne")]

    assert found == ["Anne Brown", "Anne Green", "Anney Hall", "Johanne Brandt", "Igor Belov"]


def test_when_enough_are_called_so_nobody_else_is_shown() -> None:
    for _ in range(3):
        make.customer("Anne Brown")
    make.customer("Annie Brown")

    assert {one.name for one in find_customers(make.agent("olga"), "anne brown", limit=3)} == {"Anne Brown"}


@pytest.mark.parametrize("asked", ["", "   ", "%", "_", "'", "\\", "a & | !", "(((", "\x00", "ё" * 5000])
def test_odd_questions_are_answered_calmly(asked: str) -> None:
    make.received("Nothing special")

    find(make.agent("olga"), asked)


def test_what_is_found_stands_once_for_each_conversation() -> None:
    conversation = make.conversation("sofa one", external_id="a@mail.example")
    make.received("sofa two", named_ids=("a@mail.example",))

    [row] = find(make.agent("olga"), "sofa").conversations

    assert row.conversation == conversation
