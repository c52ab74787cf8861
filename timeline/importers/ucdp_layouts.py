"""The columns of UCDP GED in the order of its releases, and how a header of it shows."""

from collections.abc import Collection, Mapping, Sequence

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
"""All names that a column of GED has."""

_OF_ANYBODY = """id relid year start_year end_year side_a side_b conflict_name source_article source_date source_office
    adm_1 adm_2 latitude longitude geom_wkt country country_id iso3 region date_start date_end best high low"""
"""Of these the names that other tables have, too."""
_MIN_OWN_COLUMNS = 3


def is_ged_header(columns: Collection[str]) -> bool:
    """Whether these are the columns of GED, or most of them: some are there that no other table has."""
    return len(KNOWN_COLUMNS.difference(_OF_ANYBODY.split()).intersection(columns)) >= _MIN_OWN_COLUMNS


def is_a_row(cells: Sequence[str]) -> bool:
    """Whether these cells are a row of one of the layouts, rather than a header or something else."""
    layout = LAYOUTS.get(len(cells))
    if layout is None:
        return False
    row = dict(zip(layout, cells, strict=True))
    digits = row["id"].strip().isdigit() and row["year"].strip().isdigit()
    return digits and row["type_of_violence"].strip()[:1] in ("1", "2", "3") and row["date_start"][:1].isdigit()
