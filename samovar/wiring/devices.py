"""When something is new for somebody, or an own device is tried out: the devices are told."""

from samovar.accounts.events import DeviceTried, NoticesChanged
from samovar.accounts.models import PushSubscription
from samovar.channels.jobs import key_of_push, push_news, push_trial
from samovar.channels.pushing import PATIENCE
from samovar.jobs.queue import enqueue
from samovar.lib import clock


def tell(event: NoticesChanged) -> None:
    """Tell the devices of somebody in a moment, unless it was looked at by then."""
    for pk in PushSubscription.objects.filter(user=event.actor_id).values_list("pk", flat=True):
        enqueue(push_news, pk, run_at=clock.now() + PATIENCE, key=key_of_push(pk))


def try_out(event: DeviceTried) -> None:
    """Tell a device that it is told."""
    enqueue(push_trial, event.subscription_id)
