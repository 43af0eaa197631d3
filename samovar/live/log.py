"""Reading the log of events for the streams."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from samovar.events.announcing import Visibility
from samovar.live.database import Database
from samovar.live.position import LAST_ID, Position

BATCH = 500
# Beyond this nobody is told each single thing: the page is to be read anew.
MOST_MISSED = 5000
# An event of a conversation that was joined to another one stands under its old number.
NEWS = """
SELECT tx, id, kind, conversation_id, customer_id, actor_id, visibility, COALESCE(
    (SELECT inbox_id FROM conversations_conversation AS own WHERE own.id = told.conversation_id),
    (SELECT inbox_id FROM conversations_conversationredirect AS moved
        JOIN conversations_conversation AS now ON now.id = moved.conversation_id
        WHERE moved.old_id = told.conversation_id)
), kind <> 'ConversationDeleted' AND EXISTS (
    SELECT FROM conversations_conversation AS own WHERE own.id = told.conversation_id AND own.deleted_at IS NOT NULL
)
FROM events_event AS told
WHERE (tx, id) > (%s, %s) AND (tx, id) <= (%s, %s) AND tx < events_horizon() ORDER BY tx, id LIMIT %s
"""
HOW_MANY = """
SELECT count(*) FROM (SELECT 1 FROM events_event WHERE (tx, id) > (%s, %s) AND tx < events_horizon() LIMIT %s) missed
"""
ABOVE_HORIZON = "SELECT EXISTS (SELECT 1 FROM events_event WHERE tx >= events_horizon())"
HORIZON = "SELECT events_horizon()"
END = Position(LAST_ID, LAST_ID)
Row = tuple[int, int, str, int | None, int | None, int | None, int, int | None, bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the streams show it; the frame is empty for one that they do not show.

    ``inbox_id`` is the inbox in which it happened, if it did in one.
    """

    position: Position
    frame: bytes
    inbox_id: int | None = None


class Log:
    """The log of events, below the horizon under which no transaction can write any more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def present(self) -> Position:
        """Return the position after all that can be read now."""
        [(horizon,)] = await self._database.rows(HORIZON)
        return Position(horizon - 1, LAST_ID)

    async def news(self, after: Position) -> list[Entry]:
        """Return the next entries after a position."""
        return await self.between(after, END)

    async def between(self, after: Position, until: Position) -> list[Entry]:
        """Return the next entries between two positions; none when all are read."""
        return _entries(await self._database.rows(NEWS, [after.tx, after.id, until.tx, until.id, BATCH]))

    async def is_far_behind(self, position: Position) -> bool:
        """Tell whether more came after a position than anybody should be told singly."""
        [(count,)] = await self._database.rows(HOW_MANY, [position.tx, position.id, MOST_MISSED + 1])
        return bool(count > MOST_MISSED)

    async def has_more_soon(self) -> bool:
        """Tell whether something is stored that can only be read when an older transaction ends."""
        [(has_more,)] = await self._database.rows(ABOVE_HORIZON)
        return bool(has_more)


def _entries(rows: Sequence[Row]) -> list[Entry]:
    return [Entry(Position(row[0], row[1]), _frame(row), row[7]) for row in rows]


def _frame(row: Row) -> bytes:
    tx, number, kind, conversation_id, customer_id, actor_id, visibility, _inbox_id, is_deleted = row
    # Restricted matters are for some of the staff only, and a stream does not know which; of what is deleted screens
    # hear only that it is.
    if is_deleted or visibility >= Visibility.RESTRICTED:
        return b""
    told = {"kind": kind, "conversation_id": conversation_id, "customer_id": customer_id, "actor_id": actor_id}
    return f"id: {tx}-{number}\ndata: {json.dumps(told, separators=(',', ':'))}\n\n".encode()
