"""A whole scheme in a few rows, as the files an operator would send; tests bend it.

Two zones side by side around Melton Mowbray, each with a village; everything else
once or twice. Nobody in it is real.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILES = {
    "areas.csv": "code,name\nMEL,Melton Mowbray\n",
    "zones.csv": (
        "code,area,name,mon_fri_open,mon_fri_close,sat_open,sat_close,sun_open,sun_close,mode\n"
        "W,MEL,West,07:00,19:00,08:00,18:00,,,instant\n"
        "E,MEL,East,07:00,19:00,,,,,batch\n"
    ),
    "places.csv": (
        "code,name,kind,latitude,longitude,village,alternative_names,approximate\n"
        "hose,Hose,village,52.857,-0.904,Hose,Hoose|The Hose,no\n"
        "hose-hall,Village hall,hall,52.858,-0.905,Hose,,yes\n"
        "garthorpe,Garthorpe,village,52.79,-0.76,Garthorpe,,no\n"
        "grantham,Grantham station,station,52.906,-0.642,Grantham,,no\n"
    ),
    "zone_links.csv": "zone,place,days,open,close\nE,grantham,mon-sat,08:00,18:00\n",
    "vehicles.csv": (
        "code,zone,name,registration,seats,wheelchair_spaces,seats_per_wheelchair,depot\n"
        "W-B1,W,Blue bus 1,SAMPLE 1,12,1,3,hose\n"
    ),
    "drivers.csv": "code,name,zone,phone\nW-D1,Ben Dexter,W,07700 900900\n",
    "shifts.csv": (
        "vehicle,driver,weekday,start,end,break_from,break_to,break_minutes\n"
        "W-B1,W-D1,mon,07:00,15:00,09:30,12:30,30\n"
        "W-B1,W-D1,tue,07:00,12:00,,,\n"
    ),
    "groups.csv": (
        "code,name,place,kind,description,phone,is_sample\n"
        'g-craft,Craft club,hose-hall,craft,"Knitting, with tea",01632 960900,yes\n'
    ),
    "sessions.csv": "group,weekday,start,end\ng-craft,tue,10:00,12:00\n",
    "residents.csv": (
        "code,name,phone,phone_type,email,channel,birth_year,home_latitude,home_longitude,"
        "village,address,needs,boarding_minutes,pass_holder,no_other_way,avoid_vehicles,avoid_drivers,note\n"
        "R1,Stanley Pick,01632 960110,landline,,call,1948,52.8575,-0.9045,Hose,"
        '"24 Mill Lane, Hose",wheelchair|home_pickup,4,yes,yes,,,Please knock\n'
        "R2,Zoë Übel,07700 900033,mobile,zoe@example.org,text,1990,52.7905,-0.7605,Garthorpe,"
        '"2 Back Lane, Garthorpe",,1,no,no,W-B1,W-D1,\n'
    ),
    "staff.csv": (
        "code,role,name,email\n"
        "CALL1,call_handler,Nikhil Gill,call1@example.org\n"
        "W-D1,driver,Ben Dexter,ben@example.org\n"
    ),
}


def square(west: float, east: float) -> dict[str, Any]:
    """A zone's shape between two longitudes, from 52.7 to 52.95 north."""
    ring = [[west, 52.7], [east, 52.7], [east, 52.95], [west, 52.95], [west, 52.7]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def shapes(**more: dict[str, Any]) -> str:
    """zones.geojson with the two zones; `more` puts other geometries by code in their stead."""
    geometries = {"W": square(-1.0, -0.8), "E": square(-0.8, -0.7), **more}
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
        for code, geometry in geometries.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1)


def write_scheme(folder: Path, **changed: str | bytes | None) -> Path:
    """Write all files into the folder.

    `changed` replaces files by their name with _ for the dot (`places_csv`); None leaves one out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes | None] = {**FILES, "zones.geojson": shapes()}
    files.update({name.replace("_csv", ".csv"): text for name, text in changed.items()})
    if "zones_geojson" in changed:
        files["zones.geojson"] = files.pop("zones_geojson")
    for name, text in files.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
            continue
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def edited(file: str, before: str, after: str) -> str:
    """The file's text with one thing changed; the thing must be there."""
    assert before in FILES[file], f"{before!r} is not in {file}"
    return FILES[file].replace(before, after, 1)
