"""Finds out what each role gets at every address; ``docs/routes.md`` is the outcome, reviewed.

The world is arranged once and all is asked of it; what a request changes is taken back. What a role does not get is
asked for once more with an id of nothing, and both answers must be one: nobody learns from a refusal what there is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from samovar.accounts.models import Role, User
from tests import make
from tests.route_forms import FORMS
from tests.routes import FOR_ADMINS, MINE, OBJECTS, Route, routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Nobody signed in; and customers, who have no way in yet: what they have of us are mails and signed addresses in them.
STRANGER = "stranger"
FORMER = "former colleague"
OTHER_TEAM = "agent of another team"
STAFF = (Role.EXPERT.value, Role.OBSERVER.value, OTHER_TEAM, Role.AGENT.value, Role.LEAD.value, Role.ADMIN.value)
ROLES = (STRANGER, FORMER, *STAFF)
UNKNOWN_METHOD = 405
CLOSED = {"sign in", "refused", "not found"}
# Presence is noted once a minute, which would be a question more now and then.
BY_ITSELF = {"X-By-Itself": "1"}
REQUESTS = RequestFactory(headers=BY_ITSELF, SERVER_NAME="testserver")
TILL_THE_END = 3600
UNTOLD = {"Content-Length", "Expires", "Date"}
# Which providers there are stands on the sign-in page.
KNOWN_TO_ALL = {"single_sign_on_begin"}
# What differs from page to page anyway: nonces and tokens.
BY_CHANCE = re.compile(r"nonce=\S+|nonce-[^']+|\w{32,}")
Numbers = Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """What was answered: in a word, and all of it by which somebody could tell it from another answer."""

    status: int
    word: str
    headers: tuple[tuple[str, str], ...]
    page: str
    questions: int


@dataclass
class Found:
    """What each role gets at each address, and what is not as it must be."""

    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return the rows of the page."""
        rows = [["address", "name", *ROLES], ["---"] * (len(ROLES) + 2)]
        rows += [[f"`/{one.pattern}`", f"`{one.name}`", *self.cells[one.name].values()] for one in routes()]
        return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)


