"""The page of the inbox: list, thread and customer together, whole or in parts, within its budget."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import AuditEntry, Company, Role, User
from samovar.conversations import drafting
from samovar.conversations.models import Conversation, ConversationRedirect
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db

AtMost = Callable[[int], CaptureQueriesContext]
WORDS = re.findall(
    r"\w+",
    "the desk oak drawer came late courier window Thursday morning please invoice order number handle scratch left"
    " right warranty return swap carpet lamp kitchen green delivery floor lift remember sister colour sample answer",
)


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in and was here a moment ago."""
    user = make.agent("olga")
    client.force_login(user)
    client.get("/profile/")
    return user


def part(client: Client, address: str, target: str, **more: str) -> str:
    """Ask for a part of a page as htmx does."""
    answer = client.get(address, headers={"HX-Request": "true", "HX-Target": target, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def busy_inbox(olga: User, count: int) -> Conversation:
    """An inbox with ``count`` conversations, and one with as many messages, files, tags and a draft."""
    begin = timezone.now() - timedelta(days=1)
    for number in range(count):
        other = make.conversation(at=begin, sender=make.sender(f"c{number}@mail.example", f"Customer {number}"))
        other.assign(to=olga, by=olga)
        other.tag(make.tag("Refund"), by=olga)
    conversation = make.conversation(at=begin, external_id="a@mail.example")
    for number in range(count):
        make.received(f"No. {number}", at=begin + timedelta(minutes=number), named_ids=("a@mail.example",))
        conversation.assign(to=olga if number % 2 else None, by=olga)
    drafting.keep(conversation, "reply", "Dear Elena", by=olga)
    drafting.attach(conversation, "reply", ("a.txt", "text/plain", b"a"), by=olga)
    return conversation


def test_rows_are_ordinary_links_that_keep_the_list(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.assign(to=olga, by=olga)

    text = client.get("/?view=mine").content.decode()

    assert f'href="/conversations/{conversation.pk}/?view=mine"' in text
    assert "<h2>Mine</h2>" in text
    assert text.count("<main") == text.count("<h1") == 1


def test_a_conversation_stands_between_its_list_and_its_customer(client: Client, olga: User) -> None:
    conversation = make.conversation()

    text = client.get(f"/conversations/{conversation.pk}/").content.decode()

    assert f'id="c-{conversation.pk}" href="/conversations/{conversation.pk}/" aria-current="true"' in text
    assert f'href="/customers/{conversation.customer_id}/"' in text
    assert "The desk came with a scratch." in text
    assert "Became a customer" in text
    assert f'action="/conversations/{conversation.pk}/messages/"' in text


def test_htmx_gets_the_thread_and_the_customer_without_the_rest(client: Client, olga: User) -> None:
    conversation = make.conversation()

    text = part(client, f"/conversations/{conversation.pk}/?view=mine", "thread")

    assert "<title>A scratched desk" in text
    assert 'hx-swap-oob="innerHTML:#side"' in text
    assert "<nav" not in text
    assert 'href="/?view=mine"' in text


def test_going_back_in_the_browser_gets_the_whole_page(client: Client, olga: User) -> None:
    conversation = make.conversation()

    text = part(client, f"/conversations/{conversation.pk}/", "thread", **{"HX-History-Restore-Request": "true"})

    assert "<nav" in text


def test_opening_is_reading_and_fetching_ahead_is_not(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"/conversations/{conversation.pk}/"

    ahead = part(client, address, "thread", **{"X-Ahead": "1"})
    conversation.refresh_from_db()
    assert conversation.is_unread
    assert f"""hx-post="{address}reading/" hx-vals='{{"version": {conversation.version}}}'""" in ahead
    client.get(address)

    conversation.refresh_from_db()
    assert not conversation.is_unread


def test_a_personal_page_is_kept_nowhere(client: Client, olga: User) -> None:
    for address in ("/", "/profile/", "/customers/"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_an_observer_reads_without_noting_it_and_writes_nothing(client: Client) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.OBSERVER))

    text = client.get(f"/conversations/{conversation.pk}/").content.decode()

    conversation.refresh_from_db()
    assert conversation.is_unread
    assert "The desk came with a scratch." in text
    assert "<textarea" not in text
    assert 'method="post"' not in text.split('id="thread"')[1].split("<aside")[0]


def test_an_outside_expert_is_led_to_what_they_are_asked(client: Client) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.EXPERT))

    desk = client.get("/", follow=True)
    assert desk.redirect_chain == [("/asked/", 302)]
    assert "Nothing is asked of you now" in desk.content.decode()
    assert client.get(f"/conversations/{conversation.pk}/").status_code == 404


def test_an_outside_expert_is_not_told_that_there_are_no_customers(client: Client) -> None:
    make.conversation()
    client.force_login(make.user(role=Role.EXPERT))

    customers = client.get("/customers/").content.decode()

    assert "Nobody to show" in customers
    assert "Nobody has written yet" not in customers


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    conversation = make.conversation()
    make.agent()

    for address in ("/", f"/conversations/{conversation.pk}/", f"/customers/{conversation.customer_id}/", "/search/"):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_a_number_that_went_elsewhere_leads_there(client: Client, olga: User) -> None:
    conversation = make.conversation()
    ConversationRedirect.objects.create(old_id=conversation.pk + 100, conversation=conversation)

    assert client.get(f"/conversations/{conversation.pk + 100}/").headers["Location"] == conversation.get_absolute_url()
    assert client.get(f"/conversations/{conversation.pk + 101}/").status_code == 404


def test_a_refreshed_list_brings_the_counts(client: Client, olga: User) -> None:
    make.conversation()

    text = part(client, "/?size=30", "rows")

    assert "hx-swap-oob=\"innerHTML:[data-count='needs-reply']\">1</span>" in text
    assert "<header" not in text
    assert "hx-swap-oob" not in part(client, "/?after=", "more")


def test_leaving_a_conversation_on_a_phone_empties_the_place(client: Client, olga: User) -> None:
    assert "No conversation is open" in part(client, "/", "thread")


def test_what_was_typed_is_in_the_page_again(client: Client, olga: User) -> None:
    conversation = make.conversation()
    drafting.keep(conversation, "reply", "Dear <b>Elena</b>", by=olga)
    drafting.keep(conversation, "note", "She is a regular", by=olga)
    drafting.attach(conversation, "reply", ("plan.pdf", "application/pdf", b"%PDF"), by=olga)

    text = client.get(f"/conversations/{conversation.pk}/").content.decode()

    assert "Dear &lt;b&gt;Elena&lt;/b&gt;</textarea>" in text
    assert "She is a regular</textarea>" in text
    assert text.count(">plan.pdf</bdi></a>") == 1


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 }}", "' onmouseover='alert(1)"]
)
def test_nothing_from_outside_becomes_part_of_the_page(client: Client, olga: User, attack: str) -> None:
    conversation = make.conversation(
        attack,
        subject=attack,
        sender=make.sender("a@mail.example", attack),
        recipients={"cc": [[attack, "b@c.example"]]},
    )
    conversation.tag(make.tag(attack), by=olga)

    for address in (
        "/",
        f"/conversations/{conversation.pk}/",
        f"/customers/{conversation.customer_id}/",
        "/customers/",
    ):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "' onmouseover='" not in text
        assert client.get(address).headers["Content-Security-Policy"]


