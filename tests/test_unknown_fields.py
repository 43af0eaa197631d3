"""What nobody asked for does nothing: columns of our tables that somebody sends beside a form are left alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.urls import reverse

from samovar.accounts.models import Role
from tests import make
from tests.rights import REQUESTS, World, counted
from tests.routes import Route, routes

WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.IGNORECASE)
PLANTED = "mallory@planted.example"
YEAR = 2001
NUMBER = 987_654_321
MOMENT = f"{YEAR}-02-03T04:05:06Z"
MOMENTS = [
    "created_at",
    "erased_at",
    "archived_at",
    "retired_at",
    "deleted_at",
    "resolved_at",
    "accepted_at",
    "left_at",
]
MOMENTS += ["revoked_at", "verified_at", "admitted_at", "expires_at", "sent_at", "seen_at", "undone_at", "withdrawn_at"]
SWITCHES = ["is_active", "is_superuser", "is_staff", "is_admin", "is_default", "is_spam", "is_history", "is_unread"]
SWITCHES += ["is_given", "is_hidden", "has_keys"]
TEXTS = ["email", "password", "public_name", "external_id", "sender_name", "sender_address", "verdict", "token_digest"]
TEXTS += ["sealed_password", "from_name", "legal_line", "html", "sha256", "sort_key", "search_key", "rule", "kind"]
CUSTOMERS, USERS = ["customer", "merged_into", "survivor"], ["user", "author", "by", "assignee", "invited_by", "set_by"]
# Where a form asks for it itself, though it may be left out.
ASKED_FOR = {
    "brand": {"legal_line"},
    "new_brand": {"legal_line"},
    "new_customer": {"email"},
    "reading": {"version"},
    "profile": {"public_name", "has_keys"},
    "memberships": {"role"},
    "promises": {"kind", "owner"},
    "membership": {"role"},
    "people": {"teams"},
    "mailbox_teams": {"teams"},
}


class Kept:
    """What our tables hold, as far as two runs of one request must agree: no numbers of new rows, no clock."""

    def __init__(self) -> None:
        own = [one for one in apps.get_models(include_auto_created=True) if one.__module__.startswith("samovar.")]
        self.models = {model._meta.db_table: model for model in own}
        self.known: dict[object, set[Any]] = {
            model: {*model._default_manager.values_list("pk", flat=True)} for model in own
        }

    def rows(self, statements: list[str]) -> Counter[tuple[object, ...]]:
        """Return all rows of the tables into which ``statements`` have written."""
        tables = {table for one in statements for table in WRITTEN.findall(one)}
        return Counter(row for table in tables & self.models.keys() for row in self._rows(self.models[table]))

    def _rows(self, model: type[models.Model]) -> Iterator[tuple[object, ...]]:
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
        for row in model._default_manager.values_list(*(field.attname for field in fields)):
            yield (model._meta.label, *(self._told(field, value) for field, value in zip(fields, row, strict=True)))

    def _told(self, field: models.Field[Any, Any], value: Any) -> object:
        if isinstance(field, models.DateField):
            return value if value is None else "planted" if value.year == YEAR else "a moment"
        if field.primary_key or field.is_relation:
            model = field.model if field.primary_key and not field.is_relation else field.related_model
            return value if value in (None, NUMBER) or value in self.known.get(model, ()) else "new"
        if isinstance(field, models.BooleanField) or field.name == "role":
            return value
        return "planted" if "mallory" in str(value) else ""


def hostile(switched: str) -> dict[str, str]:
    """Return the columns of our tables that somebody would like to set, with a value for each."""
    customer, user = make.customer("Extra", "extra@mail.example").pk, make.admin("extra").pk
    numbers = dict.fromkeys(["id", "pk", "number", "version", "dup_no", "sessions_ended", "reset_keys_voided"], NUMBER)
    numbers |= {"team": make.team("Extra").pk, "teams": make.team("Further").pk, "brand": make.brand("Extra").pk}
    numbers |= dict.fromkeys(CUSTOMERS, customer) | dict.fromkeys(USERS, user)
    numbers |= {f"{name}_id": value for name, value in numbers.items()}
    texts = dict.fromkeys(TEXTS, PLANTED) | dict.fromkeys(MOMENTS, MOMENT) | dict.fromkeys(SWITCHES, switched)
    return {"role": Role.ADMIN.value} | texts | {name: str(value) for name, value in numbers.items()}


def send(world: World, kept: Kept, route: Route, form: dict[str, Any]) -> tuple[int, Counter[tuple[object, ...]]]:
    """Send a form as an administrator, and return the answer and what was written into; then take it back."""
    address = reverse(route.name, kwargs=dict(world.objects.get(route.name, {})))
    for one in form.values():
        if isinstance(one, SimpleUploadedFile):
            one.seek(0)
    request = REQUESTS.post(address, form)
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as Django's own test client has it
    request.COOKIES[settings.SESSION_COOKIE_NAME] = world.sessions[Role.ADMIN]
    with transaction.atomic():
        with counted() as statements:
            status = world.site.get_response(request).status_code
        rows = kept.rows(statements)
        transaction.set_rollback(True)
    return status, rows


@pytest.mark.django_db
@pytest.mark.parametrize("switched", ["true", "false"])
def test_columns_beside_a_form_do_nothing(switched: str) -> None:
    planted, world = hostile(switched), World()
    kept, wrong, writing = Kept(), dict[str, object](), 0
    ours = [route for route in routes() if route.is_ours]
    # The first request of a session notes the session.
    send(world, kept, ours[0], {})

    for route in ours:
        form = world.forms.get(route.name, {})
        beside = {name: one for name, one in planted.items() if name not in ASKED_FOR.get(route.name, ())}
        plain, with_more = send(world, kept, route, form), send(world, kept, route, beside | form)
        writing += bool(plain[1])
        if plain != with_more:
            wrong[route.name] = plain[0], with_more[0], plain[1] - with_more[1], with_more[1] - plain[1]

    assert wrong == {}
    # Otherwise nothing would have been looked at.
    assert writing > 60
