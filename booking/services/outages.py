"""What an error of the database means: it is away, or it was given what it cannot keep."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


def is_outage(error: BaseException) -> bool:
    """Whether this is the database (or its disk) not answering; waiting may help."""
    if isinstance(error, OperationalError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def is_unstorable(error: BaseException) -> bool:
    """Whether a value was too big or too long to be kept, and so nothing was written.

    Forms say so beside the field; this is for what slips past one.
    """
    too_big_for_sqlite = isinstance(error, OverflowError) and "SQLite" in str(error)
    return isinstance(error, DataError) or too_big_for_sqlite
