"""Makes up a release of UCDP GED of any size: invented content in the real layout, the same for the same seed.

The skew is that of the real releases: a few provinces have most of the events, a few places most of a province's,
the dead are mostly few, one event in six lasts or is dated by a span. As in the older rows of the real ones no
offices are listed and the source stands as one free citation, so each row has one account and becomes one event.

Run it by itself: `python tests/benchmarks/generated_ucdp.py ROWS FILE [SEED]`.
"""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from msgspec import Struct

COLUMNS = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office",
    "source_date", "source_headline", "source_original", "where_prec", "where_coordinates", "where_description",
    "adm_1", "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region",
    "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians",
    "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
"""The layout of version 23.1."""

ROWS = 200_000
FIRST_DAY, DAYS = date(2014, 1, 1), 3_650
_FIRST_ID = 500_000
_PLACES = 220
"""How many places a province has."""

_UKRAINE = (
    "Donetsk oblast", "Luhansk oblast", "Kharkiv oblast", "Kherson oblast", "Zaporizhzhya oblast", "Kyiv oblast",
    "Sumy oblast", "Chernihiv oblast", "Mykolayiv oblast", "Odesa oblast", "Crimea", "Dnipropetrovsk oblast",
    "Poltava oblast", "Lviv oblast",
)  # fmt: skip
_ELSEWHERE = (
    ("Russia (Soviet Union)", 365, "Belgorod oblast"), ("Russia (Soviet Union)", 365, "Kursk oblast"),
    ("Moldova", 359, "Stinga Nistrului unit"), ("Georgia", 372, "Abkhazia republic"), ("Syria", 652, "Idlib province"),
    ("Armenia", 371, "Syunik province"),
)  # fmt: skip
_SYLLABLES = re.findall("...", "borchadolhrakerlismarnovostpilrudstatorveszel")
_SIDES = ("Northern Volunteers", "River Guard", "Hill Brigade", "Eastern League", "Free Town Column", "Steppe Front")
_DESKS = tuple(f"{place} {kind}" for place in ("Northern", "River", "Harbour", "Upland") for kind in ("Wire", "Post"))
_TOLD = ("shelling reported", "clash at a crossing", "houses hit at night", "convoy came under fire", "patrol ambushed")
_BY = ("a doctor", "local officials", "army spokesman", "residents", "police", "an aid group", "")


class Province(Struct, frozen=True):
    """A province: its country, and its places with district, latitude and longitude."""

    country: str
    country_id: int
    name: str
    places: tuple[tuple[str, str, str, str], ...]


def generated(rows: int = ROWS, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """The rows, in the order of `COLUMNS`."""
    random = Random(seed)
    named = [("Ukraine", 369, name) for name in _UKRAINE] + list(_ELSEWHERE)
    provinces = [Province(*each, _places(random, number)) for number, each in enumerate(named)]
    province_of, place_of = _skewed(len(provinces)), _skewed(_PLACES)
    for number in range(rows):
        (province,) = random.choices(provinces, cum_weights=province_of)
        (place,) = random.choices(province.places, cum_weights=place_of)
        yield _row(random, _FIRST_ID + number, province, *place)


def write(path: Path, rows: int = ROWS, seed: int = 1) -> Path:
    """Write a release to a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(generated(rows, seed))
    return path


def _row(random: Random, id: int, province: Province, town: str, district: str, lat: str, lon: str) -> tuple[str, ...]:
    began = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    span, date_prec = (random.randrange(1, 8), random.choice("123")) if random.random() < 0.16 else (0, "1")
    ended = began + timedelta(days=span)
    violence = random.choices("123", (90, 2, 8))[0]
    other = int(random.random() ** 2 * len(_SIDES))
    side_a = f"Government of {province.country}" if violence == "1" else _SIDES[other]
    side_b = "Civilians" if violence == "3" else _SIDES[other - 1]
    dead = [int(random.expovariate(1 / mean)) for mean in (1.5, 2, 0.7, 0.8)]
    best = sum(dead)
    high = best + (int(random.expovariate(0.4)) if random.random() < 0.3 else 0)
    low = best - (random.randrange(best + 1) if random.random() < 0.1 else 0)
    conflict, dyad = 13_000 + province.country_id, 14_000 + 10 * province.country_id + other
    told = f'{random.choice(_DESKS)} {ended + timedelta(days=1)} "{random.choice(_TOLD)} near {town}, report {id}"'
    return (
        str(id), f"GEN-{began.year}-{violence}-{dyad}-{id}", str(began.year), "True",
        "Clear" if random.random() < 0.98 else "Check deaths", violence,
        str(conflict), str(conflict), f"{province.country}: {province.name.split()[0]}",
        str(dyad), str(dyad), f"{side_a} - {side_b}", "61", "61", side_a, "59", "59", side_b,
        "-1", told, "", "", "", random.choice(_BY),
        random.choices("12345", (60, 20, 10, 7, 3))[0], town, f"about {random.randrange(1, 30)} km from {town}",
        province.name, district, lat, lon, f"POINT ({lon} {lat})", "199157",
        province.country, str(province.country_id), "Europe", "1" if random.random() < 0.85 else "2",
        date_prec, began.isoformat(), ended.isoformat(), *map(str, dead), str(best), str(high), str(low),
        str(province.country_id) if violence == "1" else "", "",
    )  # fmt: skip


def _places(random: Random, number: int) -> tuple[tuple[str, str, str, str], ...]:
    lat, lon = 46 + number % 5 * 1.2, 30 + number // 5 * 2.1
    districts = [f"{_name(random)} raion" for _ in range(12)]
    return tuple(
        (f"{_name(random)} {random.choice(('town', 'village', 'city'))}", random.choice(districts),
         f"{lat + random.random():.6f}", f"{lon + 2 * random.random():.6f}")
        for _ in range(_PLACES)
    )  # fmt: skip


def _name(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=3)).capitalize() + "ka"


def _skewed(count: int) -> Sequence[float]:
    """Weights that fall as one over the rank, added up."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]), *map(int, sys.argv[3:4]))
