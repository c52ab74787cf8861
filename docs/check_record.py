"""Check a record of a conflict-timeline log from outside: written from docs/log-format.md, imports nothing of ours.

Needs Python 3.9+ and the package `cryptography`. Exits 0: all holds, 1: something does not, 2: wrong usage.
"""
# ruff: noqa: T201, UP017  (printing is what this is for; `datetime.UTC` is newer than Python 3.9)

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER = re.compile(rb"([1-9]\d{0,18}) (\d{1,16}) ([0-9a-f]{32}) [1-9]\d{0,18} ([!-~]+) (?:-|[0-9a-f]{18,96})\n")
Key = namedtuple("Key", "name id public")
Checkpoint = namedtuple("Checkpoint", "size root")


def unbase64(value: Any, length: int = 0) -> bytes:
    """The bytes that a text spells; only their one proper spelling will do."""
    data = base64.b64decode(value)
    if not data or base64.b64encode(data).decode() != value or length not in (0, len(data)):
        raise ValueError(f"expected base64{f' of {length} bytes' if length else ''}, not {value[:100]!r}")
    return data


def parse_json(raw: bytes, whole: Any = int) -> Any:
    """A JSON value, its whole numbers as `whole` makes them."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice in one JSON object")
        return dict(pairs)

    return json.loads(raw.decode(), object_pairs_hook=unique, parse_int=whole)


def verifier_key(text: str) -> Key:
    """The key that `name+key id+key` spells (C2SP signed-note)."""
    name, key_id, encoded = text.strip().split("+", 2)
    data = unbase64(encoded, 33)
    made = sha256(name.encode() + b"\n" + data).digest()[:4]
    if not name or data[0] != 1 or key_id != made.hex():
        raise ValueError("not a verifier key of type Ed25519")
    return Key(name, made, data[1:])


def check_note(note: str, key: Key) -> Checkpoint:
    """The checkpoint that a note holds, if this key signed it (C2SP signed-note and tlog-checkpoint)."""
    text, _, signatures = note.rpartition("\n\n")
    if not re.fullmatch(r"(— [^ \n]+ [^ \n]+\n)+", signatures):
        raise ValueError("the checkpoint does not end with lines of signatures")
    raw = [unbase64(encoded) for name, encoded in re.findall("— (.+) (.+)\n", signatures) if name == key.name]
    ours = [signature[4:] for signature in raw if signature[:4] == key.id]  # others' are to be passed over
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, f"{text}\n".encode())
    except InvalidSignature:
        raise ValueError("the signature of the checkpoint is wrong") from None
    origin, size, root = [*text.split("\n"), "", ""][:3]
    if not ours or origin != key.name or text.count("\n") != 2 or not re.fullmatch("0|[1-9][0-9]{0,18}", size):
        raise ValueError(f"not a checkpoint (origin, size, root) of {key.name} signed by its key {key.id.hex()}")
    return Checkpoint(int(size), unbase64(root, 32))


def climb(fn: int, sn: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of the older and the newer tree (the loop of RFC 9162, 2.1.4.2; its newer half is that of 2.1.3.2)."""
    older = newer = start
    for other in path:
        if sn == 0:
            raise ValueError("the path is too long for these sizes")
        if fn & 1 or fn == sn:
            older, newer = (sha256(b"\x01" + other + found).digest() for found in (older, newer))
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            newer = sha256(b"\x01" + newer + other).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("the path is too short for these sizes")
    return older, newer


def check_inclusion(index: int, leaf: bytes, path: list[bytes], signed: Checkpoint) -> None:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < signed.size:
        raise ValueError(f"a log of {signed.size} records has no position {index + 1}")
    if climb(index, signed.size - 1, leaf, path)[1] != signed.root:
        raise ValueError("the record is not in the signed log: its path leads to another root")


def check_consistency(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> None:
    """RFC 9162, section 2.1.4.2; logs of one size are the same log where their roots are the same."""
    if old == new and not path:
        return
    if not 0 < old.size < new.size or not path:
        raise ValueError(f"no proof that the log of {new.size} records goes on from the one of {old.size}")
    start, *rest = path if old.size & (old.size - 1) else [old.root, *path]
    fn, sn = old.size - 1, new.size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if climb(fn, sn, start, rest) != (old.root, new.root):
        raise ValueError("the log that was kept is not the beginning of the newer one: the roots differ")


def check_proof(proof: Any, key: Key) -> tuple[dict[str, Any], bytes, Checkpoint]:
    """What the proven record's header says, named as an event's attributes are; its state; the checkpoint."""
    record, path = unbase64(proof["record"]), [unbase64(one, 32) for one in list.copy(proof["path"])]
    signed, leaf = check_note(proof["checkpoint"], key), sha256(b"\x00" + record).digest()
    if not (match := HEADER.match(record)) or unbase64(proof["leaf_hash"], 32) != leaf:
        raise ValueError("the record is not that of this proof: no header of six fields, or another leaf hash")
    position = int(match[1])
    if [proof["position"], proof["leaf_index"], proof["tree_size"]] != [position, position - 1, signed.size]:
        raise ValueError("position, leaf_index, tree_size, the record and the checkpoint do not fit each other")
    check_inclusion(position - 1, leaf, path, signed)
    start = f"c2sp.org/tlog-proof@v1\nindex {position - 1}"
    if proof["proof"] != "\n".join([start, *proof["path"], "", proof["checkpoint"]]):
        raise ValueError("`proof` says something else than the fields beside it")
    recorded = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=int(match[2]))
    said = {"position": position, "recordedtime": recorded.isoformat().replace("+00:00", "Z")}
    return {**said, "subject": str(UUID(match[3].decode())), "type": match[4].decode()}, record[match.end() :], signed


