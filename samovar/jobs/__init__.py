"""Queued and timed work: tasks that survive a crash, periodic jobs that fire once, loops, and the worker for all.

Nouns: Task (a job that waits for its time), Hold (a kind of work that waits for a person's word). Jobs are functions
in the ``jobs.py`` of the apps::

    @job
    def close_survey(survey_id: int) -> None: ...                 # in the transaction that removes the task

    @job(every="1 minute")
    def wake_snoozed() -> None: ...                               # once a minute, however many workers there are

    @job(lease="5 minutes")
    def send_mail(delivery_id: int) -> None: ...                  # outside of a transaction, may use the network

    @loop
    def watch_mailboxes(stop: threading.Event) -> None: ...       # as long as a worker runs, in one of them

    enqueue(close_survey, survey.pk, run_at=…, key=f"survey {survey.pk}")

Anything else that a worker should do again and again is handed to ``worker.register`` as a Source.
"""
