"""The sample scheme itself: areas, zones and the places outside each zone it serves.

The five areas and the count of zones per area are public; every rule value is a sample
value (the defaults peers use), because hours, fares and limits are not published.
"""

from __future__ import annotations

from dataclasses import dataclass

AREAS = {
    "MEL": "Melton Mowbray",
    "HAR": "Market Harborough",
    "NWL": "North West Leicestershire",
    "SWL": "South West Leicestershire",
    "HIN": "Hinckley & Bosworth",
}

ZONE_RULES: dict[str, object] = {
    "mon_fri_open": "07:00",
    "mon_fri_close": "19:00",
    "sat_open": "08:00",
    "sat_close": "18:00",
    "sun_open": "",
    "sun_close": "",
    "book_ahead_days": 14,
    "book_latest_minutes": 60,
    "window_minutes": 20,
    "walk_limit_m": 300,
    "ride_extra_minutes": 20,
    "ride_factor": 1.6,
    "ride_cap_minutes": 60,
    "party_max": 5,
    "fare_adult_pence": 200,
    "fare_child_pence": 100,
    "licence": "flexible_registered",
    "sample": "yes",
}

AREA_COLUMNS = ("code", "name", "phone")
ZONE_COLUMNS = (
    "code", "area", "name",
    "mon_fri_open", "mon_fri_close", "sat_open", "sat_close", "sun_open", "sun_close",
    "book_ahead_days", "book_latest_minutes", "window_minutes", "walk_limit_m",
    "ride_extra_minutes", "ride_factor", "ride_cap_minutes", "party_max",
    "fare_adult_pence", "fare_child_pence", "mode", "licence", "sample",
)  # fmt: skip
LINK_COLUMNS = ("zone", "place", "days", "open", "close", "sample")


@dataclass(frozen=True)
class Zone:
    """One zone: its fleet's size, colour and depot, and how many sample residents it has."""

    code: str
    name: str
    vehicles: int
    colour: str
    depot: str
    residents: int
    mode: str = "instant"

    @property
    def area(self) -> str:
        """The code of the area it belongs to."""
        return self.code[:3]


ZONES = (
    Zone("MEL1", "Vale of Belvoir and Somerby", 4, "Blue", "depot-melton-mowbray", 90),
    Zone("MEL2", "Melton and the Wreake Valley", 3, "Green", "depot-melton-mowbray", 70),
    Zone("HAR1", "Kibworth, Fleckney and Great Glen", 3, "Red", "depot-market-harborough", 50),
    Zone("HAR2", "Billesdon and Tilton", 2, "Yellow", "depot-market-harborough", 45),
    Zone("HAR3", "Welland villages", 2, "Orange", "depot-market-harborough", 35, "batch"),
    Zone("HAR4", "Market Harborough and Foxton", 3, "Purple", "depot-market-harborough", 55),
    Zone("HAR5", "Lutterworth and its villages", 3, "White", "depot-lutterworth", 55),
    Zone("SWL1", "South West Leicestershire", 3, "Silver", "depot-stoney-stanton", 55),
    Zone("NWL1", "Castle Donington and Kegworth", 2, "Pink", "depot-ashby-de-la-zouch", 45),
    Zone("NWL2", "Ashby, Measham and Ibstock", 3, "Gold", "depot-ashby-de-la-zouch", 50),
    Zone("HIN1", "Market Bosworth and its villages", 3, "Brown", "depot-market-bosworth", 50),
)

WORKDAYS = ("mon-fri", "07:00", "19:00")
WEEK = ("mon-sat", "07:00", "19:00")
CLINICS = ("mon-fri", "08:00", "18:00")
SATURDAYS = ("sat", "08:00", "12:00")

Hours = tuple[str, str, str]

