"""What opens an account opens nothing any more once its letter came where everybody reads."""

import quopri
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts.models import AuditEntry, Invitation
from samovar.channels import staff_letters
from samovar.channels.models import ChannelAccount, MailFolder, RawMail, StaffLetter
from samovar.channels.models.folder import Role
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Conversation
from tests import make
from tests.channels.mails import mail
from tests.channels.mailserver import Outbox
from tests.channels.returning import report

pytestmark = pytest.mark.django_db
OLGA = "olga@aurora.example"


@pytest.fixture
def _working_mail(db: None) -> None:
    cache.clear()
    make.mailbox()


def _arrive(content: bytes, folder: MailFolder | None = None) -> RawMail:
    source = Source(make.inbox().pk, folder.account_id if folder else None, folder_id=folder.pk if folder else None)
    [pk] = keep_all(source, [Arrival(content, timezone.now())]).values()
    take_in_each(RawMail.objects.filter(pk=pk))
    return RawMail.objects.get(pk=pk)


def _letter() -> StaffLetter:
    return StaffLetter.objects.latest("pk")


def _quoted(letter: StaffLetter) -> bytes:
    lines = "".join(f"> {line}\n" for line in letter.words[1].splitlines())
    return mail(f"What is this?\n\n{lines}", sender=("Olga", OLGA))


def _wrapped(letter: StaffLetter) -> bytes:
    lines = "".join(f"> {line}\n" for line in textwrap.wrap(letter.words[1], 40))
    return mail(f"What is this?\n\n{lines}", sender=("Olga", OLGA))


def _checked_by_a_server(letter: StaffLetter) -> bytes:
    link = quote(letter.words[1].partition("http")[2].split()[0], safe="")
    text = f'<a href="https://safe.example/?url=http{link}&amp;data=1">open</a>'
    return mail(text, sender=("Olga", OLGA), Content_Type="text/html")


def _answered(letter: StaffLetter) -> bytes:
    return mail("Thank you!", sender=("Olga", OLGA), In_Reply_To=f"<{letter.message_id}>")


def _reported(letter: StaffLetter) -> bytes:
    return report(recipient=OLGA, message_id=letter.message_id)


def _returned_under_another_id(letter: StaffLetter) -> bytes:
    body = quopri.encodestring(letter.words[1].encode()).decode()
    inner = f"Message-ID: <new@relay.example>\nContent-Transfer-Encoding: quoted-printable\n\n{body}"
    text = f"--b\n\nNot delivered.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    return mail(text, sender=("", "MAILER-DAEMON@mx.example"), Content_Type='multipart/report; boundary="b"')


def _unreadable(letter: StaffLetter) -> bytes:
    return b"\x00\x01" + letter.words[1].encode()


WAYS = [_quoted, _wrapped, _checked_by_a_server, _answered, _reported, _returned_under_another_id, _unreadable]


@pytest.mark.usefixtures("_working_mail")
@pytest.mark.parametrize("way", WAYS)
def test_the_link_of_an_invitation_is_shut_when_its_letter_comes_to_an_inbox(
    way: Callable[[StaffLetter], bytes],
) -> None:
    anna = make.admin("anna")
    invited = make.invited(OLGA, by=anna)
    path = invited.link.removeprefix(settings.PUBLIC_URL)
    assert Client().get(path).status_code == 200

    raw = _arrive(way(_letter()))

    assert raw.message is not None
    assert Client().get(path).status_code == 404
    entry = AuditEntry.objects.get(action="link-shut")
    assert (entry.by, entry.subject_name) == (None, OLGA)
    admin = Client()
    admin.force_login(anna)
    assert "link shut" in admin.get(reverse("people")).content.decode()
    assert "Samovar" in admin.get(reverse("audit"), {"action": "link-shut"}).content.decode()
    # Withdrawing and restoring does not bring the link back; inviting again makes another one.
    admin.post(reverse("invitation_revocation", args=[invited.invitation.pk]))
    admin.post(reverse("invitation_restoring", args=[invited.invitation.pk]))
    assert Client().get(path).status_code == 404
    again = make.invited(OLGA, by=anna)
    assert Client().get(again.link.removeprefix(settings.PUBLIC_URL)).status_code == 200
    assert Invitation.objects.get().shut_at is None


@pytest.mark.usefixtures("_working_mail")
@pytest.mark.parametrize("way", [_quoted, _reported, _returned_under_another_id])
def test_the_link_to_a_new_password_is_void_when_its_letter_comes_to_an_inbox(
    way: Callable[[StaffLetter], bytes],
) -> None:
    olga = make.user("olga", password=make.PASSWORD)
    Client().post("/accounts/password/forgotten/", {"email": OLGA})
    path = "/" + _letter().words[1].partition(settings.PUBLIC_URL)[2].split()[0].lstrip("/")
    assert "This link opens nothing" not in Client().get(path, follow=True).content.decode()

    _arrive(way(_letter()))

    assert "This link opens nothing" in Client().get(path, follow=True).content.decode()
    assert AuditEntry.objects.get(action="link-shut").subject_id == olga.pk
    Client().post("/accounts/password/forgotten/", {"email": OLGA})
    path = "/" + _letter().words[1].partition(settings.PUBLIC_URL)[2].split()[0].lstrip("/")
    assert "This link opens nothing" not in Client().get(path, follow=True).content.decode()


@pytest.mark.usefixtures("_working_mail")
def test_an_old_letter_shuts_nothing_that_a_newer_one_opens() -> None:
    anna = make.admin("anna")
    make.invited(OLGA, by=anna)
    old = _letter()
    newer = make.invited(OLGA, by=anna)

    _arrive(_answered(old))
    _arrive(_quoted(old))

    assert Client().get(newer.link.removeprefix(settings.PUBLIC_URL)).status_code == 200
    assert not AuditEntry.objects.filter(action="link-shut").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_marked", [True, False])
def test_the_copy_in_the_sent_folder_is_nobodys_message_and_shuts_nothing_under_whatever_id(
    account: ChannelAccount, outbox: Outbox, *, is_marked: bool
) -> None:
    invited = make.invited(OLGA)
    assert staff_letters.send(_letter().pk) is None
    [(_envelope, left)] = outbox.taken
    assert left["Reply-To"] == OLGA
    left.replace_header("Message-ID", "<given@provider.example>")
    if not is_marked:
        del left["X-Samovar-Letter"]

    raw = _arrive(left.as_bytes(), MailFolder.objects.of(account, Role.SENT, "Sent"))

    assert raw.understood_at is not None and raw.message is None
    assert not Conversation.objects.exists()
    assert Client().get(invited.link.removeprefix(settings.PUBLIC_URL)).status_code == 200
