"""Places are found the way people say and misspell them, and never mistaken for another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.gazetteer import MAX_MATCHES, Entry, Gazetteer
from booking.domain.place_words import sound, split_postcode, without_address, words

SAMPLE = Path(__file__).resolve().parents[4] / "sample_data"
HOSE = (52.857, -0.904)
SOMERBY = (52.687, -0.850)


def rows(name: str) -> list[dict[str, str]]:
    """All rows of one sample file."""
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sample_entries() -> list[Entry]:
    """The sample's places and groups as entries."""
    places = {row["code"]: row for row in rows("places")}
    entries = [
        Entry(
            key=code,
            name=row["name"],
            kind=row["kind"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            village=row["village"],
            alternatives=tuple(name for name in row["alternative_names"].split("|") if name),
            authority=row["boarding_authority"],
        )
        for code, row in places.items()
    ]
    return entries + [
        Entry(
            key=row["code"],
            name=row["name"],
            kind=row["kind"],
            latitude=float(places[row["place"]]["latitude"]),
            longitude=float(places[row["place"]]["longitude"]),
            village=places[row["place"]]["village"],
            keywords=row["description"],
        )
        for row in rows("groups")
    ]


def place(name: str, village: str = "", kind: str = "hall", **more: object) -> Entry:
    """A small entry for tests that need only one or two."""
    key = f"{name}/{village}"
    return Entry(key, name, kind, 52.8, -0.9, village or name, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """All of the sample service."""
    return Gazetteer(sample_entries())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Hose", "Hose"),
        ("hoze", "Hose"),
        ("Long Clauson", "Long Clawson"),
        ("LONG CLAWSON", "Long Clawson"),
        ("Longclawson", "Long Clawson"),
        ("clawson", "Long Clawson"),
        ("mel ton", "Melton Mowbray"),
        ("Meltun Mobray", "Melton Mowbray"),
        ("Stathun", "Stathern"),
        ("bottsford", "Bottesford"),
        ("wimondham", "Wymondham"),
        ("Great Dolby", "Great Dalby"),
        ("Market Harboro", "Market Harborough"),
        ("waltham on the wolds", "Waltham on the Wolds"),
        ("Ashby", "Ashby-de-la-Zouch"),
        ("by the church in Hose", "Church, Hose"),
        ("church hose", "Church, Hose"),
        ("near the church, Hoze please", "Church, Hose"),
        ("hose village hall", "Village hall, Hose"),
        ("memorial hall stathern", "Village hall, Stathern"),
        ("Asfordby hall", "Village hall, Asfordby"),
        ("school in harby", "School, Harby"),
        ("Clawson doctors", "Long Clawson Medical Practice"),
        ("train station melton", "Melton Mowbray railway station"),
        ("Meltun hospitl", "Melton Mowbray Hospital"),
        ("LRI", "Leicester Royal Infirmary"),
        ("St. Luke's", "St Luke's Hospital, Market Harborough"),
        ("saint lukes hospital", "St Luke's Hospital, Market Harborough"),
        ("fosse park", "Fosse Park, Enderby"),
        ("birstall p&r", "Birstall park and ride"),
        ("beaver castle", "Belvoir Castle"),
        ("chatter chairs sapcote", "Chatter Chairs, Sapcote"),
        ("gather create", "Gather Create Grow Club, Hose"),
        ("3 Church Lane, Hose", "Hose"),
        ("Höse", "Hose"),
        ("stanon", "Stanion"),
    ],
)
def test_what_people_say_finds_what_they_mean(said: str, meant: str, gazetteer: Gazetteer) -> None:
    """The first match is the place meant, however it was put."""
    assert gazetteer.find(said, near=HOSE)[0].label == meant


@pytest.mark.parametrize(
    "name", [row["name"] for row in rows("places") if row["kind"] in ("village", "hamlet", "town")]
)
def test_every_settlement_is_found_by_its_own_name(name: str, gazetteer: Gazetteer) -> None:
    """No village is hidden by another, by a landmark or by a small word in its name."""
    first = gazetteer.find(name)[0]
    assert first.entry.name == name
    assert first.entry.kind in ("village", "hamlet", "town")


def test_every_label_finds_its_own_entry(gazetteer: Gazetteer) -> None:
    """What was shown can be typed again: each label leads back to where it came from."""
    for entry in sample_entries():
        label = gazetteer.label(entry.key)
        assert label is not None
        found = gazetteer.find(label, limit=3)
        assert entry.key in [match.entry.key for match in found], label


