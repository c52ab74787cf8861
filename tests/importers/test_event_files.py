"""Files of events: lines, one array, objects over several lines, in any encoding of JSON; or a refusal of the whole."""

import codecs
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios import message
from timeline.domain.aggregates import Submission
from timeline.errors import TimelineError
from timeline.importers import json_values
from timeline.importers.ndjson import event_file, read
from timeline.importers.running import Line, run
from timeline.importers.unreadable import UnreadableFile

EVENTS = [message(id=str(number)) for number in range(3)]
LINES = "\n".join(map(json.dumps, EVENTS))


def lines_of(folder: Path, content: bytes | str) -> list[Line]:
    file = folder / "a.ndjson"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read(file))


READ = {
    "lines": LINES.encode(),
    "lines with a mark": codecs.BOM_UTF8 + LINES.encode(),
    "lines in UTF-16": LINES.encode("utf-16"),
    "lines packed": gzip.compress(LINES.encode()),
    "an array on one line": json.dumps(EVENTS).encode(),
    "an array over lines": json.dumps(EVENTS, indent=2).encode(),
    "an array in UTF-16 without a mark": json.dumps(EVENTS).encode("utf-16-le"),
    "an array packed": gzip.compress(json.dumps(EVENTS).encode()),
    "objects over lines": "\n".join(json.dumps(one, indent=2) for one in EVENTS).encode(),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_events_are_read_however_they_lie_in_the_file(tmp_path: Path, content: bytes) -> None:
    lines = lines_of(tmp_path, content)

    assert [line.read.message.id for line in lines if isinstance(line.read, Submission)] == ["0", "1", "2"]
    assert event_file(tmp_path / "a.ndjson").events == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (json.dumps(EVENTS)[:-1], "the end of the file"),
        (json.dumps(EVENTS, indent=2)[:-40], "line 68: not JSON, or cut off"),
        (json.dumps(EVENTS) + "x", "something stands behind the array"),
        (json.dumps(EVENTS) * 2, "something stands behind the array"),
        (json.dumps(EVENTS)[:-1] + ",]", "not JSON"),
        (json.dumps(EVENTS).replace("}, {", "} {"), "expected ']' and came to '{'"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(EVENTS[0], indent=2)[:-2], "a JSON object over several lines, and line 1: not JSON, or cut off"),
        (json.dumps([message(id="é")], ensure_ascii=False).encode("cp1252"), "JSON that is not UTF-8"),
        ("id,type_of_violence,date_prec,deaths_a\n1,1,1,2\n", "by its columns UCDP GED; use --format ucdp"),
        ("a;b\n1;2\n", "a table rather than events"),
        ('{"format":"conflict-timeline-log/1","origin":"x"}', "`timeline restore` takes it"),
        ('{"type": "FeatureCollection", "features": []}', "GeoJSON"),
    ],
)
def test_a_file_that_is_broken_or_something_else_is_refused_whole(
    tmp_path: Path, content: bytes | str, why: str
) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        lines_of(tmp_path, content)

    assert why in refusal.value.detail


def test_of_an_array_on_one_line_each_refusal_names_its_element(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(json.dumps([EVENTS[0], {"type": "x"}, 3, EVENTS[1]]))
    (batch,) = run(file, event_file(file).lines(), lambda some: [Accepted() for _ in some], None, 10)

    assert (batch.added, [one.reason.partition(":")[0] for one in batch.rejected]) == (2, ["element 2", "element 3"])


class Accepted:
    """What a log says of what it took."""

    repeated = False


def test_a_line_that_is_broken_costs_nobody_else(tmp_path: Path) -> None:
    lines = lines_of(tmp_path, LINES.replace("\n", "\nnot json\n", 1) + "\n{")

    assert [isinstance(line.read, TimelineError) for line in lines] == [False, True, False, False, True]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=6), st.sampled_from([None, 2]), st.integers(1, 40))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_array_read_block_by_block_has_the_elements_that_it_has(
    tmp_path: Path, elements: list[Any], indent: int | None, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "BLOCK_CHARACTERS", block)
        file = tmp_path / "a.json"
        file.write_text(json.dumps(elements, indent=indent, ensure_ascii=False), "utf-8", newline="")
        with file.open(encoding="utf-8", newline="") as text:
            found = [json.loads(value) for _, value in json_values.values_of_array(text)]

    assert found == elements
