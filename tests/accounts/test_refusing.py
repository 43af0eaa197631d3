"""What is refused because of who is signed in in the browser now."""

import pytest
from django.test import Client

from samovar.accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def strict(olga: User) -> Client:
    """Return the browser of Olga, which is asked for its proof."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(olga)
    return client


def test_whoever_sends_without_proof_is_told_by_a_mark_and_may_send_again(strict: Client) -> None:
    refused = strict.post("/profile/", {"name": "Olga Orlova"})

    assert (refused.status_code, refused["X-Refused"]) == (403, "token")
    proof = {"X-CSRFToken": strict.cookies["csrftoken"].value}
    assert "X-Refused" not in strict.post("/profile/", {"name": "Olga Orlova"}, headers=proof)


def test_a_stranger_without_proof_is_told_to_be_signed_out() -> None:
    make.admin()

    assert Client(enforce_csrf_checks=True).post("/profile/")["X-Refused"] == "signed-out"


def test_what_was_written_is_given_back_to_whoever_sent_it_from_a_page_of_ours(strict: Client) -> None:
    written = {"text": "We swap <it>."}

    ours = strict.post("/conversations/1/messages/", written, headers=SAME_SITE).content.decode()
    foreign = strict.post("/conversations/1/messages/", written, headers={"Sec-Fetch-Site": "cross-site"})

    assert "We swap &lt;it&gt;." in ours
    assert "Your text is not lost." in ours
    assert "We swap" not in foreign.content.decode()


def test_nothing_is_done_in_ones_name_from_a_page_that_was_opened_for_somebody_else(client: Client, olga: User) -> None:
    igor = make.agent("igor")
    conversation = make.conversation()
    client.force_login(olga)
    drafts = f"/conversations/{conversation.pk}/drafts/reply/"

    refused = client.post(drafts, {"text": "By Igor"}, headers={"X-Person": str(igor.pk)})
    seen = client.get("/", headers={"X-Person": str(igor.pk)})
    done = client.post(drafts, {"text": "By Olga"}, headers={"X-Person": str(olga.pk)})

    assert (refused.status_code, refused["X-Refused"]) == (403, "person")
    assert seen.status_code == 200
    assert (done.status_code, [one.text for one in conversation.drafts.all()]) == (204, ["By Olga"])


def test_a_page_of_somebody_who_is_signed_out_leads_to_the_door(client: Client, olga: User) -> None:
    answer = client.post("/profile/", headers={"X-Person": str(olga.pk)})

    assert answer["Location"].startswith("/accounts/login/")
    assert "X-Refused" not in answer
