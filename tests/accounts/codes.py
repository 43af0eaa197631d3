"""What the phone of a member of staff shows."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PERIOD_SECONDS = 30


def code_of(secret: str, steps: int = 0) -> str:
    """Return the code that an app makes of ``secret`` now, or some steps of half a minute later."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_SECONDS + steps))
    return shown
