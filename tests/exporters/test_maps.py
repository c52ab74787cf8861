"""GeoJSON, read by `geojson` and `shapely`."""

import json
from typing import Any

import geojson
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from tests.exporters.making import CHECKPOINT, disputed, entry, tricky_text, written
from timeline.domain.values import Place


def collection(*entries: Any) -> Any:
    return geojson.loads(written("geojson", *entries).decode())


def test_a_development_is_a_feature_at_its_point() -> None:
    whole = collection(disputed(place=Place("Bakhmut", 48.59, 38.0)))
    (feature,) = whole.features

    assert whole.is_valid
    assert feature.is_valid
    assert (shape(feature.geometry).x, shape(feature.geometry).y) == (38.0, 48.59)
    assert feature.properties["status"] == "disputed"
    assert feature.properties["start_earliest"] == "2023-05-20"
    assert [one["source"] for one in feature.properties["accounts"]] == ["ru-mod", "ua-mod"]
    assert "lat" not in feature.properties


def test_where_nobody_knows_the_point_the_geometry_is_null_and_the_development_is_there() -> None:
    whole = collection(entry(place=None), entry(place=Place("Somewhere")))

    assert whole.is_valid
    assert [feature["geometry"] for feature in whole.features] == [None, None]
    assert whole.features[1].properties["place"] == "Somewhere"


def test_the_collection_carries_the_cuts_and_the_checkpoint() -> None:
    whole = json.loads(written("geojson", front=["bakhmut"]))

    assert whole["type"] == "FeatureCollection"
    assert whole["features"] == []
    assert whole["export"]["recorded_at"]["position"] == 7
    assert whole["export"]["filters"] == {"front": ["bakhmut"]}
    assert whole["export"]["checkpoint"] == CHECKPOINT


@given(tricky_text, st.floats(-90, 90), st.floats(-180, 180))
def test_any_text_and_any_point_survive(title: str, lat: float, lon: float) -> None:
    (feature,) = json.loads(written("geojson", entry(title=title, place=Place(title, lat, lon))))["features"]

    assert feature["geometry"]["coordinates"] == [lon, lat]
    assert (feature["properties"]["title"], feature["properties"]["place"]) == (title, title)
