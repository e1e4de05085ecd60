"""What the nightly batch promises: a window around the planned time, and its fare."""

from __future__ import annotations

from booking.domain.needs import Party
from booking.domain.offers import promise_around
from booking.domain.service_day import moment, seconds_into
from booking.models import Booking, JourneyRequest
from booking.services.editing import Edit
from booking.services.leg_fare import leg_fare


def promise_times(edit: Edit, booking: Booking, planned: int) -> None:
    """When the bus comes, and by when they are there: never later than was said."""
    day = edit.day.day
    assert booking.wished_earliest is not None
    assert booking.wished_latest is not None
    said = booking.promised_arrival
    earliest, latest, arrival = promise_around(
        planned,
        (seconds_into(day, booking.wished_earliest), seconds_into(day, booking.wished_latest)),
        edit.zone_day.zone.window_minutes * 60,
        (booking.boarding_seconds, booking.ride_limit_seconds),
        seconds_into(day, said) if said is not None else planned,
    )
    booking.promised_earliest = moment(day, earliest)
    booking.promised_latest = moment(day, latest)
    if said is not None:
        booking.promised_arrival = moment(day, arrival)


def fare_of(edit: Edit, request: JourneyRequest, booking: Booking) -> int:
    """What the direction costs at its promised time."""
    assert booking.promised_latest is not None
    return leg_fare(
        Party.from_json(booking.party),
        edit.day.day,
        booking.promised_latest,
        edit.zone_day.zone.fares,
        pass_wheelchair=request.person.pass_holder,
    )
