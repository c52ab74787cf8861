"""The columns of UCDP GED in the order of its releases, for a file whose header row is missing."""

from collections.abc import Mapping, Sequence

_SIDES = """conflict_dset_id conflict_new_id conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id
    side_a_new_id side_a side_b_dset_id side_b_new_id side_b"""
_PRESS = "number_of_sources source_article source_office source_date source_headline source_original"
_CODED = "event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown"
_END = f"region {_CODED} best high low gwnoa gwnob"
_WHERE = "where_prec where_coordinates where_description adm_1 adm_2"
_TYPE = "active_year code_status type_of_violence"

_UCDP = f"""id relid year {_TYPE} {_SIDES} {_PRESS} {_WHERE} latitude longitude geom_wkt priogrid_gid country
    country_id {_END}"""
_HDX_22_1 = f"""id relid year {_TYPE} {_SIDES} {_PRESS} {_WHERE} latitude longitude geom_wkt priogrid_gid country
    iso3 country_id {_END}"""
_HDX_20_1 = f"""id relid year start_year end_year {_TYPE} {_SIDES} {_PRESS} {_WHERE} latitude iso3 longitude
    geom_wkt priogrid_gid country country_id {_END}"""
_HDX_19_1 = f"""id year active_year start_year end_year type_of_violence conflict_new_id conflict_name dyad_new_id
    dyad_name side_a_new_id gwnoa side_a side_b_new_id gwnob side_b {_PRESS} where_prec where_coordinates adm_1 adm_2
    latitude longitude geom_wkt priogrid_gid country country_id iso3 region {_CODED} low best high"""

LAYOUTS: Mapping[int, Sequence[str]] = {
    len(columns.split()): tuple(columns.split()) for columns in (_UCDP, _HDX_22_1, _HDX_20_1, _HDX_19_1)
}
"""The known layouts, by how many columns they have."""

KNOWN_COLUMNS = frozenset(name for layout in LAYOUTS.values() for name in layout)
"""The names by which a header of GED shows."""


def is_a_row(cells: Sequence[str]) -> bool:
    """Whether these cells are a row of one of the layouts, rather than a header or something else."""
    layout = LAYOUTS.get(len(cells))
    if layout is None:
        return False
    row = dict(zip(layout, cells, strict=True))
    digits = row["id"].strip().isdigit() and row["year"].strip().isdigit()
    return digits and row["type_of_violence"].strip()[:1] in ("1", "2", "3") and row["date_start"][:1].isdigit()
