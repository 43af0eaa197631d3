"""All addresses, and what each is about: the rows of the table of rights, which ``tests/rights.py`` fills."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from samovar.accounts.models import User
from tests import make, making_views, questions, restrictions

OF_TEAMS = ["team", "team_retiring", "team_reviving", "team_calendar"]
OF_CONVERSATIONS = ["conversation", "messages", "resolution", "spam", "snooze", "assignment", "assignees", "tags"]
OF_CONVERSATIONS += ["reading", "news", "earlier", "priority", "print", "deletion", "asking", "asking_draft", "sides"]
OF_CONVERSATIONS += ["blocking", "colleagues", "conversation_merging", "moving", "macros_found", "steps"]
OF_CONVERSATIONS += ["causing", "idea", "watching"]
OF_CONVERSATIONS += ["preview"]
OF_CONVERSATIONS += ["reminding", "attendance"]
OF_CONVERSATIONS += ["promises"]
OF_CONVERSATIONS += ["expert_asking", "warning", "restriction_mark"]
OF_EXPERTS = ["consultation", "consultation_news", "consultation_draft", "consultation_taking_back"]
OF_PROMISES = ["promise", "promise_ending", "promise_moment", "promise_owner", "promise_place"]
OF_CUSTOMERS = ["customer", "customer_details", "history", "addresses", "merging", "archives", "memberships"]
OF_CUSTOMERS += ["consents", "new_restriction"]
OF_PEOPLE = ["person", "role", "password", "deactivation", "activation", "person_door", "factor_removal"]
OF_PEOPLE += ["sessions_ending"]
OF_PROVIDERS = ["staff_provider", "staff_provider_retiring", "staff_provider_reviving", "single_sign_on_begin"]
OF_PROVIDERS += ["sign_on_proof", "sign_on_proof_begin"]
# What an address with parameters is about, by the name of its route: one hook a route.
OBJECTS: dict[str, Callable[[], dict[str, object]]] = {
    **dict.fromkeys(OF_PEOPLE, lambda: {"pk": make.user().pk}),
    **dict.fromkeys(OF_PROVIDERS, lambda: {"pk": make.staff_provider().pk}),
    **dict.fromkeys(("brand", "brand_retiring", "brand_reviving"), lambda: {"pk": make.brand().pk}),
    **dict.fromkeys(("retention", "retention_rows", "retention_stopping"), lambda: {"pk": make.inbox().pk}),
    "brand_logo": lambda: {"pk": make.brand_with_logo().pk},
    "session_ending": lambda: {"pk": make.seat().pk},
    **dict.fromkeys(("push_removal", "push_trial"), lambda: {"pk": make.told_device(make.agent()).pk}),
    "sign_on_unbinding": lambda: {"pk": make.binding().pk},
    **dict.fromkeys(("passkey", "passkey_removal"), lambda: {"pk": make.passkey().pk}),
    **dict.fromkeys(OF_CUSTOMERS, lambda: {"pk": make.customer().pk}),
    **dict.fromkeys(
        ("address_verification", "address_doubt", "address_removal"),
        lambda: {"pk": make.customer().identities.get().pk},
    ),
    **dict.fromkeys(
        ("organisation", "organisation_details", "organisation_people"), lambda: {"pk": make.organisation().pk}
    ),
    **dict.fromkeys(("membership", "membership_removal", "membership_restoring"), lambda: {"pk": make.membership().pk}),
    "merging_preview": lambda: {"pk": make.customer().pk, "other_pk": make.customer().pk},
    "conversation_merging_preview": lambda: {"pk": make.conversation().pk, "other_pk": make.conversation().pk},
    "regrouping_undoing": lambda: {"pk": make.regrouping().pk},
    "merge_undoing": lambda: {"pk": make.merge().pk},
    "archive": lambda: {"pk": make.person_archive().pk},
    "erasure": lambda: {"pk": make.customer().pk},
    "address_restoring": lambda: {"pk": make.removed_address().pk},
    **dict.fromkeys(
        ("invitation_renewal", "invitation_revocation", "invitation_restoring"),
        lambda: {"pk": make.invited().invitation.pk},
    ),
    "account_reset_password_from_key": lambda: {"uidb36": "1", "key": "signed-by-nobody"},
    "accepting": lambda: {"token": make.invited().link.split("/")[-2]},
    **dict.fromkeys(OF_TEAMS, lambda: {"pk": make.team().pk}),
    **dict.fromkeys(OF_CONVERSATIONS, lambda: {"pk": make.conversation().pk}),
    **dict.fromkeys(OF_PROMISES, lambda: {"pk": make.promise().pk}),
    **dict.fromkeys(("draft", "files", "planned"), lambda: {"pk": make.conversation().pk, "mode": "note"}),
    **dict.fromkeys(
        ("restriction_decision", "restriction_ending"), lambda: {"pk": restrictions.proposed(by=make.agent()).pk}
    ),
    **dict.fromkeys(("block", "block_lifting"), lambda: {"pk": make.block().pk}),
    "expert": lambda: {"pk": make.user().pk},
    **dict.fromkeys((*OF_EXPERTS, "consultation_withdrawal"), lambda: {"pk": questions.consultation().pk}),
    "file_link": lambda: {"pk": make.file_link().pk},
    "shared_file": lambda: {"token": "signed-by-nobody"},
    "participant": make.participant_numbers,
    **dict.fromkeys(("pending", "taking_back", "sending_now"), make.pending_place),
    **dict.fromkeys(("bulk_run", "bulk_stopping", "bulk_undoing"), lambda: {"pk": make.bulk_run().pk}),
    **dict.fromkeys(("tag", "tag_retirement", "tag_merging"), lambda: {"pk": make.tag().pk}),
    **dict.fromkeys(("cause", "cause_place", "cause_retirement", "cause_merging"), lambda: {"pk": make.cause().pk}),
    **dict.fromkeys(("macro", "macro_retirement", "macro_key"), lambda: {"pk": make.macro().pk}),
    **dict.fromkeys(("view", "view_filters", "view_deletion"), lambda: {"pk": making_views.saved_view().pk}),
    "view_taking_over": lambda: {"pk": making_views.saved_view_of_a_leaver().pk},
    "macro_taking_over": lambda: {"pk": make.macro_of_a_leaver().pk},
    "applied": lambda: {"pk": make.conversation().pk, "macro_pk": make.macro().pk},
    **dict.fromkeys(("reminder", "reminder_completion"), lambda: {"pk": make.reminder().pk}),
    "tagging": lambda: {"pk": make.conversation().pk, "tag_pk": make.tag().pk},
    **dict.fromkeys(
        ("note_deletion", "note_text"),
        lambda: {"pk": make.conversation().add_note("He called.", by=make.agent()).pk},
    ),
    **dict.fromkeys(("message", "original"), lambda: {"pk": make.conversation(html="<p>Hello").messages.get().pk}),
    **dict.fromkeys(("attachment", "picture"), lambda: {"pk": make.attachment(content=make.picture()).pk}),
    "mail_picture": lambda: {"ticket": "signed-by-nobody"},
    **dict.fromkeys(
        [
            "mailbox",
            "mailbox_signing_in",
            "mailbox_rules",
            "mailbox_teams",
            "mailbox_pausing",
            "mailbox_resuming",
            "mailbox_archiving",
            "mailbox_restoring",
            "mailbox_history_stopping",
            "mailbox_history_resuming",
            "mailbox_heartbeat",
        ],
        lambda: {"pk": make.mailbox().pk},
    ),
    "sign_in_provider": lambda: {"pk": make.provider().pk},
    "mailbox_copying": lambda: {"pk": make.sent_folder("sent@aurora.example").account_id},
    "mailbox_trial": lambda: {"pk": make.trial("trial@aurora.example").pk},
    **dict.fromkeys(("raw_mail", "rereading"), lambda: {"pk": make.unread_mail().pk}),
    **dict.fromkeys(["deliveries", "closing"], lambda: {"pk": make.delivery().message_id}),
    "delivery_address": make.delivery_place,
    "file": lambda: {"pk": make.upload(make.agent()).pk},
}
# Values of parameters that belong to nothing.
OF_NOTHING: dict[str, object] = {
    "int": 2**31 - 1,
    "str": "signed-by-nobody",
    "mode": "reply",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
# The same for what belongs to one person alone: their own, as nobody else gets it.
MINE: dict[str, Callable[[User], dict[str, object]]] = {
    "file": lambda user: {"pk": make.upload(user).pk},
    "session_ending": lambda user: {"pk": make.seat(user).pk},
    **dict.fromkeys(("push_removal", "push_trial"), lambda user: {"pk": make.told_device(user).pk}),
    **dict.fromkeys(("reminder", "reminder_completion"), lambda user: {"pk": make.reminder(user).pk}),
    **dict.fromkeys(OF_EXPERTS, lambda user: {"pk": questions.consultation(user).pk}),
    "note_text": lambda user: {"pk": make.conversation().add_note("He called.", by=user).pk},
    **dict.fromkeys(("sign_on_proof", "sign_on_proof_begin"), lambda user: {"pk": make.provider_that_knows(user).pk}),
    # Leads change the teams that they are in.
    **dict.fromkeys(OF_TEAMS[:3], lambda user: {"pk": make.team("", user).pk}),
    **dict.fromkeys(("passkey", "passkey_removal"), lambda user: {"pk": make.passkey(user).pk}),
}
# What of it administrators get, whosever it is.
FOR_ADMINS = {*OF_TEAMS[:3]}
# What is not bound to an inbox and so not to a team: the cards of customers, which are open to the desk, and the ways
# in of those who have not signed in.
OPEN_TO_ALL_TEAMS = {"customer", "customer_details", "history", "addresses", "address_verification", "address_doubt"}
OPEN_TO_ALL_TEAMS |= {"address_removal", "address_restoring", "merging", "merging_preview", "merge_undoing"}
OPEN_TO_ALL_TEAMS |= {"organisation", "organisation_details", "organisation_people", "memberships", "membership"}
OPEN_TO_ALL_TEAMS |= {"membership_removal", "membership_restoring", "accepting", "single_sign_on_begin"}
OPEN_TO_ALL_TEAMS |= {"new_restriction", "restriction_decision", "restriction_ending"}
OPEN_TO_ALL_TEAMS |= {"block", "block_lifting", "consents", "macro", "macro_key", "view"}


@dataclass(frozen=True)
class Route:
    """An address: its pattern, its name with namespaces, its parameters with the names of their kinds."""

    pattern: str
    name: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def of_nothing(self) -> dict[str, object]:
        """Return values of its parameters that belong to nothing."""
        return {name: OF_NOTHING.get(kind, "nothing") for name, kind in self.parameters}

    @property
    def is_ours(self) -> bool:
        """Whether the view is written by us; those of libraries answer unknown keys in their own way."""
        return not self.name.startswith(("account_", "mfa_", "socialaccount_"))


def routes() -> list[Route]:
    """Return all addresses, in the order of their patterns."""
    return sorted(_walk(get_resolver(), "", ""), key=lambda route: route.pattern)


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern).strip("^$")
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            kinds = {name: type(kind).__name__ for name, kind in entry.pattern.converters.items()}
            parameters = tuple((name, kinds[name].removesuffix("Converter").lower()) for name in kinds)
            yield Route(pattern, f"{namespace}{entry.name or ''}", parameters)
