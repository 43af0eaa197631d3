"""What is personal in the tables of this app: all that a card says."""

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now

from samovar.customers.models import (
    Consent,
    Customer,
    Erasure,
    Identity,
    Membership,
    Merge,
    MovedRow,
    Organisation,
    PersonArchive,
    RemovedIdentity,
    Restriction,
)
from samovar.lib.personal import Personal, declare, declare_harmless_facts, declare_impersonal

# No two rows may say the same.
NOBODY = Concat(Value("erased:"), Cast("pk", CharField()))

declare(
    Personal(
        Customer,
        owners=["pk", "merged_into_id"],
        emptied=dict.fromkeys(["name", "sort_key", "search_key", "language", "time_zone", "city"], ""),
    )
)
declare(
    Personal(
        Identity,
        owners=["customer_id"],
        emptied={"value": NOBODY, "shown": "", "verified_at": None, "undeliverable_at": None},
        harmless=["kind"],
    )
)
declare(Personal(RemovedIdentity, owners=["customer_id"], emptied={"value": NOBODY, "shown": ""}, harmless=["kind"]))
declare(
    Personal(
        Membership,
        owners=["customer_id"],
        emptied={"role": "", "since_on": None, "until_on": None, "removed_at": Coalesce("removed_at", Now())},
    )
)
declare(Personal(Merge, owners=["survivor_id", "merged_id"], emptied={"before": {}, "after": {}}))
# What an erasure has to know itself is emptied when it is settled.
declare_impersonal(Organisation, MovedRow, Erasure, PersonArchive)
# That somebody agreed, and when, is the proof that we were allowed to; what they read and where it stands names them.
declare(
    Personal(
        Consent,
        owners=["customer_id"],
        emptied={"wording": "", "conversation_number": None},
        harmless=["purpose", "way"],
    )
)
# It counts no more for somebody of whom nothing is left, and says nothing of them.
declare(
    Personal(
        Restriction,
        owners=["customer_id"],
        emptied={"reason": "", "conversation_number": None, "ended_at": Coalesce("ended_at", Now())},
        harmless=["kind"],
    )
)
declare_harmless_facts("details", "purpose", "measure")
