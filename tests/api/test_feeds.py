"""Feeds of what changed: Atom as `feedparser` reads it, JSON Feed, and entries that stay what they are."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given as given_any

from tests.api.test_openapi import document, faults
from tests.exporters.making import tricky_text
from tests.scenarios import BAKHMUT, GRAYVORON, Scene, fill, given, registered, reported
from timeline.bootstrap import Service
from timeline.config import Config
from timeline.domain import checks
from timeline.domain.descriptions import DescriptionChanges
from timeline.domain.facts import DevelopmentMerged, DevelopmentRetracted, DevelopmentRevised, FrontOpened
from timeline.domain.values import front_id
from timeline.domain.vocabulary import Kind, Nature
from timeline.exporters import atom, json_feed
from timeline.exporters.feed import Feed, FeedEntry, Link
from timeline.webapp import create_app

WINDOW = {"since": "2023-05-20", "until": "2023-05-25"}


@pytest.fixture
def told(scene: Scene) -> Scene:
    """A capture that came to be disputed on 21 May, and an entry on another front on 22 May."""
    scene.tell(registered("ua-mod", "ukraine"), "2022-01-01")
    scene.tell(FrontOpened("bakhmut", "Bakhmut & around"), "2022-01-01", front_id("bakhmut"))
    scene.tell(reported("ru-mod", title="Bakhmut capture claimed"), "2023-05-20", BAKHMUT)
    scene.tell(given("ua-mod", "denies", quote="Not so."), "2023-05-21", BAKHMUT)
    entry = reported("legion", front="belgorod-border", title="Entry", kind=Kind.ENTRY, occurred="2023-05-22")
    scene.tell(entry, "2023-05-22", GRAYVORON)
    return scene


def atom_of(scene: Scene, path: str = "/changes.atom", **query: Any) -> Any:
    """A feed as a reader has it."""
    response = scene.client.get(f"/api/v1{path}", query_string=query)
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    found = feedparser.parse(response.get_data())
    assert not found.bozo, found.bozo_exception
    assert found.version == "atom10"
    return found


def json_of(scene: Scene, path: str = "/changes.json", **query: Any) -> Any:
    response = scene.client.get(f"/api/v1{path}", query_string=query)
    assert response.status_code == 200
    assert response.mimetype == "application/feed+json"
    return response.get_json(force=True)


def test_a_feed_tells_what_changed_newest_first_because_of_whom(told: Scene) -> None:
    found = atom_of(told, **WINDOW)

    assert [entry.title for entry in found.entries] == [
        "Entry: new; occurrence claimed, because of legion",
        "Bakhmut capture claimed: occurrence claimed -> disputed, because of UA-MOD",
    ]
    assert [entry.updated for entry in found.entries] == ["2023-05-22T00:00:00Z", "2023-05-21T00:00:00Z"]
    assert found.feed.updated == "2023-05-22T00:00:00Z"
    assert "UA-MOD denies occurrence: Not so." in found.entries[1].content[0].value
    assert [tag.term for tag in found.entries[1].tags] == ["bakhmut", "capture", "status"]
    assert (found.feed.title, found.feed.author) == ("Conflict timeline: what changed", "Conflict timeline")


@pytest.mark.parametrize(
    ("title", "shown"), [("\u05d4\u05d2\u05d3\u05d4", "\u2068\u05d4\u05d2\u05d3\u05d4\u2069"), ("Ent\u202ery", "Entry")]
)
def test_the_title_of_what_an_entry_was_merged_into_turns_nothing_round(scene: Scene, title: str, shown: str) -> None:
    with checks.as_recorded():
        scene.tell(reported(title=title), "2023-05-20", BAKHMUT)
    scene.tell(reported(title="The same"), "2023-05-20", GRAYVORON)
    scene.tell(DevelopmentMerged(BAKHMUT, "One event"), "2023-05-22", GRAYVORON)

    titles = [entry.title for entry in atom_of(scene, since="2023-05-21", until="2023-05-25").entries]

    assert any(f"The same: merged into “{shown}”" in one for one in titles)


def test_a_feed_names_itself_and_its_entries_lead_to_developments(told: Scene) -> None:
    found = atom_of(told, **WINDOW)
    (itself,) = [link.href for link in found.feed.links if link.rel == "self"]

    assert itself == "http://localhost/api/v1/changes.atom?since=2023-05-20&until=2023-05-25"
    assert found.entries[1].link == f"http://localhost/api/v1/developments/{BAKHMUT}"
    assert told.client.get(found.entries[1].link).get_json()["item"]["id"] == str(BAKHMUT)


def test_an_entry_leads_to_the_page_of_its_development_and_to_what_the_api_tells_of_it(told: Scene) -> None:
    service = Service(told.log, told.runner, told.reader, told.tokens)
    client = create_app(service, Config()).test_client()
    query = "?since=2023-05-20&until=2023-05-25"
    entry = feedparser.parse(client.get(f"/api/v1/changes.atom{query}").get_data()).entries[1]
    item = client.get(f"/api/v1/changes.json{query}").get_json(force=True)["items"][1]

    page, data = f"http://localhost/developments/{BAKHMUT}", f"http://localhost/api/v1/developments/{BAKHMUT}"
    assert entry.link == item["url"] == page
    assert [(one.rel, one.type, one.href) for one in entry.links[1:]] == [("related", "application/json", data)]
    assert item["attachments"] == [{"url": data, "mime_type": "application/json"}]
    assert client.get(page).content_type.startswith("text/html")


PUBLIC = "https://timeline.example.org/desk"


def test_behind_a_public_address_every_address_of_a_feed_and_of_a_citation_begins_with_it(told: Scene) -> None:
    service = Service(told.log, told.runner, told.reader, told.tokens)
    client = create_app(service, Config(public_url=PUBLIC)).test_client()
    query = "?since=2023-05-20&until=2023-05-25"
    atom = feedparser.parse(client.get(f"/api/v1/changes.atom{query}", base_url="http://10.0.0.7:8050").get_data())
    feed = client.get(f"/api/v1/changes.json{query}", base_url="http://10.0.0.7:8050").get_json(force=True)

    page, data = f"{PUBLIC}/developments/{BAKHMUT}", f"{PUBLIC}/api/v1/developments/{BAKHMUT}"
    assert [link.href for link in atom.feed.links] == [f"{PUBLIC}/api/v1/changes.atom{query}"]
    assert [link.href for link in atom.entries[1].links] == [page, data]
    assert feed["feed_url"] == f"{PUBLIC}/api/v1/changes.json{query}"
    assert (feed["items"][1]["url"], feed["items"][1]["attachments"][0]["url"]) == (page, data)


def test_the_ids_of_entries_are_the_same_at_every_host_port_and_scheme(told: Scene) -> None:
    places = ["http://localhost", "https://localhost:8443", "http://timeline.example.org"]
    feeds = [told.client.get("/api/v1/changes.json", base_url=place).get_json(force=True) for place in places]

    assert len({tuple(item["id"] for item in feed["items"]) for feed in feeds}) == 1
    assert [feed["feed_url"] for feed in feeds] == [f"{place}/api/v1/changes.json" for place in places]


@pytest.mark.parametrize("path", ["/changes.atom", "/changes.json", "/fronts/bakhmut/changes.atom"])
@pytest.mark.parametrize("other", ["http://timeline.example.org", "https://localhost", "http://localhost:8050"])
def test_who_holds_the_feed_of_one_host_is_not_told_that_it_is_that_of_another(
    told: Scene, path: str, other: str
) -> None:
    tag = told.client.get(f"/api/v1{path}").headers["ETag"]

    def ask(place: str, **given: str) -> int:
        told.client.environ_base.pop("HTTP_AUTHORIZATION", None)
        return told.client.get(f"/api/v1{path}", base_url=place, headers={"If-None-Match": tag, **given}).status_code

    assert (ask("http://localhost"), ask(other)) == (304, 200)
    assert ask(other, Prefer="wait=0") == 200


@pytest.mark.parametrize("path", ["/changes", "/changes.atom", "/fronts/bakhmut/changes.json", "/exports/csv"])
def test_what_tells_of_changes_and_files_can_wait_for_the_readers_own_write(told: Scene, path: str) -> None:
    query = {"since": "2023-05-20", "until": "2023-05-25"} if "changes" in path else {}
    problem = told.get(path, expect=412, min_position=told.head + 1, **query)

    assert [one["field"] for one in problem["errors"]] == ["min_position"]
    told.raw(path, min_position=told.head, **query)


def test_both_forms_tell_the_same(told: Scene) -> None:
    one, other = atom_of(told, **WINDOW), json_of(told, **WINDOW)

    assert other["version"] == "https://jsonfeed.org/version/1.1"
    assert other["title"] == one.feed.title
    assert other["feed_url"].startswith("http://localhost/api/v1/changes.json?")
    for entry, item in zip(one.entries, other["items"], strict=True):
        assert (item["id"], item["title"], item["url"]) == (entry.id, entry.title, entry.link)
        assert item["date_modified"] == entry.updated
        assert item["content_text"] == entry.content[0].value


def test_one_front_has_a_feed_of_its_own_with_the_same_entries(told: Scene) -> None:
    (entry,) = atom_of(told, "/fronts/bakhmut/changes.atom", **WINDOW).entries
    (item,) = json_of(told, "/fronts/bakhmut/changes.json", **WINDOW)["items"]

    assert entry.id == item["id"] == atom_of(told, **WINDOW).entries[1].id
    front = atom_of(told, "/fronts/bakhmut/changes.atom", **WINDOW).feed
    assert front.title == "Conflict timeline - Bakhmut & around: what changed"
    assert front.id != atom_of(told, **WINDOW).feed.id
    assert json_of(told, kind="entry", **WINDOW)["items"][0]["title"].startswith("Entry")


@pytest.mark.parametrize("ending", ["atom", "json"])
def test_a_front_that_nobody_knows_has_no_feed(told: Scene, ending: str) -> None:
    problem = told.get(f"/fronts/kyiv/changes.{ending}", expect=404)

    assert problem["errors"][0]["field"] == "slug"


def test_the_ids_stay_while_days_go_by_and_a_new_event_makes_a_new_entry(told: Scene) -> None:
    before = {item["id"]: item for item in json_of(told)["items"]}
    feed = atom_of(told).feed.id
    told.clock.advance(days=1)

    assert {item["id"]: item for item in json_of(told)["items"]} == before
    told.tell(given("bbc", "denies"), "2023-05-20", BAKHMUT)
    after = {item["id"]: item for item in json_of(told)["items"]}
    assert len(after.keys() - before.keys()) == 1
    assert len(after.keys() & before.keys()) == 1
    assert atom_of(told).feed.id == feed


def test_a_feed_goes_back_thirty_days_where_nobody_says(told: Scene) -> None:
    assert len(json_of(told)["items"]) == 2
    assert json_of(told, until="2023-06-22T00:00:00Z", since="2023-05-30")["items"] == []
    assert len(json_of(told, until="2023-06-18")["items"]) == 2
    told.clock.advance(days=21)
    assert [item["title"][:5] for item in json_of(told)["items"]] == []
    assert atom_of(told).feed.updated == "2023-06-22T12:00:00Z"
    assert len(json_of(told, since="2023-05-01")["items"]) == 2


def test_on_the_recorded_clock_a_feed_tells_what_the_log_learnt(told: Scene) -> None:
    told.clock.set("2023-08-01T12:00:00Z")
    told.tell(given("bbc", attribution="asserts"), "2023-05-20", BAKHMUT)
    (item,) = json_of(told, clock="recorded")["items"]

    assert json_of(told)["items"] == []
    assert item["date_modified"] == "2023-08-01T12:00:00Z"
    assert "because of bbc" in item["title"]


def test_a_feed_holds_the_newest_and_no_more_than_it_may(scene: Scene) -> None:
    scene.clock.set("2023-12-01T12:00:00Z")
    fill(scene, 210)
    items = json_of(scene, since="2022-12-31")["items"]

    assert len(items) == 200
    assert items[0]["title"].startswith("Development 209:")
    assert [item["date_modified"] for item in items] == sorted((item["date_modified"] for item in items), reverse=True)


def test_what_was_revised_or_withdrawn_is_told_as_such(told: Scene) -> None:
    told.tell(DevelopmentRevised(DescriptionChanges(summary="More."), Nature.UPDATE), "2023-05-23", BAKHMUT)
    told.tell(DevelopmentRetracted("Wrong."), "2023-05-24", GRAYVORON)
    newest, older = json_of(told, since="2023-05-22", until="2023-05-25")["items"]

    assert newest["title"] == "Entry: withdrawn; occurrence claimed -> retracted, because of development.retracted"
    assert "Wrong." in newest["content_text"]
    assert older["title"] == "Bakhmut capture claimed: summary revised, because of development.revised"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2023-05-23", "until": "2023-05-22"}, "since"),
        ({"since": "3"}, "since"),
        ({"until": "0001-01-05"}, "until"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"as_of": "2023-05-22"}, "as_of"),
        ({"clock": "occurred"}, "clock"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/changes.atom", "/fronts/bakhmut/changes.json"])
def test_what_makes_no_sense_is_refused_by_name(told: Scene, path: str, query: Any, field: str) -> None:
    assert [one["field"] for one in told.get(path, expect=422, **query)["errors"]] == [field]


@given_any(tricky_text)
def test_any_text_is_well_formed_in_both_forms(text: str) -> None:
    entry = FeedEntry(
        "urn:uuid:1",
        text,
        text,
        Link("http://localhost/1", "http://localhost/1.json"),
        datetime(2023, 5, 22, tzinfo=UTC),
        (text,),
    )
    feed = Feed("urn:uuid:2", text, text, "http://localhost/feed", entry.updated, (entry,))
    root = ElementTree.fromstring(atom.write(feed))
    (title,) = root.iterfind("{*}entry/{*}title")

    allowed = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert title.text == allowed.replace("\r\n", "\n").replace("\r", "\n")
    assert feedparser.parse(atom.write(feed)).bozo is False
    assert json.loads(json_feed.write(feed))["items"][0]["title"] == text


def test_a_json_feed_fits_its_schema_in_the_document(told: Scene) -> None:
    whole = document(told)
    for path in ("/api/v1/changes.json", "/api/v1/fronts/{slug}/changes.json"):
        content = whole["paths"][path]["get"]["responses"]["200"]["content"]

        assert faults(content["application/feed+json"]["schema"], json_of(told, **WINDOW), whole) == []


def linked_pages(scene: Scene, address: str) -> list[Any]:
    """The entries of a JSON feed and of all that it links to, one after the other."""
    items: list[Any] = []
    while address:
        found = scene.client.get(address).get_json(force=True)
        items += found["items"]
        address = found.get("next_url", "")
    return items


@pytest.mark.parametrize("query", ["", "clock=recorded", "front=bakhmut", "front=bakhmut&front=kherson&q=development"])
def test_a_feed_links_its_next_page_until_all_was_told(scene: Scene, query: str) -> None:
    scene.clock.set("2023-12-01T12:00:00Z")
    fill(scene, 25)
    whole = json_of(scene, since="2022-12-31", **_pairs(query))

    assert "next_url" not in whole
    address = f"/api/v1/changes.json?since=2022-12-31&limit=4&{query}"
    assert linked_pages(scene, address) == whole["items"]


def _pairs(query: str) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        pairs.setdefault(name, []).append(value)
    return pairs


def test_both_forms_link_the_same_next_page_of_a_front(scene: Scene) -> None:
    scene.clock.set("2023-12-01T12:00:00Z")
    fill(scene, 9)
    query = {"since": "2022-12-31", "limit": 2}
    first = atom_of(scene, "/fronts/bakhmut/changes.atom", **query)
    (following,) = [link.href for link in first.feed.links if link.rel == "next"]
    second = feedparser.parse(scene.client.get(following).get_data())
    items = linked_pages(scene, "/api/v1/fronts/bakhmut/changes.json?since=2022-12-31&limit=2")

    assert [one.id for one in [*first.entries, *second.entries]] == [one["id"] for one in items[:4]]
    assert [one.rel for one in second.feed.links].count("next") == 1
    assert len(items) == 5


def test_the_pages_of_a_feed_are_of_one_moment_whatever_comes_meanwhile(scene: Scene) -> None:
    scene.clock.set("2023-12-01T12:00:00Z")
    fill(scene, 9)
    whole = json_of(scene, since="2022-12-31")["items"]
    first = json_of(scene, since="2022-12-31", limit=4)
    scene.clock.advance(days=40)
    scene.tell(reported(title="Late"), "2023-01-05", BAKHMUT)
    scene.tell(reported(title="New"), "2023-12-02", GRAYVORON)

    assert [*first["items"], *linked_pages(scene, first["next_url"])] == whole


def test_a_cursor_of_another_feed_is_refused(scene: Scene) -> None:
    scene.clock.set("2023-12-01T12:00:00Z")
    fill(scene, 9)
    following = json_of(scene, since="2022-12-31", limit=4)["next_url"]
    cursor = following.rpartition("cursor=")[2].replace("%3D", "=")

    for path, query in (("/changes.json", {}), ("/fronts/bakhmut/changes.json", {"since": "2022-12-31"})):
        problem = scene.get(path, expect=422, cursor=cursor, **query)
        assert [one["field"] for one in problem["errors"]] == ["cursor"]
