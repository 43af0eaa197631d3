"""Who is behind a session, what the door wants of them, and whose desk it is, in one query."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from samovar.accounts import demanding
from samovar.accounts.models import Company, User


class StaffBackend(AuthenticationBackend):
    """Finds members of staff by e-mail, and knows of each whether a second factor is missing.

    They bring along what the company is called (``company_name``) and which parts of the product it does without
    (``company_parts_off``), which every page shows.
    """

    def get_user(self, user_id: int) -> User | None:
        """Return the person with this id while they may sign in."""
        name = Coalesce(Subquery(Company.objects.values("name")[:1]), Value(""))
        off = Subquery(Company.objects.values("parts_off")[:1])
        found = demanding.at_the_door(User.objects.filter(pk=user_id))
        user = found.annotate(company_name=name, company_parts_off=off).first()
        return user if user and self.user_can_authenticate(user) else None
