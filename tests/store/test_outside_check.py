"""Outsiders can check the log: docs/check_record.py, run as they would on what the API answers; and the tree itself."""

import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from copy import deepcopy
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.engines import Engine
from tests.scenarios import BAKHMUT, Scene, fill, message, open_scene, reported
from tests.strategies import submissions
from timeline.domain.aggregates import Submission
from timeline.domain.facts import TOPICS, Event, Recorded
from timeline.domain.values import MessageId, development_id_of
from timeline.store.checkpoints import Signer
from timeline.store.dumps import dump
from timeline.store.records import Head, New, key_of, placed, record_bytes
from timeline.store.transcoding import FactMapper
from timeline.store.tree import (
    WIDTH,
    Frontier,
    HashesOf,
    completed,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from timeline.wire.events import dump_event

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = DOCS / "check_record.py"
SIZES = (1, 2, 3, 255, 256, 257, 300)
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The leaves that the tests of Certificate Transparency use, and the roots over the first 0 to 8 of them."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _loaded() -> ModuleType:
    spec = spec_from_file_location("check_record", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECK = _loaded()


class Outsider:
    """Somebody with Python, the script, a verifier key, and a folder."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key

    def run(self, proof: Any = None, key: str | None = None, **files: Any) -> subprocess.CompletedProcess[str]:
        """The script on these files; `event`, `consistency` and `old` go by its options."""
        arguments = ["--key", self.key if key is None else key]
        for option, held in (("", proof), *((f"--{name}".replace("old", "from"), one) for name, one in files.items())):
            if held is not None:
                file = self.folder / f"given{option}"
                file.write_text(held if isinstance(held, str) else json.dumps(held), encoding="utf-8")
                arguments += [option, str(file)] if option else [str(file)]
        command = [sys.executable, "-I", str(SCRIPT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    def accepts(self, *given: Any, **files: Any) -> str:
        """What the script prints, which must find nothing wrong."""
        done = self.run(*given, **files)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def refuses(self, *given: Any, **files: Any) -> str:
        """Why the script refuses: in one line, with nothing printed that looks like a yes."""
        done = self.run(*given, **files)
        assert done.returncode == 1, done
        assert done.stdout == ""
        assert re.fullmatch(r"REFUSED: .+\n", done.stderr), done.stderr
        return done.stderr


class Kept(Struct):
    """What an outsider has of a log: events, checkpoints by size, proofs by position and size, and a way to check."""

    events: list[Any]
    checkpoints: dict[int, str]
    proofs: dict[tuple[int, int], Any]
    consistencies: dict[tuple[int, int], Any]
    outsider: Outsider


def kept_of(scene: Scene, folder: Path) -> Kept:
    """A log of 300 records, signed at each of the sizes; its first ones are of every type."""
    checkpoints = {}
    told = of_every_type()
    for size in SIZES:
        while scene.head < min(size, len(told)):
            answer = scene.post(told[scene.head])
            assert answer.status_code == 201, answer.get_data(as_text=True)
        while scene.head < size:
            scene.tell(reported(title=f"Development {scene.head}"), id=development_id_of(f"test:{scene.head}"))
        checkpoints[size] = scene.raw("/log/checkpoint").decode()
    proofs = {
        (position, size): scene.get("/log/proof/inclusion", position=position, size=size)
        for size in SIZES
        for position in {1, 2, size // 2, 256, 257, size - 1, size}
        if 1 <= position <= size
    }
    consistencies = {
        (first, size): scene.get("/log/proof/consistency", **{"from": first, "to": size})
        for size in SIZES
        for first in SIZES
        if first <= size
    }
    (key,) = scene.get("/log/keys")["verifiers"]
    items = scene.get("/events", after=0, limit=1_000)["items"]
    for position in range(1, len(told) + 1):
        proofs.setdefault((position, 300), scene.get("/log/proof/inclusion", position=position, size=300))
    return Kept(items, checkpoints, proofs, consistencies, Outsider(folder, key))


def of_every_type() -> list[Any]:
    """A message of each type, with what is spelt in events otherwise than in records."""
    subject, exact = str(BAKHMUT), {"edtf": "2023-05-22", "exact": {"start": "2023-05-22T09:00:00.5Z"}}
    account = {"source": "ru-mod", "stance": {"occurrence": "asserts", "attribution": "denies"}, "quote": "Так. ☮"}
    told = [
        message(
            subject=subject, data={"occurred": exact, "tallies": {"occurred": {"best": 3}}, "tags": ["x", "é\u200f"]}
        ),
        message("account.given", subject=subject, data=account),
        message("account.withdrawn", subject=subject, data={"source": "ru-mod", "aspects": ["attribution"]}),
        message("development.revised", subject=subject, data={"changes": {"occurred": exact}, "nature": "correction"}),
        message("development.revised", subject=subject, data={"changes": {"summary": None}, "nature": "update"}),
        message(
            "development.assessed",
            subject=subject,
            data={"aspect": "occurrence", "verdict": "confirmed", "credibility": 2, "rationale": "Seen."},
        ),
        message("development.retracted", subject=subject, data={"reason": "Wrong."}),
        message("front.opened", data={"slug": "kyiv", "name": "Kyiv", "area": [30, 50, 31, 51], "occurred": "2022/.."}),
        message("source.registered", data={"slug": "ru-mod", "name": "MoD", "kind": "official"}),
        message("front.revised", subject="kyiv", data={"changes": {"occurred": None, "area": None}}),
        message("front.revised", subject="kyiv", data={"changes": {"occurred": "2022-02-24/.."}, "reason": "Known."}),
        message("front.closed", subject="kyiv", data={"reason": "Quiet."}),
        message("source.revised", subject="ru-mod", data={"changes": {"url": "https://example.org"}}),
        message(data={"occurred": "2023-05", "external_id": "test:other"}),
        message("development.merged", subject=subject, data={"into": str(development_id_of("test:other"))}),
        message("entry.voided", subject=subject, data={"position": 15, "reason": "Two towns."}),
    ]
    for number, one in enumerate(told):
        one["id"] = f"m {number}"
    return told


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What an outsider has of a log in a SQLite file."""
    folder = tmp_path_factory.mktemp("outside")
    with open_scene(folder / "log.db") as scene:
        return kept_of(scene, folder)


def altered(value: Any, **changed: Any) -> Any:
    """A copy with other fields."""
    return {**deepcopy(value), **changed}


def spelt(proof: Any, record: bytes) -> Any:
    """The proof with another record, its leaf hash made to fit."""
    return altered(proof, record=base64(record), leaf_hash=base64(leaf_hash(record)))


def with_path(proof: Any, path: list[str], **changed: Any) -> Any:
    """The proof with another path, in the tlog-proof as well."""
    changed = {"leaf_index": proof["leaf_index"], **changed}
    lines = ["c2sp.org/tlog-proof@v1", f"index {changed['leaf_index']}", *path, "", proof["checkpoint"]]
    return altered(proof, path=path, proof="\n".join(lines), **changed)


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def test_an_outsider_accepts_what_the_log_of_either_engine_answers(engine: Engine, tmp_path: Path) -> None:
    with open_scene(engine) as scene:
        kept = kept_of(scene, tmp_path)

    for size in SIZES:
        told = kept.outsider.accepts(kept.proofs[size, size], event=kept.events[size - 1])
        assert f"signed with {size} records" in told
        assert f"position: {size}\n" in told
    for first, size in ((1, 2), (3, 257), (255, 256), (256, 300), (300, 300)):
        kept.outsider.accepts(consistency=kept.consistencies[first, size], old=kept.checkpoints[first])


def test_every_proof_of_every_size_is_right(kept: Kept) -> None:
    key = CHECK.verifier_key(kept.outsider.key)
    for (position, size), proof in kept.proofs.items():
        said, state, signed = CHECK.check_proof(proof, key)
        event = CHECK.parse_json(json.dumps(kept.events[position - 1]).encode(), float)

        CHECK.check_event(event, said, state)
        assert (said["position"], signed.size) == (position, size)
    for (first, size), proof in kept.consistencies.items():
        old, new = (CHECK.check_note(note, key) for note in (kept.checkpoints[first], proof["checkpoint"]))

        CHECK.check_consistency(old, new, [b64decode(hash) for hash in proof["path"]])
        assert (proof["first_size"], proof["tree_size"]) == (first, size)


def test_the_script_tells_what_was_recorded(kept: Kept) -> None:
    told = kept.outsider.accepts(kept.proofs[1, 300], event=kept.events[0])

    assert "position: 1\nrecordedtime: 2023-06-01T12:00:00Z\n" in told
    assert f"subject: {BAKHMUT}\ntype: development.reported\nrecord: {{" in told
    assert "Fighters enter Grayvoron" in told
    assert told.endswith("The event says what the record says.\n")
    assert "\u200f" not in told, "signs that turn the text of a terminal round"


def test_a_proof_holds_without_an_event_and_together_with_a_consistency(kept: Kept) -> None:
    both = {"consistency": kept.consistencies[3, 300], "old": kept.checkpoints[3]}

    assert kept.outsider.accepts(kept.proofs[2, 300]).endswith("No event was compared.\n")
    assert "of 3 records, is the beginning of the signed one of 300" in kept.outsider.accepts(
        kept.proofs[2, 300], event=kept.events[1], **both
    )
    assert "at one size" in kept.outsider.refuses(kept.proofs[2, 257], **both)


def test_the_example_on_the_page_is_accepted_and_its_record_is_as_we_write_records(tmp_path: Path) -> None:
    page = (DOCS / "log-format.md").read_text(encoding="utf-8")
    example = page[page.index("## An example") :]
    proof, event, consistency = map(json.loads, re.findall(r"```json\n(.*?)```", example, re.DOTALL))
    key, record, old = re.findall(r"```text\n(.*?)```", example, re.DOTALL)
    outsider = Outsider(tmp_path, key.strip())

    outsider.accepts(proof, event=event, consistency=consistency, old=old)
    outsider.refuses(proof, event=altered(event, time="2023-05-22T12:00:01Z"))
    assert b64decode(proof["record"]).decode() == record.removesuffix("\n")
    assert b64decode(proof["leaf_hash"]) == leaf_hash(b64decode(proof["record"]))
    assert record.split("\n")[0].split(" ")[-1] == key_of(MessageId(event["source"], event["id"])).hex()


def test_the_example_dump_on_the_page_names_the_fields_that_a_dump_has(scene: Scene, tmp_path: Path) -> None:
    fill(scene, 2)
    dump(scene.log, tmp_path / "log.ndjson")
    page = (DOCS / "log-format.md").read_text(encoding="utf-8")
    section = page[page.index("## The whole log as a file") : page.index("## What is proven")]

    for line in (tmp_path / "log.ndjson").read_text().splitlines():
        assert all(f"`{name}`" in section for name in json.loads(line))


def test_a_record_is_made_from_a_line_of_a_dump_as_the_page_tells(scene: Scene, tmp_path: Path) -> None:
    fill(scene, 3)
    dump(scene.log, tmp_path / "log.ndjson")
    _, *lines, _, last = map(json.loads, (tmp_path / "log.ndjson").read_text().splitlines())
    records = [
        f"{line['position']} {line['recorded_micros']} {line['subject'].replace('-', '')} {line['version']} "
        f"{line['type']} {line['message_key']}\n{line['state']}".encode()
        for line in lines
    ]

    assert base64(naive_root([naive_leaf(record) for record in records])) == last["checkpoint"].split("\n")[2]
    for line in lines:
        told = json.loads(line["state"])["message"]
        key = sha256(told["source"].encode()).hexdigest()[:16] + told["id"].encode().hex()
        assert line["message_key"] == key


@pytest.mark.parametrize("at", [0, 5, 30, 80, 150, -1])
def test_an_altered_byte_of_a_record_is_refused(kept: Kept, at: int) -> None:
    proof = kept.proofs[257, 300]
    record = bytearray(b64decode(proof["record"]))
    record[at] ^= 1

    kept.outsider.refuses(altered(proof, record=base64(bytes(record))))
    kept.outsider.refuses(spelt(proof, bytes(record)))


@pytest.mark.parametrize(
    "changed",
    [
        {"time": "2023-05-22T12:00:01Z"},
        {"source": "//example.org/desks"},
        {"id": "m 1"},
        {"position": 2},
        {"position": True},
        {"subject": "00000000-0000-0000-0000-000000000000"},
        {"type": "account.given"},
        {"recordedtime": "2023-06-01T12:00:00.000001Z"},
        {"specversion": "2.0"},
        {"verdict": "true"},
        {"data": {}},
        {"data": None},
    ],
    ids=str,
)
def test_an_altered_attribute_of_an_event_is_refused(kept: Kept, changed: Any) -> None:
    (name,) = changed

    assert f"the event's {name} is not" in kept.outsider.refuses(
        kept.proofs[1, 300], event=altered(kept.events[0], **changed)
    )


@pytest.mark.parametrize("name", ["time", "source", "id", "position", "subject", "type", "recordedtime", "data"])
def test_an_event_that_leaves_something_out_is_refused(kept: Kept, name: str) -> None:
    event = {other: value for other, value in kept.events[0].items() if other != name}

    assert f"the event's {name} is not" in kept.outsider.refuses(kept.proofs[1, 300], event=event)


@pytest.mark.parametrize("position", range(1, len(of_every_type()) + 1))
def test_every_change_to_the_data_of_an_event_of_any_type_is_found(kept: Kept, position: int) -> None:
    said, state, _ = CHECK.check_proof(kept.proofs[position, 300], CHECK.verifier_key(kept.outsider.key))
    event = kept.events[position - 1]

    CHECK.check_event(reread(event), said, state)
    for other in neighbours(event["data"]):
        with pytest.raises(ValueError, match="data is not what was recorded"):
            CHECK.check_event(reread(altered(event, data=other)), said, state)


def reread(event: Any) -> Any:
    """The event as the script reads it."""
    return CHECK.parse_json(json.dumps(event).encode(), float)


def neighbours(value: Any) -> list[Any]:
    """The JSON values that differ from this one in one place."""
    if isinstance(value, dict):
        inner = [{**value, name: other} for name, one in value.items() for other in neighbours(one)]
        left_out = [{other: one for other, one in value.items() if other != name} for name in value]
        return [*inner, *left_out, {**value, "more": 1}]
    if isinstance(value, list):
        inner = [[*value[:at], other, *value[at + 1 :]] for at, one in enumerate(value) for other in neighbours(one)]
        return [*inner, value[1:], [*value, "more"]]
    if isinstance(value, str):
        return [f"{value}.", {"edtf": value}]
    return [[value], 7.25, not value]


def test_the_spelling_of_numbers_and_the_order_of_names_mean_nothing(kept: Kept) -> None:
    event = deepcopy(kept.events[7])
    assert event["data"]["area"] == [30.0, 50.0, 31.0, 51.0]
    event["data"]["area"] = [30, 50.0, 31, 51]

    kept.outsider.accepts(kept.proofs[8, 300], event=dict(reversed(event.items())))


def test_an_event_with_two_values_under_one_name_is_refused(kept: Kept) -> None:
    text = json.dumps(kept.events[0])

    assert "twice" in kept.outsider.refuses(kept.proofs[1, 300], event=f'{{"time": "2024-01-01T00:00:00Z", {text[1:]}')


def test_another_position_is_refused(kept: Kept) -> None:
    proof = kept.proofs[2, 300]
    record = b64decode(proof["record"])

    kept.outsider.refuses(altered(proof, position=3))
    kept.outsider.refuses(with_path(proof, proof["path"], position=3, leaf_index=2))
    kept.outsider.refuses(with_path(spelt(proof, b"3" + record[1:]), proof["path"], position=3, leaf_index=2))
    kept.outsider.refuses(with_path(spelt(proof, b"302" + record[1:]), proof["path"], position=302, leaf_index=301))
    kept.outsider.refuses(with_path(spelt(proof, b"0" + record[1:]), proof["path"], position=0, leaf_index=-1))


def test_a_proof_of_another_record_is_refused(kept: Kept) -> None:
    one, other = kept.proofs[1, 300], kept.proofs[2, 300]

    kept.outsider.refuses(altered(one, record=other["record"], leaf_hash=other["leaf_hash"]))
    kept.outsider.refuses(with_path(one, other["path"]))
    kept.outsider.refuses(other, event=kept.events[0])


def test_another_key_is_refused(kept: Kept) -> None:
    origin = kept.outsider.key.partition("+")[0]
    stranger = Signer(origin, Ed25519PrivateKey.generate())
    forged = stranger.sign(300, b64decode(kept.checkpoints[300].split("\n")[2])).note
    proof = kept.proofs[1, 300]
    other_log = Signer("another.example/log", Ed25519PrivateKey.generate())

    kept.outsider.refuses(proof, key=str(stranger.verifier))
    kept.outsider.refuses(altered(proof, checkpoint=forged))
    kept.outsider.refuses(altered(proof, checkpoint=forged), key=str(other_log.verifier))


def test_a_signature_of_ours_counts_beside_those_of_others_and_only_where_it_is_right(kept: Kept) -> None:
    origin = kept.outsider.key.partition("+")[0]
    proof, note = kept.proofs[1, 300], kept.checkpoints[300]
    witness = Signer(origin, Ed25519PrivateKey.generate())
    root_hash = b64decode(note.split("\n")[2])
    line = witness.sign(300, root_hash).note.rpartition("\n\n")[2]
    name, signature = note.split()[-2:]
    wrong = bytearray(b64decode(signature))
    wrong[-1] ^= 1

    kept.outsider.accepts(replaced(proof, note + line))
    kept.outsider.refuses(replaced(proof, note.replace(signature, base64(bytes(wrong)))))
    kept.outsider.refuses(replaced(proof, f"{note}— {name} {base64(bytes(wrong))}\n"))


def replaced(proof: Any, note: str) -> Any:
    """The proof with another checkpoint, in the tlog-proof as well."""
    return altered(proof, checkpoint=note, proof=proof["proof"].replace(proof["checkpoint"], note))


def test_a_log_of_another_name_is_refused_even_where_the_key_is_the_same(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    one, other = Signer("one.example", key), Signer("other.example", key)
    note = other.sign(1, leaf_hash(b"")).note
    text, _, _ = note.rpartition("\n\n")
    signature = base64(one.verifier.key_id + key.sign(f"{text}\n".encode()))
    crossed = f"{text}\n\n— one.example {signature}\n"

    with pytest.raises(ValueError, match=r"not a checkpoint .* of one\.example"):
        CHECK.check_note(crossed, CHECK.verifier_key(str(one.verifier)))
    assert CHECK.check_note(note, CHECK.verifier_key(str(other.verifier))).size == 1


def test_a_shortened_or_lengthened_path_is_refused(kept: Kept) -> None:
    proof = kept.proofs[150, 300]
    path = proof["path"]

    for other in (path[1:], path[:-1], [], [*path, path[-1]], [path[0], *path], path[::-1]):
        kept.outsider.refuses(with_path(proof, other))


def test_a_checkpoint_of_another_size_is_refused(kept: Kept) -> None:
    proof, note = kept.proofs[1, 256], kept.checkpoints[257]

    kept.outsider.refuses(replaced(proof, note))
    kept.outsider.refuses(altered(replaced(proof, note), tree_size=257))
    kept.outsider.refuses(altered(proof, tree_size=257))
    kept.outsider.refuses(replaced(proof, proof["checkpoint"].replace("\n256\n", "\n257\n")))


def test_a_log_that_is_not_the_beginning_of_the_other_is_refused(kept: Kept) -> None:
    origin, key = kept.outsider.key.partition("+")[0], Ed25519PrivateKey.generate()
    forger = Signer(origin, key)
    both = {"consistency": kept.consistencies[3, 257], "old": kept.checkpoints[3]}
    root_hash = b64decode(kept.checkpoints[257].split("\n")[2])
    newer = altered(both["consistency"], checkpoint=forger.sign(257, root_hash).note)

    kept.outsider.accepts(**both)
    kept.outsider.refuses(consistency=both["consistency"], old=kept.checkpoints[2])
    kept.outsider.refuses(consistency=kept.consistencies[2, 257], old=kept.checkpoints[3])
    for path in ([], both["consistency"]["path"][1:], [*both["consistency"]["path"], base64(root_hash)]):
        kept.outsider.refuses(consistency=altered(both["consistency"], path=path), old=kept.checkpoints[3])
    another = forger.sign(3, leaf_hash(b"another history")).note
    kept.outsider.refuses(consistency=newer, old=another, key=str(forger.verifier))
    same_size = altered(kept.consistencies[3, 3], checkpoint=forger.sign(3, root_hash).note)
    assert "no proof" in kept.outsider.refuses(consistency=same_size, old=another, key=str(forger.verifier))


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "null",
        "[]",
        "{}",
        '"text"',
        "{",
        "[" * 100_000,
        '{"record": 1}',
        '{"record": "MQ==", "path": {}}',
        '{"record": "MQ==", "path": [], "checkpoint": 1}',
        '{"record": "MQ==", "path": [], "checkpoint": "a\\n\\nb"}',
        '{"record": "MQ==", "path": ["AA=="]}',
        '{"record": "\u00e9", "path": []}',
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_proof_is_refused_without_a_traceback(kept: Kept, proof: str) -> None:
    kept.outsider.refuses(proof)


def test_every_field_of_an_answer_counts(kept: Kept) -> None:
    proof, key = kept.proofs[2, 3], CHECK.verifier_key(kept.outsider.key)
    for name in proof:
        for other in (None, 0, "x", "", [], {}, -1, [*proof["path"], 1]):
            if other != proof[name]:
                with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
                    CHECK.check_proof(altered(proof, **{name: other}), key)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--key", "a+b+c", "x"],
        ["--key", "KEY"],
        ["--key", "KEY", "no-such-file"],
        ["--key", "KEY", "x", "--from", "y"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(kept: Kept, arguments: list[str]) -> None:
    command = [kept.outsider.key if one == "KEY" else one for one in arguments]
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), *command], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_the_script_is_small_and_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 200
    assert not re.search(r"^\s*(from|import) (timeline|dashboards|tests|msgspec|eventsourcing)", text, re.MULTILINE)


@given(told=submissions(), recorded_by=st.sampled_from([None, "desk-bot"]))
def test_an_event_of_any_fact_is_compared_with_its_record(told: Submission, recorded_by: str | None) -> None:
    assert told.reported_at
    assume(getattr(told.fact, "message", True))  # the log keeps the message that a void is about
    event = Event(told.subject, 1, told.reported_at, told.message, told.fact, recorded_by)
    (row,) = placed([New(FactMapper().to_stored_event(event), key_of(told.message))], Head(), 1_685_620_800_000_001)
    header, _, state = record_bytes(row).partition(b"\n")
    exported = dump_event(Recorded(1, row.recorded_instant, event))
    said = {name: exported[name] for name in ("position", "recordedtime", "subject", "type")}

    assert CHECK.HEADER.fullmatch(header + b"\n")
    assert exported["type"] in TOPICS
    CHECK.check_event(reread(json.loads(json.dumps(exported, default=str))), said, state)


def naive_leaf(record: bytes) -> bytes:
    return sha256(b"\0" + record).digest()


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], known=known), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], known=False), naive_root(leaves[:k])]


