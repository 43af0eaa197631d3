"""Mails are found in files, folders, mboxes and archives; what cannot be read is said."""

import zipfile
from pathlib import Path
from random import Random

import pytest

from samovar.channels.mail import sources
from samovar.channels.mail.sources import FoundMail, is_collection, mails_in

MAIL = b"From: a@b.c\nSubject: one\n\ntext\n"
OTHER = b"From: d@e.f\n\nFrom here on\n>From there\n\nFrom x@y Sat Nov 21 10:00:00 2026 it was cold\nend\n"
LINE = b"From a@b.c Sat Nov 21 10:00:00 2026\n"
MBOX = LINE + MAIL + b"\n" + LINE + OTHER.replace(b">From there", b">>From there") + b"\n"


def test_a_file_is_a_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)

    assert list(mails_in(tmp_path / "a.eml")) == [FoundMail("a.eml", MAIL)]
    assert not is_collection(tmp_path / "a.eml")


def test_a_folder_gives_all_files_below_it_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a.msg", "sub/c.txt", "00017.29a23aaa27a825", "empty"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"" if name == "empty" else MAIL)

    found = list(mails_in(tmp_path))

    assert [mail.name for mail in found] == ["00017.29a23aaa27a825", "a.msg", "b", "empty", "sub/c.txt"]
    assert {mail.raw for mail in found} == {MAIL, b""}


@pytest.mark.parametrize("name", ["box.mbox", "box.mbx", "Inbox"])
def test_an_mbox_is_divided_where_a_mail_begins(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(MBOX)

    assert is_collection(tmp_path / name)
    assert list(mails_in(tmp_path)) == [FoundMail(f"{name}#1", MAIL), FoundMail(f"{name}#2", OTHER)]


def test_one_mail_that_begins_like_an_mbox_stays_one(tmp_path: Path) -> None:
    (tmp_path / "00001.7c53336b.txt").write_bytes(MBOX)

    assert [mail.raw for mail in mails_in(tmp_path)] == [MBOX]


@pytest.mark.parametrize(("raw", "found"), [(b"", []), (MAIL, [MAIL]), (LINE, [LINE])])
def test_an_mbox_without_from_lines_is_one_mail(tmp_path: Path, raw: bytes, found: list[bytes]) -> None:
    (tmp_path / "box.mbox").write_bytes(raw)

    assert [mail.raw for mail in mails_in(tmp_path)] == found


def test_an_archive_is_read_without_unpacking_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mails.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dir/b.eml", OTHER)
        archive.writestr("a", MAIL)
        archive.writestr("dir/box.mbox", MBOX)
        archive.writestr("__MACOSX/a", b"junk")
        archive.mkdir("empty")

    assert list(mails_in(tmp_path / "mails.zip")) == [
        FoundMail("a", MAIL),
        FoundMail("dir/b.eml", OTHER),
        FoundMail("dir/box.mbox#1", MAIL),
        FoundMail("dir/box.mbox#2", OTHER),
    ]


def test_bombs_and_giants_are_left_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 8_000_000)
    with zipfile.ZipFile(tmp_path / "mails.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 20_000_000)
    with zipfile.ZipFile(tmp_path / "stored.zip", "w") as archive:
        archive.writestr("giant", b"\0" * 9_000_000)
    (tmp_path / "big").write_bytes(b"\0" * 9_000_000)
    (tmp_path / "box.mbox").write_bytes(LINE + b"x: y\n" + b"0123456\n" * 1_200_000)

    assert [(mail.name, mail.problem) for mail in mails_in(tmp_path)] == [
        ("big", "larger than 8 MB"),
        ("box.mbox#1", "larger than 8 MB"),
        ("bomb", "unpacks to a suspicious size"),
        ("giant", "larger than 8 MB"),
    ]


def test_damaged_and_locked_entries_are_said_and_the_others_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mails.zip", "w") as archive:
        archive.writestr("a", MAIL)
        archive.writestr("b", OTHER)
        archive.writestr("c", MAIL)
    raw = bytearray((tmp_path / "mails.zip").read_bytes())
    raw[raw.index(b"Subject: one")] ^= 1
    directory = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[directory + 8] |= 1
    raw[raw.index(b"PK\x03\x04", raw.index(b"PK\x03\x04") + 1) + 6] |= 1
    (tmp_path / "mails.zip").write_bytes(raw)

    assert list(mails_in(tmp_path / "mails.zip")) == [
        FoundMail("a", b"", "damaged in the zip archive"),
        FoundMail("b", b"", "encrypted in the zip archive"),
        FoundMail("c", MAIL),
    ]


def test_an_archive_without_its_end_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "mails.zip").write_bytes(b"PK\x05\x06" + b"\xff" * 18)

    [found] = mails_in(tmp_path / "mails.zip")

    assert (found.raw, found.problem) == (b"", "damaged zip archive")


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "here").write_bytes(MAIL)

    assert [mail.name for mail in mails_in(tmp_path)] == ["here"]
    with pytest.raises(FileNotFoundError):
        list(mails_in(tmp_path / "nowhere"))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_costs_no_other_however_it_is_packed(tmp_path: Path, method: int) -> None:
    file, noise = tmp_path / "mails.zip", Random(1).randbytes(3000)
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a", MAIL + noise)
        archive.writestr("b", MAIL)
    packed = file.read_bytes()
    file.write_bytes(packed[:60] + bytes(byte ^ 0x5A for byte in packed[60:900]) + packed[900:])

    assert list(mails_in(file)) == [FoundMail("a", b"", "damaged in the zip archive"), FoundMail("b", MAIL)]


def test_a_mail_that_carries_an_archive_is_a_mail(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("inner.txt", b"no mail")
    mail = MAIL + (tmp_path / "inner.zip").read_bytes()
    (tmp_path / "a.eml").write_bytes(mail)

    assert not is_collection(tmp_path / "a.eml")
    assert list(mails_in(tmp_path / "a.eml")) == [FoundMail("a.eml", mail)]
