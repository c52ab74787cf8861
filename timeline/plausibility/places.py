"""What may be wrong with a point: it lies at 0, 0, in another country, or lat and lon were exchanged."""

from collections.abc import Callable, Iterator

from timeline.domain.values import Place
from timeline.plausibility.countries import country_cells, is_outside
from timeline.plausibility.registry import CHECKS, ReceiptWarning, WarningCode

_AT_ZERO_DEGREES = 0.01
"""Nearer than that to 0 in both is at 0, 0."""


def place_codes(lat: float | None, lon: float | None, country: str | None) -> list[WarningCode]:
    """The warnings about a point (degrees, WGS 84) that is said to lie in a country (ISO 3166-1 alpha-2)."""
    if lat is None or lon is None:
        return []
    codes = []
    if abs(lat) < _AT_ZERO_DEGREES and abs(lon) < _AT_ZERO_DEGREES:
        codes.append(WarningCode.COORDINATES_AT_ZERO)
    if country is not None and is_outside(lat, lon, country):
        if abs(lon) <= 90 and not is_outside(lon, lat, country):
            codes.append(WarningCode.COORDINATES_EXCHANGED)
        codes.append(WarningCode.COORDINATES_OUTSIDE_COUNTRY)
    return codes


def place_doubts(lat: float | None, lon: float | None, country: str | None) -> int:
    """The same as bits."""
    return sum(CHECKS[code].bit for code in place_codes(lat, lon, country))


def place_warnings(field: str, place: Place | None) -> Iterator[ReceiptWarning]:
    """The same as warnings about the field that holds the place."""
    if place is None or place.lat is None or place.lon is None:
        return
    lat, lon, country = place.lat, place.lon, place.country or ""
    for code in place_codes(lat, lon, place.country):
        meant = {"lat": lon, "lon": lat} if code is WarningCode.COORDINATES_EXCHANGED else None
        detail = f"{place.name}: {_SENTENCES[code](lat, lon, country)}"
        yield ReceiptWarning(code, field, {"lat": lat, "lon": lon}, detail, meant)


def _at_zero(lat: float, lon: float, _: str) -> str:
    return f"{lat:g}, {lon:g} is in the Gulf of Guinea, where what is unknown often ends up"


def _exchanged(lat: float, lon: float, country: str) -> str:
    return f"{lat:g}, {lon:g} is outside {country}, and {lon:g}, {lat:g} is in it: lat and lon are probably exchanged"


def _outside(lat: float, lon: float, country: str) -> str:
    countries = sorted(country_cells().countries_at(lat, lon))
    where = f"in or near {', '.join(countries)}" if countries else "on the high seas"
    return f"{lat:g}, {lon:g} is {where}, not in {country}"


_SENTENCES: dict[WarningCode, Callable[[float, float, str], str]] = {
    WarningCode.COORDINATES_AT_ZERO: _at_zero,
    WarningCode.COORDINATES_EXCHANGED: _exchanged,
    WarningCode.COORDINATES_OUTSIDE_COUNTRY: _outside,
}
