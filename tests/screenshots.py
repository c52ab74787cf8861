"""Takes the pictures of the documentation anew: `make screenshots`, or of another store than the demo.

python -m tests.screenshots [--store FILE --prefix NAME]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import FLAGS, NAMES
from tests.servers import serving
from timeline.domain.values import development_id_of

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
GRAYVORON = development_id_of("chronicle:grayvoron-entry")
DESK, PHONE = (1400, 900), (390, 844)
DEMO = {
    "all": "",
    "overview": f"?as_of=2023-05-23&window=6m&id={GRAYVORON}",
    "points": "?view=points",
    "map": "?as_of=2023-05-23&view=map&map=29,45,41,53",
    "table": "?view=table&as_of=2022-04-23&known_at=now",
    "places": "?as_of=2023-05-23&window=6m&lanes=place&front=bakhmut&front=belgorod-border",
    "development": f"developments/{GRAYVORON}?as_of=2023-05-23",
    "front": "fronts/bakhmut?as_of=2023-05-23",
    "actor": "actors/Wagner%20Group?as_of=2023-05-23",
    "source": "sources/ru-mod?as_of=2023-05-23",
}
OTHER = {
    "all": "",
    "year": "?as_of=2021-12-31&from=2021-01-01&to=2021-12-31",
    "month": "?as_of=2021-06-30&from=2021-06-01&to=2021-06-30&front=front-05",
    "day": "?as_of=2021-06-15&from=2021-06-15&to=2021-06-15",
    "map": "?as_of=2021-06-30&from=2021-06-01&to=2021-06-30&view=map",
    "table": "?as_of=2021-06-30&from=2021-06-01&to=2021-06-30&view=table",
    "front": "fronts/front-05",
    "sources": "sources",
}
"""Name of a picture -> address."""


def main() -> None:
    """Take all pictures, light and dark, on a desk and on a telephone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="a store; by default the demo is filled into a new one")
    parser.add_argument("--prefix", default="million", help="what the names of its pictures begin with")
    given = parser.parse_args()
    pages = {f"{given.prefix}-{name}": search for name, search in OTHER.items()} if given.store else DEMO
    path = next(found for name in NAMES if name and (found := which(name)))
    with _store(given.store) as store, serving(store) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for name, address in pages.items():
            for theme in ("light", "dark"):
                for size in (DESK, PHONE):
                    join = "&" if "?" in address else "?"
                    _shoot(browser, f"{name}-{theme}", size, f"{server.address}/{address}{join}theme={theme}")
        browser.close()


@contextmanager
def _store(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "demo.db")
        subprocess.run([sys.executable, "-m", "timeline.cli", "--store", store, "demo"], check=True)
        yield store


def _shoot(browser: Browser, name: str, size: tuple[int, int], address: str) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    page.wait_for_selector("#subpage h1" if urlsplit(address).path.strip("/") else "#shown:not(:empty)")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_200)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size[0]}x{size[1]}.jpg", type="jpeg", quality=62)
    page.close()


if __name__ == "__main__":
    main()
