"""The page that tells a member of staff where to pass on mail that customers wrote to them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.channels.models import ChannelAccount
from samovar.conversations import signing
from samovar.conversations.models import Inbox


@agents_only
@require_GET
def passing_on(request: StaffRequest) -> HttpResponse:
    """Show the reader's own address of every inbox that they see and that can have one."""
    accounts = ChannelAccount.objects.in_use().filter(has_plus_addresses=True).select_related("inbox")
    accounts = accounts.filter(inbox__in=Inbox.objects.open_to(request.user))
    addresses = [
        (account.inbox, signing.forward_address(account.inbox.address, request.user.pk), bool(account.trusted_checker))
        for account in accounts.order_by("inbox__name", "pk")
    ]
    return render(request, "channels/passing_on.html", {"addresses": [one for one in addresses if one[1]]})
