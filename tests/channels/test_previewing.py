"""Before it is sent, a letter is shown as the customer gets it."""

import re

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import drafting
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """Somebody who answers, signed in."""
    made = make.agent("olga")
    made.change_ways(signature="Yours, Olga")
    client.force_login(made)
    return made


def test_the_letter_is_shown_with_all_that_stands_on_it(client: Client, olga: User) -> None:
    conversation = make.conversation()
    place = f"{conversation.get_absolute_url()}preview/"

    around = client.post(place, {"text": "**Good** news"}).content.decode()
    letter = client.get(place)

    assert "Re: A scratched desk" in around
    assert "Elena Sokolova" in around
    assert "**Good** news\n\n-- \nYours, Olga" in around
    assert "<strong>Good</strong> news" in letter.content.decode()
    assert "Yours, Olga" in letter.content.decode()
    assert letter["Content-Security-Policy"].startswith("sandbox allow-popups")


def test_pictures_that_are_not_sent_yet_are_shown_to_their_author_only(client: Client, olga: User) -> None:
    conversation = make.conversation()
    file = drafting.attach(conversation, "reply", ("scratch.png", "image/png", make.picture()), by=olga)
    drafting.keep(conversation, "reply", f"**See** ![it](file:{file.pk}) ![no](file:{file.pk + 1})", by=olga)

    letter = client.get(f"{conversation.get_absolute_url()}preview/").content.decode()

    [place] = re.findall(r'<img src="([^"]+)"', letter)
    assert client.get(place)["Content-Type"].startswith("image/")
    conversation.reply("See", by=olga, files=[file])
    assert client.get(place).status_code == 404


def test_what_was_typed_is_kept_by_looking_at_it(client: Client, olga: User) -> None:
    conversation = make.conversation()

    client.post(f"{conversation.get_absolute_url()}preview/", {"text": "Kept"})

    assert "Kept</textarea>" in client.get(conversation.get_absolute_url()).content.decode()


def test_nothing_that_is_typed_runs(client: Client, olga: User) -> None:
    conversation = make.conversation()
    place = f"{conversation.get_absolute_url()}preview/"

    around = client.post(place, {"text": "<script>alert(1)</script> *x*"}).content.decode()

    assert "<script>alert" not in around
    assert "<script>alert" not in client.get(place).content.decode()
