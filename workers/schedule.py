"""When what runs. Beat counts in UTC; services that care for the village clock look at it.

Nothing is scheduled by the hour that moves with summer time: tasks come by every
few minutes and the service decides whether it is time.
"""

from __future__ import annotations

from typing import Any, Final

BEAT: Final[dict[str, dict[str, Any]]] = {
    "relay the outbox": {"task": "outabout.relay_outbox", "schedule": 2.0},
    "sweep the days that want planning": {"task": "outabout.sweep", "schedule": 5.0},
    "give back holds that ran out": {"task": "outabout.expire_holds", "schedule": 15.0},
    "send messages": {"task": "outabout.send_messages", "schedule": 5.0},
    "close the calls that came too late": {
        "task": "outabout.close_missed_calls",
        "schedule": 60.0,
    },
    "decide the batch": {"task": "outabout.run_batches", "schedule": 300.0},
    "tell tomorrow's times": {"task": "outabout.write_day_before", "schedule": 300.0},
    "say that the bus is near": {"task": "outabout.write_reminders", "schedule": 60.0},
    "write down the promises no bus kept": {"task": "outabout.mark_missed", "schedule": 600.0},
    "make the shifts of the days ahead": {
        "task": "outabout.materialise_shifts",
        "schedule": 600.0,
    },
    "forget sign-ins that are over": {
        "task": "outabout.forget_old_sign_ins",
        "schedule": 3600.0,
    },
}
"""Each entry may be lost or come twice; the next one does what is left to do."""

for _entry in BEAT.values():
    # What waits longer than this for a worker is already repeated: do not pile up.
    _entry["options"] = {"expires": max(10.0, 3 * _entry["schedule"])}
