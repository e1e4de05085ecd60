"""The manifest on paper has everybody on it, in order, with pages counted."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from booking.exports.manifest_pdf import manifest_pdf
from booking.services.manifest import ManifestView
from booking.services.manifest_stops import StopView
from booking.services.manifest_words import Task
from tests.conftest import cannot

SEVEN = datetime(2026, 12, 8, 7, tzinfo=UTC)


def task(booking: int, action: str, name: str) -> Task:
    return Task(
        booking_id=booking,
        action=action,
        name=name,
        party="",
        needs=("Wheelchair",),
        notes=("Ring twice.",),
        told="between 9:40am and 10:00am" if action == "pickup" else "",
        fare="£2" if action == "pickup" else "",
        arrived=False,
        done_words="",
        done=None,
        due_from=SEVEN,
    )


def view(stops: int) -> ManifestView:
    """A run of so many stops with one person each, and a break."""
    made = [
        StopView(
            number,
            "Pick up",
            SEVEN + timedelta(minutes=number),
            SEVEN,
            0,
            f"Place {number}",
            (),
            None,
            (task(number, "pickup", f"José Łukasz {number}"),),
        )
        for number in range(1, stops + 1)
    ]
    made.append(StopView(stops + 1, "Break", SEVEN, SEVEN, 0, "", (), None, (), 30))
    return ManifestView(
        shift_id=1,
        day=date(2026, 12, 8),
        zone_name="Melton 1",
        zone_code="MEL1",
        vehicle="Blue bus 1",
        registration="",
        driver="Ben Dexter",
        starts=420,
        ends=900,
        withdrawn=False,
        version=7,
        stops=tuple(made),
        next=None,
        break_first=None,
        on_board=(),
        last_done=None,
        made_at=SEVEN,
    )


def pages_of(pdf: bytes) -> list[str]:
    """The words of each sheet, read back from the PDF itself (with its built-in typeface)."""
    pages = []
    for packed in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.S):
        try:
            drawn = zlib.decompress(packed)
        except zlib.error:
            continue
        words = re.findall(rb"\((.*?)\) Tj", drawn)
        if words:
            pages.append(" ".join(word.decode("latin-1") for word in words))
    return pages


def test_everybody_is_on_it_in_order() -> None:
    """Each stop stands once, in the order of the run, and a break has its place."""
    words = " ".join(pages_of(manifest_pdf(view(12))))
    assert [int(n) for n in re.findall(r"Pick up: Place (\d+)", words)] == list(range(1, 13))
    assert "Break, 30 minutes" in words
    assert words.count("Ring twice.") == 12


def test_pages_are_counted_to_the_end() -> None:
    """Forty stops take several sheets, and each says which of how many it is."""
    pages = pages_of(manifest_pdf(view(40)))
    assert len(pages) >= 4
    for number, words in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in " ".join(words.split())


def test_an_empty_run_says_so() -> None:
    """A shift nobody is booked on is one sheet that says it."""
    (words,) = pages_of(manifest_pdf(view(0)))
    assert "Nobody is booked on this run yet" in words
    assert "Nobody is booked" not in pages_of(manifest_pdf(view(1)))[0]


def test_the_own_typeface_writes_every_name(built_fonts: Path) -> None:
    """Letters beyond Latin 1 are written with the service's own typeface, embedded."""
    pdf = manifest_pdf(view(1), fonts=built_fonts)
    assert b"Atkinson" in pdf
    assert b"Helvetica" not in pdf


@pytest.fixture
def built_fonts() -> Path:
    """The front-end packages' own files, under the names the build gives them."""
    static = Path(__file__).resolve().parents[4] / "static"
    manifest = static / "manifest.json"
    if not manifest.exists():
        cannot("The front-end files are not built. Run `npm ci` and then `npm run build`.")
    return static / json.loads(manifest.read_text("utf-8"))["version"] / "fonts"
