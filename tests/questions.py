"""Makes questions to experts."""

from samovar.accounts.models import Role, User
from samovar.conversations.consulting import Asking, ask
from samovar.conversations.models import Consultation
from tests import make


def consultation(expert: User | None = None, by: User | None = None) -> Consultation:
    """Ask somebody about a conversation."""
    asking = Asking(expert=expert or make.user(role=Role.EXPERT), question="Is an oak top in stock?")
    return ask(make.conversation(), asking, by=by or make.agent()).consultation
