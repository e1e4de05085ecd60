"""Finding an address outside our own list of places: a Protocol, geopy's services, a fake.

Our own places are searched offline (`booking/services/places.py`); this is only
asked for what is not among them, and only when a service is configured by
`GEOCODER_URL`: `nominatim+https://HOST` or `photon+https://HOST`. Answers are
bounded to the box of the zones, so that nobody is offered a Hose in Canada.
Never call it with a transaction open. Imports geopy, the settings and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon

from booking.config import Settings, SettingsError

TIMEOUT_SECONDS: Final = 3
"""Somebody is waiting for the page: better no address than a long wait."""
USER_AGENT: Final = "out-and-about"
SERVICES: Final = ("nominatim", "photon")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point is inside, or on the edge."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Address:
    """A point a service found for some words."""

    words: str
    latitude: float
    longitude: float
    source: str


class Geocoder(Protocol):
    """Finds addresses by words, likeliest first; empty when nothing is found or it is away."""

    def find(self, text: str, box: Box, *, limit: int = 5) -> list[Address]: ...


class NoGeocoder:
    """The default: our own places are all there is."""

    def find(self, text: str, box: Box, *, limit: int = 5) -> list[Address]:  # noqa: ARG002
        """Nothing, whatever is asked."""
        return []


class FakeGeocoder:
    """Knows the addresses it was given, for tests."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = tuple(addresses)

    def find(self, text: str, box: Box, *, limit: int = 5) -> list[Address]:
        """Those whose words hold the text, inside the box."""
        found = [a for a in self._addresses if text.casefold() in a.words.casefold()]
        return [a for a in found if box.holds(a.latitude, a.longitude)][:limit]


class GeopyGeocoder:
    """A Nominatim or Photon service through geopy."""

    def __init__(self, service: str, scheme: str, domain: str) -> None:
        kind = Nominatim if service == "nominatim" else Photon
        self._service = service
        self._client: Any = kind(
            scheme=scheme, domain=domain, user_agent=USER_AGENT, timeout=TIMEOUT_SECONDS
        )

    def find(self, text: str, box: Box, *, limit: int = 5) -> list[Address]:
        """Addresses inside the box; a service that does not answer finds nothing."""
        try:
            found = self._client.geocode(text, exactly_one=False, limit=limit, **self._bounds(box))
        except GeopyError as error:
            _log.warning("the geocoder did not answer: %s", type(error).__name__)
            return []
        addresses = [
            Address(str(one.address), one.latitude, one.longitude, self._service)
            for one in found or ()
        ]
        return [a for a in addresses if box.holds(a.latitude, a.longitude)]

    def _bounds(self, box: Box) -> dict[str, Any]:
        corners = [(box.south, box.west), (box.north, box.east)]
        if self._service == "nominatim":
            return {"viewbox": corners, "bounded": True}
        return {"bbox": corners}


def geocoder_from(settings: Settings) -> Geocoder:
    """The service the settings name; none by default.

    Raises:
        SettingsError: GEOCODER_URL is not one of the forms above.
    """
    return _geocoder(settings.geocoder)


@lru_cache(maxsize=8)
def _geocoder(url: str) -> Geocoder:
    if not url:
        return NoGeocoder()
    parts = urlsplit(url)
    service, _, scheme = parts.scheme.partition("+")
    if service not in SERVICES or scheme not in ("http", "https") or not parts.netloc:
        raise SettingsError(
            "GEOCODER_URL must be nominatim+https://HOST or photon+https://HOST, or empty."
        )
    return GeopyGeocoder(service, scheme, parts.netloc + parts.path.rstrip("/"))
