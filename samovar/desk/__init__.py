"""The desk: the screens of the staff that show several apps at once, and the search over all of them.

It has no nouns of the domain and announces nothing.
"""
