"""The naive oracle: a timeline folded from scratch out of the events as `GET /events` gives them.

Written from DESIGN sections 2 and 3 alone, with dicts and lists, and on purpose without
`timeline.domain.history` and `timeline.domain.status`: only the date arithmetic is shared, which has
tests of its own against another package.
"""

from datetime import datetime
from itertools import combinations
from typing import Any

from tests.scenarios import instant
from timeline.domain.moments import Occurred, format_instant

ASPECTS = ["occurrence", "attribution", "extent", "place", "date"]
FIELDS = [
    "front",
    "kind",
    "title",
    "summary",
    "occurred",
    "place",
    "actors",
    "tallies",
    "tags",
    "external_id",
    "language",
]
Json = dict[str, Any]


def timeline(events: list[Json], as_of: datetime, known_at: datetime, position: int) -> list[Json]:
    """The items of the timeline at these cuts."""
    standing = catalogue(events, known_at, position)
    shown = in_view(events, known_at, position)
    ends = {id: _end_of_merges(id, shown) for id in shown}
    own = {id: (entry["times"], entry["positions"]) for id, entry in shown.items()}
    for id, entry in shown.items():
        joined = [
            id,
            *(other for other in shown if other != id and ends[other] == id and not shown[other]["retracted"]),
        ]
        entry["heard"] = [time for one in joined for time in own[one][0]]
        entry["at"] = max(position for one in joined for position in own[one][1])
        entry["all"] = [
            one for other in shown for one in shown[other]["accounts"]
            if other == id or (ends[other] == id and not shown[other]["retracted"])
        ]  # fmt: skip
        entry["all"].sort(key=lambda one: (one["when"], one["position"]))
    items = [_item(id, shown[id], standing, as_of) for id in shown if ends[id] == id]
    return [item for _, item in sorted(((key, item) for key, item in items if key is not None), key=lambda one: one[0])]


def in_view(events: list[Json], known_at: datetime, position: int) -> dict[str, Json]:
    """The developments of which a complete report was known, whether or not they are part of another."""
    developments = {event["subject"] for event in events if event["type"].startswith("development.")}
    mistakes = voided(events, position)
    entries: dict[str, Json] = {}
    for event in known(events, known_at, position):
        if event["subject"] in developments:
            _tell(entries.setdefault(event["subject"], _blank()), event, event["position"] in mistakes)
    return {id: entry for id, entry in entries.items() if entry["told"] is not None}


def voided(events: list[Json], position: int) -> set[int]:
    """The positions of what was entered by mistake, as recorded up to a position: the latest void is always right."""
    mistakes: set[int] = set()
    for event in reversed(events):
        if event["type"] == "entry.voided" and event["position"] <= position and event["position"] not in mistakes:
            mistakes.add(event["voids"])
    return mistakes


def known(events: list[Json], known_at: datetime, position: int) -> list[Json]:
    """The events that exist at a cut, in order; a void as long as what it is about in the end."""
    by_position = {event["position"]: event for event in events}

    def is_known(event: Json) -> bool:
        while event["type"] == "entry.voided":
            event = by_position[event["voids"]]
        return instant(event["time"]) <= known_at

    return _in_order(event for event in events if event["position"] <= position and is_known(event))


def _in_order(events: Any) -> list[Json]:
    return sorted(events, key=lambda event: (instant(event["time"]), event["position"]))


def _blank() -> Json:
    return {
        "told": None,
        "accounts": [],
        "verdicts": {},
        "retracted": False,
        "into": None,
        "times": [],
        "positions": [],
    }


