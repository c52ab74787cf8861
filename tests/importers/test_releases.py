"""Releases of a data set brought in by the command: what is told, kept, refused, and known at every moment after.

On the real releases of UCDP GED the release in force is the oracle, in whatever order they arrive.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import permutations, product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.importers.making import PLAIN, SHARED, release_of, text_of
from tests.scenarios import Scene, instant, open_log, open_scene
from tests.soaking import THOROUGH
from timeline import bootstrap
from timeline.cli import main
from timeline.config import Config
from timeline.domain.aggregates import Submission
from timeline.domain.facts import AccountGiven, SourceRegistered
from timeline.domain.moments import Occurred
from timeline.domain.vocabulary import SourceKind
from timeline.errors import NotAcceptable, StoreUnusable
from timeline.importers.releases import Outcome, bring_in, release_file
from timeline.importers.snapshots import Release
from timeline.readmodel.cuts import wanted_cuts
from timeline.wire.answers import timeline_answer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Run = Callable[..., Result]
Seen = tuple[str, str, float, float, int, int, int]
"""Of an event: first and last possible day, latitude, longitude, and the dead: low, best, high."""

HDX = {
    "2019": SHARED / "ucdp_ged_ukraine/hdx_v19_1_ukraine_2014-2018.csv",
    "2020": SHARED / "ucdp_ged_ukraine/hdx_v20_1_ukraine_2014-2019.csv",
    "2022": SHARED / "ucdp_ged_ukraine/hdx_v22_1_ukraine_2014-2021.csv",
}
ROWS = {"2019": 993, "2020": 1_167, "2022": 2_989}
needs_releases = pytest.mark.skipif(
    not all(file.exists() for file in HDX.values()), reason=f"the releases of UCDP GED are not in {SHARED}"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a store in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bootstrap, "now", lambda: NOW)
    return lambda *args: CliRunner().invoke(main, ["--store", str(tmp_path / "log.db"), *map(str, args)])


def bring(run: Run, file: Path, *options: Any, at: str = "2019-06-01", exit_code: int = 0) -> Result:
    """Import a release by the command."""
    done = run("import", file, "--format", "ucdp", "--reported-at", at, *options)
    assert done.exit_code == exit_code, done.output
    return done


def answer(run: Run, *question: str) -> Any:
    """The JSON that a command prints."""
    done = run(*question, "--json")
    assert done.exit_code == 0, done.output
    return msgspec.json.decode(done.stdout)


def position(folder: Path) -> int:
    """Where the log of the command stands."""
    with open_log(folder / "log.db") as log:
        return log.head().position


def known(run: Run, known_at: str = "2030-01-01", recorded_at: int | None = None) -> dict[str, Any]:
    """What is known and not retracted, by the id within the data set."""
    cut = () if recorded_at is None else ("--recorded-at", str(recorded_at))
    items = answer(run, "replay", "--known-at", known_at, "--as-of", "2030-01-01", *cut)["items"]
    return {one["external_id"].removeprefix("ucdp-ged:"): one for one in items if not one["retracted"]}


@contextmanager
def reading(store: Path) -> Iterator[Callable[[str, int], dict[str, Any]]]:
    """As `known`, on a service that stays open."""
    service = bootstrap.open_service(Config(store=str(store)))

    def known_there(known_at: str, recorded_at: int) -> dict[str, Any]:
        found = service.reader.timeline(wanted_cuts("2030-01-01", known_at, str(recorded_at)))
        items = msgspec.json.decode(msgspec.json.encode(timeline_answer(found)))["items"]
        return {one["external_id"].removeprefix("ucdp-ged:"): one for one in items if not one["retracted"]}

    try:
        yield known_there
    finally:
        service.log.close()


def seen(item: Any) -> Seen:
    """What a reader sees of an event."""
    occurred, place, deaths = item["occurred"], item["place"], item["tallies"]["deaths"]
    return (
        occurred["start"]["earliest"], occurred["end"]["latest"],
        place["lat"], place["lon"], deaths["low"], deaths["best"], deaths["high"],
    )  # fmt: skip


@cache
def published(year: str) -> dict[str, Seen]:
    """What the release says, read without any code of ours."""
    with HDX[year].open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"]]
    return {
        row["id"]: (
            row["date_start"][:10], row["date_end"][:10],
            float(row["latitude"]), float(row["longitude"]), int(row["low"]), int(row["best"]), int(row["high"]),
        )
        for row in rows
    }  # fmt: skip


def expected(there: Sequence[str], year: str, releases: Mapping[str, dict[str, Seen]]) -> dict[str, Seen]:
    """What the release in force at the end of a year said, of those that are there."""
    in_force = max((one for one in there if one <= year), default=None)
    return releases[in_force] if in_force else {}


ORDERS = [
    order
    for order in permutations(HDX)
    # The first release first, and the last one first: with all six of them it takes minutes (`make soak`).
    if THOROUGH > 1 or order in (("2019", "2020", "2022"), ("2022", "2020", "2019"))
]


@needs_releases
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_at_every_moment_the_release_in_force_is_known_whatever_the_order(
    run: Run, tmp_path: Path, order: Sequence[str]
) -> None:
    releases = {year: published(year) for year in HDX}
    positions = []
    for year in order:
        bring(run, HDX[year], "--snapshot", at=f"{year}-06-01")
        positions.append(position(tmp_path))

    assert {year: len(rows) for year, rows in releases.items()} == ROWS
    for year in HDX:
        assert {id: seen(one) for id, one in known(run, f"{year}-12-31").items()} == releases[year]
    # What the log held earlier: once through the command; else, for time, past it, every row too.
    with reading(tmp_path / "log.db") as known_past_the_command:
        for count, year in product((1, 2), HDX):
            question = (f"{year}-12-31", positions[count - 1])
            held = known(run, *question) if (count, year) == (1, "2022") else known_past_the_command(*question)
            assert {id: seen(one) for id, one in held.items()} == expected(order[:count], year, releases)


@needs_releases
def test_what_changed_between_two_releases_is_told_with_old_and_new_values(run: Run) -> None:
    for year, file in HDX.items():
        bring(run, file, "--snapshot", at=f"{year}-06-01")
    old, new = published("2020"), published("2022")
    kinds: dict[str, dict[str, Any]] = {}
    for item in answer(run, "changes", "--since", "2020-12-31", "--until", "2022-12-31")["items"]:
        kinds.setdefault(item["change"], {})[item["external_id"].removeprefix("ucdp-ged:")] = item

    assert (len(kinds["withdrawn"]), len(kinds["new"])) == (94, 1_916)
    assert kinds["withdrawn"].keys() == old.keys() - new.keys()
    assert kinds["new"].keys() == new.keys() - old.keys()
    in_both = old.keys() & new.keys()
    differing = {id for id in in_both if old[id] != new[id]}
    assert differing <= kinds["revised"].keys() <= in_both
    assert sum(old[id][5] != new[id][5] for id in differing) == 59  # Of how many the best estimate changed.
    for id, item in kinds["revised"].items():
        assert seen_in(item["fields"], "from", new[id]) == old[id]
        assert seen_in(item["fields"], "to", old[id]) == new[id]


def seen_in(fields: Any, side: str, otherwise: Seen) -> Seen:
    """What a reader sees of an event, from what a change says of it, and from elsewhere where it says nothing."""
    days, point, dead = otherwise[:2], otherwise[2:4], otherwise[4:]
    if "occurred" in fields:
        occurred = Occurred(fields["occurred"][side]["edtf"])
        days = (occurred.start.shown()["earliest"] or "", occurred.end.shown()["latest"] or "")
    if "place" in fields:
        point = (fields["place"][side]["lat"], fields["place"][side]["lon"])
    if "tallies" in fields:
        deaths = fields["tallies"][side]["deaths"]
        dead = (deaths["low"], deaths["best"], deaths["high"])
    return (*days, *point, *dead)


def test_a_release_again_adds_nothing(run: Run, tmp_path: Path) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2"})
    first, again = bring(run, file, "--snapshot"), bring(run, file, "--snapshot")

    # Two sources and a front, for each row its report and one account, and the seal.
    assert first.stdout.splitlines() == [
        "8 events added, 0 were there before, 0 refused",
        "developments: 2 new, 0 revised, 0 withdrawn, 0 unchanged",
    ]
    assert again.stdout.splitlines() == [
        "0 events added, 2 were there before, 0 refused",
        "developments: 0 new, 0 revised, 0 withdrawn, 2 unchanged",
    ]


def test_a_release_that_is_no_snapshot_may_come_in_several_files_and_withdraws_nothing(
    run: Run, tmp_path: Path
) -> None:
    bring(run, release_of(tmp_path / "a.csv", {"id": "1"}), release_of(tmp_path / "b.csv", {"id": "2"}))
    bring(run, release_of(tmp_path / "c.csv", {"id": "2", "best": "8"}), at="2020-06-01")

    assert {id: one["tallies"]["deaths"]["best"] for id, one in known(run).items()} == {"1": 7, "2": 8}


def test_a_row_that_can_not_be_read_is_named_and_kept_and_the_rest_comes_in(run: Run, tmp_path: Path) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2", "date_start": "31/12/2014"}, {"id": "3"})
    done = bring(run, file, "--rejects", tmp_path / "rejects.ndjson", exit_code=1)
    (reject,) = (json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines())

    assert done.stdout.splitlines()[0].endswith(" events added, 0 were there before, 1 refused")
    assert f"{file}:3: date_start: '31/12/2014' is not allowed" in done.stderr
    assert "not marked as imported" in done.stderr
    assert (reject["file"], reject["line"], reject["errors"][0]["field"]) == (str(file), 3, "date_start")
    assert known(run).keys() == {"1", "3"}


def test_a_row_that_can_not_be_read_is_not_missing_from_a_snapshot(run: Run, tmp_path: Path) -> None:
    bring(run, release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2"}, {"id": "3"}), "--snapshot")
    broken = release_of(tmp_path / "b.csv", {"id": "1", "best": "8"}, {"id": "2", "date_prec": "9"})
    bring(run, broken, "--snapshot", "--withdraw", at="2020-06-01", exit_code=1)
    held = {id: one["tallies"]["deaths"]["best"] for id, one in known(run).items()}
    mended = release_of(tmp_path / "b.csv", {"id": "1", "best": "8"}, {"id": "2", "best": "6"})
    bring(run, mended, "--snapshot", "--withdraw", at="2020-06-01")

    assert held == {"1": 8, "2": 7}
    assert {id: one["tallies"]["deaths"]["best"] for id, one in known(run).items()} == {"1": 8, "2": 6}


@pytest.mark.parametrize("nameless", [",,,\n", text_of({**PLAIN, "id": "one"}).partition("\n")[2]])
def test_a_snapshot_with_a_row_of_which_not_even_the_id_can_be_read_is_refused_as_a_whole(
    run: Run, tmp_path: Path, nameless: str
) -> None:
    bring(run, release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2"}), "--snapshot")
    before = position(tmp_path)
    file = release_of(tmp_path / "b.csv", {"id": "1", "best": "8"})
    file.write_text(file.read_text() + "x" + nameless)
    rejects = tmp_path / "rejects.ndjson"
    done = bring(run, file, "--snapshot", "--rejects", rejects, at="2020-06-01", exit_code=1)

    assert f"{file}:3: not even the id of this row can be read" in done.stderr
    assert "nothing was written" in done.stderr
    assert position(tmp_path) == before
    assert json.loads(rejects.read_text())["line"] == 3
    assert bring(run, file, at="2020-06-01", exit_code=1).stdout.startswith("1 events added, ")


def test_the_user_may_say_what_the_fronts_are(run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "fronts.toml"
    rules.write_text('[[front]]\nslug = "the-town"\nname = "The town"\nadm_2 = ["Horlivka raion"]\n')
    bring(run, release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2", "adm_2": ""}), "--fronts", rules)

    assert {id: one["front"] for id, one in known(run).items()} == {"1": "the-town", "2": "ukraine"}
    assert "The town" in run("replay").stdout

    rules.write_text("[[front]]\n")
    refused = bring(run, tmp_path / "a.csv", "--fronts", rules, exit_code=1)
    assert f"{rules}: front 1" in refused.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["a.csv", "--format", "ucdp"], "a release needs --reported-at"),
        (["a.csv", "--format", "ucdp", "--reported-at", "June"], "reported-at: 'June' is not allowed"),
        (["a.csv", "b.csv", "--format", "ucdp", "--reported-at", "2019-06-01", "--snapshot"], "takes one FILE"),
        (["a.csv", "--format", "ndjson", "--snapshot"], "are for releases (ucdp), not ndjson"),
        (["a.csv", "--format", "ndjson", "--fronts", "b.csv"], "are for releases (ucdp), not ndjson"),
        (["a.csv", "--format", "ucdp", "--reported-at", "2019-06-01", "--fronts", "none.toml"], "does not exist"),
    ],
)
def test_wrong_usage_is_refused_before_there_is_a_store(
    run: Run, tmp_path: Path, options: Sequence[str], why: str
) -> None:
    for name in "ab":
        release_of(tmp_path / f"{name}.csv", {"id": name})
    refused = run("import", *options)

    assert refused.exit_code == 2
    assert why in " ".join(refused.stderr.split())
    assert not (tmp_path / "log.db").exists()


def test_a_release_from_the_future_is_refused_as_a_whole(run: Run, tmp_path: Path) -> None:
    done = bring(run, release_of(tmp_path / "a.csv", {"id": "1"}), at="2031-06-01", exit_code=2)

    assert "2031-06-01" in done.stderr
    assert position(tmp_path) == 0


def test_a_file_that_is_no_release_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,best\n1,2\n")

    assert "a.csv: no column " in bring(run, tmp_path / "a.csv", exit_code=1).stderr


def into(scene: Scene, path: Path, at: str = "2019-06-01", **more: Any) -> Outcome:
    """Bring a snapshot into a scene."""
    record_all = more.pop("record_all", scene.log.record_all)
    release = Release("ucdp-ged", instant(at), whole=True)
    return bring_in(release, release_file(path), scene.log, record_all, **more)


@pytest.fixture
def late(scene: Scene) -> Scene:
    scene.clock.now = NOW
    return scene


def test_who_speaks_is_registered_and_whoever_is_known_already_is_left_alone(late: Scene, tmp_path: Path) -> None:
    late.tell(SourceRegistered("daily-news", "Our daily news", SourceKind.BLOGGER), "2018-01-01")
    rows = {"id": "1"}, {"id": "2", "source_office": "Other News", "source_article": "Other News,2014,Shells"}
    into(late, release_of(tmp_path / "a.csv", *rows))
    sources = {one["slug"]: (one["name"], one["kind"]) for one in late.get("/sources")["items"]}
    events = late.get("/events", limit=100)["items"]

    assert sources == {
        "daily-news": ("Our daily news", "blogger"),
        "other-news": ("Other News", "media"),
        "ucdp-ged": ("UCDP Georeferenced Event Dataset", "data-set"),
    }
    assert [one["data"]["slug"] for one in events if one["type"] == "front.opened"] == ["donbas"]
    assert {one["time"] for one in events[1:]} == {"2019-06-01T00:00:00Z"}


def test_a_release_is_sealed_by_what_was_read(late: Scene, tmp_path: Path) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2"})
    outcome = into(late, file)
    last = late.get("/events", limit=100)["items"][-1]

    assert outcome.sealed
    assert last["type"] == "dataset.imported"
    digest = sha256(file.read_bytes()).hexdigest()
    assert last["data"] == {"slug": "ucdp-ged", "rows": 2, "sha256": digest, "whole": True}


@pytest.mark.parametrize("batches", range(4))
def test_an_import_that_was_broken_off_goes_on_to_the_same_result(late: Scene, tmp_path: Path, batches: int) -> None:
    first = release_of(tmp_path / "a.csv", *({"id": str(id)} for id in range(1, 13)))
    second = release_of(tmp_path / "b.csv", *({"id": str(id), "best": "8"} for id in range(7, 19)))
    with open_scene(tmp_path / "whole.db") as whole:
        whole.clock.now = NOW
        for file, at in ((second, "2020-06-01"), (first, "2019-06-01")):
            into(whole, file, at)
        cuts = {"known_at": "2019-12-31", "as_of": "2030-01-01"}, {"known_at": "2020-12-31", "as_of": "2030-01-01"}
        wanted = [stripped(whole.get("/timeline", **cut)) for cut in cuts]
        size = whole.head
    left = batches

    def breaks_off(some: Sequence[Submission]) -> Any:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return late.log.record_all(some)

    for file, at in ((second, "2020-06-01"), (first, "2019-06-01")):
        left = batches
        with pytest.raises(KeyboardInterrupt):
            into(late, file, at, record_all=breaks_off, together=5)
        into(late, file, at, together=5)

    assert [stripped(late.get("/timeline", **cut)) for cut in cuts] == wanted
    assert late.head == size


def stripped(timeline: Any) -> list[Any]:
    """A timeline without what tells when and where in the log it was written."""
    return [
        {name: one[name] for name in ("external_id", "title", "status", "tallies", "retracted")}
        | {"accounts": [(given["source"], given["gist"], given["reported_at"]) for given in one["accounts"]]}
        for one in timeline["items"]
    ]


def test_an_outlet_that_a_release_does_not_list_any_more_has_not_taken_it_back(late: Scene, tmp_path: Path) -> None:
    into(late, release_of(tmp_path / "a.csv", {"id": "1"}))
    without = {"source_office": "", "source_headline": "", "source_article": ""}
    into(late, release_of(tmp_path / "b.csv", {"id": "1", **without}), "2020-06-01")
    (item,) = late.get("/timeline", known_at="2020-12-31", as_of="2030-01-01")["items"]

    assert ("daily-news", True) in [(given["source"], given["in_force"]) for given in item["accounts"]]


def test_what_the_log_refuses_is_told_by_line_and_the_release_is_not_sealed(late: Scene, tmp_path: Path) -> None:
    def refuses_accounts(some: Sequence[Submission]) -> Any:
        return [
            NotAcceptable("no more accounts") if isinstance(one.fact, AccountGiven) else late.log.record(one)
            for one in some
        ]

    file = release_of(tmp_path / "a.csv", {"id": "1"}, {"id": "2"})
    outcome = into(late, file, record_all=refuses_accounts)

    assert [(one.file, one.line, one.reason) for one in outcome.rejected] == [
        (str(file), 2, "no more accounts"),
        (str(file), 3, "no more accounts"),
    ]
    assert not outcome.sealed
    assert "dataset.imported" not in {one["type"] for one in late.get("/events", limit=100)["items"]}


def test_a_store_that_fails_breaks_the_import_off(late: Scene, tmp_path: Path) -> None:
    file = release_of(tmp_path / "a.csv", {"id": "1"})
    into(late, file)

    with pytest.raises(StoreUnusable):
        into(late, file, "2020-06-01", record_all=lambda some: [StoreUnusable("gone") for _ in some])


@pytest.mark.parametrize(("clarity", "is_open"), [("1", False), ("2", True)])
def test_a_day_that_is_not_known_is_never_open_and_a_report_of_several_events_is(
    run: Run, tmp_path: Path, clarity: str, is_open: bool
) -> None:
    row = {"date_prec": "2", "date_start": "2023-01-30", "date_end": "2023-02-01", "event_clarity": clarity}
    bring(run, release_of(tmp_path / "a.csv", row), at="2023-06-01")

    (item,) = answer(run, "replay", "--as-of", "2023-01-31", "--known-at", "2030-01-01")["items"]

    assert item["occurred"]["open"] is is_open
    assert item["occurred"]["start"]["earliest"] == "2023-01-30"
    assert item["occurred"]["end"]["latest"] == "2023-02-01"


@needs_releases
def test_in_the_releases_only_aggregates_last_and_bounds_are_the_published_days(run: Run) -> None:
    bring(run, HDX["2022"], at="2022-06-01")
    items = known(run)
    with HDX["2022"].open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file) if row["id"]}

    assert items.keys() == rows.keys()
    for id, item in items.items():
        occurred, row = item["occurred"], rows[id]
        assert (occurred["start"]["earliest"], occurred["end"]["latest"]) == (
            row["date_start"][:10],
            row["date_end"][:10],
        )
        lasts = row["event_clarity"] == "2" and row["date_start"] != row["date_end"]
        assert ("/" in occurred["edtf"]) is lasts
