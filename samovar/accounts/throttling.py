"""How often a password may be tried: five times at once, then after pauses that grow.

Who has signed in from a browser before carries a signed cookie there, and is counted apart: a stranger who guesses
makes only strangers wait. Counters live in the database, each try is one statement, and a try that had to wait is not
counted, so that nobody can keep the pause from ending.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db import connection

from samovar.accounts.models import SignInTries

FORGOTTEN_AFTER = timedelta(days=1)
COOKIE_LIFE = timedelta(days=365)
# Half a minute after the fifth try, twice as long after each further one, at most a quarter of an hour.
TRY = """
INSERT INTO accounts_signintries (key, tries, last_at) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE
SET tries = CASE WHEN accounts_signintries.last_at < %(old)s THEN 1 ELSE accounts_signintries.tries + 1 END,
    last_at = excluded.last_at
WHERE accounts_signintries.tries < 5 OR accounts_signintries.last_at <= excluded.last_at
    - least(interval '15 minutes', interval '30 seconds' * power(2, least(accounts_signintries.tries, 20) - 5))
RETURNING tries
"""


def key_of(email: str, cookie: str) -> str:
    """Return by what tries for this e-mail are counted: apart for a browser from which it has signed in before."""
    browser = ""
    if cookie:
        try:
            known = signing.loads(cookie, salt=cookie_name(email), max_age=COOKIE_LIFE)
        except signing.BadSignature:
            known = ""
        browser = str(known)
    return hashlib.sha256(f"{_plain(email)} {browser}".encode()).hexdigest()


def admits(key: str, now: datetime) -> bool:
    """Count a try, unless it has to wait; tell whether it may be made."""
    with connection.cursor() as cursor:
        cursor.execute(TRY, {"key": key, "now": now, "old": now - FORGOTTEN_AFTER})
        return cursor.fetchone() is not None


def forget(key: str) -> None:
    """Count from the beginning: the password was right."""
    SignInTries.objects.filter(key=key).delete()


def tidy(now: datetime) -> None:
    """Forget counters of which nothing follows any more, those of the framework too."""
    SignInTries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_cache WHERE expires < %s", [now])


def cookie_name(email: str) -> str:
    """Return the name of the cookie by which a browser is known for this e-mail."""
    return f"known_{hashlib.sha256(_plain(email).encode()).hexdigest()[:12]}"


def cookie(email: str) -> str:
    """Return what makes a browser known for this e-mail."""
    return signing.dumps(secrets.token_urlsafe(12), salt=cookie_name(email))


def _plain(email: str) -> str:
    return email.strip().lower()
