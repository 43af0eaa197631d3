"""The screens that show several apps at once: the inbox, the customer's page, the search.

Defines no nouns. ``menu.py`` is the navigation, ``panels.py`` is what stands beside a conversation and on the
customer's page, one line a panel; the parts themselves are drawn by the apps they belong to.
"""
