"""A letter goes where the customer can be reached."""

import pytest
from django.utils import timezone

from samovar.channels.letters import recipient_of
from samovar.customers.models import Identity
from tests import make

pytestmark = pytest.mark.django_db


def test_an_address_that_works_goes_before_one_that_does_not() -> None:
    conversation = make.conversation()
    message = conversation.reply("Here you are", by=make.agent())
    conversation.messages.filter(direction="in").update(sender_address="gone@mail.example")
    Identity.objects.create(
        customer=conversation.customer,
        kind="email",
        value="dead@mail.example",
        shown="dead@mail.example",
        undeliverable_at=timezone.now(),
    )

    assert recipient_of(message).address == "elena@mail.example"
