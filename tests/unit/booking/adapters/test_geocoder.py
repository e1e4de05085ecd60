"""The geocoder: off by default, bounded to the zones, quiet when its service is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from geopy.exc import GeocoderTimedOut

from booking.adapters.geocoder import Box, GeopyGeocoder, NoGeocoder, geocoder_from
from booking.config import Settings, SettingsError

BOX = Box(south=52.6, west=-1.2, north=53.0, east=-0.6)


@dataclass
class Location:
    """What geopy answers with."""

    address: str
    latitude: float
    longitude: float


def settings(url: str) -> Settings:
    return Settings("sqlite://", "redis://127.0.0.1", "k" * 40, Path("."), geocoder=url)


def service(answer: Callable[[str], list[Location] | None]) -> GeopyGeocoder:
    """A geocoder whose service answers so, without a network."""
    found = GeopyGeocoder("nominatim", "https", "geocoder.test")
    asked: list[dict[str, Any]] = []

    class Client:
        def geocode(self, text: str, **options: Any) -> list[Location] | None:
            asked.append(options)
            return answer(text)

    found._client = Client()
    found.asked = asked  # type: ignore[attr-defined]
    return found


def test_there_is_none_by_default() -> None:
    """Without a setting nothing outside is asked."""
    assert isinstance(geocoder_from(settings("")), NoGeocoder)


@pytest.mark.parametrize("url", ["nominatim+https://maps.test", "photon+http://localhost:2322"])
def test_known_services_are_made(url: str) -> None:
    """Both kinds of service are understood."""
    assert isinstance(geocoder_from(settings(url)), GeopyGeocoder)


@pytest.mark.parametrize(
    "url", ["https://maps.test", "google+https://maps.test", "photon+https://"]
)
def test_wrong_settings_say_so(url: str) -> None:
    """An address that names no known service stops with one clear line."""
    with pytest.raises(SettingsError, match="GEOCODER_URL"):
        geocoder_from(settings(url))


def test_answers_outside_the_box_are_dropped() -> None:
    """A Hose in another country is never offered, even by a service that ignores the box."""
    found = service(
        lambda _: [Location("Hose, Leicestershire", 52.857, -0.904), Location("Hose, QC", 46, -71)]
    )
    assert [address.words for address in found.find("Hose", BOX)] == ["Hose, Leicestershire"]
    assert found.asked[0]["bounded"] is True  # type: ignore[attr-defined]


def test_a_service_that_is_away_finds_nothing() -> None:
    """The page goes on without it."""

    def away(_: str) -> list[Location]:
        raise GeocoderTimedOut("no answer")

    assert service(away).find("Hose", BOX) == []


def test_no_answer_is_no_address() -> None:
    """geopy's None for nothing found is an empty list."""
    assert service(lambda _: None).find("Nowhere", BOX) == []
