"""Bringing the body of an answer to the client, at the client's pace and not at the cost of a web process."""

import asyncio

from samovar.live.asgi import Send, part
from samovar.live.protocol import ClientConnection
from samovar.live.spool import NoRoom, Room, Spool
from samovar.live.upstream import Connection

# A client that has kept us waiting for so long in all gets the rest from a file, so that the thread of the web
# process that writes the answer is free for others. Up to the limit; beyond it the web process waits as well.
PATIENCE_SECONDS = 0.5
SPOOL_LIMIT = 64 * 1024 * 1024


async def relay(upstream: Connection, send: Send, connection: ClientConnection, room: Room) -> None:
    """Send the body of the answer to the client; raises UpstreamGone when it breaks off."""
    loop = asyncio.get_running_loop()
    patience = PATIENCE_SECONDS
    while patience > 0:
        chunk = await upstream.next_chunk()
        is_done = upstream.is_done
        began = loop.time()
        if not await connection.takes_more(patience):
            await _relay_slowly(chunk, upstream, send, Spool(room))
            return
        patience -= loop.time() - began
        await send(part(chunk, not is_done))
        if is_done:
            return
    await _relay_slowly(b"", upstream, send, Spool(room))


async def _relay_slowly(chunk: bytes, upstream: Connection, send: Send, spool: Spool) -> None:
    filler = asyncio.create_task(_fill(spool, upstream))
    try:
        await send(part(chunk, True))
        async for following in spool.chunks():
            await send(part(following, True))
        # Only now is it known whether the answer was whole.
        await filler
        await send(part(b"", False))
    finally:
        filler.cancel()
        await asyncio.gather(filler, return_exceptions=True)
        spool.close()


async def _fill(spool: Spool, upstream: Connection) -> None:
    in_file = 0
    try:
        while not upstream.is_done:
            chunk = await upstream.next_chunk()
            if in_file + len(chunk) > SPOOL_LIMIT:
                await spool.emptied()
                in_file = 0
            in_file += len(chunk)
            try:
                await spool.write(chunk)
            except NoRoom:
                await spool.emptied()
                await spool.write(chunk)
    finally:
        spool.end()
