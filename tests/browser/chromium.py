"""Chromium with a profile on disk: only there does it keep the code of a page compiled, which is half of opening it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

NAMES = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_STORAGES = "local_storage,indexeddb,service_workers"
MAX_OPEN = 2
"""So many run at a time, each for another kind of reader; the rest are started again when they are asked for."""


class Chromium:
    """Pages of readers of any kind, each with nothing kept from the reader before."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        path = next((found for name in NAMES if name and (found := shutil.which(name))), None)
        assert path, "no Chromium was found: `make test` installs one, or name its path in CHROMIUM"
        self._path, self._playwright, self._folder = path, playwright, folder
        self._open: dict[str, BrowserContext] = {}
        self._folders: dict[str, Path] = {}

    @contextmanager
    def page(self, **reader: Any) -> Iterator[Page]:
        """A page of a reader, of whom is said what Playwright takes for a context: `viewport`, `color_scheme` ..."""
        context = self._context(reader)
        yield context.new_page()
        blank, *pages = context.pages
        for page in pages:
            page.close()
        context.clear_permissions()
        context.clear_cookies()
        session = context.new_cdp_session(blank)
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": _STORAGES})
        session.detach()

    def close(self) -> None:
        """End all of them."""
        for context in self._open.values():
            context.close()
        self._open.clear()

    def _context(self, reader: dict[str, Any]) -> BrowserContext:
        kind = repr(sorted(reader.items()))
        context = self._open.pop(kind, None)
        if context is None:
            if len(self._open) == MAX_OPEN:
                self._open.pop(next(iter(self._open))).close()
            folder = self._folders.setdefault(kind, self._folder / str(len(self._folders)))
            context = self._playwright.chromium.launch_persistent_context(
                folder, executable_path=self._path, args=FLAGS, **reader
            )
        self._open[kind] = context
        return context
