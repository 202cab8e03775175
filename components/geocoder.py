"""The geocoder (setting PORTAL_GEOCODER): what is at a position, and where an address is, by Nominatim's interface."""

import time
from typing import Any, NamedTuple

import httpx

TIMEOUT_S = 5.0
LARGEST = 200_000  # bytes
LONGEST_PART = 200
NAME = "Charge Portal"  # Nominatim asks everybody to say who they are

PARTS = {
    "street": ("road", "pedestrian", "footway", "square", "hamlet"),
    "postal_code": ("postcode",),
    "city": ("city", "town", "village", "municipality"),
    "country": ("country",),
}
"""Part of an address → what Nominatim calls it, the first that it names."""


class GeocoderSilent(Exception):
    """The geocoder gave no answer that can be used."""


class Position(NamedTuple):
    latitude: float
    longitude: float


def address_at(url: str, position: Position, language: str) -> dict[str, str] | None:
    """Return street, postal_code, city and country at a position; None where nothing is known.

    Raises:
        GeocoderSilent: it gave no answer.
    """
    asked = {"lat": str(position.latitude), "lon": str(position.longitude), "format": "jsonv2"}
    answer = _ask(f"{url}/reverse", asked | {"accept-language": language})
    found = answer.get("address") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        return None
    address = {part: _first(found, names) for part, names in PARTS.items()}
    address["street"] = " ".join(part for part in (address["street"], _first(found, ("house_number",))) if part)
    return address


def position_of(url: str, address: str) -> Position | None:
    """Return where an address is; None if it is not found.

    Raises:
        GeocoderSilent: it gave no answer.
    """
    answer = _ask(f"{url}/search", {"q": address, "format": "jsonv2", "limit": "1"})
    try:
        found = Position(round(float(answer[0]["lat"]), 6), round(float(answer[0]["lon"]), 6))
    except (LookupError, TypeError, ValueError):
        return None
    return found if abs(found.latitude) <= 90 and abs(found.longitude) <= 180 else None


def _ask(url: str, query: dict[str, str]) -> Any:
    until = time.monotonic() + TIMEOUT_S
    try:
        with httpx.stream("GET", url, params=query, timeout=TIMEOUT_S, headers={"User-Agent": NAME}) as answer:
            answer.raise_for_status()
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LARGEST or time.monotonic() > until:  # httpx waits so long for each byte
                    raise GeocoderSilent
        return httpx.Response(200, content=content).json()
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise GeocoderSilent from error


def _first(found: dict[str, Any], names: tuple[str, ...]) -> str:
    values = (found.get(name) for name in names)
    return next((value[:LONGEST_PART] for value in values if isinstance(value, str) and value), "")
