"""The sample files hang together: places in their zones, codes that exist, sessions reachable."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import MultiPolygon, Point, shape

from booking.domain.drivers_hours import broken_rules
from booking.domain.duties import Duty

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEEDS = {"wheelchair", "walker", "assistance_dog", "home_pickup", "hearing", "sight", "companion"}
DRAMA = re.compile(r"(01632 960\d{3}|07700 900\d{3})")
SETTLEMENTS = {"village", "hamlet", "town"}
LANDMARKS = {"station", "hospital", "surgery", "church", "school", "hall", "landmark", "club_venue"}
KINDS = SETTLEMENTS | LANDMARKS | {"retail", "business", "shop", "pub", "stop", "depot"}
CODED = ["areas", "zones", "places", "vehicles", "drivers", "groups", "residents", "staff"]
FILES = [*CODED, "zone_links", "shifts", "sessions"]


def rows(name: str) -> list[dict[str, str]]:
    """All rows of one sample file."""
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def minutes(clock: str) -> int:
    """HH:MM as minutes from midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


def weekdays(days: str) -> list[str]:
    """`mon-sat` or `sat` as a list of days."""
    first, _, last = days.partition("-")
    return list(DAYS[DAYS.index(first) : DAYS.index(last or first) + 1])


def zone_hours(zone: dict[str, str], day: str) -> tuple[int, int] | None:
    """When a zone is open on a day, or None when it is closed."""
    group = day if day in ("sat", "sun") else "mon_fri"
    opens, closes = zone[f"{group}_open"], zone[f"{group}_close"]
    return (minutes(opens), minutes(closes)) if opens else None


@pytest.fixture(scope="module")
def features() -> list[dict[str, Any]]:
    """The features of zones.geojson."""
    collection = json.loads((SAMPLE / "zones.geojson").read_text(encoding="utf-8"))
    return list(collection["features"])


@pytest.fixture(scope="module")
def shapes(features: list[dict[str, Any]]) -> dict[str, MultiPolygon]:
    """Each zone's shape by its code."""
    return {f["properties"]["code"]: shape(f["geometry"]) for f in features}


@pytest.fixture(scope="module")
def places() -> dict[str, dict[str, str]]:
    """Every place by its code."""
    return {row["code"]: row for row in rows("places")}


def at(row: dict[str, str], prefix: str = "") -> Point:
    """Where a row says it is."""
    return Point(float(row[f"{prefix}longitude"]), float(row[f"{prefix}latitude"]))


def test_eleven_valid_multipolygons_in_five_areas(shapes: dict[str, MultiPolygon]) -> None:
    """The files describe five areas and eleven zones, and every shape can be used."""
    zones = rows("zones")
    assert len(rows("areas")) == 5
    assert Counter(z["area"] for z in zones) == {"MEL": 2, "HAR": 5, "NWL": 2, "SWL": 1, "HIN": 1}
    assert list(shapes) == [z["code"] for z in zones]
    assert all(s.geom_type == "MultiPolygon" and s.is_valid for s in shapes.values())


def test_melton_one_is_in_two_parts(shapes: dict[str, MultiPolygon]) -> None:
    """Only Melton 1 has two parts, and they don't touch."""
    assert [code for code, s in shapes.items() if len(s.geoms) != 1] == ["MEL1"]
    one, other = shapes["MEL1"].geoms
    assert one.distance(other) > 0


def test_zones_do_not_overlap(shapes: dict[str, MultiPolygon]) -> None:
    """No ground belongs to two zones (rounding slivers aside)."""
    for one, other in combinations(shapes.values(), 2):
        assert one.intersection(other).area < 1e-6


