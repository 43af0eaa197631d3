"""E-mail as bytes and as facts: reading, judging and composing messages. Pure: no database, no network, no settings."""
