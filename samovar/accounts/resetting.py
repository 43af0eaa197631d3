"""A forgotten password: a letter with a link, which tells nobody who has an account here."""

from allauth.account.forms import ResetPasswordForm, UserTokenForm
from django.http import HttpRequest

from samovar.accounts.models import User

# What is written to this address never leaves (RFC 2606).
NOBODY = "nobody@samovar.invalid"


class ForgottenForm(ResetPasswordForm):
    """Whose password was forgotten; asking takes as long for an address that nobody signs in with."""

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        """Write to whoever signs in with the address, or else to nobody, by the same steps."""
        self.users = self.users or [User(pk=0, email=NOBODY, password=NOBODY)]
        address: str = super().save(request, **kwargs)
        return address


class LinkForm(UserTokenForm):
    """What a link says; nobody whose account is switched off gets in by one."""

    def _get_user(self, uidb36: str) -> User | None:
        user = super()._get_user(uidb36)  # type: ignore[no-untyped-call]  # allauth says nothing of its types
        return user if isinstance(user, User) and user.is_active else None
