"""The page in a real browser: what it shows, how one moves on it, and that a link shows the same again."""

import pytest

from tests.browser.conftest import Visit
from timeline.domain.values import development_id_of
from timeline.domain.vocabulary import Status

GRAYVORON = development_id_of("chronicle:grayvoron-entry")
PRESSED = (
    ".button, .step, .play, .segmented label, .switch label, summary, .pages-nav a, .filters-button, .counted label"
)
TOO_SMALL = f"""[...document.querySelectorAll("#timeline :is({PRESSED})")].filter(one => one.offsetParent)
    .map(one => [one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([text, box]) => [text, box.width, box.height])"""
"""What a finger presses and is smaller than 44 pixels."""
ARTICLE_DAYS = {
    "2023-05-20": {"Bakhmut capture claimed": "Claimed"},
    "2023-05-21": {"Bakhmut capture claimed": "Disputed"},
    "2023-05-22": {
        "Bakhmut capture claimed": "Disputed",
        "Fighters enter Grayvoron": "Corroborated disputed: who did it",
        "Kozinka said to be liberated": "Claimed",
        "Russian Volunteer Corps formed": "Claimed",
    },
}


def test_the_page_draws_every_front_as_a_lane_and_asks_nobody_else(visit: Visit) -> None:
    visit.open()

    lanes = visit.page.locator("#headings strong").all_inner_texts()
    assert lanes[:2] == ["Kyiv and the north", "Kharkiv"]
    assert len(lanes) == 9
    assert visit.page.locator("#chart .barlayer .point").count() > 100
    assert visit.page.locator("#chart .scatterlayer .points path").count() > 50
    assert visit.page.inner_text("#shown") == "198 of 198 shown"
    assert visit.page.is_visible("#key li:has-text('Disputed')")
    assert visit.complaints == []
    assert visit.outside == []


@pytest.mark.parametrize("day", ARTICLE_DAYS)
def test_the_article_can_be_replayed_day_by_day(visit: Visit, day: str) -> None:
    visit.open(f"?view=table&as_of={day}")

    rows = visit.rows()
    for title, status in ARTICLE_DAYS[day].items():
        assert rows[title] == status
    if day < "2023-05-22":
        assert "Fighters enter Grayvoron" not in rows


def test_stepping_a_day_on_brings_in_what_was_reported_on_that_day(visit: Visit) -> None:
    visit.open("?view=table&as_of=2023-05-21")
    assert "Fighters enter Grayvoron" not in visit.rows()

    visit.page.click("#step-on")
    visit.page.wait_for_selector("text=Fighters enter Grayvoron")

    assert "as_of=2023-05-22" in visit.search()
    assert visit.page.inner_text("#as-of-label") == "22 May 2023"
    assert visit.complaints == []


def test_stepping_across_days_on_which_the_statuses_change_moves_the_page_along(visit: Visit) -> None:
    visit.open("?as_of=2022-03-01")
    counted = {"2022-03-01": visit.statuses()}

    for day in range(2, 11):
        visit.page.click("#step-on")
        visit.answered(f"2022-03-{day:02}")
        assert visit.page.inner_text("#as-of-label") == f"{day} March 2022"
        visit.page.wait_for_function(f"window.location.search === '?as_of=2022-03-{day:02}'")
        counted[f"2022-03-{day:02}"] = visit.statuses()

    assert {len(statuses) for statuses in counted.values()} == {len(Status)}
    assert len({sum(bool(count) for count in statuses.values()) for statuses in counted.values()}) > 1
    assert counted["2022-03-10"] == visit.open("?as_of=2022-03-10").statuses()
    assert visit.complaints == []


def test_playing_across_days_on_which_the_statuses_change_keeps_playing(visit: Visit) -> None:
    visit.open("?as_of=2022-03-01")
    before = visit.statuses()

    visit.page.click("#play")
    visit.page.wait_for_selector("#as-of-label:has-text('April')")
    visit.page.click("#play")
    visit.page.wait_for_function("document.querySelector('#play').textContent === '▶'")
    visit.answered(visit.search().removeprefix("?as_of="))

    assert visit.statuses() != before
    assert visit.statuses() == visit.open(visit.search()).statuses()
    assert visit.complaints == []


