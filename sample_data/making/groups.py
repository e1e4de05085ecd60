"""Groups and their weekly sessions, from the hand-written list."""

from __future__ import annotations

from making.tables import SOURCE, read

GROUP_COLUMNS = ("code", "name", "place", "kind", "description", "phone", "is_sample")
SESSION_COLUMNS = ("group", "weekday", "start", "end")


def group_rows() -> list[dict[str, object]]:
    """Each group with a sample telephone number of the range kept for drama."""
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "place": row["place"],
            "kind": row["kind"],
            "description": row["description"],
            "phone": f"01632 960{900 + number}",
            "is_sample": "yes",
        }
        for number, row in enumerate(read(SOURCE / "groups.csv"))
    ]


def session_rows() -> list[dict[str, object]]:
    """`tue 10:00-12:00;fri 10:00-12:00` as a row for each weekday."""
    return [
        {"group": row["code"], "weekday": weekday, "start": hours[:5], "end": hours[6:]}
        for row in read(SOURCE / "groups.csv")
        for weekday, hours in (entry.split(" ") for entry in row["sessions"].split(";"))
    ]
