"""Being let into a mailbox by a person instead of a password (OAuth2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.provider import SignInProvider
from samovar.lib import sealing

if TYPE_CHECKING:
    from samovar.channels.oauth import Tokens

TOKEN_FIELDS = ["sealed_access_token", "sealed_refresh_token", "access_until"]


class LetIn(models.Model):
    """What a person gave us at a provider, sealed with a key outside the database."""

    provider = models.ForeignKey(
        SignInProvider, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("way to sign in")
    )
    sealed_refresh_token = models.BinaryField(default=b"")
    sealed_access_token = models.BinaryField(default=b"")
    access_until = models.DateTimeField(null=True)
    signed_in_at = models.DateTimeField(_("signed in at"), null=True)

    class Meta:
        abstract = True

    @property
    def access_token(self) -> str:
        """What lets us in without a password, as long as it holds."""
        return sealing.opened(bytes(self.sealed_access_token))

    @property
    def refresh_token(self) -> str:
        """What gets us the next token."""
        return sealing.opened(bytes(self.sealed_refresh_token))

    @property
    def has_signed_in(self) -> bool:
        """Whether a person has let us in by OAuth2."""
        return bool(self.sealed_refresh_token)

    def take_tokens(self, tokens: Tokens) -> None:
        """Keep what a provider gave; a new token to renew with replaces the old one, which may be worth nothing now."""
        self._hold(tokens)
        self.save(update_fields=TOKEN_FIELDS)

    def renew_tokens(self, tokens: Tokens) -> None:
        """Keep the same for the next time, unless what it was given for was forgotten or replaced meanwhile."""
        used = bytes(self.sealed_refresh_token)
        self._hold(tokens)
        held = {name: getattr(self, name) for name in TOKEN_FIELDS}
        type(self)._default_manager.filter(pk=self.pk, sealed_refresh_token=used).update(**held)

    def _hold(self, tokens: Tokens) -> None:
        self.sealed_access_token, self.access_until = sealing.sealed(tokens.access), tokens.until
        if tokens.refresh:
            self.sealed_refresh_token = sealing.sealed(tokens.refresh)

    def forget_tokens(self) -> None:
        """Forget what let us in: it was meant for another place."""
        self.sealed_access_token, self.sealed_refresh_token, self.access_until = b"", b"", None
        self.save(update_fields=TOKEN_FIELDS)