def wired(fact: dict[str, Any]) -> dict[str, Any]:
    """The fields of a fact with `occurred`, where it is there, spelt as events spell it."""
    if not (moment := fact.get("occurred")):
        return fact
    exact = {name[6:]: moment[name] for name in ("exact_start", "exact_end") if name in moment}
    return {**fact, "occurred": {"edtf": moment["edtf"], "exact": exact} if exact else moment["edtf"]}


def check_event(event: dict[str, Any], said: dict[str, Any], state: bytes) -> None:
    """That an exported event says what was recorded, and nothing beside it. Numbers are compared as floats."""
    held = parse_json(state, float)
    fixed = {"specversion": "1.0", "datacontenttype": "application/json", "time": held["reported_at"]}
    fact, _ = held["fact"], held["fact"].pop("topic", None)  # a void's, as its position, which stands beside the data
    beside = {"voids": fact.pop("position", None), "recordedby": held.get("recorded_by")}
    data = fact["account"] if said["type"] == "account.given" else wired({**fact.pop("description", {}), **fact})
    data |= {"changes": wired(data["changes"])} if "changes" in data else {}
    proven = {**held["message"], **fixed, **said, **beside, "position": float(said["position"]), "data": data}
    if held.get("fact_version", 1) != 1:
        raise ValueError("the record is of a newer form than this program knows")
    for name in sorted({*event, *proven}):
        one, other = (json.dumps(some.get(name), sort_keys=True, ensure_ascii=False) for some in (event, proven))
        if one != other:
            raise ValueError(f"the event's {name} is not what was recorded: {one} instead of {other}")


def shown(state: bytes) -> str:
    """The state as text that a terminal takes as nothing but text."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in state.decode(errors="replace"))


def main() -> None:
    """Check what the command line names."""
    parser = argparse.ArgumentParser(description="Check what a conflict-timeline log says, from outside.")
    parser.add_argument("proof", metavar="PROOF", nargs="?", type=Path, help="answer of /api/v1/log/proof/inclusion")
    parser.add_argument("--key", metavar="VERIFIER", type=verifier_key, required=True, help="name+key id+key")
    parser.add_argument("--event", metavar="EVENT.json", type=Path, help="an item of /api/v1/events, to be compared")
    parser.add_argument("--consistency", metavar="FILE", type=Path, help="answer of /api/v1/log/proof/consistency")
    parser.add_argument("--from", metavar="CHECKPOINT", dest="old", type=Path, help="a checkpoint that was kept")
    given = parser.parse_args()
    if bool(given.consistency) != bool(given.old) or not (given.proof or (given.old and not given.event)):
        parser.error("expected PROOF.json (with or without --event), or --consistency with --from, or both")
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        if given.proof:
            said, state, signed = check_proof(parse_json(given.proof.read_bytes()), given.key)
            if given.event:
                check_event(parse_json(given.event.read_bytes(), float), said, state)
        if given.old:
            answer = parse_json(given.consistency.read_bytes())
            old, new = (check_note(note, given.key) for note in (given.old.read_bytes().decode(), answer["checkpoint"]))
            if (answer["first_size"], answer["tree_size"]) != (old.size, new.size) or (given.proof and new != signed):
                raise ValueError("the sizes or checkpoints of what was given differ; ask for all of it at one size")
            check_consistency(old, new, [unbase64(one, 32) for one in list.copy(answer["path"])])
            print(f"The log as it was kept, of {old.size} records, is the beginning of the signed one of {new.size}.")
        if given.proof:
            print(f"In the log {given.key.name} as it was signed with {signed.size} records:")
            print("\n".join(f"{name}: {value}" for name, value in said.items()) + f"\nrecord: {shown(state)}")
            print("The event says what the record says." if given.event else "No event was compared.")
    except OSError as error:
        parser.error(f"{error.filename} can not be read: {error.strerror}")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as wrong:
        sys.exit(f"REFUSED: {shown(str(wrong).encode(errors='replace'))} ({type(wrong).__name__})")


if __name__ == "__main__":
    main()