def test_a_front_that_appears_in_the_middle_of_the_list_while_the_page_is_open_joins_it(writing_visit: Visit) -> None:
    account = {"source": "belgorod-governor", "stance": {"occurrence": "asserts"}}
    data = {"kind": "other", "title": "On another front", "occurred": "2023-05-22", "account": account}

    def name_front(slug: str) -> None:
        """Put a development on a front that nobody opened, and off it again."""
        told = {**data, "front": slug, "external_id": f"test:{slug}"}
        writing_visit.append("development.reported", slug, told, "2023-05-22")
        changed = {"changes": {"front": "belgorod-border"}, "nature": "correction"}
        writing_visit.append("development.revised", f"{slug}-off", changed, "2023-05-22", subject=f"test:{slug}")

    name_front("zulu")
    writing_visit.open("?view=table&as_of=2022-03-01&window=1m")
    listed = writing_visit.page.locator("#fronts label").all_inner_texts()
    assert listed[-1] == "Zulu"
    name_front("mike")

    writing_visit.page.click("#step-on")
    writing_visit.page.wait_for_selector("#fronts label:has-text('Mike')")
    writing_visit.answered("2022-03-02")

    assert writing_visit.page.locator("#fronts label").all_inner_texts() == [*listed[:-1], "Mike", "Zulu"]
    assert writing_visit.page.locator("#front-counts > div").count() == len(listed) + 1
    assert writing_visit.complaints == []


def test_the_list_of_fronts_may_grow_and_shrink_in_any_way_while_the_page_is_open(visit: Visit) -> None:
    visit.open("?view=table&as_of=2022-05-01")
    lengths = [visit.page.locator("#fronts label").count()]

    for position in (67, 3, 70, 66, 500, 71, 0, 800):
        search = f"?view=table&as_of=2022-05-01&recorded_at={position}"
        visit.page.evaluate("search => window.dash_clientside.set_props('url', {search})", search)
        visit.page.wait_for_selector(f"#share[href*='recorded_at={position}']")
        visit.settled()
        lengths.append(visit.page.locator("#fronts label").count())

    assert len(set(lengths)) > 3
    assert visit.page.locator("#front-counts > div").count() == lengths[-1]
    assert visit.complaints == []


