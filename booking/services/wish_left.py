"""What a journey still asks for: the wish a change of it begins with."""

from __future__ import annotations

from datetime import datetime

from booking.context import Context
from booking.domain.wish import Wish
from booking.models import Account
from booking.services.journeys import get_journey, get_wish


def get_wish_left(ctx: Context, account: Account, request_id: int, *, now: datetime) -> Wish:
    """The wish of a journey without the direction that was cancelled or travelled.

    The whole wish where nothing is left. Raises NotFound for anybody else's journey or none.
    """
    wish, _ = get_wish(ctx, account, request_id)
    journey = get_journey(ctx, account, request_id, now=now)
    if journey.only_home_left:
        return wish.only_home()
    if journey.can_cancel and not any(leg.homeward for leg in journey.to_cancel):
        return wish.without_home()
    return wish
