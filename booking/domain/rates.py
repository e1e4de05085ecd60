"""What a service day costs: every rate the planning weighs, in pounds, in one table.

Change a rate here and the offers, the nightly batch and the planning in the background
all follow. How many times `refusal` a request weighs by what it is for, and by fair
shares, is in `booking/services/fairness.py`. What three settings of these give on one
day was measured: docs/decisions/what-a-minute-is-worth.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from routing.model import Objective

SECONDS_AN_HOUR: Final = 3600
METRES_A_MILE: Final = 1609.344


@dataclass(frozen=True, slots=True)
class Rates:
    """Pounds per unit. Sample rates: a scheme's own wages and fuel belong here."""

    vehicle_hour: float = 18.0
    """Per hour from leaving the depot to being back: the driver's wage and what comes on top."""
    vehicle_mile: float = 0.45
    """Per mile driven: fuel, tyres and wear."""
    excess_ride_hour: float = 4.0
    """Per hour and person on board beyond the direct ride. Less than a driver's hour, so that
    people share a bus; more than nothing, so that nobody is driven about to save a penny."""
    refusal: float = 1_000.0
    """Per direction left out, before its weight. More than any one journey costs, so that money
    never decides who stays at home: only room does."""
    stranded: float = 10_000.0
    """Per direction that was promised and has lost its bus. More than any new request can
    weigh: a promise comes first."""
    minute_away: float = 0.12
    """Per minute an offer is away from what was wished. A driver's minute is 30p, so ten minutes
    earlier or later are asked of somebody where that saves the bus four or more."""
    walk_minute: float = 0.24
    """Per minute on foot to and from the bus, where something else is looked for after a
    refusal. Walking is commonly weighed at twice a minute of waiting."""
    other_day: float = 14.40
    """Per day later, where something else is looked for: as much to ask as two hours earlier
    or later on the day itself."""
    least_saving: float = 0.01
    """Per plan. One that saves less than a penny is not worth anybody's attention."""

    @property
    def excess_ride_minute(self) -> float:
        """Per minute and person on board beyond the direct ride."""
        return self.excess_ride_hour / 60

    @property
    def objective(self) -> Objective:
        """The same for the routing engine, in its seconds and metres."""
        return Objective(
            per_distance=self.vehicle_mile / METRES_A_MILE,
            per_duration=self.vehicle_hour / SECONDS_AN_HOUR,
            per_excess_ride=self.excess_ride_hour / SECONDS_AN_HOUR,
        )


RATES: Final = Rates()
OBJECTIVE: Final = RATES.objective