def test_a_front_that_nobody_knows_is_named_and_everything_is_shown_and_ticked(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22&front=nosuch")

    assert "'nosuch'" in visit.page.inner_text(".notices")
    assert visit.page.locator("#fronts input:not(:checked)").count() == 0
    assert visit.page.locator("#fronts input:checked").count() > 1


def test_a_pinned_page_says_so_and_can_be_let_go(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22&recorded_at=500&view=table")
    assert "as this log stood at position 500" in visit.page.inner_text("header")

    visit.page.click("#pin a")
    visit.page.wait_for_selector("#pin", state="hidden")

    assert visit.search() == "?as_of=2023-05-22&view=table"


def test_on_a_phone_a_pinned_page_says_so_too(phone: Visit) -> None:
    phone.open("?as_of=2023-05-22&recorded_at=500")

    assert phone.page.is_visible("#pin")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_swatches_of_the_statuses_all_look_different(visit: Visit) -> None:
    visit.open()

    looks = visit.page.eval_on_selector_all(
        "#statuses .dash-options-list-option-text",
        """all => all.map(one => {
            const look = getComputedStyle(one, "::before");
            return [look.backgroundColor, look.backgroundImage, look.border, look.boxShadow].join();
        })""",
    )
    assert len(set(looks)) == len(looks) == len(Status)


def test_the_slider_answers_to_the_keyboard(visit: Visit) -> None:
    visit.open("?view=table&as_of=2023-05-22")

    visit.page.focus("#as-of [role=slider]")
    visit.page.keyboard.press("ArrowLeft")
    visit.page.wait_for_selector("#as-of-label:has-text('21 May 2023')")
    visit.page.wait_for_function("window.location.search.includes('as_of=2023-05-21')")
    visit.answered("2023-05-21")

    assert "Fighters enter Grayvoron" not in visit.rows()


HASTE = """new MutationObserver((_, watching) => {
  const thumb = document.querySelector("#as-of [role=slider][aria-valuenow='19499']");
  if (!thumb) return;
  watching.disconnect();
  window.hastened = !window.timelinePage.given;
  thumb.focus();
  thumb.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
}).observe(document, { subtree: true, childList: true, attributes: true })"""
"""Presses a key as soon as the slider stands on 22 May 2023, which is a moment before the page knows what it shows."""


def test_a_key_that_is_pressed_before_the_page_is_ready_counts(visit: Visit) -> None:
    visit.page.add_init_script(HASTE)
    hastened = False
    for _ in range(8):  # a busy browser now and then is ready before the key is pressed: it counts then, too
        visit.open("?view=table&as_of=2023-05-22")

        visit.page.wait_for_selector("#as-of-label:has-text('21 May 2023')")
        visit.answered("2023-05-21")
        hastened = hastened or visit.page.evaluate("window.hastened")
        if hastened:
            break
    assert hastened


def test_playing_moves_through_the_history_until_it_is_paused(visit: Visit) -> None:
    visit.open("?as_of=2023-05-01")

    visit.page.click("#play")
    visit.page.wait_for_selector("#as-of-label:has-text('June')")
    visit.page.click("#play")
    visit.page.wait_for_function("!window.location.search.includes('as_of=2023-05-01')")
    visit.settled()
    stopped_at = visit.search()
    visit.page.wait_for_timeout(2_000)

    assert stopped_at > "?as_of=2023-05-01"
    assert visit.search() == stopped_at


def test_the_second_clock_tells_what_is_known_today_of_that_day(visit: Visit) -> None:
    visit.open("?view=table&as_of=2022-02-24")
    then = visit.rows()

    visit.page.click("#known-at label:has-text('as known today')")
    visit.page.wait_for_function("window.location.search.includes('known_at=now')")
    visit.page.wait_for_function(f"document.querySelectorAll('#table tbody tr').length > {len(then)}")

    assert len(visit.rows()) > len(then)


def test_a_click_on_a_mark_opens_the_accounts_for_and_against(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22&from=2023-04-15&to=2023-05-23&front=bakhmut&status=disputed")

    mark = visit.page.locator("#chart .scatterlayer .points path:visible").first
    mark.hover(force=True)
    visit.page.wait_for_selector("#pointed-at:has-text('Bakhmut capture claimed')")
    box = mark.bounding_box()
    assert box
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.wait_for_selector("#panel h2")

    assert visit.page.inner_text("#panel h2") == "Bakhmut capture claimed"
    stances = visit.page.eval_on_selector_all("#panel .stance", "all => all.map(one => one.innerText)")
    assert {"for", "against", "concedes", "repeats"} <= set(stances)
    assert "id=" in visit.search()

    visit.page.click("#close-panel")
    visit.page.wait_for_selector("#panel", state="hidden")

    assert "id=" not in visit.search()


def test_the_panel_tells_who_disputes_what_and_how_the_reporting_changed(visit: Visit) -> None:
    visit.open(f"?as_of=2023-05-22&id={GRAYVORON}")
    visit.page.wait_for_selector("#panel h2")

    told = visit.page.inner_text("#panel")
    assert "Corroborated by independent sources" in told
    assert "Disputed: who did it" in told
    assert "Vyacheslav Gladkov" in told
    assert visit.page.locator("#panel .steps li").count() == 3


def test_a_development_that_was_not_known_yet_is_said_to_be_so(visit: Visit) -> None:
    visit.open(f"?as_of=2023-05-01&id={GRAYVORON}")
    visit.page.wait_for_selector("#panel h2")

    assert visit.page.inner_text("#panel h2") == "Not known yet"


def test_choosing_filters_writes_them_into_the_address_and_a_link_shows_them_again(visit: Visit) -> None:
    visit.open("?view=table&as_of=2023-05-22")
    visit.page.click("#statuses label:has-text('Claimed')")
    visit.page.wait_for_function("window.location.search.includes('status=')")
    visit.settled()
    visit.page.click("#fronts label:has-text('Mariupol')")
    visit.page.wait_for_function("window.location.search.includes('front=')")
    visit.settled()
    link, rows = visit.search(), visit.rows()

    visit.page.goto("about:blank")
    again = visit.open(link).rows()

    assert again == rows
    assert not {"Claimed"} & set(again.values())
    assert not visit.page.is_checked("#fronts label:has-text('Mariupol') input")


def test_the_permalink_fixes_all_three_cuts(visit: Visit) -> None:
    visit.open("?view=table&as_of=2023-05-22")
    rows = visit.rows()

    link = visit.page.get_attribute("#share", "href")

    assert link
    assert "as_of=2023-05-22" in link
    assert "recorded_at=" in link
    assert visit.open(link.lstrip("/")).rows() == rows


def test_the_back_button_goes_back_in_the_history_of_the_page(visit: Visit) -> None:
    visit.open("?as_of=2023-05-22")
    visit.page.click("#view label:has-text('Table')")
    visit.page.wait_for_selector("#table tbody tr")

    visit.page.go_back()
    visit.page.wait_for_selector("#chart", state="visible")

    assert visit.search() == "?as_of=2023-05-22"


def test_drawing_a_window_on_the_overview_zooms_the_chart(visit: Visit) -> None:
    visit.open()
    box = visit.page.locator("#overview .nsewdrag").first.bounding_box()
    assert box

    visit.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 45, steps=8)
    visit.page.mouse.up()
    visit.page.wait_for_function("window.location.search.includes('from=')")

    assert "to=" in visit.search()


def test_an_event_appended_through_the_api_appears_on_the_page(writing_visit: Visit) -> None:
    data = {
        "front": "belgorod-border",
        "kind": "evacuation",
        "title": "Residents leave Grayvoron <b>by bus</b>",
        "occurred": "2023-05-22",
        "account": {"source": "belgorod-governor", "stance": {"occurrence": "asserts"}},
    }
    writing_visit.append("development.reported", "appears", data, time="2023-05-22T15:00:00Z")

    writing_visit.open("?as_of=2023-05-22&front=belgorod-border&window=1m")

    labels = writing_visit.page.eval_on_selector_all("#chart .textpoint", "all => all.map(one => one.textContent)")
    assert "Residents leave Grayvoron <b>by bus</b>" in labels


def test_a_broken_link_says_what_is_wrong_and_shows_the_rest(visit: Visit) -> None:
    visit.open("?as_of=2023-02-30&view=pie&recorded_at=999999&status=claimed")

    notices = visit.page.inner_text(".notices")
    assert "as_of" in notices
    assert "view" in notices
    assert "recorded_at" in notices
    assert visit.page.locator("#chart .main-svg").count() > 0


def test_the_page_goes_dark_and_says_so_in_its_address(visit: Visit) -> None:
    visit.open()

    visit.page.click("#theme")
    visit.page.wait_for_function("window.location.search.includes('theme=dark')")

    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visit.page.inner_text("#theme") == "Light"


def test_on_a_phone_nothing_is_wider_than_the_screen(phone: Visit) -> None:
    for search in ("?window=1m&as_of=2023-05-23", "?view=points", f"?as_of=2023-05-23&id={GRAYVORON}"):
        phone.open(search)

        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.complaints == []


def test_on_a_phone_the_filters_fold_away_and_open(phone: Visit) -> None:
    phone.open()
    assert not phone.page.is_visible("#statuses")

    phone.page.tap("#filters-button")
    phone.page.wait_for_selector("#statuses", state="visible")

    assert phone.page.is_visible("#statuses label:has-text('Claimed')")
    phone.page.tap("#key summary")
    phone.page.wait_for_selector("#key li", state="visible")
    assert phone.page.evaluate(TOO_SMALL) == []


def test_a_map_is_shown_at_the_scale_that_its_marks_were_made_for(visit: Visit) -> None:
    page = visit.open("?as_of=2023-05-22&view=map").page
    page.wait_for_selector("#map-chart .scatterlayer .point")

    # The ring of shares around a mark: where it runs, in pixels from the middle, and the diameter of the mark.
    radius, diameter = page.evaluate(
        """() => {
          const plot = document.querySelector("#map-chart .js-plotly-plot"), axes = plot._fullLayout;
          const marks = plot.data.find(trace => trace.text && trace.marker);
          const ring = plot.data.find(trace => trace.name === "shares" && trace.meta.status === "corroborated");
          const place = (x, y) => [axes.xaxis.l2p(x), axes.yaxis.l2p(y)], middle = place(marks.x[0], marks.y[0]);
          const away = ring.x.map((x, n) => x === null ? Infinity : Math.hypot(
            place(x, ring.y[n])[0] - middle[0], place(x, ring.y[n])[1] - middle[1]));
          return [Math.min(...away), marks.marker.size[0]];
        }"""
    )
    assert diameter / 2 < radius < diameter / 2 + 5
