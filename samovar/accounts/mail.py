"""Letters to members of staff: written here, sent by whatever settings.EMAIL_BACKEND names."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.template.loader import render_to_string


def can_leave() -> bool:
    """Tell whether a letter would leave now; without a working mailbox, pages say so and show links to copy."""
    # Only a backend that stores letters can say; others send at once.
    ask = getattr(get_connection(), "can_leave", None)
    return bool(ask()) if ask else True


def write(recipient: str, template: str, words: Mapping[str, object]) -> None:
    """Write a letter by ``<template>_subject.txt`` and ``<template>_message.txt``; it leaves after the commit."""
    subject = " ".join(render_to_string(f"{template}_subject.txt", dict(words)).split())
    send_mail(subject, render_to_string(f"{template}_message.txt", dict(words)), None, [recipient])


def link(path: str) -> str:
    """Return the whole address of one of our pages, never from what a request says of our name."""
    return f"{settings.PUBLIC_URL}{path}"
