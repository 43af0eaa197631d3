"""The open sessions of a person: noted, listed, ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from samovar.accounts.auditing import Action, record
from samovar.accounts.devices import device
from samovar.accounts.models import StaffSession, User
from samovar.accounts.models.presence import SEEN_EVERY

LONGEST_AGENT, LONGEST_ADDRESS = 300, 45
# The person and the session are noted by one statement. Of many processes at the same time one writes.
NOTE = """
WITH person AS (
    UPDATE accounts_user SET seen_at = %(now)s WHERE id = %(user)s AND (seen_at IS NULL OR seen_at < %(due)s)
)
INSERT INTO accounts_staffsession (key, user_id, began_at, seen_at, address, agent)
VALUES (%(key)s, %(user)s, %(now)s, %(now)s, %(address)s, %(agent)s)
ON CONFLICT (key) DO UPDATE
SET seen_at = excluded.seen_at, user_id = excluded.user_id, address = excluded.address, agent = excluded.agent
WHERE accounts_staffsession.seen_at < %(due)s OR accounts_staffsession.user_id <> excluded.user_id
"""
LIST = """
INSERT INTO accounts_staffsession (key, user_id, began_at, seen_at, address, agent)
VALUES (%(key)s, %(user)s, %(now)s, %(now)s, %(address)s, %(agent)s)
ON CONFLICT (key) DO NOTHING
"""


class Whence(TypedDict):
    """From where a session is used."""

    address: str
    agent: str


@dataclass(frozen=True)
class Seat:
    """One place where somebody is signed in."""

    pk: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def note(user: User, key: str, now: datetime, **whence: Unpack[Whence]) -> None:
    """Note an action of the person in this session; writes at most once a minute for each of the two."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"user": user.pk, "key": key, "now": now, "due": now - SEEN_EVERY, **_kept(whence)})
    # The page that is being made shows the person as here already.
    user.seen_at = now


def enlist(user: User, key: str, now: datetime, **whence: Unpack[Whence]) -> None:
    """List a session in which nobody has acted yet; of the person it says nothing."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, {"user": user.pk, "key": key, "now": now, **_kept(whence)})


def _kept(whence: Whence) -> dict[str, str]:
    agent = whence["agent"].replace("\0", "")[:LONGEST_AGENT]
    return {"address": whence["address"][:LONGEST_ADDRESS], "agent": agent}


def seats(user: User, this_key: str = "") -> list[Seat]:
    """Return where the person is signed in, this session first, then the latest."""
    found = StaffSession.objects.filter(user=user, key__in=_valid_keys(user)).order_by("-seen_at", "-pk")
    listed = [Seat(s.pk, device(s.agent), s.address, s.began_at, s.seen_at, s.key == this_key) for s in found]
    return sorted(listed, key=lambda seat: not seat.is_this)


@transaction.atomic
def end_one(session: StaffSession) -> None:
    """End one of the sessions that its owner sees elsewhere; ending it twice changes nothing more."""
    Session.objects.filter(session_key=session.key).delete()
    ended, _by_kind = StaffSession.objects.filter(pk=session.pk).delete()
    if ended:
        record(Action.SESSIONS_ENDED, session.user, session.user, after={"sessions": 1})


@transaction.atomic
def end_all(user: User, by: User | None) -> None:
    """End all sessions of the person, also those that were never noted; ``by`` is None at the command line."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
    ended = list(StaffSession.objects.filter(user=user).values_list("key", flat=True))
    Session.objects.filter(session_key__in=ended).delete()
    StaffSession.objects.filter(user=user).delete()
    record(Action.SESSIONS_ENDED, by, user, after={"sessions": "all"})


def tidy(now: datetime) -> None:
    """Forget sessions that have run out."""
    Session.objects.filter(expire_date__lt=now).delete()
    StaffSession.objects.exclude(key__in=Session.objects.values("session_key")).delete()


def _valid_keys(user: User) -> list[str]:
    # A session from before a new password or role is still stored, and opens nothing any more.
    noted = StaffSession.objects.filter(user=user).values("key")
    mark = user.get_session_auth_hash()
    stored = Session.objects.filter(session_key__in=noted, expire_date__gt=timezone.now())
    return [s.session_key for s in stored if constant_time_compare(s.get_decoded().get(HASH_SESSION_KEY, ""), mark)]
