"""Every page of the menu opens in a real browser, by its address and by the menu, in both languages."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from firstdose.ui.menu import HOME, PAGES
from tests.bench.screen import Traffic
from tests.browser.looking import Seen, painted, visit
from tests.browser.serving import FIRSTDOSE, Served, dashboard

AREAS = list(PAGES)
STREAMLIT = FIRSTDOSE.with_name("streamlit")
FUNNEL = ".st-key-chart-pipeline-funnel .js-plotly-plot"


def address(area: str) -> str:
    return "/" if area == HOME else f"/{area}"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((FIRSTDOSE, "serve", "--port", "0"), id="firstdose serve"),
        pytest.param(
            (STREAMLIT, "run", "app.py", "--server.port=0", "--server.headless=true"), id="streamlit run"
        ),
    ],
)
def test_first_deep_link_after_a_start_opens_its_page_with_the_menu(
    open_page: Callable[..., Page], seen: Seen, lake: Path, server: Served, command: tuple[str | Path, ...]
) -> None:
    """Streamlit runs a page without ``app.py`` until the menu was drawn once; a reader must not see that."""
    with dashboard(lake, *command) as fresh:
        seen.hosts.add(urlsplit(fresh.url).netloc)
        page = open_page()
        visit(page, f"{fresh.url}/pipeline?v=1&program=*")
        expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(len(PAGES))
        expect(page.locator(".st-key-page-header")).to_be_visible()
        page.context.close()


WIDTH = "() => document.querySelector('[data-testid=stMain]').scrollWidth"


#: The numbers and days behind every chart, by its key; words differ between languages.
BEHIND = """() => {
  const plain = value => typeof value === 'number' || /^[0-9]{4}-[0-9]{2}/.test(value);
  const drawn = [...document.querySelectorAll('[class*="st-key-chart-"] .js-plotly-plot')];
  return Object.fromEntries(drawn.map(plot => [
    plot.closest('[class*="st-key-chart-"]').className.match(/st-key-(chart-[a-z-]+)/)[1],
    plot.data.map(trace => ['x', 'y', 'z', 'base'].map(
      axis => Array.from(trace[axis] || []).flat().filter(plain))),
  ]));
}"""
CHARTLESS = {"changes", "data", "reference"}


@pytest.mark.parametrize("area", AREAS)
def test_the_address_of_a_page_shows_the_same_numbers_in_another_language_and_fits_a_narrow_screen(
    page: Page, open_page: Callable[..., Page], area: str
) -> None:
    visit(page, f"{address(area)}?v=1&jurisdiction=JP&version=12")
    expect(page.locator(".st-key-page-header")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[class*='st-key-card-']").count() >= 1
    numbers = page.evaluate(BEHIND)
    assert any(axis for drawn in numbers.values() for trace in drawn for axis in trace) != (area in CHARTLESS)
    page.set_viewport_size({"width": 390, "height": 844})
    painted(page)
    assert page.evaluate(WIDTH) <= 390
    reader = open_page(width=390, height=844, locale="ja-JP")
    visit(reader, page.url)
    assert reader.evaluate(WIDTH) <= 390
    assert reader.evaluate(BEHIND) == numbers


def test_a_first_visit_brings_less_than_two_megabytes(page: Page) -> None:
    traffic = Traffic()
    traffic.listen(page.context.new_cdp_session(page))
    visit(page, "/")
    assert traffic.requests > 50
    assert 500_000 < traffic.http + traffic.socket < 1_800_000


def test_every_page_opens_from_the_menu(page: Page) -> None:
    visit(page, "/")
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_count(len(PAGES))
    titles = set()
    for position in range(len(PAGES)):
        links.nth(position).click()
        painted(page)
        titles.add(page.locator(".st-key-page-title h1").inner_text())
    assert len(titles) == len(PAGES)


def test_back_button_returns_to_the_page_before(page: Page) -> None:
    visit(page, "/pipeline")
    first = page.locator(".st-key-page-title h1").inner_text()
    page.get_by_test_id("stSidebarNavLink").nth(AREAS.index("readiness")).click()
    painted(page)
    expect(page.locator(".st-key-page-title h1")).not_to_have_text(first)
    page.go_back()
    painted(page)
    expect(page.locator(".st-key-page-title h1")).to_have_text(first)
    assert urlsplit(page.url).path == "/pipeline"


def test_each_move_is_one_entry_of_the_history(page: Page) -> None:
    """Streamlit writes the path and the query of a page in two steps, in either order: back led nowhere."""

    def entries() -> int:
        return int(page.evaluate("history.length"))

    visit(page, "/pipeline")
    assert entries() == 2, "an empty tab and the page, though its address was written out"
    for position, area in enumerate(("readiness", "timeline"), start=3):
        page.get_by_test_id("stSidebarNavLink").nth(AREAS.index(area)).click()
        page.wait_for_function(f"() => location.pathname === '/{area}'")
        painted(page)
        assert entries() == position
    page.locator(".st-key-filter-jurisdiction").get_by_text("US", exact=True).click()
    page.wait_for_function("() => location.search.includes('jurisdiction=US')")
    painted(page)
    assert entries() == 5
    page.go_back()
    page.wait_for_function("() => !location.search.includes('jurisdiction=US')")
    painted(page)
    assert urlsplit(page.url).path == "/timeline"
    page.go_back()
    page.wait_for_function("() => location.pathname === '/readiness'")
    painted(page)
    assert entries() == 5, "going back writes nothing new"
    page.go_forward()
    page.wait_for_function("() => location.pathname === '/timeline'")


def test_address_is_written_out_in_full(page: Page) -> None:
    visit(page, "/pipeline")
    page.wait_for_function("() => location.search.includes('program=')")
    keys = parse_qs(urlsplit(page.url).query)
    assert {"v", "program", "version"} <= set(keys)
    assert keys["program"] == ["*"]


def test_filter_is_kept_from_page_to_page_and_after_a_reload(page: Page) -> None:
    visit(page, "/")
    page.locator(".st-key-filter-jurisdiction").get_by_text("US", exact=True).click()
    page.wait_for_function("() => location.search.includes('jurisdiction=US')")
    painted(page)
    page.get_by_test_id("stSidebarNavLink").nth(AREAS.index("timeline")).click()
    page.wait_for_function("() => location.pathname === '/timeline'")
    page.wait_for_function("() => location.search.includes('jurisdiction=US')")
    painted(page)
    sentence = page.locator(".st-key-page-title p").first.inner_text()
    assert "US" in sentence
    page.reload(wait_until="domcontentloaded")
    painted(page)
    assert page.locator(".st-key-page-title p").first.inner_text() == sentence
    assert parse_qs(urlsplit(page.url).query)["jurisdiction"] == ["US"]


def test_several_programs_are_chosen_from_a_list_that_stays_open(page: Page) -> None:
    visit(page, "/timeline")
    box = page.locator(".st-key-open-program button").first
    expect(box).to_contain_text("All 12")
    box.click()
    for program in ("NCC-01", "NCC-02"):
        page.locator(".st-key-filter-program input").first.click()
        page.get_by_role("option").filter(has_text=program).click()
        page.wait_for_function(f"() => location.search.includes('program={program}')")
        painted(page)
    page.keyboard.press("Escape")  # shuts the options
    box.click()
    expect(box).to_contain_text("2 of 12")
    expect(page.locator(".st-key-filter-program")).to_have_count(0)
    assert parse_qs(urlsplit(page.url).query)["program"] == ["NCC-01", "NCC-02"]


def test_link_of_a_card_opens_that_card_alone_pinned_in_another_language(
    page: Page, open_page: Callable[..., Page]
) -> None:
    visit(page, "/pipeline?v=1&program=NCC-01&program=NCC-02")
    page.locator(".st-key-card-chart-pipeline-funnel .fd-why").click()
    links = page.get_by_role("dialog").get_by_test_id("stCode")
    expect(links.nth(2)).to_contain_text("select")
    pinned = links.nth(1).inner_text().strip()
    assert parse_qs(urlsplit(pinned).query)["program"] == ["NCC-01", "NCC-02"]
    assert "version=live" not in pinned
    dialog = page.get_by_role("dialog")
    for _again in range(3):  # the focus is not lost every time
        with page.expect_download():
            dialog.get_by_text("Data as CSV").click()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        page.locator(".st-key-card-chart-pipeline-funnel .fd-why").click()
    reader = open_page(locale="ja-JP")
    visit(reader, pinned)
    expect(reader.locator("[class*='st-key-card-']")).to_have_count(1)
    expect(reader.locator(".st-key-page-title p").first).to_contain_text("NCC-01")
    assert parse_qs(urlsplit(reader.url).query)["chart"] == ["chart-pipeline-funnel"]


def test_a_filter_moves_the_marks_of_a_chart_that_stays(page: Page) -> None:
    visit(page, "/pipeline")
    chart = page.locator(FUNNEL)
    chart.evaluate("node => { node.marked = true; }")
    bars = "node => node.data[0].x.length ? Array.from(node.calcdata[0], point => point.s) : []"
    before = chart.evaluate(bars)
    page.locator(".st-key-filter-jurisdiction").get_by_text("US", exact=True).click()
    page.wait_for_function("() => location.search.includes('jurisdiction=US')")
    painted(page)
    moved = f"before => JSON.stringify(({bars})(document.querySelector('{FUNNEL}'))) !== before"
    page.wait_for_function(moved, arg=json.dumps(before, separators=(",", ":")))
    assert chart.evaluate("node => node.marked") is True
    assert page.locator(".st-key-chart-pipeline-funnel .fd-chart").get_attribute("aria-label")


def test_a_chart_follows_the_width_of_the_window(page: Page) -> None:
    visit(page, "/pipeline")
    drawn = ".st-key-chart-pipeline-lanes .main-svg"
    wide = page.locator(drawn).first.bounding_box()
    assert wide
    page.set_viewport_size({"width": 1000, "height": 900})
    narrower = "([drawn, most]) => document.querySelector(drawn).getBoundingClientRect().width < most"
    page.wait_for_function(narrower, arg=[drawn, wide["width"] - 100])


def test_the_name_of_a_table_stands_above_its_files(page: Page) -> None:
    visit(page, "/data?table=tasks")
    card = page.locator(".st-key-card-table-data-tasks")
    name, files = card.locator("h5").bounding_box(), card.locator("button").first.bounding_box()
    assert name
    assert files
    assert name["y"] + name["height"] <= files["y"]
    assert abs(name["x"] - files["x"]) < 8


def test_a_long_table_says_why_and_opens_as_a_grid_when_asked(page: Page) -> None:
    visit(page, "/readiness?state=all")
    dialog = page.get_by_role("dialog")
    page.locator(".st-key-card-table-readiness-checklist .fd-why").click()
    expect(dialog.get_by_test_id("stCode").nth(2)).to_contain_text("select")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator(".st-key-action-table-readiness-checklist-whole button").click()
    page.locator(".st-key-table-readiness-checklist canvas").first.wait_for()
    expect(page.locator(".st-key-card-table-readiness-checklist .fd-table")).to_have_count(0)


def test_changes_are_grouped_and_told_against_the_version_chosen(page: Page) -> None:
    visit(page, "/changes?v=1&base=11&version=12")
    lines = page.locator(".st-key-table-changes-lines tbody tr")
    first = lines.first.locator("td").first.inner_text()
    assert first
    assert lines.nth(1).locator("td").first.inner_text() == "", "a group says its program once"
    expect(page.locator(".st-key-table-changes-figures")).to_contain_text("Next first dose")
    page.get_by_text("A named version", exact=True).click()
    page.wait_for_function("() => location.search.includes('compare=named')")
    painted(page)
    chosen = page.locator(".st-key-filter-compared input").first
    expect(chosen).to_have_value("v11 · 6 Nov 2026 · Steering 2026-11")
    page.go_back()
    page.wait_for_function("() => location.search.includes('compare=version')")


def test_the_rule_behind_a_figure_opens_by_keyboard(page: Page) -> None:
    visit(page, "/")
    figure = page.locator(".st-key-kpi-overview-overdue, [class*='st-key-kpi-overview-']").first
    figure.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(figure.locator("details p")).to_be_visible()


def test_a_refused_part_of_a_link_is_named_and_shows_nothing(page: Page) -> None:
    visit(page, "/readiness?v=1&program=NOPE%3Cb%3E")
    expect(page.locator(".st-key-refused")).to_contain_text("NOPE<b>")
    assert parse_qs(urlsplit(page.url).query)["program"] == ["-"]


@pytest.mark.parametrize(("locale", "said"), [("en-GB", "Overview"), ("ja-JP", "概要")])
def test_menu_speaks_the_language_of_the_browser(
    open_page: Callable[..., Page], locale: str, said: str
) -> None:
    page = open_page(locale=locale)
    visit(page, "/")
    expect(page.get_by_test_id("stSidebarNavLink").first).to_contain_text(said)


def test_closed_doors_and_headers_reach_the_browser(page: Page, server: Served) -> None:
    answer = page.request.get("/_stcore/metrics")
    assert answer.status == 404
    first = page.request.get("/")
    assert "default-src 'self'" in first.headers["content-security-policy"]
    health = page.request.get("/health").json()
    assert health["ok"] is True
    assert health["version"] >= 8, "the demo has at least eight versions"


def test_a_cell_of_a_matrix_opens_its_items_by_keyboard_and_by_pointer(page: Page) -> None:
    visit(page, "/readiness")
    cells = page.locator(".st-key-chart-readiness-areas .fd-links a")
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    cell = page.locator(".fd-links a:focus")
    said = cell.get_attribute("aria-label") or ""
    where = parse_qs(urlsplit(cell.get_attribute("href") or "").query)
    assert where["area"] == ["CMC-Vector"]
    assert where["jurisdiction"] == ["US"]
    assert said.startswith("CMC vector · US, ")
    page.keyboard.press("Enter")
    page.wait_for_url("**area=CMC-Vector**")
    painted(page)
    closed, total = re.findall(r"(\d+) of (\d+)", said)[0]
    lines = page.locator(".st-key-table-readiness-checklist tbody tr")
    expect(lines).to_have_count(int(total))
    expect(lines.filter(has_text="✓")).to_have_count(int(closed))
    expect(lines.filter(has_text="CMC vector")).to_have_count(int(total))

    visit(page, "/")
    cell = page.locator(".st-key-chart-overview-readiness .fd-links a").first
    there = parse_qs(urlsplit(cell.get_attribute("href") or "").query)
    box = cell.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/readiness?**")
    painted(page)
    here = parse_qs(urlsplit(page.url).query)
    assert (here["program"], here["area"]) == (there["program"], there["area"])


def test_a_verdict_leads_to_the_review_of_its_gate_in_the_version_looked_at(page: Page) -> None:
    visit(page, "/readiness?v=1&version=11")
    page.locator(".st-key-table-readiness-verdicts tbody a").first.click()
    page.wait_for_url("**/review?**version=11**")
    painted(page)
    named = page.locator(".st-key-table-review-criteria tbody tr")
    expect(named.first).to_be_visible()
