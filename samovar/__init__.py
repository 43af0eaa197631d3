"""Samovar: one customer, one history, every channel, and a loop that turns contacts into improvements."""

__version__ = "0.1.0"
