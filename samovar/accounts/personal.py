"""What is personal of customers in the tables of this app: nothing; the audit log names them by number alone."""

from samovar.accounts.models import (
    AuditEntry,
    Brand,
    Calendar,
    Company,
    FactorDemand,
    Invitation,
    NoticeWays,
    Notification,
    PushSubscription,
    SignInTries,
    SignOnBinding,
    SignOnDemand,
    StaffProvider,
    StaffSession,
    Team,
    Topic,
    User,
)
from samovar.lib.personal import declare_impersonal

declare_impersonal(AuditEntry, Brand, Calendar, Company, Invitation, Invitation.teams.through, Team)
declare_impersonal(User, User.teams.through, Topic, User.topics.through)
# Addresses of the devices of the staff; what is handed to them is kept nowhere.
declare_impersonal(PushSubscription)
declare_impersonal(
    FactorDemand, Notification, NoticeWays, SignInTries, SignOnBinding, SignOnDemand, StaffProvider, StaffSession
)
