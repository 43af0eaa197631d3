"""The staff: who they are, what they may do, whether they are here.

Nouns: User (a member of staff), Team, Role, Presence, Invitation, Company, AuditEntry. Announces StaffLeft,
StaffReturned, PresenceChanged.
"""
