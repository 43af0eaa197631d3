"""Where a session is kept, and which keys can be one."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """The sessions of Django in the database; a key that none of them could have is not looked for."""

    def _validate_session_key(self, key: str | None) -> bool:
        # A cookie can carry what the database cannot store.
        # The stubs do not know it.
        return bool(super()._validate_session_key(key)) and key is not None and key.isascii() and key.isalnum()  # type: ignore[misc]
