"""The causes that come with Samovar, in the words of customers: what went wrong with us, and what it was about.

They are known by their keys and read in the language of each reader, until a company calls one otherwise.
"""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

# In the order in which they are offered; what stands below a cause follows it.
NAMES = {
    "service": _("Our service"),
    "service.wait": _("Waited too long"),
    "service.alone": _("Could not do it on the site alone"),
    "service.repeat": _("Had to explain it again"),
    "service.unknowing": _("We did not know the answer"),
    "service.powerless": _("Whoever answered may not decide"),
    "service.menus": _("Lost in menus, no person to reach"),
    "service.promise": _("We did not keep our word"),
    "service.tone": _("We were rude"),
    "delivery": _("Delivery"),
    "delivery.late": _("It comes late"),
    "delivery.where": _("Where is my order?"),
    "delivery.damaged": _("Damaged on delivery"),
    "delivery.missing": _("Something is missing"),
    "delivery.wrong": _("Not what was ordered"),
    "delivery.when": _("Another day or address"),
    "product": _("The goods"),
    "product.broken": _("It broke or does not work"),
    "product.unlike": _("Not as it was described"),
    "product.use": _("How to put together and use it"),
    "product.care": _("How to look after it"),
    "order": _("The order"),
    "order.change": _("Change something in it"),
    "order.cancel": _("Call it off"),
    "returns": _("Returns"),
    "returns.how": _("How to swap or send back"),
    "returns.money": _("Where is my money?"),
    "returns.refused": _("We do not take it back"),
    "payment": _("Payment"),
    "payment.failed": _("Paying does not work"),
    "payment.wrong": _("The sum is wrong"),
    "payment.papers": _("Invoices and papers"),
    "offer": _("Prices and offers"),
    "offer.choice": _("What suits me?"),
    "offer.stock": _("Is there any left?"),
    "offer.price": _("What does it cost for me?"),
    "offer.discount": _("A discount that is not given"),
    "account": _("The account"),
    "account.entry": _("Cannot get in"),
    "account.facts": _("My details are wrong"),
    "account.letters": _("Letters that nobody wanted"),
    "praise": _("Praise"),
}


def shown(key: str) -> str:
    """Return what the cause of this key is called in the reader's language; a key of another version as it is."""
    return translated(NAMES[key]) if key in NAMES else key


@cache
def forms(key: str) -> tuple[str, ...]:
    """Return what the cause of this key is called in every language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.append(shown(key))
    return tuple(dict.fromkeys(found))
