"""Nobody signs in with a password from the documentation where customers write."""

from collections.abc import Iterator

from samovar.channels.models import ChannelAccount
from samovar.demo import company
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, broken


def look() -> Iterator[Finding]:
    """Look for the invented staff beside a mailbox; a demo company by itself is meant to be open."""
    if readiness.pending() or not ChannelAccount.objects.filter(inbox__archived_at=None).exists():
        return
    if users := company.open_accounts():
        names = ", ".join(user.email for user in users[:3])
        yield broken(
            f"{len(users)} invented members of staff ({names} …) can sign in with a password that everybody can read.",
            "Deactivate them on the page People, or give each another one: samovar user password EMAIL.",
        )


CHECK = Check("Demo company", look, needs_database=True)
