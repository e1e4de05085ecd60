"""Who may see and do what, object by object.

The web asks first whether a page is for somebody's role at all
(`booking/web/access.py`); the services ask here whether this object is theirs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from booking.domain.errors import NotFound
from booking.models import Account, JourneyRequest


class RoleName(StrEnum):
    """The kinds of work an account may do."""

    PASSENGER = "passenger"
    CALL_HANDLER = "call_handler"
    DRIVER = "driver"
    OPERATOR = "operator"
    ORGANISER = "organiser"
    COUNCIL = "council"


STAFF: Final = frozenset(
    {RoleName.CALL_HANDLER, RoleName.OPERATOR, RoleName.ORGANISER, RoleName.COUNCIL}
)
"""Roles that sign in with a password and a second factor, and whose looks are recorded."""

_MAY_BOOK_FOR_ANYBODY: Final = frozenset({RoleName.CALL_HANDLER, RoleName.OPERATOR})


def roles_of(account: Account) -> frozenset[str]:
    """The names of the account's roles."""
    return frozenset(role.name for role in account.roles)


def is_staff(account: Account) -> bool:
    return bool(roles_of(account) & STAFF)


def may_see_person(account: Account, person_id: int) -> bool:
    """A passenger sees themselves; call handlers and operators see everybody."""
    if roles_of(account) & _MAY_BOOK_FOR_ANYBODY:
        return True
    return account.person_id is not None and account.person_id == person_id


def may_see_request(account: Account, request: JourneyRequest) -> bool:
    """A journey is seen by who travels, and by those who book for anybody."""
    return may_see_person(account, request.person_id)


def check_request(account: Account, request: JourneyRequest | None) -> JourneyRequest:
    """The request, if the account may see it.

    Raises:
        NotFound: there is none, or it is somebody else's: the answer is the same, so
            that nobody learns which references exist.
    """
    if request is None or not may_see_request(account, request):
        raise NotFound("We cannot find that journey among yours. Look under My journeys.")
    return request
