"""Who is behind a session, and what the door wants of them, in one query."""

from allauth.account.auth_backends import AuthenticationBackend

from samovar.accounts import demanding
from samovar.accounts.models import User


class StaffBackend(AuthenticationBackend):
    """Finds members of staff by e-mail, and knows of each whether a second factor is missing."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person with this id while they may sign in."""
        user = demanding.at_the_door(User.objects.filter(pk=user_id)).first()
        return user if user and self.user_can_authenticate(user) else None