class World:
    """An inbox of a team with all that can be asked for, and one person of each role."""

    def __init__(self) -> None:
        self.people = {role: make.user(role, role=role) for role in STAFF if role != OTHER_TEAM}
        self.people |= {FORMER: make.admin("former"), OTHER_TEAM: make.agent("other")}
        self.sessions = {role: session_of(user) for role, user in self.people.items()}
        self.site = BaseHandler()
        self.site.load_middleware()
        once = cache(lambda objects: objects())
        self.objects: dict[str, Numbers] = {name: once(objects) for name, objects in OBJECTS.items()}
        self.forms = {name: form() for name, form in FORMS.items()}
        make.inbox().open_for([self._team()], by=self.people[Role.ADMIN])
        # Their sessions end when they leave; here one is kept, so that it is the door that keeps them out.
        User.objects.filter(pk=self.people[FORMER].pk).update(is_active=False)

    def walk(self) -> Found:
        """Ask every address in every role."""
        found = Found()
        for role in ROLES:
            # The first request of a session notes that it is there, which takes a question more.
            self.ask(role, Route("", "profile", ()), "GET", {})
        for route in routes():
            # What an address does not know even for those who may do everything is no method of it.
            about = self.objects.get(route.name, {})
            methods = [one for one in METHODS if self.ask(Role.ADMIN, route, one, about).status != UNKNOWN_METHOD]
            found.cells[route.name] = {role: self._cell(found, role, route, methods) for role in ROLES}
        return found

    def ask(self, role: str, route: Route, method: str, numbers: Numbers) -> Answer:
        """Ask an address for something as somebody, and take back what it did."""
        address = reverse(route.name, kwargs=dict(numbers))
        form = self.forms.get(route.name, {})
        request = REQUESTS.post(address, form) if method == "POST" else REQUESTS.generic(method, address)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as Django's own test client has it
        request.COOKIES[settings.SESSION_COOKIE_NAME] = self.sessions.get(role, "")
        with transaction.atomic():
            with counted() as questions:
                response = self.site.get_response(request)
            transaction.set_rollback(True)
        headers = {name: _told(value, address) for name, value in response.headers.items() if name not in UNTOLD}
        page = _told(response.content.decode(errors="replace"), address) if isinstance(response, HttpResponse) else ""
        word = _word(response.status_code, response.headers.get("Location", ""))
        _close(response)
        return Answer(response.status_code, word, tuple(sorted(headers.items())), page, len(questions))

    def _team(self) -> Any:
        make.team("Sales", self.people[OTHER_TEAM])
        return make.team("Pay", *(user for role, user in self.people.items() if role != OTHER_TEAM))

    def _own(self, role: str, route: Route) -> Numbers:
        if route.name in MINE and role in self.people:
            return MINE[route.name](self.people[role])
        return self.objects.get(route.name, {})

    def _cell(self, found: Found, role: str, route: Route, methods: Sequence[str]) -> str:
        words = {}
        with transaction.atomic():
            own = self._own(role, route)
            for method in methods:
                answer = self.ask(role, route, method, own)
                words[method] = answer.word
                if route.parameters and route.is_ours and route.name not in KNOWN_TO_ALL:
                    found.faults += self._faults(role, route, method, answer)
            transaction.set_rollback(True)
        return summed_up(words)

    def _faults(self, role: str, route: Route, method: str, own: Answer) -> Iterator[str]:
        """Yield what can be told about what a role does not get, and whether something is found that is not there."""
        missing = self.ask(role, route, method, route.of_nothing)
        if missing.word not in CLOSED and missing.status != UNKNOWN_METHOD:
            yield f"{method} {route.name} of nothing: {role} gets {missing.status}"
        others = self.ask(role, route, method, self.objects[route.name]) if route.name in MINE else own
        is_theirs = route.name in MINE and not (role == Role.ADMIN and route.name in FOR_ADMINS)
        if (others.word in CLOSED or is_theirs) and others != missing:
            yield f"{method} {route.name} tells {role} what there is: {_difference(others, missing)}"


def session_of(user: User) -> str:
    """Return the session of somebody who has signed in and has proven just now that it is them."""
    client = Client()
    client.force_login(user)
    request = REQUESTS.get("/")
    request.user, request.session = user, client.session
    record_authentication(request, user, "password")
    # However long the walk takes.
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] += TILL_THE_END
    request.session.save()
    return str(request.session.session_key)


def summed_up(words: Mapping[str, str]) -> str:
    """Return in a few words what is answered to each method."""
    methods_by_word: dict[str, list[str]] = {}
    for method, word in words.items():
        methods_by_word.setdefault(word, []).append(method)
    if len(methods_by_word) == 1 and CLOSED & methods_by_word.keys():
        return "".join(methods_by_word)
    return ", ".join(f"{' '.join(methods)}: {word}" for word, methods in methods_by_word.items())


def _close(response: HttpResponseBase) -> None:
    # The connection holds the world.
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Give the statements that are sent to the database meanwhile."""
    questions: list[str] = []

    def count(execute: Any, sql: str, *given: Any) -> Any:
        questions.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(count):
        yield questions


def _told(text: str, address: str) -> str:
    return BY_CHANCE.sub("", text.replace(address, "").replace(quote(address), "").replace(quote(address, safe=""), ""))


def _word(status: int, location: str) -> str:
    if status >= 500:
        return f"BROKEN {status}"
    if 300 <= status < 400:
        return "sign in" if location.startswith(reverse("account_login")) else "sent on"
    words = {400: "asked again", 403: "refused", 404: "not found", 422: "asked again"}
    return words.get(status, "ok" if status < 300 else str(status))


def _difference(one: Answer, other: Answer) -> str:
    pairs = ((name, getattr(one, name), getattr(other, name)) for name in ("status", "headers", "page", "questions"))
    return "; ".join(
        f"{name} {str(mine)[:200]} / {str(theirs)[:200]}" for name, mine, theirs in pairs if mine != theirs
    )
