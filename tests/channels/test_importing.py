"""An import stores every mail once, however often it is run and wherever it is cut off."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from samovar.channels import rereading, sending
from samovar.channels.importing import Counts, import_mails
from samovar.channels.jobs import take_in_left
from samovar.channels.mail.sources import mails_in
from samovar.channels.models import Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations.deriving import batches, differences
from samovar.conversations.models import Conversation, Message
from samovar.customers.models import Customer
from tests import make
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot
from tests.full_disk import full_disk

REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'row is too big' USING ERRCODE = 'program_limit_exceeded'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON conversations_message FOR EACH ROW
WHEN (NEW.subject = 'Too much') EXECUTE FUNCTION refuse()
"""

pytestmark = pytest.mark.django_db(transaction=True)


def letter(number: int, text: str = "Where is my sofa?", **fields: str) -> bytes:
    head = {
        "From": "Elena <elena@mail.example>",
        "To": "help@aurora.example",
        "Subject": f"Sofa {number}",
        "Message-ID": f"<{number}@mail.example>",
        "Date": f"Mon, 02 Mar 2026 12:{number % 60:02}:00 +0300",
        **fields,
    }
    return "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + f"\r\n{text}\r\n".encode()


def test_counts_add_up() -> None:
    mails = [
        letter(1),
        letter(1),
        letter(2, Precedence="bulk", **{"List-Id": "<news.mail.example>"}),
        letter(3, **{"In-Reply-To": "<1@mail.example>", "Subject": "Re: Sofa 1"}),
        b"\x00\x01 no mail at all",
    ]

    counts = import_mails(make.inbox(), mails, processes=1)

    assert asdict(counts) == asdict(Counts(total=5, stored=4, duplicate=1, automatic=1, unreadable=1, conversations=1))
    assert Message.objects.count() == 4


def test_importing_twice_changes_nothing() -> None:
    mails = [letter(number) for number in range(100)]
    import_mails(make.inbox(), mails, processes=2)

    counts = import_mails(make.inbox(), mails, processes=2)

    assert (counts.stored, counts.duplicate) == (0, 100)
    assert (Message.objects.count(), RawMail.objects.count()) == (100, 100)


def test_an_import_that_was_cut_off_goes_on_where_it_was() -> None:
    mails = [letter(number) for number in range(200)]

    def cut_off() -> Iterator[bytes]:
        yield from mails[:150]
        raise KeyboardInterrupt

    def cut_off_later(counts: Counts) -> None:
        if counts.stored > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mails(make.inbox(), cut_off(), processes=1)
    with pytest.raises(KeyboardInterrupt):
        import_mails(make.inbox(), mails[:150], processes=1, seen=cut_off_later)
    bytes_before, messages_before = RawMail.objects.count(), Message.objects.count()
    counts = import_mails(make.inbox(), mails, processes=1)

    assert 0 < bytes_before < 200
    assert Message.objects.count() == 200
    assert counts.stored == 200 - messages_before


def thread_of(number: int) -> list[bytes]:
    """Return a mail, two answers to it, and an answer to both, of two people in turn."""
    subject, people = {"Subject": f"Re: Sofa {number}"}, ("elena@mail.example", "igor@mail.example")
    named = (
        "",
        f"<{number}0@mail.example>",
        f"<{number}0@mail.example>",
        f"<{number}2@mail.example> <{number}1@mail.example>",
    )
    return [
        letter(
            number * 10 + place,
            **subject,
            **({"References": names} if names else {}),
            From=people[place % 2],
            Date=f"Mon, 02 Mar 2026 1{place}:00:00 +0300",
        )
        for place, names in enumerate(named)
    ]


def test_the_order_in_which_mails_are_read_changes_nothing() -> None:
    mails = [mail for number in range(1, 13) for mail in thread_of(number)]
    partitions = []
    for seed in range(3):
        inbox = make.inbox(f"{seed}@aurora.example")
        import_mails(inbox, Random(seed).sample(mails, len(mails)), processes=1)
        partitions.append(
            sorted(
                sorted(row.messages.values_list("external_id", flat=True))
                for row in Conversation.objects.filter(inbox=inbox)
            )
        )

    assert partitions[0] == partitions[1] == partitions[2]
    assert len(partitions[0]) == 12


def test_what_a_broken_off_import_left_behind_is_taken_in_after_an_hour() -> None:
    now, source = timezone.now(), Source(make.inbox().pk, is_archive=True)
    keep_all(source, [Arrival(letter(1), now - timedelta(hours=2)), Arrival(letter(2), now)])

    take_in_left()

    assert [message.subject for message in Message.objects.all()] == ["Sofa 1"]
    assert Message.objects.get().created_at.isoformat() == "2026-03-02T09:01:00+00:00"


def test_an_id_that_no_index_takes_is_stored_and_answers_to_it_find_it() -> None:
    strange = f"<{''.join(map(chr, Random(1).sample(range(0x4E00, 0x9FA5), 990)))}@mail.example>"
    mails = [
        letter(1, **{"Message-ID": strange}),
        letter(2, **{"In-Reply-To": strange, "Subject": "Re: Sofa 1"}),
        letter(3, **{"References": f"<0@x> {strange}", "Subject": "Re: Sofa 1"}),
    ]

    counts = import_mails(make.inbox(), mails, processes=1)

    assert asdict(counts) == asdict(Counts(total=3, stored=3, conversations=1))
    assert Conversation.objects.get().messages.count() == 3


