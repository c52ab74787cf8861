"""What a visit loads: all of it from here, compressed, under names of its content, and nothing of it twice."""

import re

from playwright.sync_api import Response
from plotly.offline import get_plotlyjs_version

from dashboards.bundles import PLOTLY
from tests.browser.conftest import Visit


def loaded(visit: Visit) -> list[Response]:
    """The scripts and styles that came with the next load of the page."""
    found: list[Response] = []
    visit.page.on("response", lambda one: found.append(one))
    visit.open()
    return [one for one in found if one.request.resource_type in ("script", "stylesheet", "font")]


def test_every_asset_is_compressed_and_kept_for_ever_under_the_name_of_its_content(visit: Visit) -> None:
    assets = loaded(visit)

    assert len(assets) > 10
    for asset in assets:
        headers = asset.headers
        assert re.search(r"/static/[0-9a-f]{16}/", asset.url), asset.url
        assert headers["content-encoding"] in ("br", "gzip"), asset.url
        assert "immutable" in headers["cache-control"], asset.url
    assert visit.outside == []
    assert visit.complaints == []


def test_a_second_visit_transfers_no_asset(visit: Visit) -> None:
    visit.open()

    again = loaded(visit)

    transferred = visit.page.evaluate(
        """() => performance.getEntriesByType("resource").filter(one => one.name.includes("/static/"))
            .reduce((sum, one) => sum + one.transferSize, 0)"""
    )
    assert again
    assert transferred == 0


def test_whoever_names_another_digest_is_not_given_the_file(visit: Visit) -> None:
    visit.open()
    address = visit.page.get_attribute("link[rel=stylesheet]", "href")

    assert address
    assert visit.page.request.get(f"{visit.server}{address}").status == 200
    wrong = re.sub("[0-9a-f]{16}", "0" * 16, address)
    assert visit.page.request.get(f"{visit.server}{wrong}").status == 404


def test_the_bundle_of_plotly_is_of_the_version_that_is_installed() -> None:
    assert f"v{get_plotlyjs_version()}\n" in PLOTLY.read_text("utf-8")[:200]


def test_nothing_breaks_the_policy_of_the_page_and_no_script_can_be_put_into_it(guarded: Visit) -> None:
    guarded.page.add_init_script(
        """window.broken = [];
        document.addEventListener("securitypolicyviolation", one => window.broken.push(one.violatedDirective));"""
    )
    guarded.open("?as_of=2023-05-22")
    guarded.page.click("#view label:has-text('Points')")
    guarded.settled()
    used = guarded.page.evaluate("window.broken")

    guarded.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
        }"""
    )

    assert used == []
    assert guarded.page.evaluate("window.ran") is None
    assert guarded.page.evaluate("window.broken") == ["script-src-elem"]