def test_every_zone_village_is_in_its_zone_alone(
    shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """Each settlement listed for a zone lies in it; the ones of no zone lie in none."""
    with (SAMPLE / "source" / "villages.csv").open(encoding="utf-8") as file:
        zone_of = {row["name"]: row["zone"] for row in csv.DictReader(file)}
    for place in places.values():
        if place["kind"] not in SETTLEMENTS:
            continue
        listed = zone_of.get(place["name"], "")
        if place["boarding_authority"] != "Leicestershire":
            listed = ""
        inside = [code for code, s in shapes.items() if s.contains(at(place))]
        assert inside == ([listed] if listed else []), place["name"]


@pytest.mark.parametrize(
    "village",
    [
        "hose", "long-clawson", "harby", "stathern", "bottesford", "somerby", "great-dalby",
        "waltham-on-the-wolds", "wymondham",
    ],
)  # fmt: skip
def test_melton_villages_are_served(
    village: str, shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """The villages people ask for by name lie in one of the Melton zones."""
    here = at(places[village])
    assert shapes["MEL1"].contains(here) or shapes["MEL2"].contains(here)


@pytest.mark.parametrize("name", CODED)
def test_codes_are_unique_and_fit(name: str) -> None:
    """No code is given twice, and each fits its column."""
    codes = [row["code"] for row in rows(name)]
    assert len(codes) == len(set(codes))
    assert all(0 < len(code) <= (40 if name == "places" else 20) for code in codes)


@pytest.mark.parametrize("name", FILES)
def test_files_are_plain(name: str) -> None:
    """Every row has exactly the header's columns and no stray blanks."""
    for row in rows(name):
        assert None not in row
        assert all(value is not None and value == value.strip() for value in row.values()), row


@pytest.mark.parametrize(
    ("name", "column", "target"),
    [
        ("zones", "area", "areas"),
        ("zone_links", "zone", "zones"),
        ("zone_links", "place", "places"),
        ("vehicles", "zone", "zones"),
        ("vehicles", "depot", "places"),
        ("drivers", "zone", "zones"),
        ("shifts", "vehicle", "vehicles"),
        ("shifts", "driver", "drivers"),
        ("groups", "place", "places"),
        ("sessions", "group", "groups"),
    ],
)
def test_references_exist(name: str, column: str, target: str) -> None:
    """Whatever a row refers to by code is there."""
    known = {row["code"] for row in rows(target)}
    assert {row[column] for row in rows(name)} <= known


def test_places_are_told_apart_by_village(places: dict[str, dict[str, str]]) -> None:
    """No village has two places of one name, and School and The Green exist in many."""
    named = Counter((p["name"], p["village"], p["boarding_authority"]) for p in places.values())
    assert max(named.values()) == 1
    for name in ("School", "The Green"):
        assert len({p["village"] for p in places.values() if p["name"] == name}) >= 3


def test_places_say_what_they_are(places: dict[str, dict[str, str]]) -> None:
    """Kinds are known, positions are in the county's surroundings, and the source is honest."""
    for place in places.values():
        assert place["kind"] in KINDS
        assert 52.3 < float(place["latitude"]) < 53.0
        assert -1.7 < float(place["longitude"]) < -0.6
        assert place["boarding_authority"]
        assert (place["approximate"] == "no") == place["source"].startswith("GeoNames ")
        assert place["source"].startswith("GeoNames ") or place["source"] in (
            "approximate",
            "sample",
        )


def test_every_zone_village_has_church_hall_and_stop(
    shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """A village of a zone has the three points people name, inside the zone."""
    by_village: dict[str, set[str]] = {}
    for place in places.values():
        if any(s.contains(at(place)) for s in shapes.values()):
            by_village.setdefault(place["village"], set()).add(place["kind"])
    for village, kinds in by_village.items():
        if "village" in kinds:
            assert {"church", "hall", "stop"} <= kinds, village


def test_links_are_outside_their_zone(
    shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """A named place outside the zone is outside, listed once, on days the zone runs."""
    links = rows("zone_links")
    assert {link["zone"] for link in links} == set(shapes)
    assert len({(link["zone"], link["place"]) for link in links}) == len(links)
    zones = {zone["code"]: zone for zone in rows("zones")}
    for link in links:
        assert not shapes[link["zone"]].covers(at(places[link["place"]])), link
        assert minutes(link["open"]) < minutes(link["close"])
        assert all(zone_hours(zones[link["zone"]], day) for day in weekdays(link["days"]))


def test_rules_are_in_range_and_one_zone_is_batched() -> None:
    """Hours run forwards, limits make sense, every value is marked a sample."""
    zones = rows("zones")
    assert Counter(zone["mode"] for zone in zones) == {"instant": 10, "batch": 1}
    for zone in zones:
        for day in ("mon", "sat"):
            hours = zone_hours(zone, day)
            assert hours is not None
            assert hours[0] < hours[1]
        assert zone_hours(zone, "sun") is None
        assert float(zone["ride_factor"]) > 1
        assert zone["sample"] == "yes"


def test_fleet_of_two_to_four_with_depots() -> None:
    """Each zone has two to four minibuses of 12 seats, kept at a depot."""
    vehicles = rows("vehicles")
    fleet = Counter(vehicle["zone"] for vehicle in vehicles)
    assert len(fleet) == 11
    assert set(fleet.values()) <= {2, 3, 4}
    kinds = {place["code"]: place["kind"] for place in rows("places")}
    for vehicle in vehicles:
        room = (vehicle["seats"], vehicle["wheelchair_spaces"], vehicle["seats_per_wheelchair"])
        assert room == ("12", "1", "3")
        assert kinds[vehicle["depot"]] == "depot"


def test_shifts_are_legal() -> None:
    """Nobody is in two places, passes 45 hours, or drives over five and a half hours unbroken."""
    zone_of = {row["code"]: row["zone"] for row in rows("vehicles") + rows("drivers")}
    zones = {zone["code"]: zone for zone in rows("zones")}
    hours: Counter[str] = Counter()
    for shift in rows("shifts"):
        start, end = minutes(shift["start"]), minutes(shift["end"])
        open_hours = zone_hours(zones[zone_of[shift["vehicle"]]], shift["weekday"])
        assert open_hours is not None
        assert open_hours[0] <= start < end <= open_hours[1]
        assert zone_of[shift["vehicle"]] == zone_of[shift["driver"]]
        earliest, latest = minutes(shift["break_from"]), minutes(shift["break_to"])
        assert int(shift["break_minutes"]) >= 30
        assert start < earliest <= latest - int(shift["break_minutes"])
        assert latest - start <= 330
        assert end - (earliest + int(shift["break_minutes"])) <= 330
        hours[shift["driver"]] += end - start
    assert max(hours.values()) <= 45 * 60
    for who in ("vehicle", "driver"):
        taken = Counter((shift[who], shift["weekday"]) for shift in rows("shifts"))
        assert max(taken.values()) == 1


def rosters() -> dict[str, list[Duty]]:
    """Driver → three weeks of the pattern, one after the other."""
    found: dict[str, list[Duty]] = defaultdict(list)
    for shift in rows("shifts"):
        starts, ends = minutes(shift["start"]), minutes(shift["end"])
        rest = minutes(shift["break_from"]), minutes(shift["break_to"]), int(shift["break_minutes"])
        for week in range(3):
            day = date(2026, 1, 5) + timedelta(weeks=week, days=DAYS.index(shift["weekday"]))
            found[shift["driver"]].append(Duty(shift["driver"], day, starts, ends, *rest))
    return found


def test_every_driver_is_within_the_hours_rules() -> None:
    """The sample roster, week after week, breaks none; without its breaks every shift does."""
    for roster in rosters().values():
        assert broken_rules(roster) == []
        bare = [replace(duty, break_minutes=0) for duty in roster]
        assert len(broken_rules(bare)) == len(bare)


def test_every_open_hour_has_a_bus() -> None:
    """While a zone is open at least one of its vehicles is out."""
    zone_of = {row["code"]: row["zone"] for row in rows("vehicles")}
    for zone in rows("zones"):
        for day in ("mon", "wed", "fri", "sat"):
            hours = zone_hours(zone, day)
            assert hours is not None
            out = [
                range(minutes(s["start"]), minutes(s["end"]))
                for s in rows("shifts")
                if zone_of[s["vehicle"]] == zone["code"] and s["weekday"] == day
            ]
            assert all(any(t in span for span in out) for t in range(*hours)), zone["code"]


def test_sessions_can_be_reached(
    shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """Some zone brings people to every session in time and home after it, itself or by a link."""
    zones = {zone["code"]: zone for zone in rows("zones")}
    groups = {group["code"]: group for group in rows("groups")}
    links = {(link["zone"], link["place"]): link for link in rows("zone_links")}
    assert {s["group"] for s in rows("sessions")} == set(groups)
    for session in rows("sessions"):
        place = groups[session["group"]]["place"]
        start, end = minutes(session["start"]), minutes(session["end"])
        assert start < end
        slack = 0 if groups[session["group"]]["kind"] == "appointments" else 30
        reached = False
        for code, zone in zones.items():
            hours = zone_hours(zone, session["weekday"])
            link = links.get((code, place))
            if hours is None:
                continue
            if link is not None and session["weekday"] in weekdays(link["days"]):
                opens, closes = minutes(link["open"]), minutes(link["close"])
                hours = max(hours[0], opens), min(hours[1], closes)
            elif not shapes[code].contains(at(places[place])):
                continue
            reached |= hours[0] + slack <= start and end + slack <= hours[1]
        assert reached, session


def test_groups_cover_every_area(
    shapes: dict[str, MultiPolygon], places: dict[str, dict[str, str]]
) -> None:
    """About sixty groups, at least four in every zone, the named ones among them."""
    groups = rows("groups")
    assert 55 <= len(groups) <= 75
    for code, zone in shapes.items():
        here = [g for g in groups if zone.contains(at(places[g["place"]]))]
        assert len(here) >= 4, code
    names = {group["name"] for group in groups}
    assert {"Gather Create Grow Club", "Chatter Chairs", "Melton parkrun"} <= names
    assert all(group["is_sample"] == "yes" for group in groups)


def test_residents_live_inside_a_zone(shapes: dict[str, MultiPolygon]) -> None:
    """All 600 homes are inside a zone, close to the village named, some in every zone."""
    residents = rows("residents")
    assert len(residents) == 600
    centre = {p["village"]: at(p) for p in rows("places") if p["kind"] in SETTLEMENTS}
    counts: Counter[str] = Counter()
    for resident in residents:
        home = at(resident, "home_")
        inside = [code for code, zone in shapes.items() if zone.contains(home)]
        assert len(inside) == 1, resident["code"]
        counts[inside[0]] += 1
        assert home.distance(centre[resident["village"]]) < 0.015
        assert resident["address"].endswith(resident["village"])
    assert min(counts.values()) >= 25


def test_residents_are_reachable_only_in_the_sample() -> None:
    """Numbers are unique and of the drama ranges; e-mail goes nowhere; no landline gets a text."""
    residents = rows("residents")
    phones = [row["phone"] for name in ("residents", "drivers", "groups") for row in rows(name)]
    assert all(DRAMA.fullmatch(phone) for phone in phones)
    assert len(phones) == len(set(phones))
    for resident in residents:
        landline = resident["phone"].startswith("01632")
        assert resident["phone_type"] == ("landline" if landline else "mobile")
        assert resident["channel"] in ("text", "email", "letter", "call")
        assert not (landline and resident["channel"] == "text")
        assert resident["email"] == "" or resident["email"].endswith("@example.org")
        assert resident["channel"] != "email" or resident["email"]


def test_residents_need_what_people_need() -> None:
    """Needs are known words, present in each kind, and boarding takes longer with a wheelchair."""
    residents = rows("residents")
    told = [set(resident["needs"].split("|")) - {""} for resident in residents]
    assert set().union(*told) == NEEDS
    for resident, needs in zip(residents, told, strict=True):
        assert ("wheelchair" in needs) == (resident["boarding_minutes"] == "4")
        assert resident["pass_holder"] in ("yes", "no")
        assert resident["no_other_way"] in ("yes", "no")
    older = sum(int(resident["birth_year"]) <= 1960 for resident in residents)
    assert older / len(residents) > 0.6
    steps = [resident for resident in residents if resident["avoid_vehicles"]]
    assert 1 <= len(steps) <= 20
    assert {one["avoid_vehicles"] for one in steps} <= {row["code"] for row in rows("vehicles")}
    stuck = sum(resident["no_other_way"] == "yes" for resident in residents)
    assert 0.2 < stuck / len(residents) < 0.5


def test_staff_sign_ins_cover_every_role() -> None:
    """Every role can sign in, and every driver has a sign-in under the driver's own code."""
    staff = rows("staff")
    roles = {"call_handler", "operator", "driver", "organiser", "council"}
    assert {row["role"] for row in staff} == roles
    assert len({row["email"] for row in staff}) == len(staff)
    assert all(row["email"].endswith("@example.org") for row in staff)
    drivers = {row["code"]: row["name"] for row in rows("drivers")}
    assert drivers == {row["code"]: row["name"] for row in staff if row["role"] == "driver"}


def test_files_are_what_the_script_makes(tmp_path: Path) -> None:
    """Making the files again gives the committed ones, byte for byte."""
    subprocess.run(
        [sys.executable, "-B", str(SAMPLE / "make.py"), str(tmp_path)],
        check=True,
        capture_output=True,
    )
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (SAMPLE / made.name).read_bytes(), made.name
    assert len(list(tmp_path.iterdir())) == len(FILES) + 1
