"""The fence around work that may fail in any way: one message, one reaction, one task."""

from types import TracebackType
from typing import Self

from samovar.lib.masking import words_of


class Fence:
    """Keeps an error of the work inside from stopping its neighbours; the one place that stops any Exception.

    What happened stands in ``error`` afterwards and must be looked at. Stopping the process is not an Exception
    and passes through.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            self.error = error
        return self.error is not None


def reason(error: BaseException) -> str:
    """Return ``error`` in one line for the page that shows what was set aside, at most 1,000 characters.

    It is kept for as long as that is set aside, and no erasure looks there: nothing of a customer stands in it.
    """
    return f"{type(error).__name__}: {words_of(error)}".replace("\x00", "")[:1000]
