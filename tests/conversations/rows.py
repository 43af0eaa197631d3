"""All rows of all tables in a form that two runs can be compared by: names in place of numbers."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from samovar.accounts.models import AuditEntry, Brand, Team, User
from samovar.channels.models import Delivery
from samovar.conversations import signing
from samovar.conversations.models import Consultation, Conversation, Inbox, Macro, Message, Promise, SavedView, Tag
from samovar.customers.models import Customer, Identity, Organisation, Restriction
from samovar.events.models import Event
from samovar.files.models import StoredFile
from samovar.jobs.models import Task

# When a row was written, by which transaction and with which salt is not what it says. Under which name and signature a
# letter goes out is fixed for what leaves from here; what is told in bulk has left from elsewhere.
NOT_COMPARED = {"tx", "search", "password", "finished_at", "from_name", "signature", "legal_line"}
NAMED_BY = {
    StoredFile: "sha256",
    Identity: "value",
    User: "email",
    Tag: "name",
    Team: "name",
    Inbox: "address",
    Organisation: "name",
}
IN_EVENTS = {
    "customer_id": Customer,
    "conversation_id": Conversation,
    "actor_id": User,
    "message_id": Message,
    "assignee_id": User,
    "tag_id": Tag,
    "inbox_id": Inbox,
    "promise_id": Promise,
    "owner_id": User,
    "author_id": User,
    "consultation_id": Consultation,
    "expert_id": User,
    "restriction_id": Restriction,
}
Row = dict[str, Any]


class Names:
    """What is the same about a row in two runs that gave it different numbers."""

    def __init__(self) -> None:
        self._names: dict[type[models.Model], dict[int, Any]] = {
            **{model: dict(model._default_manager.values_list("pk", name)) for model, name in NAMED_BY.items()},
            Customer: {row.pk: f"customer {row.identities.earliest('id').value}" for row in Customer.objects.all()},
            Message: {row.pk: f"message {row.direction} {row.created_at} {row.text}" for row in Message.objects.all()},
            Consultation: {row.pk: f"asked {row.asked_at} {row.question}" for row in Consultation.objects.all()},
            Restriction: {row.pk: f"{row.kind} {row.reason}" for row in Restriction.objects.all()},
            Promise: {row.pk: f"promise {row.made_at} {row.due_at} {row.what}" for row in Promise.objects.all()},
            Conversation: {
                row.pk: f"conversation {row.messages.earliest('created_at').external_id}"
                for row in Conversation.objects.all()
            },
        }
        assert all(len(set(names.values())) == len(names) for names in self._names.values()), "names are not unique"

    def of(self, model: type[models.Model] | None, pk: Any) -> Any:
        """Return the name of the row ``pk`` of ``model``; rows of other tables are known by their number."""
        return self._names.get(model, {}).get(pk, pk)  # type: ignore[arg-type]  # keys of these models are numbers


def everything() -> dict[str, list[Row]]:
    """Return all rows of all our tables but the log, by table, in an order of their own."""
    names = Names()
    # A task only names a delivery, and deliveries are compared.
    ours = [model for model in apps.get_models() if model.__module__.startswith("samovar.")]
    # The first letter that leaves makes the brand under which it does. Macros and views name tags by their numbers, the
    # audit log names by its number whatever was changed.
    ours = [model for model in ours if model not in (Event, Task, Brand, Macro, SavedView, AuditEntry)]
    return {model._meta.label: sorted((_row(names, one) for one in _all(model)), key=repr) for model in ours}


def history() -> list[Row]:
    """Return the log, in the order in which it was written."""
    names = Names()
    return [_event(names, event) for event in Event.objects.order_by("id")]


def of_customers(events: Iterable[Row]) -> dict[Any, list[Row]]:
    """Return what happened to each customer, in order."""
    found: dict[Any, list[Row]] = {}
    for event in events:
        found.setdefault(event["customer_id"], []).append(event)
    return found


def _all(model: type[models.Model]) -> Iterable[models.Model]:
    rows = model._default_manager.all()
    # What has left when it is told stands in no queue; by the verbs it stood there first.
    left = Q(message__handed_over_at__isnull=False) | Q(message__failed_at__isnull=False)
    return rows.exclude(left) if model is Delivery else rows


def _row(names: Names, row: models.Model) -> Row:
    fields = [field for field in row._meta.concrete_fields if field.name not in NOT_COMPARED]
    values = {field.attname: _value(names, field, row) for field in fields if not getattr(field, "auto_now_add", False)}
    if values.pop("id", None) and isinstance(row, Message) and row.direction == "out":
        assert row.external_id == signing.signed_message_id(row.pk, row.inbox.address)
        values["external_id"] = "ours"
    return values


def _value(names: Names, field: "models.Field[Any, Any]", row: models.Model) -> Any:
    value = getattr(row, field.attname)
    value = bytes(value) if isinstance(value, memoryview) else value
    # A key leads to a model.
    return names.of(field.related_model, value) if isinstance(field, models.ForeignKey) else value  # type: ignore[arg-type]


def _event(names: Names, event: Event) -> Row:
    values = {field.name: getattr(event, field.name) for field in event._meta.concrete_fields}
    del values["id"], values["tx"]
    # Only the bulk path tells replies that have left long ago; a test of its own looks at this.
    values["data"].pop("is_to_be_sent", None)
    values |= {f"data.{name}": value for name, value in values.pop("data").items()}
    return {name: names.of(IN_EVENTS.get(name.removeprefix("data.")), value) for name, value in values.items()}
