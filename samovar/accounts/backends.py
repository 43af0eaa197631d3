"""Who is behind a session, what the door wants of them, and whose desk it is, in one query."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from samovar.accounts import demanding
from samovar.accounts.models import Company, User


class StaffBackend(AuthenticationBackend):
    """Finds members of staff by e-mail, and knows of each whether a second factor is missing.

    They bring along what the company is called (``company_name``), which every page shows.
    """

    def get_user(self, user_id: int) -> User | None:
        """Return the person with this id while they may sign in."""
        name = Coalesce(Subquery(Company.objects.values("name")[:1]), Value(""))
        user = demanding.at_the_door(User.objects.filter(pk=user_id)).annotate(company_name=name).first()
        return user if user and self.user_can_authenticate(user) else None
