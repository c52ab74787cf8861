"""Scripts and styles of the page under addresses that name their content, compressed once and then kept for ever.

Dash names its files after their times and leaves the parts that it loads later without any name of their version. Here
everything that the page loads stands under `/static/<digest>/<file>`, so that a browser asks for it once and never
again; what follows from a script (the later parts of Dash's components) is looked for beside it, and so is cached as
well. Plotly is the bundle with cartesian charts only (dashboards/vendor), a third of what Dash would load.
"""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import brotli
from dash import dcc
from flask import Flask, Response, abort, request

PLOTLY = Path(__file__).parent / "vendor" / "plotly-cartesian.min.js"
COMPONENTS = Path(str(dcc.__file__)).parent / "dash_core_components.js"
WAITED_FOR = ("graph", "slider", "dropdown")
"""Parts of Dash's components without which the page is not asked for."""
LEFT_OUT = ("dash_table",)
"""Bundles of Dash that this page has no use for."""
_TAG = re.compile(r'<(?P<tag>script|link)\b[^>]*?\b(?:src|href)="(?P<address>[^"]+)"[^>]*>(?:</script>)?')
_SUITE = re.compile(r"^/_dash-component-suites/(?P<package>[^/]+)/(?P<path>[^?]+)")
_FINGERPRINT = re.compile(r"\.v[\w-]+m\d+\.")
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Bundles:
    """The files that a page loads, by digest and name."""

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._folders: dict[str, dict[str, Path]] = {}

    def add_to(self, app: Flask) -> None:
        """Serve them; whatever the digest does not belong to is not found."""
        app.add_url_rule("/static/<digest>/<name>", "bundles", self._serve)

    def rewritten(self, tags: str) -> str:
        """The tags of a page with the addresses that are served here; Plotly comes before all others."""
        return "\n".join(filter(None, (self._tag(found) for found in _TAG.finditer(tags))))

    def plotly(self) -> str:
        """The tag that loads Plotly."""
        return f'<script src="{self.address(PLOTLY)}"></script>'

    def ahead(self) -> str:
        """The tags that load, before they are asked for, the parts that every chart and its controls wait for."""
        beside = self.address(COMPONENTS).rpartition("/")[0]
        return "\n".join(f'<link rel="preload" as="script" href="{beside}/async-{part}.js">' for part in WAITED_FOR)

    def address(self, file: Path) -> str:
        """Where a file is served: under the digest of it and of what it may load from beside it."""
        digest = _digest(file)
        self._folders.setdefault(digest, {one.name: one for one in _with_parts(file)})
        return f"/static/{digest}/{file.name}"

    def _tag(self, found: re.Match[str]) -> str:
        address = found["address"]
        if any(f"/{name}/" in address for name in LEFT_OUT):
            return ""
        file = self._file(address)
        return found[0].replace(address, self.address(file)) if file else found[0]

    def _file(self, address: str) -> Path | None:
        """The file behind an address of Dash's; None for what is not Dash's to serve."""
        if suite := _SUITE.match(address):
            folder = Path(str(import_module(suite["package"]).__file__)).parent
            return folder / _FINGERPRINT.sub(".", suite["path"])
        if address.startswith("/assets/"):
            return self._assets / address.removeprefix("/assets/").partition("?")[0]
        return None

    def _serve(self, digest: str, name: str) -> Response:
        file = self._folders.get(digest, {}).get(name)
        if file is None:
            abort(404)
        encoding = next((one for one in ("br", "gzip") if request.accept_encodings.quality(one)), "")
        response = Response(_body(file, encoding), content_type=_TYPES[file.suffix])
        response.headers["Cache-Control"] = _FOR_EVER
        response.vary.add("Accept-Encoding")
        if encoding:
            response.content_encoding = encoding
        return response


@cache
def _digest(file: Path) -> str:
    return sha256(b"".join(one.read_bytes() for one in _with_parts(file))).hexdigest()[:16]


@cache
def _body(file: Path, encoding: str) -> bytes:
    """The content of a file as it is sent; a change of the file is seen after a start."""
    content = file.read_bytes()
    if encoding == "br":
        return bytes(brotli.compress(content, quality=9))
    return gzip.compress(content) if encoding == "gzip" else content


def _with_parts(file: Path) -> Iterator[Path]:
    """A file, and where it is Dash's bundle of components the parts that this loads later."""
    yield file
    if file.name.startswith("dash_core_components"):
        yield from sorted(file.parent.glob("async-*.js"))
