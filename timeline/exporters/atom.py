"""A feed as Atom (RFC 4287)."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from timeline.domain.moments import format_instant
from timeline.exporters.feed import Feed, FeedEntry

MEDIA_TYPE = "application/atom+xml"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML 1.0 can not hold in any spelling."""


def write(feed: Feed) -> bytes:
    """The document."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _tell(root, "id", feed.id)
    _tell(root, "title", feed.title)
    _tell(root, "updated", format_instant(feed.updated))
    SubElement(root, "link", {"rel": "self", "type": MEDIA_TYPE, "href": feed.link})
    if feed.next:
        SubElement(root, "link", {"rel": "next", "type": MEDIA_TYPE, "href": feed.next})
    _tell(SubElement(root, "author"), "name", feed.author)
    _tell(root, "generator", "conflict-timeline")
    for entry in feed.entries:
        _add(root, entry)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(root: Element, entry: FeedEntry) -> None:
    element = SubElement(root, "entry")
    _tell(element, "id", entry.id)
    _tell(element, "title", entry.title)
    _tell(element, "updated", format_instant(entry.updated))
    SubElement(element, "link", {"rel": "alternate", "href": entry.link.page})
    SubElement(element, "link", {"rel": "related", "type": "application/json", "href": entry.link.data})
    for tag in entry.tags:
        SubElement(element, "category", {"term": _written(tag)})
    _tell(element, "content", entry.text)


def _tell(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _written(text)


def _written(text: str) -> str:
    """A text as XML can hold it: what it can not is replaced by the sign that says so (U+FFFD)."""
    return _NOT_XML.sub("\ufffd", text)
