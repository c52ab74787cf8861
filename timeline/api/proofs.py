"""`/log`: signed checkpoints of the log, and the proofs by which outsiders check records against them."""

from base64 import b64encode
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from timeline.api.caching import Freshness
from timeline.api.http import ApiBlueprint
from timeline.api.parameters import Whole, said
from timeline.api.queries import Query
from timeline.store.checkpoints import parse_checkpoint
from timeline.store.log import ConflictLog
from timeline.store.proofs import consistency, inclusion

_SIZE = "A size (number of records) at which the log signed a checkpoint; default: the log as it stands now."


class InclusionQuery(Query):
    """Which record, in the log of which size."""

    position = Whole(1, 2**53, required=True, metadata=said("Position of the record."))
    size = Whole(1, 2**53, metadata=said(_SIZE))


class ConsistencyQuery(Query):
    """From which size to which."""

    first = Whole(1, 2**53, required=True, data_key="from", metadata=said("Size (number of records) of the older log."))
    size = Whole(1, 2**53, data_key="to", metadata=said(_SIZE))


class KeysSchema(Schema):
    """Who signs this log."""

    origin = fields.String(required=True, metadata=said("The log's name, the first line of its checkpoints."))
    epoch = fields.String(
        required=True, metadata=said("Which life of the log positions belong to: a restore begins a new one.")
    )
    verifiers = fields.List(
        fields.String(), required=True, metadata=said("Ed25519 public keys as C2SP verifier keys: name+key id+key.")
    )


class InclusionSchema(Schema):
    """That a record is in the log that the checkpoint signs (RFC 6962, section 2.1.1)."""

    position = fields.Integer(required=True)
    leaf_index = fields.Integer(required=True, metadata=said("`position` - 1."))
    tree_size = fields.Integer(required=True)
    record = fields.String(required=True, metadata=said("The bytes that the leaf hash is made of, base64."))
    leaf_hash = fields.String(required=True, metadata=said("SHA-256 of a zero byte and the record, base64."))
    path = fields.List(fields.String(), required=True, metadata=said("Hashes from the leaf's sibling up, base64."))
    checkpoint = fields.String(required=True, metadata=said("C2SP signed note: name, size, root, signatures."))
    proof = fields.String(required=True, metadata=said("The same as a C2SP tlog-proof, to be kept as a file."))


class ConsistencySchema(Schema):
    """That the older log is the beginning of the one that the checkpoint signs (RFC 6962, section 2.1.2)."""

    first_size = fields.Integer(required=True)
    tree_size = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True, metadata=said("Hashes, base64."))
    checkpoint = fields.String(required=True, metadata=said("C2SP signed note: name, size, root, signatures."))


def blueprint(log: ConflictLog, freshness: Freshness) -> ApiBlueprint:
    """The endpoints, on the log."""
    proofs = ApiBlueprint("log", __name__, url_prefix="/api/v1/log", description="Signed checkpoints and proofs")
    proofs.before_request(freshness.unchanged)

    @proofs.get("/checkpoint")
    @proofs.doc(summary="The log's size and root as they stand now, signed (C2SP tlog-checkpoint)")
    @proofs.response(200, content_type="text/plain", description="A C2SP signed note")
    def checkpoint() -> Response:
        note = log.sign()
        response = Response(note, content_type="text/plain; charset=utf-8")
        return freshness.marked(response, parse_checkpoint(note).size, fixed=False)

    @proofs.get("/keys")
    @proofs.doc(summary="The log's name and the public keys that sign its checkpoints")
    @proofs.response(200, KeysSchema)
    def keys() -> Response:
        size = parse_checkpoint(log.sign()).size
        queries = log.records.queries
        tip = log.tip()
        body = {"origin": tip.origin, "epoch": tip.epoch, "verifiers": queries.verifiers()}
        return freshness.answer(body, size, fixed=False)

    @proofs.get("/proof/inclusion")
    @proofs.doc(summary="That a record is in the signed log")
    @proofs.arguments(InclusionQuery, location="query")
    @proofs.response(200, InclusionSchema)
    def proof_of_inclusion(query: dict[str, Any]) -> Response:
        proof = inclusion(log, query["position"], query.get("size"))
        return freshness.answer(
            {
                "position": proof.position,
                "leaf_index": proof.position - 1,
                "tree_size": proof.size,
                "record": _base64(proof.record),
                "leaf_hash": _base64(proof.leaf_hash),
                "path": [_base64(hash) for hash in proof.path],
                "checkpoint": proof.checkpoint,
                "proof": proof.as_tlog_proof(),
            },
            proof.size,
            fixed="size" in query,
        )

    @proofs.get("/proof/consistency")
    @proofs.doc(summary="That the log went on from what it was")
    @proofs.arguments(ConsistencyQuery, location="query")
    @proofs.response(200, ConsistencySchema)
    def proof_of_consistency(query: dict[str, Any]) -> Response:
        proof = consistency(log, query["first"], query.get("size"))
        return freshness.answer(
            {
                "first_size": proof.first,
                "tree_size": proof.size,
                "path": [_base64(hash) for hash in proof.path],
                "checkpoint": proof.checkpoint,
            },
            proof.size,
            fixed="size" in query,
        )

    return proofs


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
