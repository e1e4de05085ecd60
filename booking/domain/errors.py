"""Everything that can go wrong in a use case, in words a person can act on.

The web maps each class to a status in one place (`booking/web/errors.py`).
"""

from __future__ import annotations


class BookingError(Exception):
    """Base of all. `words` says what happened and what to do next."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Invalid(BookingError):
    """Something typed or chosen cannot be used. `field` names where."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NotFound(BookingError):
    """There is no such thing, or it is not for this person to know of."""


class NotAllowed(BookingError):
    """This person may not do that."""


class Gone(BookingError):
    """It was there, and is no longer: an offer that somebody else took, a hold that ran out."""


class Over(Gone):
    """A journey that was booked once, and was cancelled, refused or changed since."""


class Conflict(BookingError):
    """Somebody else changed it at the same moment; looking again helps."""


class PromiseBroken(BookingError):
    """A plan would break a promise. Never shown to passengers: such a plan is not published."""
