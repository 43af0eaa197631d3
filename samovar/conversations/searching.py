"""How messages are indexed for search: one PostgreSQL configuration of our own, written with the message.

Russian stems for Cyrillic and English for Latin words; ё is folded to е, and "-", "/" and "_" become blanks, so that
parts of order numbers are found. Only the beginning of a text is indexed: a vector over 1 MB is an error of PostgreSQL
that would refuse the message.
"""

CONFIGURATION_SQL = """
CREATE TEXT SEARCH CONFIGURATION samovar (COPY = pg_catalog.russian)
"""

COLUMN_SQL = """
ALTER TABLE conversations_message ADD COLUMN search tsvector GENERATED ALWAYS AS (
    to_tsvector(
        'samovar'::regconfig,
        translate(left(subject || ' ' || sender_name || ' ' || text, 200000), 'ёЁ-/_', 'еЕ   ')
    )
) STORED
"""

INDEX_SQL = "CREATE INDEX message_search ON conversations_message USING gin (search)"