def _tell(entry: Json, event: Json, is_mistake: bool) -> None:
    """One more event in order."""
    data, what = event["data"], event["type"]
    entry["positions"].append(event["position"])
    if is_mistake or what == "entry.voided":
        return
    entry["times"].append(instant(event["time"]))
    if what == "development.reported":
        entry["told"] = {field: data.get(field) for field in FIELDS}
        entry["retracted"], entry["into"] = False, None
        _hear(entry, data["account"], event)
    elif what == "account.given":
        _hear(entry, data, event)
    elif what == "account.withdrawn":
        for one in entry["accounts"]:
            if one["data"]["source"] == data["source"]:
                one["withdrawn"] |= set(data.get("aspects") or one["data"]["stance"])
    elif what == "development.revised" and entry["told"] is not None:
        entry["told"] = {**entry["told"], **data["changes"]}
    elif what == "development.assessed":
        entry["verdicts"][data["aspect"]] = (data, event)
    elif what == "development.retracted":
        entry["retracted"] = True
    elif what == "development.merged":
        entry["into"] = data["into"]


def _hear(entry: Json, data: Json, event: Json) -> None:
    told = {"data": data, "when": instant(event["time"]), "position": event["position"], "withdrawn": set()}
    entry["accounts"].append(told)


def _end_of_merges(id: str, shown: dict[str, Json]) -> str:
    """Follow the merges as far as they lead; record() lets no circle come about one after the other."""
    while shown[id]["into"] in shown:
        id = shown[id]["into"]
    return id


def sides(events: list[Json], known_at: datetime, position: int) -> dict[str, str | None]:
    """The side of each source that is registered."""
    return {slug: source.get("affiliation") for slug, source in catalogue(events, known_at, position).items()}


def catalogue(events: list[Json], known_at: datetime, position: int) -> dict[str, Json]:
    """Each source that is registered: what its first registration says, then what was reported by then in turn.

    A registration that was reported by then says everything anew, so beginning with the first one,
    reported by then or not, makes a difference only where none was.
    """
    mistakes = voided(events, position)
    of_sources = [
        event
        for event in events
        if event["position"] <= position and event["type"].startswith("source.") and event["position"] not in mistakes
    ]
    slugs: dict[str, str] = {}
    found: dict[str, Json] = {}
    for event in _in_order(event for event in of_sources if event["type"] == "source.registered"):
        if event["subject"] not in slugs:
            slugs[event["subject"]] = event["data"]["slug"]
            found[event["data"]["slug"]] = event["data"]
    for event in _in_order(event for event in of_sources if instant(event["time"]) <= known_at):
        slug = slugs.get(event["subject"], "")
        if event["type"] == "source.registered":
            found[slug] = event["data"]
        elif slug:
            found[slug] = {**found[slug], **event["data"]["changes"]}
    return found


def one_name(slug: str | None, sources: dict[str, Json]) -> str | None:
    """What a source is called once all that are the same have one name: the end of the way; of a circle the least."""
    seen: list[str] = []
    at = slug
    while at is not None and at not in seen:
        seen.append(at)
        at = sources.get(at, {}).get("same_as")
    if at is None:
        return seen[-1] if seen else None
    return min(seen[seen.index(at) :])


def accounts(events: list[Json], known_at: datetime, position: int) -> dict[str, tuple[int, int]]:
    """By source: accounts given of developments in view, and how many of them it has not taken back as a whole."""
    told = [one for entry in in_view(events, known_at, position).values() for one in entry["accounts"]]
    found: dict[str, tuple[int, int]] = {}
    for one in told:
        given, in_force = found.get(one["data"]["source"], (0, 0))
        found[one["data"]["source"]] = given + 1, in_force + (not one["withdrawn"] >= set(one["data"]["stance"]))
    return found


