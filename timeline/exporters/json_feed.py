"""A feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import msgspec

from timeline.domain.moments import format_instant
from timeline.exporters.feed import Feed

MEDIA_TYPE = "application/feed+json"


def write(feed: Feed) -> bytes:
    """The document."""
    items = [
        {
            "id": entry.id,
            "url": entry.link.page,
            "title": entry.title,
            "content_text": entry.text,
            "date_published": format_instant(entry.updated),
            "date_modified": format_instant(entry.updated),
            "tags": entry.tags,
            "attachments": [{"url": entry.link.data, "mime_type": "application/json"}],
        }
        for entry in feed.entries
    ]
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "feed_url": feed.link,
        **({"next_url": feed.next} if feed.next else {}),
        "authors": [{"name": feed.author}],
        "language": "en",
        "items": items,
    }
    return msgspec.json.encode(told) + b"\n"
