"""The staff of the demo company without a database: numbered as they stand in the file."""

from itertools import count

from samovar.accounts.models import User
from samovar.conversations.delivered_causes import NAMES
from samovar.conversations.models import Cause, Inbox, Tag
from samovar.demo.company import Cast, colleague
from samovar.demo.subjects import EXTRA_TAGS, SUBJECTS
from samovar.demo.vocabulary import table


def unsaved_cast() -> Cast:
    """Return everybody who takes part on our side, not stored anywhere."""
    given, numbers = table("company"), count(1)
    inboxes = {
        row["key"]: Inbox(pk=next(numbers), name=row["name"], address=row["address"], sender_name=given["name"])
        for row in given["inbox"]
    }
    staff = {
        key: [colleague(User(pk=next(numbers), name=row[1], role=row[4]), key, row) for row in rows]
        for key, rows in given["staff"].items()
    }
    names = (*(subject.tag for subject in SUBJECTS), *EXTRA_TAGS)
    tags = {name: Tag(pk=next(numbers), name=name) for name in names}
    return Cast(staff, inboxes, tags, {key: Cause(pk=next(numbers), key=key) for key in NAMES})