def split(n: int) -> int:
    """The largest power of two below n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Kept256:
    """The hashes that a log keeps, in memory, as it grows by batches; only what is kept can be read."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = [[]]

    def append(self, leaves: Sequence[bytes]) -> None:
        """Take a batch of leaves, and the nodes that it completes."""
        nodes = completed(len(self.levels[0]), leaves, self.hashes_of)
        self.levels[0] += leaves
        for node in nodes:
            if node.level == len(self.levels):
                self.levels.append([])
            assert node.index == len(self.levels[node.level]), "each node once, in order"
            self.levels[node.level].append(node.hash)

    def hashes_of(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """The kept hashes; asking for one that is not there is an error."""
        if start >= stop:
            return []
        assert stop <= len(self.levels[level]), f"level {level} has no hash {stop - 1}"
        return self.levels[level][start:stop]


def numbered(count: int) -> list[bytes]:
    return [naive_leaf(str(number).encode()) for number in range(count)]


def grown(leaves: Sequence[bytes], batch: int = 97) -> HashesOf:
    """The kept hashes of a log with these leaves."""
    kept = Kept256()
    for start in range(0, len(leaves), batch):
        kept.append(leaves[start : start + batch])
    return kept.hashes_of


def test_the_roots_are_those_of_the_reference_leaves() -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    frontier = Frontier()
    found = [frontier.root().hex()]
    for leaf in leaves:
        frontier.add(leaf)
        found.append(frontier.root().hex())

    assert found == ROOTS
    assert [root(size, grown(leaves)).hex() for size in range(9)] == ROOTS
    assert [naive_root(leaves[:size]).hex() for size in range(9)] == ROOTS


def test_the_proofs_are_those_of_the_example_in_rfc_6962() -> None:
    leaves = numbered(7)
    hashes_of = grown(leaves)
    a, b, c, d, e, f, j = leaves
    g, h, i = naive_root([a, b]), naive_root([c, d]), naive_root([e, f])
    k, tail = naive_root([a, b, c, d]), naive_root([e, f, j])

    assert inclusion_proof(0, 7, hashes_of) == [b, h, tail]
    assert inclusion_proof(3, 7, hashes_of) == [c, g, tail]
    assert inclusion_proof(4, 7, hashes_of) == [f, j, k]
    assert inclusion_proof(6, 7, hashes_of) == [i, k]
    assert consistency_proof(3, 7, hashes_of) == [c, d, g, tail]
    assert consistency_proof(4, 7, hashes_of) == [tail]
    assert consistency_proof(6, 7, hashes_of) == [i, j, k]


sizes = st.integers(1, 40) | st.integers(1, 1_200) | st.sampled_from([255, 256, 257, 511, 512, 513, 767, 768, 1_025])


@given(sizes, st.data())
def test_roots_and_proofs_are_those_of_the_definition_at_any_size(size: int, data: st.DataObject) -> None:
    grown_to = size + data.draw(st.integers(0, 300))
    leaves = numbered(grown_to)
    hashes_of = grown(leaves, data.draw(st.integers(1, 600)))
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, proof = inclusion_proof(index, size, hashes_of), consistency_proof(first, size, hashes_of)
    old, new = (CHECK.Checkpoint(at, naive_root(leaves[:at])) for at in (first, size))

    assert root(size, hashes_of) == new.root
    assert path == naive_path(index, leaves[:size])
    assert proof == naive_proof(first, leaves[:size])
    CHECK.check_inclusion(index, leaves[index], path, new)
    CHECK.check_consistency(old, new, proof)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_the_nodes_that_batches_complete_are_the_roots_of_their_256_leaves(batches: list[int]) -> None:
    leaves, kept, start = numbered(sum(batches)), Kept256(), 0
    for batch in batches:
        kept.append(leaves[start : start + batch])
        start += batch

    blocks = [naive_root(leaves[at : at + WIDTH]) for at in range(0, start // WIDTH * WIDTH, WIDTH)]
    assert kept.levels == ([leaves, blocks] if blocks else [leaves])


def test_a_tree_of_three_levels_agrees_with_the_definition() -> None:
    size = WIDTH * WIDTH * 2 + WIDTH + 3
    leaves = numbered(size)
    kept = Kept256()
    kept.append(leaves[:65_000])
    kept.append(leaves[65_000:65_535])
    kept.append(leaves[65_535:65_537])
    kept.append(leaves[65_537:])

    assert [len(level) for level in kept.levels] == [size, 513, 2]
    assert root(size, kept.hashes_of) == naive_root(leaves)
    for index in (0, 65_535, 65_536, 131_072, size - 1):
        assert inclusion_proof(index, size, kept.hashes_of) == naive_path(index, leaves)
    for first in (1, 255, 65_536, 65_537, 131_072, size - 1):
        assert consistency_proof(first, size, kept.hashes_of) == naive_proof(first, leaves)


@pytest.mark.parametrize("size", range(1, 18))
def test_no_path_proves_a_leaf_elsewhere_or_in_a_log_of_another_shape(size: int) -> None:
    leaves = numbered(size)
    signed = CHECK.Checkpoint(size, naive_root(leaves))
    for index in range(size):
        path = naive_path(index, leaves)
        CHECK.check_inclusion(index, leaves[index], path, signed)
        leaf = leaves[index]
        wrong = [(at, leaf, path) for at in range(-1, size + 2) if at != index]
        wrong += [(index, leaf, [*path, leaf]), (index, leaf, [leaf, *path]), (index, naive_leaf(b"other"), path)]
        wrong += [(index, leaf, path[:at] + path[at + 1 :]) for at in range(len(path))]
        for claimed, record, hashes in wrong:
            with pytest.raises(ValueError, match=r"path|no position"):
                CHECK.check_inclusion(claimed, record, hashes, signed)


@pytest.mark.parametrize("second", range(1, 18))
def test_no_proof_joins_logs_that_do_not_belong_together(second: int) -> None:
    leaves = numbered(second)
    new = CHECK.Checkpoint(second, naive_root(leaves))
    for first in range(1, second + 1):
        proof = naive_proof(first, leaves)
        old = CHECK.Checkpoint(first, naive_root(leaves[:first]))
        other = CHECK.Checkpoint(first, naive_root([*leaves[: first - 1], naive_leaf(b"other")]))
        CHECK.check_consistency(old, new, proof)
        wrong = [
            (other, proof),
            (CHECK.Checkpoint(second + 1, old.root), proof),
            (CHECK.Checkpoint(0, old.root), proof),
        ]
        wrong += [(old, proof[:at] + proof[at + 1 :]) for at in range(len(proof))]
        wrong += [(old, [*proof, leaves[0]]), (old, [leaves[0], *proof])]
        for claimed, path in wrong:
            with pytest.raises(ValueError, match=r"path|no proof|not the beginning"):
                CHECK.check_consistency(claimed, new, path)
