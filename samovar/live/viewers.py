"""Who looks at a stream, and whether they still may: the session of a member of staff, as Django stored it.

A stream names every conversation, so it is for those who may see them.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare
from psycopg import sql

from samovar.accounts.models import User
from samovar.accounts.sessions import SessionStore
from samovar.live.database import Database

# An old answer to the question who may look is none: after this nothing is shown before it is asked again.
VALID_SECONDS = 8.0
SESSIONS = "SELECT session_key, session_data FROM django_session WHERE session_key = ANY(%s) AND expire_date > now()"
# Whole rows, because what a session is bound to is for the staff's own model to say.
FIELDS = [field.attname for field in User._meta.concrete_fields]
# Who must have a second factor and has none sees nothing yet.
USERS = sql.SQL(
    """
    SELECT {} FROM {} AS u WHERE id = ANY(%s) AND is_active AND NOT (
        EXISTS (SELECT FROM accounts_factordemand d WHERE d.role = u.role)
        AND NOT EXISTS (SELECT FROM mfa_authenticator a WHERE a.user_id = u.id AND a.type IN ('totp', 'webauthn'))
    )
    """
).format(
    sql.SQL(", ").join(sql.Identifier("u", field.column) for field in User._meta.concrete_fields),
    sql.Identifier(User._meta.db_table),
)
# Which inboxes are open to teams only, and to whom of the staff such a one is closed.
CLOSED = """
SELECT person.id, closed.inbox_id
FROM accounts_user AS person, (SELECT DISTINCT inbox_id FROM conversations_inbox_teams) AS closed
WHERE person.id = ANY(%s) AND person.role <> 'admin' AND NOT EXISTS (
    SELECT FROM conversations_inbox_teams AS opened JOIN accounts_user_teams AS member USING (team_id)
    WHERE opened.inbox_id = closed.inbox_id AND member.user_id = person.id
)
"""


@dataclass(frozen=True, slots=True)
class Session:
    """What a stored session says: who signed in, and what it is bound to (the password, for example)."""

    user_id: int
    mark: str


class Doorkeeper:
    """Knows which sessions are those of members of staff who may sign in and look at conversations."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[str, tuple[str, Session | None]] = {}
        self._closed: dict[str, frozenset[int]] = {}
        self._ids: dict[str, int] = {}
        self._checked_at = float("-inf")

    @property
    def is_up_to_date(self) -> bool:
        """Whether the last check of all is recent enough to show something to those who passed it."""
        return time.monotonic() - self._checked_at < VALID_SECONDS

    async def admits(self, session_key: str) -> bool:
        """Tell whether somebody with this session may look."""
        return bool(session_key) and bool(await self._those_who_may([session_key]))

    async def knows(self, session_key: str) -> bool:
        """Tell the same; nobody is known while the database is away."""
        try:
            return await self.admits(session_key)
        except psycopg.OperationalError:
            return False

    def closed_inboxes(self, session_key: str) -> frozenset[int]:
        """Return the inboxes of which somebody with this session saw nothing when it was last asked for."""
        return self._closed.get(session_key, frozenset())

    def user_id(self, session_key: str) -> int:
        """Return who looks with this session, 0 for nobody who was let in."""
        return self._ids.get(session_key, 0)

    async def check(self, session_keys: Collection[str]) -> set[str]:
        """Return those of ``session_keys`` that may still look."""
        began = time.monotonic()
        found = await self._those_who_may(session_keys)
        self._read = {key: read for key, read in self._read.items() if key in found}
        # Who was let in meanwhile was not asked about, and keeps what was found then.
        self._closed = {key: closed for key, closed in self._closed.items() if key in found or key not in session_keys}
        self._ids = {key: user_id for key, user_id in self._ids.items() if key in found or key not in session_keys}
        self._checked_at = began
        return found

    async def _those_who_may(self, session_keys: Collection[str]) -> set[str]:
        stored = await self._database.rows(SESSIONS, [list(session_keys)])
        sessions = {key: session for key, data in stored if (session := self._session(key, data)) is not None}
        rows = await self._database.rows(USERS, [[session.user_id for session in sessions.values()]])
        users = {user.pk: user for user in (User.from_db("default", FIELDS, row) for row in rows)}
        found = {
            key: session.user_id for key, session in sessions.items() if _is_of(session, users.get(session.user_id))
        }
        self._ids |= found
        pairs = await self._database.rows(CLOSED, [list(users)])
        self._closed |= {key: frozenset(inbox for user, inbox in pairs if user == pk) for key, pk in found.items()}
        return set(found)

    def _session(self, key: str, data: str) -> Session | None:
        known = self._read.get(key)
        if known is None or known[0] != data:
            known = self._read[key] = (data, _opened(data))
        return known[1]


def session_key(cookies: str) -> str:
    """Return the key in the session cookie among ``cookies``, or nothing."""
    return SessionStore(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)).session_key or ""


def _opened(data: str) -> Session | None:
    # The signature is checked here: data that somebody else has written is empty.
    found = SessionStore().decode(data)
    user_id, mark = str(found.get(SESSION_KEY, "")), found.get(HASH_SESSION_KEY, "")
    return Session(int(user_id), mark) if user_id.isdigit() else None


def _is_of(session: Session, user: User | None) -> bool:
    if user is None or not user.can_look:
        return False
    marks = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session.mark, mark) for mark in marks)
