"""What a macro shall do waits together with the answer that it goes with."""

import pytest
from django.utils import timezone

from samovar.conversations import releasing, sending_off
from samovar.conversations.drafting import Typed
from samovar.conversations.macro_steps import Step, kept
from samovar.conversations.models import Draft, PendingReply
from samovar.conversations.sending_off import Leaving, send_off
from tests import make

pytestmark = pytest.mark.django_db


def test_steps_are_done_when_the_answer_has_left_or_come_back_with_it() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    steps, typed = [Step("resolve", "")], Typed(mode="reply", text="We come.")
    sending_off.take_back(send_off(conversation, typed, olga, Leaving(steps=steps)).pk, by=olga)
    assert Draft.objects.get(user=olga).steps == kept(steps)

    row = send_off(conversation, typed, olga, Leaving(steps=steps))
    PendingReply.objects.filter(pk=row.pk).update(due_at=timezone.now())
    releasing.release(row.pk)

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