@pytest.fixture
def refusing() -> Iterator[None]:
    """Let PostgreSQL refuse messages about too much."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSES)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse CASCADE")


@pytest.mark.usefixtures("refusing")
def test_a_mail_that_the_database_refuses_is_kept_as_unreadable_and_its_neighbours_are_stored() -> None:
    mails = [letter(1), letter(2, Subject="Too much"), letter(3)]

    counts = import_mails(make.inbox(), mails, processes=1)

    assert asdict(counts) == asdict(Counts(total=3, stored=3, unreadable=1, conversations=2))
    refused = RawMail.objects.exclude(problem="").get()
    assert (bytes(refused.content), refused.tries) == (mails[1], 3)
    assert "row is too big" in refused.problem
    assert refused.message is not None and refused.message.mail_class == "unreadable"


def test_nothing_is_counted_as_known_because_the_database_is_full() -> None:
    with full_disk("conversations_message"), pytest.raises(OperationalError, match="No space left"):
        import_mails(make.inbox(), [letter(1)], processes=1)

    assert asdict(import_mails(make.inbox(), [letter(1)], processes=1)) == asdict(
        Counts(total=1, stored=1, conversations=1)
    )
    assert RawMail.objects.get().problem == ""


def test_mails_without_an_address_of_their_sender_are_of_different_people() -> None:
    nobodies = [
        {"From": "Jane Doe"},
        {"From": "Jane Doe", "Subject": "Bill"},
        {"From": ""},
        {"From": "", "To": "x@y.z"},
    ]
    mails = [*(letter(number, **fields) for number, fields in enumerate(nobodies)), b"\x00 no mail", b"\x01 no mail"]

    counts = import_mails(make.inbox(), mails, processes=1)

    assert (counts.stored, counts.unreadable) == (6, 2)
    assert Customer.objects.count() == 6
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["", "", "", "", "Jane Doe", "Jane Doe"]
    assert [one for ids in rereading.batches() for one in rereading.differences(ids)] == []
    nobody = Conversation.objects.earliest("pk")
    mailbox(Dovecot(9, Path()), user="help")
    sending.send(Delivery.objects.get(message=nobody.reply("Who are you?", by=make.agent())).pk)
    assert "This customer has no e-mail address" in nobody.messages.get(direction="out").why_late


def test_mail_of_an_archive_keeps_its_own_time() -> None:
    import_mails(make.inbox(), [letter(7)], processes=1)

    assert Message.objects.get().created_at.isoformat() == "2026-03-02T09:07:00+00:00"


@pytest.mark.data
@pytest.mark.parametrize("folder", ["mail-messages", "public-mailbox"])
def test_every_message_of_the_corpora_is_stored_and_can_be_derived_again(samovar_data: Path, folder: str) -> None:
    contents = [
        content for path in sorted((samovar_data / folder).glob("*.zip")) for _name, content, _problem in mails_in(path)
    ]
    counts = import_mails(make.inbox(), contents)

    assert counts.total == len(contents)
    assert counts.stored + counts.duplicate == counts.total
    assert RawMail.objects.count() == len(set(contents))
    assert not RawMail.objects.filter(understood_at=None).exists()
    assert [one for ids in rereading.batches() for one in rereading.differences(ids)] == []
    assert [one for ids in batches() for one in differences(ids)] == []
    assert Conversation.objects.count() > 0


@pytest.mark.data
def test_a_real_mailbox_read_in_any_order_gives_the_same_conversations(
    samovar_data: Path, record_property: Callable[[str, object], None]
) -> None:
    contents = [
        found.raw for path in sorted((samovar_data / "public-mailbox").glob("*.zip")) for found in mails_in(path)
    ]
    partitions = []
    for seed in range(2):
        inbox = make.inbox(f"{seed}@aurora.example")
        first = import_mails(inbox, Random(seed).sample(contents, len(contents)))
        again = import_mails(inbox, Random(seed + 10).sample(contents, len(contents)))
        assert (first.total, again.stored, again.duplicate) == (len(contents), 0, len(contents))
        of_conversations: dict[int, list[tuple[str, int]]] = {}
        rows = Message.objects.filter(inbox=inbox).values_list("conversation_id", "external_id", "dup_no")
        for conversation_id, external_id, dup_no in rows:
            of_conversations.setdefault(conversation_id, []).append((external_id, dup_no))
        partitions.append(sorted(sorted(one) for one in of_conversations.values()))

    assert partitions[0] == partitions[1]
    record_property("mails", len(contents))
    record_property("conversations", len(partitions[0]))


def test_a_zip_is_imported_without_unpacking(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mails.zip", "w") as archive:
        archive.writestr("1.eml", letter(1))

    counts = import_mails(
        make.inbox(), (content for _name, content, _problem in mails_in(tmp_path / "mails.zip")), processes=1
    )

    assert counts.stored == 1
