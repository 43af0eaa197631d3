"""The staff, their teams, and what they did."""

from samovar.accounts.models.audit import Action, AuditEntry
from samovar.accounts.models.brand import Brand, Look
from samovar.accounts.models.calendar import Calendar
from samovar.accounts.models.company import Company
from samovar.accounts.models.door import FactorDemand, SignInTries, SignOnDemand, StaffSession
from samovar.accounts.models.invitation import Invitation
from samovar.accounts.models.notice_ways import NoticeWays, Pace
from samovar.accounts.models.notification import News, Notice, Notification
from samovar.accounts.models.presence import Presence
from samovar.accounts.models.provider import SignOnBinding, StaffProvider
from samovar.accounts.models.push_subscription import PushSubscription
from samovar.accounts.models.team import Team
from samovar.accounts.models.topic import Topic
from samovar.accounts.models.user import Role, User

__all__ = [
    "Action",
    "AuditEntry",
    "Brand",
    "Calendar",
    "Company",
    "FactorDemand",
    "Invitation",
    "Look",
    "News",
    "Notice",
    "NoticeWays",
    "Notification",
    "Pace",
    "Presence",
    "PushSubscription",
    "Role",
    "SignInTries",
    "SignOnBinding",
    "SignOnDemand",
    "StaffProvider",
    "StaffSession",
    "Team",
    "Topic",
    "User",
]
