"""Putting messages of ours on their way."""

from datetime import datetime

from samovar.channels.models import Delivery


def queue(message_id: int, at: datetime) -> None:
    """Let a message leave; it goes out as soon as a worker is free."""
    Delivery.objects.create(message_id=message_id, created_at=at, next_try_at=at)
