"""Logs: one JSON object a line on standard error, or readable lines on a terminal, and never what people are called.

What a caller passes as a field is his own care: ids, counts, durations, names of our own. The net below catches what
comes along unasked, in the words of an exception or of a library: addresses, long numbers, quoted values, queries.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from samovar.lib.masking import masked, words_of

MOST_FRAMES = 40
OWN_FIELDS = frozenset({"timestamp", "level", "logger", "exception"})
# Libraries that tell more than we want to know, or say again what our own line about a request says.
LEVELS = {
    "django.request": "ERROR",
    "django.security": "ERROR",
    "django.security.DisallowedHost": "CRITICAL",
    "uvicorn": "ERROR",
    "uvicorn.error": "ERROR",
    "_granian": "WARNING",
    "asyncio": "WARNING",
    "mail.log": "WARNING",
    "psycopg": "WARNING",
    "psycopg.pool": "ERROR",
}


def configure(options: dict[str, str]) -> None:
    """Send everything that is logged in this process to standard error; ``options`` may name the ``level``."""
    is_terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exception_without_values,
        without_personal_data,
    ]
    last = structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), foreign_words, *shared],
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": options.get("level", "INFO")},
            "loggers": {name: {"level": level, "propagate": True, "handlers": []} for name, level in LEVELS.items()}
            | {name: {"propagate": True, "handlers": []} for name in ("django", "django.server")},
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def foreign_words(_: Any, __: str, event: EventDict) -> EventDict:
    """Drop what Django and others hang onto a record besides its words; a path may hold anything."""
    record: logging.LogRecord = event["_record"]
    for name in ("request", "status_code", "server_time", "color_message"):
        event.pop(name, None)
    if record.name == "django.request":
        event["event"] = "a page failed"
    return event


def without_personal_data(_: Any, __: str, event: EventDict) -> EventDict:
    """Mask what looks like a person's in every text of the line."""
    for name, value in event.items():
        if isinstance(value, str) and name not in OWN_FIELDS:
            event[name] = masked(value)
    return event


def exception_without_values(_: Any, __: str, event: EventDict) -> EventDict:
    """Turn an exception into its kind, its masked first line and the places that it passed, without any values."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = " ← ".join(_described(error))
    return event


def _described(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        places = " > ".join(_places(link.__traceback__))
        yield f"{type(link).__module__}.{type(link).__qualname__}: {words_of(link)} [{places}]"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{frame.filename.split('site-packages/')[-1]}:{frame.lineno} {frame.name}" for frame in frames]
