"""In which order the bookings of a day come in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.model import Request

ORDERS = ("random", "id", "time")


def arrivals(requests: Sequence[Request], order: str, seed: int) -> list[int]:
    """Indices of the requests as they are booked, each once.

    "random" is as if they had been booked over the days before; "id" goes by booking
    number (numbers as numbers); "time" by pickup, as if each had been booked in the
    morning for later that day.
    """
    everybody = range(len(requests))
    if order == "random":
        return [int(k) for k in np.random.default_rng(seed).permutation(len(requests))]
    if order == "id":
        return sorted(everybody, key=lambda k: _number(requests[k].id))
    if order == "time":
        return sorted(everybody, key=lambda k: (requests[k].pickup_window.earliest, k))
    raise ValueError(f"there is no order {order}, only {', '.join(ORDERS)}")


def _number(booking: str) -> tuple[int, str]:
    return (int(booking), "") if booking.isdigit() else (2**62, booking)
