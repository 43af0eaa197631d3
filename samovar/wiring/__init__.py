"""Who reacts to what: the only place that knows everybody. It has no nouns of its own.

``table.py`` is the whole list; each other module holds short adapters, one function a reaction, and reads the log
through a cursor of its own.
"""