def _status(aspect: str, entry: Json, sources: dict[str, Json]) -> str:
    """The six rules, in their order."""
    verdict = entry["verdicts"].get(aspect)
    if verdict and verdict[0]["verdict"] != "withdrawn":
        return str(verdict[0]["verdict"])
    on_it = [one for one in entry["all"] if aspect in one["data"]["stance"]]
    in_force = [one for one in on_it if aspect not in one["withdrawn"]]

    def those(accounts: list[Json], *stances: str) -> list[Json]:
        return [one["data"] for one in accounts if one["data"]["stance"][aspect] in stances]

    if those(on_it, "asserts") and not those(in_force, "asserts"):
        return "retracted"
    if those(in_force, "denies"):
        return "disputed" if those(in_force, "asserts") else "claimed" if those(in_force, "concedes") else "denied"
    said = [
        {"source": one_name(one["data"]["source"], sources), "origin": one_name(one["data"].get("origin"), sources)}
        for one in entry["all"]
    ]
    supporting = [one for one in those(in_force, "asserts", "concedes") if one["source"] in sources]
    for one, other in combinations(supporting, 2):
        against_interest = "concedes" in (one["stance"][aspect], other["stance"][aspect])
        if _behind(one, said, sources) & _behind(other, said, sources):
            continue
        if against_interest or not _sides_of(one["source"], sources) & _sides_of(other["source"], sources):
            return "corroborated"
    return "claimed"


def _sides_of(slug: str, sources: dict[str, Json]) -> set[str]:
    """Every side on which a source, or one that is the same, stands."""
    name = one_name(slug, sources)
    same = [source for other, source in sources.items() if one_name(other, sources) == name]
    return {source["affiliation"] for source in same if source.get("affiliation")}


def _behind(account: Json, said: list[Json], sources: dict[str, Json]) -> set[str | None]:
    """Everyone whose word may stand behind an account: its origins, and theirs."""
    behind: set[str | None] = {one_name(account["source"], sources)}
    ahead = [one_name(account.get("origin"), sources)]
    for voice in ahead:
        if voice and voice not in behind:
            behind.add(voice)
            ahead += [one["origin"] for one in said if one["source"] == voice]
    return behind


def _item(id: str, entry: Json, sources: dict[str, Json], as_of: datetime) -> tuple[Any, Json]:
    """The sort key (None where it had not begun) and the item as the wire spells it."""
    told = entry["told"]
    edtf = told["occurred"]
    moment = Occurred(edtf)
    spoken = {aspect for one in entry["all"] for aspect in one["data"]["stance"]} | set(entry["verdicts"])
    aspects = {
        aspect: "retracted" if entry["retracted"] else _status(aspect, entry, sources)
        for aspect in ASPECTS
        if aspect in spoken | {"occurrence"}
    }
    item = {
        "id": id,
        **{field: told.get(field) for field in FIELDS},
        "occurred": {
            "edtf": edtf,
            "start": moment.start.shown(),
            "end": moment.end.shown(),
            "open": "/" in edtf and (edtf.endswith("/..") or bool(moment.end.latest and moment.end.latest > as_of)),
        },
        "place": _place(told["place"]),
        "actors": told["actors"] or [],
        "tallies": {
            name: {"low": None, "best": None, "high": None} | tally for name, tally in (told["tallies"] or {}).items()
        },
        "tags": told["tags"] or [],
        "status": aspects["occurrence"],
        "aspects": aspects,
        "assessments": {
            aspect: {"assessor": None, **data, "reported_at": event["time"], "position": event["position"]}
            for aspect, (data, event) in entry["verdicts"].items()
        },
        "accounts": [_account(one) for one in entry["all"]],
        "first_reported_at": format_instant(min(entry["heard"])),
        "last_reported_at": format_instant(max(entry["heard"])),
        "version": len(entry["positions"]),
        "position": entry["at"],
        "retracted": entry["retracted"],
        "merged_into": entry["into"],
    }
    earliest = moment.start.earliest
    if earliest and earliest > as_of:
        return None, item
    return (earliest or instant("0001-01-01"), id), item


def _place(place: Json | None) -> Json | None:
    if place is None:
        return None
    return dict.fromkeys(("name", "lat", "lon", "precision", "admin", "country", "description")) | place


def _account(one: Json) -> Json:
    optional = dict.fromkeys(("quote", "gist", "url", "origin", "archive_sha256", "published"))
    return {
        **optional,
        **one["data"],
        "reported_at": format_instant(one["when"]),
        "in_force": not one["withdrawn"] >= set(one["data"]["stance"]),
        "withdrawn": sorted(one["withdrawn"]),
        "position": one["position"],
    }
