"""Make the sample service's files from the hand-written rows in `source/`.

    python sample_data/make.py            writes the files beside this script
    python sample_data/make.py FOLDER     writes them into FOLDER instead

The same source gives the same files; the only chance is in the residents and the staff's
names, and that is seeded.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from making import boundaries, fleet, groups, places, residents, service
from making.tables import HERE, write

SEED = 2026


def main(folder: Path) -> None:
    """Write every file into the folder and say how many rows each has."""
    everywhere = places.all_places()
    settled = [place for place in everywhere if place.is_settlement]
    shapes = boundaries.boundaries(settled)
    drivers = fleet.driver_rows(random.Random(SEED))
    files: tuple[tuple[str, tuple[str, ...], list[dict[str, object]]], ...] = (
        ("areas", service.AREA_COLUMNS, service.area_rows()),
        ("zones", service.ZONE_COLUMNS, service.zone_rows()),
        ("places", places.PLACE_COLUMNS, [place.row() for place in places.near(everywhere)]),
        ("zone_links", service.LINK_COLUMNS, service.link_rows()),
        ("vehicles", fleet.VEHICLE_COLUMNS, fleet.vehicle_rows()),
        ("drivers", fleet.DRIVER_COLUMNS, drivers),
        ("shifts", fleet.SHIFT_COLUMNS, fleet.shift_rows()),
        ("groups", groups.GROUP_COLUMNS, groups.group_rows()),
        ("sessions", groups.SESSION_COLUMNS, groups.session_rows()),
        (
            "residents",
            residents.RESIDENT_COLUMNS,
            residents.resident_rows(settled, shapes, random.Random(SEED + 1)),
        ),
        ("staff", fleet.STAFF_COLUMNS, fleet.staff_rows(drivers, random.Random(SEED + 2))),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, rows in files:
        print(f"{name}.csv: {write(folder / f'{name}.csv', columns, rows)} rows")
    text = boundaries.geojson(shapes)
    (folder / "zones.geojson").write_text(text, encoding="utf-8")
    print(f"zones.geojson: {len(shapes)} zones")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
