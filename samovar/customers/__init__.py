"""The customers: who they are, how they reach us, whom they work for, and their one history.

Nouns: Customer, Identity (an address, a phone, an account: any number each), Merge (two cards that are one person),
Organisation, Membership; the timeline is a view over the event log. Announces CustomerAdded, CustomerRenamed,
CustomersMerged, CustomersSeparated, and what becomes of addresses.
"""
