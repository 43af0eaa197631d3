"""How django-allauth is bent to our ways: staff are invited or made by an admin, they never sign up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """Closes public sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account without an admin."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that attempts are counted by.

        A request over our own front comes by a socket without an address; the front has written the client's.
        """
        return request.META.get("REMOTE_ADDR") or request.headers.get("X-Forwarded-For", "")
