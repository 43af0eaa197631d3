"""The keys in letters about a forgotten password."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from samovar.accounts.models import User


class ResetKeys(PasswordResetTokenGenerator):
    """Good for two hours, once, and only until all keys of the person are voided."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.reset_keys_voided or ''}"