LINKS: dict[str, dict[str, Hours]] = {
    "MEL1": {
        "melton-mowbray-railway-station": WEEK,
        "bus-station": WEEK,
        "town-centre-melton-mowbray": WEEK,
        "melton-mowbray-hospital": CLINICS,
        "latham-house-medical-practice": CLINICS,
        "day-centre-melton-mowbray": WORKDAYS,
        "community-centre-melton-mowbray": WORKDAYS,
        "library-melton-mowbray": WEEK,
        "waterfield-leisure-centre": WEEK,
        "melton-country-park": SATURDAYS,
        "cattle-market": ("tue-fri", "08:00", "15:00"),
        "morrisons": WEEK,
        "grantham-railway-station": WORKDAYS,
        "oakham-railway-station": WORKDAYS,
    },
    "MEL2": {
        "syston-railway-station": WORKDAYS,
        "oakham-railway-station": WEEK,
        "town-centre-oakham": WEEK,
        "rutland-memorial-hospital": CLINICS,
        "birstall-park-and-ride": WEEK,
        "long-clawson-medical-practice": CLINICS,
    },
    "HAR1": {
        "market-harborough-railway-station": WEEK,
        "town-centre-market-harborough": WEEK,
        "st-luke-s-hospital": CLINICS,
        "day-centre-market-harborough": WORKDAYS,
        "welland-park": SATURDAYS,
        "leicester-general-hospital": CLINICS,
    },
    "HAR2": {
        "market-harborough-railway-station": WEEK,
        "town-centre-market-harborough": WEEK,
        "st-luke-s-hospital": CLINICS,
        "leicester-general-hospital": CLINICS,
        "kibworth-medical-centre": CLINICS,
    },
    "HAR3": {
        "market-harborough-railway-station": WEEK,
        "town-centre-market-harborough": WEEK,
        "st-luke-s-hospital": CLINICS,
        "market-harborough-medical-centre": CLINICS,
        "day-centre-market-harborough": WORKDAYS,
        "welland-park": SATURDAYS,
    },
    "HAR4": {
        "kibworth-medical-centre": CLINICS,
        "wistow-maze-and-garden-centre": WEEK,
        "town-centre-lutterworth": WEEK,
    },
    "HAR5": {
        "narborough-railway-station": WEEK,
        "fosse-park": WEEK,
        "market-harborough-railway-station": WORKDAYS,
        "st-luke-s-hospital": CLINICS,
        "community-centre-broughton-astley": WORKDAYS,
    },
    "SWL1": {
        "narborough-railway-station": WEEK,
        "hinckley-railway-station": WEEK,
        "fosse-park": WEEK,
        "meridian-leisure-and-business-park": WEEK,
        "grove-park": WORKDAYS,
        "enderby-park-and-ride": WEEK,
        "town-centre-hinckley": WEEK,
        "hinckley-and-district-hospital": CLINICS,
        "magna-park": WEEK,
        "town-centre-lutterworth": WEEK,
    },
    "NWL1": {
        "east-midlands-parkway-railway-station": WEEK,
        "loughborough-railway-station": WEEK,
        "town-centre-loughborough": WEEK,
        "loughborough-hospital": CLINICS,
        "town-centre-coalville": WEEK,
        "coalville-community-hospital": CLINICS,
        "town-centre-ashby-de-la-zouch": WEEK,
    },
    "NWL2": {
        "town-centre-coalville": WEEK,
        "coalville-community-hospital": CLINICS,
        "health-centre-coalville": CLINICS,
        "bardon-industrial-estate": WEEK,
        "burton-on-trent-railway-station": WORKDAYS,
        "twycross-zoo": WEEK,
    },
    "HIN1": {
        "hinckley-railway-station": WEEK,
        "town-centre-hinckley": WEEK,
        "hinckley-and-district-hospital": CLINICS,
        "health-centre-hinckley": CLINICS,
        "day-centre-hinckley": WORKDAYS,
        "hinckley-commercial-park": WORKDAYS,
        "atherstone-railway-station": WORKDAYS,
        "town-centre-coalville": WEEK,
    },
}


def area_rows() -> list[dict[str, object]]:
    """The areas, each with a sample phone number of the range kept for drama."""
    return [
        {"code": code, "name": name, "phone": f"01632 9609{90 + number}"}
        for number, (code, name) in enumerate(AREAS.items())
    ]


def zone_rows() -> list[dict[str, object]]:
    """One row of booking rules for each zone."""
    return [
        ZONE_RULES | {"code": zone.code, "area": zone.area, "name": zone.name, "mode": zone.mode}
        for zone in ZONES
    ]


def link_rows() -> list[dict[str, object]]:
    """One row for each named place outside a zone that its journeys may begin or end at."""
    return [
        {
            "zone": zone,
            "place": place,
            "days": days,
            "open": opens,
            "close": closes,
            "sample": "yes",
        }
        for zone, places in LINKS.items()
        for place, (days, opens, closes) in places.items()
    ]
