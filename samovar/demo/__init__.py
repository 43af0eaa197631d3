"""The demo company "Aurora Home": invented staff, customers and a year of conversations, the same for the same seed.

Nouns: Filling (what was asked for and how far it has come), FilledBatch. Everything that it invents goes through the
bulk path of the conversations, so that its histories are complete. Announces nothing itself. The texts stand in
``texts/``, by language and subject; ``phrases.py`` says how they are written.
"""