def test_same_name_is_told_apart_by_village(gazetteer: Gazetteer) -> None:
    """Many places called School come with their villages, each label once."""
    labels = [match.label for match in gazetteer.find("school", near=HOSE, limit=20)]
    assert labels[:3] == ["School, Hose", "School, Harby", "School, Long Clawson"]
    assert len(labels) == len(set(labels))


def test_no_two_entries_share_a_label(gazetteer: Gazetteer) -> None:
    """A label chosen from a list means one place only."""
    labels = [gazetteer.label(entry.key) for entry in sample_entries()]
    assert len(labels) == len(set(labels))


def test_villages_of_one_name_are_told_apart_by_county() -> None:
    """Two villages of one name carry their authority in the label; others don't."""
    entries = [
        Entry("1", "Loddington", "hamlet", 52.61, -0.84, "Loddington", authority="Leicestershire"),
        Entry("2", "Loddington", "village", 52.4, -0.8, "Loddington", authority="Northamptonshire"),
        Entry("3", "Hose", "village", 52.86, -0.9, "Hose", authority="Leicestershire"),
    ]
    gazetteer = Gazetteer(entries)
    assert gazetteer.label("1") == "Loddington (Leicestershire)"
    assert gazetteer.label("2") == "Loddington (Northamptonshire)"
    assert gazetteer.label("3") == "Hose"


def test_nearer_comes_first_among_equals(gazetteer: Gazetteer) -> None:
    """The green meant is the one nearby."""
    assert gazetteer.find("the green", near=HOSE)[0].label == "The Green, Hose"
    assert gazetteer.find("school", near=SOMERBY)[0].label == "School, Somerby"


def test_asking_for_a_kind_of_club_finds_one_nearby_by_another_name(gazetteer: Gazetteer) -> None:
    """A craft club is found by what it does, though its name doesn't say so."""
    assert gazetteer.find("craft club", near=HOSE)[0].label == "Gather Create Grow Club, Hose"


def test_words_of_the_description_find_a_group(gazetteer: Gazetteer) -> None:
    """Somebody who wants to knit finds the club that knits."""
    keys = [match.entry.key for match in gazetteer.find("knitting")]
    assert "g-gcg-hose" in keys


def test_zone_places_come_first_and_others_are_marked() -> None:
    """A place the zone doesn't serve is still found, after the ones it does, and says so."""
    entries = [
        place("Surgery", "Alton", "surgery", zones=frozenset({"B"})),
        place("Surgery", "Beeby", "surgery", zones=frozenset({"A", "B"})),
    ]
    found = Gazetteer(entries).find("surgery", zone="A")
    assert [(match.label, match.in_zone) for match in found] == [
        ("Surgery, Beeby", True),
        ("Surgery, Alton", False),
    ]


def test_a_good_name_outside_the_zone_beats_a_poor_one_inside() -> None:
    """Being in the zone doesn't turn another village into the one that was named."""
    entries = [
        place("Oakham", kind="town"),
        place("Oaksham", kind="village", zones=frozenset({"A"})),
    ]
    assert Gazetteer(entries).find("Oakham", zone="A")[0].label == "Oakham"


@pytest.mark.parametrize("said", ["LE14 4JD", "le144jd", "the hall at LE14 4JD", " Le14  4jd. "])
def test_postcodes_are_found_however_written(said: str) -> None:
    """A postcode the operator imported leads to its place."""
    entries = [
        place("Hall", "Hose", postcode="LE14 4JD"),
        place("Hall", "Harby", postcode="LE14 4BX"),
    ]
    assert [match.label for match in Gazetteer(entries).find(said)] == ["Hall, Hose"]


def test_half_a_postcode_finds_all_that_begin_so() -> None:
    """LE14 alone lists the places in LE14."""
    entries = [
        place("Hall", "Hose", postcode="LE14 4JD"),
        place("Hall", "Harby", postcode="LE14 4BX"),
        place("Hall", "Foxton", postcode="LE16 7QN"),
    ]
    found = Gazetteer(entries).find("LE14")
    assert {match.label for match in found} == {"Hall, Hose", "Hall, Harby"}


