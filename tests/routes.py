"""Walks all addresses and finds out what each role gets there; ``docs/routes.md`` is the outcome, reviewed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from samovar.accounts.models import Role
from tests import make

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STRANGER = "stranger"
ROLES = (STRANGER, Role.EXPERT.value, Role.OBSERVER.value, Role.AGENT.value, Role.LEAD.value, Role.ADMIN.value)
OF_CONVERSATIONS = ["conversation", "messages", "resolution", "snooze", "assignment", "assignees", "tags"]
OF_CONVERSATIONS += ["reading", "news", "earlier"]
# What an address with parameters is about, by the name of its route: one hook a route.
OBJECTS: dict[str, Callable[[], dict[str, object]]] = {
    **dict.fromkeys(("person", "role", "password", "deactivation", "activation"), lambda: {"pk": make.user().pk}),
    **dict.fromkeys(("customer", "customer_name", "history"), lambda: {"pk": make.customer().pk}),
    **dict.fromkeys(OF_CONVERSATIONS, lambda: {"pk": make.conversation().pk}),
    **dict.fromkeys(("draft", "files"), lambda: {"pk": make.conversation().pk, "mode": "note"}),
    "tagging": lambda: {"pk": make.conversation().pk, "tag_pk": make.tag().pk},
    **dict.fromkeys(("message", "original"), lambda: {"pk": make.conversation(html="<p>Hello").messages.get().pk}),
    "attachment": lambda: {"pk": make.attachment().pk},
    **dict.fromkeys(
        ["mailbox", "mailbox_pausing", "mailbox_resuming", "mailbox_archiving", "mailbox_restoring"],
        lambda: {"pk": make.mailbox().pk},
    ),
    "deliveries": lambda: {"pk": make.delivery().message_id},
    "file": lambda: {"pk": make.upload(make.agent()).pk},
}
# Values of parameters that belong to nothing.
OF_NOTHING: dict[str, object] = {"int": 2**31 - 1, "mode": "reply", "uuid": "00000000-0000-4000-8000-000000000000"}


@dataclass(frozen=True)
class Route:
    """An address: its pattern, its name with namespaces, its parameters with the names of their kinds."""

    pattern: str
    name: str
    parameters: tuple[tuple[str, str], ...]

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


def table() -> str:
    """Return the rows of the page: what every role gets at every address, as it really happens."""
    clients = {role: _client(role) for role in ROLES}
    head = ["address", "name", *ROLES]
    rows = [head, ["---"] * len(head)]
    for route in routes():
        cells = [answers(clients[role], route, OBJECTS.get(route.name, dict)) for role in ROLES]
        rows.append([f"`/{route.pattern}`", f"`{route.name}`", *cells])
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)


def _client(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != STRANGER:
        client.force_login(make.user(role, role=role))
    return client


def answers(client: Client, route: Route, parameters: Callable[[], dict[str, object]]) -> str:
    """Return in a few words what the address answers to each method; methods that it does not know are left out."""
    methods_by_answer: dict[str, list[str]] = {}
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    for method in METHODS:
        # Signing out is taken back as everything else is, in the database and here.
        client.cookies = SimpleCookie(cookies)
        with transaction.atomic():
            response = client.generic(method, reverse(route.name, kwargs=parameters()))
            transaction.set_rollback(True)
        if response.status_code != 405:
            word = _word(response.status_code, response.headers.get("Location", ""))
            methods_by_answer.setdefault(word, []).append(method)
    if [*methods_by_answer.values()] == [list(METHODS)]:
        return "".join(methods_by_answer)
    return ", ".join(f"{' '.join(methods)}: {word}" for word, methods in methods_by_answer.items())


def _word(status: int, location: str) -> str:
    if status >= 500:
        return f"BROKEN {status}"
    if 300 <= status < 400:
        return "sign in" if location.startswith(reverse("account_login")) else "sent on"
    words = {400: "asked again", 403: "refused", 404: "not found", 422: "asked again"}
    return words.get(status, "ok" if status < 300 else str(status))
