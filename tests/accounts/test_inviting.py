"""Invitations: one link for one person, once and not for ever."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from samovar.accounts import inviting
from samovar.accounts.errors import InvitationOver
from samovar.accounts.models import AuditEntry, Invitation, Role, Team, User
from samovar.channels.models import StaffLetter
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
TYPED = {"name": "Olga Belova", "password": "warm oak table 7"}


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(make.admin("anna"))
    return client


def _path(link: str) -> str:
    assert link.startswith(settings.PUBLIC_URL)
    return link.removeprefix(settings.PUBLIC_URL)


def _invite(client: Client, addresses: str, **given: object) -> list[str]:
    page = client.post(reverse("people"), {"addresses": addresses, "role": Role.AGENT, **given}).content.decode()
    return re.findall(r'value="(http[^"]+)" readonly', page)


def test_whoever_has_the_link_chooses_a_name_and_a_password_and_is_in_the_inbox(admin_client: Client) -> None:
    team = Team.objects.create(name="Oak")
    [link] = _invite(admin_client, "Olga@Aurora.example", role=Role.LEAD, teams=[team.pk])
    stranger = Client()
    assert "olga@aurora.example" in stranger.get(_path(link)).content.decode()

    response = stranger.post(_path(link), TYPED, follow=True)

    assert response.redirect_chain[0] == ("/", 302)
    assert response.status_code == 200
    olga = User.objects.get(email="olga@aurora.example")
    assert (olga.name, olga.role, list(olga.teams.all())) == ("Olga Belova", Role.LEAD, [team])
    assert olga.check_password(TYPED["password"])
    assert "olga@aurora.example" not in re.findall("Withdraw.*", admin_client.get(reverse("people")).content.decode())


def test_a_name_that_was_written_with_the_address_is_offered(admin_client: Client) -> None:
    [link] = _invite(admin_client, "Ольга Белова <olga@aurora.example>")

    assert 'value="Ольга Белова"' in Client().get(_path(link)).content.decode()


def test_several_are_invited_at_once_and_each_gets_a_letter_and_a_link(admin_client: Client) -> None:
    make.mailbox()

    links = _invite(admin_client, "olga@aurora.example; ivan@aurora.example\nIvan <IVAN@aurora.example>\r\n")

    assert len(set(links)) == 2
    letters = StaffLetter.objects.order_by("pk")
    assert [letter.recipient for letter in letters] == ["olga@aurora.example", "ivan@aurora.example"]
    assert links[0] in letters[0].words[1]
    assert "Anna invites you" in letters[0].words[1]


def test_while_no_mail_can_leave_there_is_only_the_link_and_the_page_says_so(admin_client: Client) -> None:
    assert "No mail can leave yet" in admin_client.get(reverse("people")).content.decode()

    response = admin_client.post(reverse("people"), {"addresses": "olga@aurora.example", "role": Role.AGENT})

    assert "No mail can leave yet" in response.content.decode()
    assert not StaffLetter.objects.exists()


@pytest.mark.parametrize(
    ("addresses", "complaint"),
    [
        ("", "This field is required"),
        (" ,; ", "Write at least one address"),
        ("olga", "This is no e-mail address: olga"),
        ("ivan@aurora.example, olga@", "This is no e-mail address: olga@"),
        ("ANNA@aurora.example", "Sign in already: anna@aurora.example"),
        (",".join(f"a{number}@aurora.example" for number in range(51)), "At most 50 at once"),
    ],
)
def test_what_is_no_address_of_somebody_new_is_refused_in_words(
    admin_client: Client, addresses: str, complaint: str
) -> None:
    response = admin_client.post(reverse("people"), {"addresses": addresses, "role": Role.AGENT})

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert not Invitation.objects.exists()


def test_a_link_opens_once() -> None:
    path = _path(make.invited("olga@aurora.example").link)
    Client().post(path, TYPED)

    second = Client().post(path, {**TYPED, "name": "Mallory"})

    assert second.status_code == 410
    assert "was used already" in second.content.decode()
    assert User.objects.filter(email="olga@aurora.example").count() == 1


def test_after_72_hours_a_link_opens_nothing(client: Client) -> None:
    path = _path(make.invited().link)

    with clock.standing_at(timezone.now() + timedelta(hours=71, minutes=59)):
        assert client.get(path).status_code == 200
    with clock.standing_at(timezone.now() + timedelta(hours=72)):
        response = client.post(path, TYPED)

    assert response.status_code == 410
    assert "they are over" in response.content.decode()


def test_withdrawing_closes_the_link_and_can_be_undone(admin_client: Client) -> None:
    invited = make.invited("olga@aurora.example", by=User.objects.get())
    pk = invited.invitation.pk

    page = admin_client.post(reverse("invitation_revocation", args=[pk]), follow=True).content.decode()

    assert f'action="{reverse("invitation_restoring", args=[pk])}"' in page
    closed = Client().get(_path(invited.link))
    assert closed.status_code == 410
    assert "was withdrawn" in closed.content.decode()
    admin_client.post(reverse("invitation_restoring", args=[pk]))
    assert Client().get(_path(invited.link)).status_code == 200


def test_a_withdrawn_invitation_does_not_come_back_beside_a_newer_one() -> None:
    anna = make.admin("anna")
    old = make.invited("olga@aurora.example", by=anna).invitation
    old.revoke(by=anna)
    make.invited("olga@aurora.example", by=anna)

    with pytest.raises(InvitationOver):
        old.restore(by=anna)


def test_inviting_again_closes_the_link_before(admin_client: Client) -> None:
    invited = make.invited("olga@aurora.example", by=User.objects.get())
    make.mailbox()

    page = admin_client.post(reverse("invitation_renewal", args=[invited.invitation.pk])).content.decode()

    [link] = re.findall(r'value="(http[^"]+)" readonly', page)
    assert Client().get(_path(invited.link)).status_code == 404
    assert Client().get(_path(link)).status_code == 200
    assert StaffLetter.objects.get().recipient == "olga@aurora.example"


def test_inviting_the_same_address_twice_leaves_one_invitation_with_the_newer_link(admin_client: Client) -> None:
    [first] = _invite(admin_client, "olga@aurora.example")
    [second] = _invite(admin_client, "OLGA@aurora.example", role=Role.OBSERVER)

    assert Invitation.objects.get().role == Role.OBSERVER
    assert Client().get(_path(first)).status_code == 404
    assert Client().get(_path(second)).status_code == 200


def test_an_accepted_invitation_can_neither_be_withdrawn_nor_sent_again(admin_client: Client) -> None:
    invited = make.invited("olga@aurora.example", by=User.objects.get())
    Client().post(_path(invited.link), TYPED)

    for route in ("invitation_revocation", "invitation_renewal"):
        page = admin_client.post(reverse(route, args=[invited.invitation.pk]), follow=True).content.decode()
        assert "was accepted or withdrawn meanwhile" in page


def test_an_address_that_has_an_account_meanwhile_opens_nothing(client: Client) -> None:
    invited = make.invited("olga@aurora.example")
    make.agent("olga")

    response = client.post(_path(invited.link), TYPED)

    assert response.status_code == 410
    assert "signs in with the invited address already" in response.content.decode()
    assert not Invitation.objects.pending().exists()


def test_links_that_nobody_gave_out_are_all_answered_alike_and_guessing_is_cut_off(client: Client) -> None:
    make.admin()
    pages = [client.get(f"/invitation/{guess}/").content.decode() for guess in ("a", "0" * 43, "ж")]

    assert len({page[page.index("<main") : page.index("</main>")] for page in pages}) == 1
    for number in range(57):
        assert client.get(f"/invitation/{number}/").status_code == 404
    assert client.get("/invitation/a/").status_code == 429


def test_an_invitation_is_worth_nothing_once_whoever_invited_may_not_any_more(admin_client: Client) -> None:
    oleg = make.admin("oleg")
    invited = make.invited("olga@aurora.example", by=oleg, role=Role.ADMIN)
    path = _path(invited.link)
    for is_out in (True, False):
        oleg.deactivate(by=User.objects.get(name="Anna")) if is_out else oleg.change_role(Role.AGENT, by=oleg)

        closed = Client().post(path, TYPED)

        assert closed.status_code == 410
        assert "may not invite any more" in closed.content.decode()
        assert "who may not invite any more" in admin_client.get(reverse("people")).content.decode()
        oleg.reactivate(by=oleg)
    assert not User.objects.filter(email="olga@aurora.example").exists()

    page = admin_client.post(reverse("invitation_renewal", args=[invited.invitation.pk])).content.decode()

    [link] = re.findall(r'value="(http[^"]+)" readonly', page)
    assert Client().post(_path(link), TYPED).status_code == 302


def test_a_weak_password_is_refused_and_the_link_stays_good(client: Client) -> None:
    path = _path(make.invited("olga@aurora.example").link)

    response = client.post(path, {**TYPED, "password": "olgabelova1"})

    assert response.status_code == 422
    assert "too similar to the name" in response.content.decode()
    assert client.post(path, TYPED).status_code == 302


def test_the_database_does_not_hold_what_opens_an_account() -> None:
    make.mailbox()
    invited = make.invited("olga@aurora.example")
    token = invited.link.rstrip("/").rpartition("/")[2]

    with connection.cursor() as cursor:
        cursor.execute("SELECT invitation::text FROM accounts_invitation AS invitation")
        row = str(cursor.fetchone())
    assert len(token) >= 43
    assert token not in row
    assert token.encode() not in bytes(StaffLetter.objects.get().sealed_words)


def test_what_was_done_stands_in_the_audit_log() -> None:
    anna = make.admin("anna")
    invited = make.invited("olga@aurora.example", by=anna)
    invited.invitation.revoke(by=anna)
    invited.invitation.restore(by=anna)
    link = inviting.invite_again(invited.invitation, by=anna).link
    olga = inviting.accept(link.rstrip("/").rpartition("/")[2], "Olga", "warm oak table 7")

    entries = AuditEntry.objects.filter(subject_kind="invitation").order_by("pk")
    assert [(entry.action, entry.by_name, entry.subject_name) for entry in entries] == [
        ("invited", "Anna", "olga@aurora.example"),
        ("invitation-revoked", "Anna", "olga@aurora.example"),
        ("invitation-restored", "Anna", "olga@aurora.example"),
        ("invited-again", "Anna", "olga@aurora.example"),
        ("invitation-accepted", "Olga", "olga@aurora.example"),
    ]
    assert olga.role == Role.AGENT


def test_the_page_of_people_asks_no_more_for_more_invitations(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna = User.objects.get()
    for number in range(3):
        make.invited(f"guest{number}@aurora.example", by=anna)
    admin_client.get(reverse("people"))

    with django_assert_num_queries(9):
        admin_client.get(reverse("people"))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_is_in() -> None:
    token = make.invited("olga@aurora.example").link.rstrip("/").rpartition("/")[2]

    def attempt(number: int) -> str:
        try:
            return inviting.accept(token, f"Olga {number}", "warm oak table 7").name
        except InvitationOver as over:
            return over.state
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, range(6)))

    assert outcomes.count("used") == 5
    assert User.objects.get(email="olga@aurora.example").name in outcomes