def test_an_unknown_postcode_does_not_hide_the_village(gazetteer: Gazetteer) -> None:
    """With a postcode nobody imported the rest of the words still count."""
    assert gazetteer.find("Hose LE14 4ZZ")[0].label == "Hose"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   ",
        "\x00\x00",
        "🚌🚌",
        "东京",
        "?!...",
        "zzzzqqq",
        "'; DROP TABLE places; --",
        "<script>alert(1)</script>",
        "%_%",
        "x" * 1_000_000,
        "99999999",
    ],
)
def test_what_means_nothing_finds_nothing(said: str, gazetteer: Gazetteer) -> None:
    """Nonsense, fragments of code and floods of letters are answered with an empty list."""
    assert gazetteer.find(said) == []


def test_only_the_beginning_of_a_flood_is_read(gazetteer: Gazetteer) -> None:
    """A real question followed by a megabyte of anything is still answered."""
    assert gazetteer.find("Hose, " + "hose " * 200_000)[0].label == "Hose"


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300), limit=st.integers(-5, 200))
def test_any_text_is_answered_in_bounds(gazetteer: Gazetteer, text: str, limit: int) -> None:
    """Whatever is typed, there's no error, not too many answers, and scores are in range."""
    found = gazetteer.find(text, limit=limit, near=HOSE, zone="MEL1")
    assert len(found) <= max(1, min(limit, MAX_MATCHES))
    assert all(0 < match.score <= 100 for match in found)
    assert len({match.entry.key for match in found}) == len(found)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_one_slip_in_a_long_name_still_finds_it(gazetteer: Gazetteer, data: st.DataObject) -> None:
    """Swap, drop or double one letter of a village's name: it's among the first three."""
    names = [r["name"] for r in rows("places") if r["kind"] == "village" and len(r["name"]) > 6]
    name = data.draw(st.sampled_from([name for name in names if name.isalpha()]))
    at = data.draw(st.integers(1, len(name) - 3))
    slip = data.draw(st.sampled_from(["drop", "swap", "double"]))
    middle = {
        "drop": name[at + 1],
        "swap": name[at + 1] + name[at],
        "double": name[at] * 2 + name[at + 1],
    }[slip]
    said = name[:at] + middle + name[at + 2 :]
    assert name in [match.entry.name for match in gazetteer.find(said, limit=3)]


def test_the_same_question_has_the_same_answer(gazetteer: Gazetteer) -> None:
    """The order of equals doesn't depend on the order the entries came in."""
    backwards = Gazetteer(list(reversed(sample_entries())))
    for said in ("hall", "church", "station", "club", "the green"):
        one = [match.label for match in gazetteer.find(said)]
        assert one == [match.label for match in backwards.find(said)]


def test_an_empty_gazetteer_answers() -> None:
    """Before anything is imported every question has the answer nothing."""
    assert Gazetteer([]).find("Hose") == []


def test_an_entry_named_by_small_words_only_is_found() -> None:
    """A name of nothing but small words, or of none that can be read, does no harm."""
    gazetteer = Gazetteer([place("On the Go", "Hose"), place("???", "Harby", kind="pub")])
    assert gazetteer.find("on the go")[0].label == "On the Go, Hose"
    assert gazetteer.find("harby")[0].label == "???, Harby"


def test_words_drop_what_says_nothing() -> None:
    """Fillers, accents and apostrophes go; words taken for one another become one."""
    assert words("By the Church, in Hose!") == ["church", "hose"]
    assert words("Saint Luke's") == words("St. Lukes") == ["st", "lukes"]
    assert words("the of") == ["the", "of"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("clauson", "clawson"), ("hoze", "hose"), ("wimondham", "wymondham"), ("kaster", "caster")],
)
def test_alike_words_sound_alike(one: str, other: str) -> None:
    """Common ways to write the same sound lead to one key."""
    assert sound(one) == sound(other)


def test_a_street_is_left_out_only_when_something_else_is_said() -> None:
    """The village remains of a full address; a bare street is kept as it is."""
    assert words(without_address("3 Church Lane, Hose")) == ["hose"]
    assert words(without_address("12a Main Street")) == ["12a", "main", "street"]


def test_postcodes_are_split_off() -> None:
    """A postcode and the words around it come apart."""
    assert split_postcode("Hose LE14 4JD ok") == ("LE144JD", "hose   ok")
    assert split_postcode("Hose")[0] == ""