def test_a_failed_message_says_that_the_text_is_safe(client: Client, olga: User) -> None:
    conversation = make.conversation()
    message = conversation.reply("Soon", by=olga)
    message.failed_at, message.failure = timezone.now(), "The server did not answer."
    message.save(update_fields=["failed_at", "failure"])

    text = client.get(f"/conversations/{conversation.pk}/").content.decode()

    assert "Not sent. Your text is safe" in text
    assert "The server did not answer." in text
    assert f'action="/messages/{message.pk}/deliveries/"' in text


@pytest.mark.parametrize(("verdict", "is_marked"), [("failed", True), ("claimed", False), ("verified", False)])
def test_a_sender_who_is_not_verified_is_marked(client: Client, olga: User, verdict: str, is_marked: bool) -> None:
    conversation = make.conversation(verdict=verdict)

    text = client.get(f"/conversations/{conversation.pk}/").content.decode()

    assert ("Sender not verified" in text) is is_marked


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/?view=mine", "Nothing is assigned to you"),
        ("/?view=undelivered", "Everything has arrived"),
        ("/?only=unread", "Nothing that fits"),
        ("/?q=zzz", "Search everything"),
    ],
)
def test_a_quiet_list_says_why(client: Client, olga: User, address: str, words: str) -> None:
    assert words in client.get(address).content.decode()


def test_a_new_installation_shows_three_steps_until_the_last_one_is_done(client: Client) -> None:
    client.force_login(make.admin())

    text = client.get("/").content.decode()

    assert "Three steps to the first answer" in text
    assert 'href="/people/"' in text
    assert 'href="/mailboxes/new/"' in text
    assert "data-done" not in text
    make.inbox("help@aurora.example")
    text = client.get("/").content.decode()
    assert 'href="/mailboxes/new/"' not in text
    assert text.count("data-done") == 1
    make.conversation()
    assert client.get("/").content.decode().count("data-done") == 2, "beside the first conversation, too"
    make.agent()
    assert "Three steps" not in client.get("/").content.decode()


