"""The staff and their teams."""

from samovar.accounts.models.company import Company
from samovar.accounts.models.team import Team
from samovar.accounts.models.user import Role, User

__all__ = ["Company", "Role", "Team", "User"]
