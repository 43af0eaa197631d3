"""The event log: what happened, in the order in which it can be read by everybody, each line exactly once.

Nouns: Event (one line of a history), Cursor (how far a wiring module has read), SetAside (an event whose reaction
failed). The app announces nothing itself.

An app says what it announces in its own ``events.py``::

    from samovar.events.announcing import CustomerEvent, announce

    @dataclass(frozen=True, kw_only=True)
    class ConversationResolved(CustomerEvent):
        \"\"\"The matter is settled.\"\"\"

        line = _("Conversation resolved")      # how the history words it; may hold %(field)s of this event
        conversation_id: int
        cause_id: int | None = None

    announce(ConversationResolved(customer_id=…, conversation_id=…, actor_id=by.pk, title=conversation.subject))

- The class name is the kind that is stored: it is never reused for something else.
- ``at``, ``actor_id`` (who did it, None for the customer), ``visibility``, ``title`` (the subject, in whatever
  language people wrote it) and ``preview`` are fields of every event. Fields named ``customer_id``,
  ``organisation_id``, ``conversation_id``, ``amount`` and ``score`` become columns too; all others go to ``data``.
- Fields are int, str, bool, float, Decimal, datetime, date, timedelta, enums, tuples of these, or None; a field
  that is added later has a default, because old rows are read as well.
- ``announce()`` needs a transaction; ``announce_many()`` writes many with one statement. Reactions stand in
  ``wiring/table.py``; ``later`` reactions see an event only after every transaction that began before it has ended.
"""
