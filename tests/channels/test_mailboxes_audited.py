"""Who did what to a mailbox, its rules and its providers stands in the audit log, and no secret does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts.models import AuditEntry, User
from samovar.channels.models import ChannelAccount, MailFolder, SignInProvider
from samovar.channels.models.folder import Role
from tests import make

pytestmark = pytest.mark.django_db
SERVERS: dict[str, Any] = {
    "imap_host": "imap.aurora.example",
    "imap_port": 993,
    "imap_security": "tls",
    "smtp_host": "smtp.aurora.example",
    "smtp_port": 465,
    "smtp_security": "tls",
    "folder": "INBOX",
}
MAILBOX: dict[str, Any] = {"address": "care@aurora.example", "name": "Care", "password": "first secret", **SERVERS}
PROVIDER = {
    "name": "Aurora ID",
    "client_id": "samovar",
    "client_secret": "first secret",
    "authorization_url": "https://id.aurora.example/authorize",
    "token_url": "https://id.aurora.example/token",
    "scopes": "mail",
}


@pytest.fixture
def anna() -> User:
    return make.admin("anna")


@pytest.fixture
def admin(client: Client, anna: User) -> Client:
    """An administrator's browser."""
    client.force_login(anna)
    return client


def told() -> list[tuple[str, str, dict[str, object], dict[str, object]]]:
    """Return who did what, from what to what, oldest first."""
    rows = AuditEntry.objects.order_by("pk")
    return [(one.by_name, one.action, one.before, one.after) for one in rows]


def test_connecting_and_changing_a_mailbox_is_written_down_without_its_password(admin: Client) -> None:
    admin.post(reverse("new_mailbox"), MAILBOX)
    account = ChannelAccount.objects.get()
    page = reverse("mailbox", args=[account.pk])
    [(who, action, _before, after)] = told()
    assert (who, action) == ("Anna", "mailbox-connected")
    assert (after["address"], after["imap_host"], after["smtp_port"]) == (
        "care@aurora.example",
        "imap.aurora.example",
        465,
    )

    admin.post(page, {**MAILBOX, "password": ""})
    assert len(told()) == 1, "nothing was changed"
    admin.post(page, {**MAILBOX, "password": "second secret", "name": "Help", "others": "sales@aurora.example"})

    _first, changed = told()
    assert changed == (
        "Anna",
        "mailbox-changed",
        {"name": "Care", "further_addresses": []},
        {"name": "Help", "further_addresses": ["sales@aurora.example"], "new_password": True},
    )
    assert "secret" not in str(told())


@pytest.mark.parametrize(
    ("done", "undone", "actions"),
    [
        ("mailbox_pausing", "mailbox_resuming", ["mailbox-paused", "mailbox-resumed"]),
        ("mailbox_archiving", "mailbox_restoring", ["mailbox-archived", "mailbox-restored"]),
    ],
)
def test_a_mailbox_is_stopped_and_taken_up_by_somebody_and_twice_is_once(
    admin: Client, done: str, undone: str, actions: list[str]
) -> None:
    account = make.mailbox()

    for address in (done, done, undone, undone):
        admin.post(reverse(address, args=[account.pk]))

    assert [(who, action) for who, action, _before, _after in told()[1:]] == [("Anna", one) for one in actions]
    assert account.inbox.address in AuditEntry.objects.latest("pk").subject_name


def test_the_rules_of_an_inbox_are_written_down_and_of_its_senders_only_the_number(admin: Client) -> None:
    account = make.mailbox()
    page = reverse("mailbox_rules", args=[account.pk])
    given = {"confirmation": "Thank you.", "relays": "form@shop.example", "frequent_senders": "elena@mail.example"}

    admin.post(page, given)
    admin.post(page, given)

    assert told()[1:] == [
        (
            "Anna",
            "inbox-rules-changed",
            {"confirmation": "", "relays": "", "frequent_senders": 0},
            {"confirmation": "Thank you.", "relays": "form@shop.example", "frequent_senders": 1},
        )
    ]


def test_old_mail_copies_and_the_heartbeat_are_decided_by_somebody(admin: Client) -> None:
    folder = make.sent_folder()
    here = [folder.account_id]

    def post(name: str, **given: str) -> None:
        for _ in range(2):
            admin.post(reverse(name, args=here), given)

    post("mailbox_history_stopping")
    assert MailFolder.objects.get().history_stopped_at is not None
    post("mailbox_history_resuming")
    post("mailbox_copying", copied_by="us")
    post("mailbox_heartbeat", on="yes")
    post("mailbox_heartbeat")

    assert {(who, action) for who, action, _before, _after in told()[1:]} == {("Anna", "mailbox-changed")}
    assert [(before, after) for _who, _action, before, after in told()[1:]] == [
        ({"reads_old_mail": True}, {"in_folder": "Sent", "reads_old_mail": False}),
        ({"reads_old_mail": False}, {"in_folder": "Sent", "reads_old_mail": True}),
        ({"copied_by": "found_out"}, {"in_folder": "Sent", "copied_by": "us"}),
        ({"has_heartbeat": False}, {"has_heartbeat": True}),
        ({"has_heartbeat": True}, {"has_heartbeat": False}),
    ]


def test_providers_of_mailboxes_are_written_down_without_their_secrets(admin: Client) -> None:
    admin.post(reverse("new_sign_in_provider"), PROVIDER)
    page = reverse("sign_in_provider", args=[SignInProvider.objects.get().pk])
    admin.post(page, {**PROVIDER, "client_secret": ""})
    admin.post(page, {**PROVIDER, "client_secret": "second secret", "scopes": "mail offline"})

    added, changed = told()
    assert added[:2] == ("Anna", "mail-provider-added")
    assert added[3]["token_url"] == "https://id.aurora.example/token"
    assert changed == (
        "Anna",
        "mail-provider-changed",
        {"scopes": "mail"},
        {"scopes": "mail offline", "new_secret": True},
    )
    assert SignInProvider.objects.get().client_secret == "second secret"
    assert "second secret" not in str(told()) and "first secret" not in str(told())


def test_a_mailbox_archived_meanwhile_by_a_colleague_is_archived_once(anna: User) -> None:
    account = make.mailbox()
    seen = ChannelAccount.objects.get(pk=account.pk)

    account.archive(by=anna)
    seen.archive(by=make.admin("zoya"))

    assert seen.is_archived
    assert [who for who, action, _before, _after in told() if action == "mailbox-archived"] == ["Anna"]


def test_the_page_words_what_was_done_and_leads_to_the_mailbox(admin: Client, anna: User) -> None:
    account = make.mailbox()
    folder = MailFolder.objects.of(account, Role.SENT, "Sent")
    folder.stop_history(timezone.now(), by=anna)
    admin.post(reverse("mailbox_copying", args=[account.pk]), {"copied_by": "us"})

    text = admin.get(reverse("audit"), {"action": "mailbox-changed"}).content.decode()

    for words in ("Changed a mailbox", "Reads old mail", "Who keeps copies of what we send", "Samovar does"):
        assert words in text
    assert f'href="{reverse("mailbox", args=[account.pk])}"' in text
    assert 'value="mailbox-paused"' in text, "to be chosen in the filter"