def test_the_steps_are_put_away_and_brought_back_by_undo(client: Client) -> None:
    client.force_login(make.admin("anna"))

    shown = client.post("/first-steps/", follow=True).content.decode()

    assert "Three steps" not in shown
    assert 'action="/first-steps/?undo"' in shown
    client.post("/first-steps/")
    assert "Three steps" in client.post("/first-steps/?undo", follow=True).content.decode()
    told = [(one.by_name, one.action) for one in AuditEntry.objects.order_by("pk")]
    assert told == [("Anna", "first-steps-settled"), ("Anna", "first-steps-shown")]


def test_an_agent_of_a_new_installation_is_told_the_address(client: Client, olga: User) -> None:
    make.inbox("help@aurora.example")

    text = client.get("/").content.decode()

    assert "Write to help@aurora.example" in text
    assert 'href="/people/"' not in text


@pytest.mark.parametrize("count", [2, 40])
@pytest.mark.parametrize(
    ("address", "asked"),
    # One of a conversation's and a customer's notes who looks at the card. The figures stand in docs/performance.md.
    [("/", 6), ("/?view=mine&only=unread&q=customer", 7), ("conversation", 12), ("customer", 13)],
)
def test_a_page_asks_as_much_as_is_written_down(
    client: Client, olga: User, django_assert_num_queries: AtMost, address: str, asked: int, count: int
) -> None:
    Company.objects.create(pk=1, name="Aurora Home")
    conversation = busy_inbox(olga, count)
    address = {
        "conversation": conversation.get_absolute_url(),
        "customer": conversation.customer.get_absolute_url(),
    }.get(address, address)

    # The first page of a session notes the session, and an unread conversation that it was read.
    client.get(address)

    with django_assert_num_queries(asked):
        answer = client.get(address)

    assert answer.status_code == 200


def test_the_first_look_at_an_unread_conversation_asks_one_question_more(
    client: Client, olga: User, django_assert_num_queries: AtMost
) -> None:
    client.get("/")
    conversation = make.conversation()

    with django_assert_num_queries(13):
        client.get(conversation.get_absolute_url())

    conversation.refresh_from_db()
    assert not conversation.is_unread


def test_the_page_of_a_long_thread_weighs_at_most_sixty_kilobytes(client: Client, olga: User) -> None:
    begin = timezone.now() - timedelta(days=30)
    conversation = make.conversation(at=begin, external_id="a@mail.example")
    for number in range(120):
        text = " ".join(WORDS[(number * 7 + step * step * (number % 5 + 1)) % len(WORDS)] for step in range(400))
        quote = "\n> ".join(text.split("e"))
        make.received(
            f"{text}\n\n{quote}",
            at=begin + timedelta(hours=number),
            hidden=((len(text) + 2, len(text) + 2 + len(quote)),),
            named_ids=("a@mail.example",),
        )
    for number in range(40):
        make.conversation(sender=make.sender(f"c{number}@mail.example", f"Customer {number}"))

    content = client.get(f"/conversations/{conversation.pk}/").content

    assert len(gzip.compress(content, 6)) <= 60 * 1024
    assert len(re.findall(rb'class="message"', content)) >= 5


def test_speaks_russian(client: Client, olga: User) -> None:
    olga.change_ways(language="ru")
    conversation = make.conversation(at=timezone.now() - timedelta(days=3))
    conversation.resolve(by=olga)

    text = client.get(f"/conversations/{conversation.pk}/?view=resolved").content.decode()

    assert "<h2>Решённые</h2>" in text
    assert "Заметка команде" in text
    assert "Вернуть в работу" in text


@pytest.mark.parametrize("page", ["inbox", "conversation"])
def test_the_stream_of_a_page_begins_before_what_the_page_does_not_show(client: Client, page: str) -> None:
    conversation = make.conversation()
    client.force_login(make.agent("olga"))
    shown = client.get("/" if page == "inbox" else f"/conversations/{conversation.pk}/").content.decode()

    make.received("Any news?")

    found = re.search(r'<live-stream src="/stream/" after="(\d+)-\d+"', shown)
    assert found
    assert Event.objects.latest("pk").tx > int(found[1])


def test_what_could_not_be_read_says_so(client: Client, olga: User) -> None:
    conversation = make.conversation("", subject="", mail_class="unreadable")

    row = client.get("/?view=unreadable").content.decode()
    thread = client.get(f"/conversations/{conversation.pk}/").content.decode().split('id="thread"')[1]

    assert "Without a subject" in row
    assert "Could not be read" in thread
    assert "Written by a machine" not in thread


def test_dates_in_words_have_the_day_first(client: Client, olga: User) -> None:
    customer = make.customer()
    customer.created_at = datetime(2025, 12, 1, 12, tzinfo=UTC)
    customer.save(update_fields=["created_at"])

    assert "1 December 2025" in client.get(f"/customers/{customer.pk}/").content.decode()
