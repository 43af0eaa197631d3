"""A stream ends when its session does, and shows nothing to who has to set up a second factor first."""

import pytest
from django.db import transaction

from samovar.accounts import demanding, sessions_of
from samovar.accounts.models import Role
from samovar.events.announcing import announce
from tests import make
from tests.events.kinds import KettleEmptied
from tests.live.screens import key_of, screen, signed_in
from tests.live.serving import Serving

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_ended_session_and_a_missing_second_factor_end_the_stream(front: Serving) -> None:
    anna, ended, lacking, has = make.admin(), make.agent(), make.lead(), make.lead()
    make.passkey(has)
    of_ended, of_lacking, of_has = (key_of(signed_in(user)) for user in (ended, lacking, has))
    with screen(front, of_ended) as one, screen(front, of_lacking) as other, screen(front, of_has) as stays:
        sessions_of.end_all(ended, by=anna)
        demanding.demand([Role.LEAD], by=anna)

        assert one.ends()
        assert other.ends()
        with transaction.atomic():
            announce(KettleEmptied(customer_id=5, conversation_id=7, actor_id=3, title="Tea"))
        told = stays.next()
        assert told
        assert told.data["customer_id"] == 5


def test_who_lacks_a_second_factor_opens_no_stream(front: Serving) -> None:
    demanding.demand([Role.AGENT], by=make.admin())

    with screen(front, key_of(signed_in(make.agent()))) as refused:
        assert refused.answer.status == 403
