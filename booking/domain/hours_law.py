"""The limits of GB domestic drivers' hours for passenger vehicles, and where each is written.

Transport Act 1968, section 96, as modified for drivers of passenger vehicles by the
Drivers' Hours (Passenger and Goods Vehicles) (Modifications) Order 1971 (SI 1971/818);
in plain words in DVSA's guide for buses and coaches (PSV375), section 2.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DRIVING_A_DAY: Final = timedelta(hours=10)
"""Section 96(1): driving in a working day."""
UNBROKEN: Final = timedelta(hours=5, minutes=30)
"""Section 96(2): driving after which there must be a break, unless the working day ends."""
BREAK: Final = timedelta(minutes=30)
"""Section 96(2): the shortest such break."""
LONGER_PERIOD: Final = timedelta(hours=8, minutes=30)
"""Section 96(2) as modified, the other way: within so long, breaks that add up ..."""
LONGER_PERIOD_BREAKS: Final = timedelta(minutes=45)
"""... to so much, and so at most 7¾ hours of driving; then a break, unless the day ends."""
WORKING_DAY: Final = timedelta(hours=16)
"""Section 96(3) as modified: from first coming on duty to last going off it."""
REST: Final = timedelta(hours=10)
"""Section 96(4) as modified: between two working days ..."""
SHORT_REST: Final = timedelta(hours=8, minutes=30)
"""... which may be cut down to so much ..."""
SHORT_RESTS_A_WEEK: Final = 3
"""... so many times in a week, from Monday to Sunday."""
DAY_OFF: Final = timedelta(hours=24)
"""Section 96(6) as modified: off duty once in any two weeks that follow each other."""
