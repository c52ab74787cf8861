"""Takes the pictures of the README and the documentation anew: `make screenshots`."""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, NAMES
from timeline.domain.values import development_id_of

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
PORT = 8069
GRAYVORON = development_id_of("chronicle:grayvoron-entry")
DESK, PHONE = (1400, 900), (390, 844)
SHOTS = {
    "overview": (DESK, f"?as_of=2023-05-23&window=6m&id={GRAYVORON}"),
    "all": (DESK, ""),
    "dark": (DESK, f"?as_of=2023-05-23&window=6m&theme=dark&id={GRAYVORON}"),
    "points": (DESK, "?view=points"),
    "table": (DESK, "?view=table&as_of=2022-04-23&known_at=now"),
    "phone": (PHONE, "?as_of=2023-05-23&window=1m&front=bakhmut&front=belgorod-border"),
    "phone-panel": (PHONE, f"?as_of=2023-05-23&window=1m&id={GRAYVORON}"),
    "phone-dark": (PHONE, "?as_of=2023-05-23&window=6m&theme=dark"),
}


def main() -> None:
    command = [sys.executable, "-m", "timeline.cli", "--store"]
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "demo.db")
        subprocess.run([*command, store, "demo"], check=True)
        server = subprocess.Popen([*command, store, "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL)
        try:
            _wait()
            with sync_playwright() as playwright:
                path = next(found for name in NAMES if name and (found := which(name)))
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                for name, (size, search) in SHOTS.items():
                    _shoot(browser, name, size, search)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _shoot(browser: Browser, name: str, size: tuple[int, int], search: str) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=2 if size == PHONE else 1
    )
    page.goto(f"http://127.0.0.1:{PORT}/{search}")
    page.wait_for_selector("#overview .main-svg")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_500)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size[0]}x{size[1]}.png")
    page.close()


def _wait() -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


if __name__ == "__main__":
    main()
