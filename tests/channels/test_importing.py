"""An import stores every mail once, however often it is run and wherever it is cut off."""

import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from samovar.channels import rereading
from samovar.channels.importing import Counts, import_mails
from samovar.channels.mail.sources import mails_in
from samovar.channels.models import RawMail
from samovar.channels.taking_in import take_in_waiting
from samovar.conversations.deriving import batches, differences
from samovar.conversations.models import Conversation, Message
from tests import make

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

    with pytest.raises(KeyboardInterrupt):
        import_mails(make.inbox(), cut_off(), processes=1)
    bytes_before, messages_before = RawMail.objects.count(), Message.objects.count()
    counts = import_mails(make.inbox(), mails, processes=1)

    assert 0 < bytes_before < 200
    assert Message.objects.count() == 200
    assert counts.stored == 200 - messages_before


def test_raw_mail_that_waits_is_taken_in() -> None:
    import_mails(make.inbox(), [letter(1)], processes=1)
    make.raw_mail(letter(2))

    assert take_in_waiting() == 1

    assert RawMail.objects.filter(understood_at=None).count() == 0
    assert Message.objects.count() == 2


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


def test_a_zip_is_imported_without_unpacking(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mails.zip", "w") as archive:
        archive.writestr("1.eml", letter(1))

    counts = import_mails(
        make.inbox(), (content for _name, content, _problem in mails_in(tmp_path / "mails.zip")), processes=1
    )

    assert counts.stored == 1
