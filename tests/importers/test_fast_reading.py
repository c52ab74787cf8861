"""Reading fast is reading the same: what is taken as it is would have passed every check."""

import csv
import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks.generated_ucdp import COLUMNS, generated, write
from tests.importers.making import PLAIN, SHARED, text_of
from timeline.collecting import uncollected
from timeline.importers import ucdp
from timeline.importers.ucdp import RejectedRow, UcdpRow, read_rows
from timeline.importers.ucdp_cells import Cells
from timeline.importers.ucdp_fronts import FrontRules
from timeline.importers.ucdp_press import data_set_account

RELEASES = sorted(SHARED.glob("ucdp_ged_*/*.csv"))

ODD = ("", " ", "a\x00b", "\x7f", "\x85", "\u2028", "ÿ" * 400, "a, b (c, d)", ";", "Civilians", "-1", "1e9", "\uff11",
       "a\u202eb", "\u200b", "\u2067a", "ab" * 50 + "\u2067c\u2069")  # fmt: skip
cells = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
rows = st.lists(st.dictionaries(st.sampled_from(Cells._fields[1:]), cells, max_size=3), min_size=1, max_size=4)


@contextmanager
def every_check() -> Iterator[None]:
    """Reading as if nothing could be taken as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ucdp, "trusting", nullcontext)
        data_set_account.cache_clear()
        yield


def read(path: Path) -> list[UcdpRow | RejectedRow]:
    return list(read_rows(path, FrontRules.load()))


def read_both_ways(path: Path) -> tuple[list[UcdpRow | RejectedRow], list[UcdpRow | RejectedRow]]:
    data_set_account.cache_clear()
    fast = read(path)
    with every_check():
        return fast, read(path)


@given(rows)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_cells_every_check_gives_the_same_rows(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    file = tmp_path / "a.csv"
    told = ({**PLAIN, "id": str(number), **row} for number, row in enumerate(rows))
    file.write_text(text_of(*told), "utf-8", newline="")
    fast, slow = read_both_ways(file)

    assert fast == slow


@pytest.mark.parametrize("file", RELEASES, ids=lambda file: file.name)
def test_the_real_releases_read_the_same_with_every_check(file: Path) -> None:
    fast, slow = read_both_ways(file)

    assert fast == slow


def test_a_side_of_too_many_groups_is_refused_as_ever(tmp_path: Path) -> None:
    groups = ", ".join(f"group {number}" for number in range(101))
    (tmp_path / "a.csv").write_text(text_of({**PLAIN, "side_a": groups}), "utf-8")
    ((row,), slow) = read_both_ways(tmp_path / "a.csv")

    assert isinstance(row, RejectedRow)
    assert "at most 100 entries" in row.reason
    assert [row] == slow


def test_a_generated_release_is_the_same_for_the_same_seed_and_reads_as_one_account_a_row(tmp_path: Path) -> None:
    first, again = (write(tmp_path / name, 500, seed=3) for name in ("a.csv", "b.csv"))
    with first.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    read_again = read(first)

    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != write(tmp_path / "c.csv", 500, seed=4).read_bytes()
    assert [tuple(row) for row in table] == [COLUMNS, *generated(500, seed=3)]
    assert all(isinstance(row, UcdpRow) and len(row.accounts) == 1 for row in read_again)
    assert len({row.description.front for row in read_again if isinstance(row, UcdpRow)}) > 8


def test_the_collector_is_what_it_was_when_an_import_ends_or_breaks_off() -> None:
    with pytest.raises(KeyboardInterrupt), uncollected():  # noqa: PT012
        assert not gc.isenabled()
        raise KeyboardInterrupt

    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
