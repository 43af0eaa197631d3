"""What the verbs of the staff refuse."""

from django.db.models import Model


class LastAdmin(Exception):
    """Without this person nobody could change settings any more."""


class DefaultBrandStays(Exception):
    """What belongs to no other brand goes out under the default one, so that it cannot be retired."""


class AlreadyBegun(Exception):
    """The company has its first administrator; the first-run page is closed for good."""


class InvitationOver(Exception):
    """An invitation cannot be used; ``state`` says why (models.invitation.State)."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class OwnFactorMissing(Exception):
    """Whoever demands a second factor of administrators must have one."""


class OwnSignOnMissing(Exception):
    """Whoever lets administrators in only at the provider must have come in by it."""


class ProviderMissing(Exception):
    """Nobody can be let in only at a provider while there is none."""


class FactorDemanded(Exception):
    """The last second factor of somebody of whom one is demanded cannot be removed."""


class SignInRefused(Exception):
    """Somebody cannot be let in by single sign-on; ``reason`` says why (accounts/oidc.py), ``whom`` of whom we know."""

    def __init__(self, reason: str, whom: Model | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.whom = whom
