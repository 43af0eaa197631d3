"""What lets us into a mailbox where people sign in by OAuth2: a token that is renewed before it ends.

Whoever renews it holds a lock: strict providers take a refresh token that is used twice for a stolen one.
"""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from django.db import Error, connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from samovar.channels import oauth
from samovar.channels.errors import SignInRefused
from samovar.channels.models import ChannelAccount
from samovar.channels.models.letting_in import TOKEN_FIELDS

# The first number of the advisory locks that those hold who renew a token; the second is the mailbox.
LOCKS = 5_119
# Renewed so long before its end: clocks differ, and signing in takes a while.
AHEAD = timedelta(minutes=3)


def token(account: ChannelAccount, refused: str = "") -> str:
    """Return a token for ``account`` other than ``refused``; raises ChannelTrouble (SignInRefused: a person must act).

    A mailbox that is only being tried out renews nothing: what it was given is all that it has.
    """
    if account.provider_id is None or not account.has_signed_in:
        raise SignInRefused(_("Nobody has signed in to this mailbox yet. Sign in."))
    if _is_good(account, refused):
        return account.access_token
    if account.pk is None:
        raise SignInRefused(_("The token was refused. Sign in again."))
    with _alone(account.pk):
        # Somebody else may have renewed it meanwhile, or somebody who changed the provider made us forget it.
        account.refresh_from_db(fields=[*TOKEN_FIELDS, "provider"])
        if account.provider is None or not account.has_signed_in:
            raise SignInRefused(_("Nobody has signed in to this mailbox yet. Sign in."))
        if not _is_good(account, refused):
            account.renew_tokens(oauth.refreshed(account.provider, account.refresh_token, timezone.now()))
    return account.access_token


def _is_good(account: ChannelAccount, refused: str) -> bool:
    is_fresh = account.access_until is not None and timezone.now() + AHEAD < account.access_until
    return is_fresh and account.access_token not in ("", refused)


@contextlib.contextmanager
def _alone(pk: int) -> Iterator[None]:
    # Without a transaction, because a provider is asked meanwhile.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, pk % 2**31])
    try:
        yield
    finally:
        # With a broken connection the lock is gone as well.
        with contextlib.suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, pk % 2**31])
