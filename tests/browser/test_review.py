"""A gate review in the browser: a conditional go is recorded, and its link opens the same in Japanese."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from firstdose.lake import Lake
from tests.browser.looking import painted, visit
from tests.browser.serving import Served

GATE = "/review?v=1&of=NCC-01&where=JP&blocks=filing"
WIDE = """() => {
  const wide = document.querySelector('[data-testid="stMainBlockContainer"]').getBoundingClientRect().right;
  return [...document.querySelectorAll('.fd-table table, .fd-chart .main-svg')]
    .filter(part => part.getBoundingClientRect().right > wide + 1).length;
}"""


def numbers(page: Page) -> list[list[str]]:
    """The digits of every figure at the top, which are the same in every language."""
    values = page.locator(".st-key-kpi-row .fd-kpi").all_inner_texts()
    return [sorted(re.findall(r"\d+", value)) for value in values]


def test_a_conditional_go_is_recorded_and_its_link_opens_the_same_in_japanese(
    open_page: Callable[..., Page], own: Served, own_lake: Path
) -> None:
    page = open_page()
    visit(page, own.url + GATE)
    before = numbers(page)
    newest = Lake.open(own_lake).newest()
    page.locator(".st-key-review-form summary").click()
    page.locator(".st-key-review-outcome").get_by_text("Conditional go", exact=True).click()
    painted(page)
    page.locator(".st-key-review-body input").fill("Joint steering committee")
    page.locator(".st-key-review-who input").fill("Aiko")
    page.locator(".st-key-review-rationale textarea").fill("The third run was within specification")
    page.locator(".st-key-review-condition-0 input").fill("A fourth run")
    page.keyboard.press("Tab")
    painted(page)  # what was written has arrived before the list is opened
    page.locator(".st-key-review-owner-0 input").fill("Forge")
    page.get_by_role("option", name=re.compile("Forge")).first.click()
    painted(page)
    page.locator(".st-key-action-review-record button").click()
    alert = page.locator(".st-key-card-review-decision [data-testid=stAlert]")
    expect(alert).to_contain_text("Condition 1 has no date")
    painted(page)
    assert Lake.open(own_lake).newest() == newest, "refused: nothing was published"
    for part, value in (("year", "2026"), ("month", "12"), ("day", "24")):
        page.locator(f".st-key-review-due-0 [data-type={part}]").focus()
        page.keyboard.type(value)
    page.keyboard.press("Tab")
    page.locator(".st-key-review-rationale textarea").click()
    painted(page)
    page.locator(".st-key-action-review-record button").click()
    expect(alert).to_contain_text(f"Recorded in version {newest + 1}")
    painted(page)
    expect(page.locator(".st-key-table-review-actions")).to_contain_text("A fourth run")
    link = page.locator(".st-key-card-review-decision code").inner_text().strip()
    assert f"version={newest}" in link

    other = open_page(locale="ja-JP")
    visit(other, link)
    expect(other.locator(".st-key-page-title h1")).to_contain_text("ゲート")
    assert numbers(other) == before
    expect(other.locator(".st-key-table-review-actions")).not_to_contain_text("A fourth run")


def test_a_review_prints_on_paper_lying_without_anything_cut(page: Page, tmp_path: Path) -> None:
    visit(page, GATE)
    for paper in ("A4", "Letter"):
        page.pdf(path=tmp_path / f"{paper}.pdf", format=paper, landscape=True)
        assert (tmp_path / f"{paper}.pdf").stat().st_size > 20_000
    charts = page.locator(".fd-chart .main-svg")
    assert charts.count() > 0
    for at in range(charts.count()):
        assert (charts.nth(at).get_attribute("viewBox") or "").startswith("0 0 "), "shrinks whole, never cut"
    page.set_viewport_size(
        {"width": 1396, "height": 900}
    )  # A4 lying as Chromium lays it out before shrinking
    page.emulate_media(media="print")
    assert page.evaluate(WIDE) == 0
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    expect(page.locator(".st-key-card-review-decision")).not_to_be_visible()


def test_why_of_a_table_is_answered_by_keyboard_and_again_after_it_was_shut(page: Page) -> None:
    visit(page, GATE)
    why = page.locator(".st-key-card-table-review-risks").get_by_role("button", name="Why: Risks")
    for _once_and_again in range(2):
        why.focus()
        page.keyboard.press("Enter")
        told = page.get_by_role("dialog")
        expect(told).to_contain_text("review.risks")
        expect(told.get_by_test_id("stCode").first).to_contain_text("chart=table-review-risks")
        painted(page)
        page.keyboard.press("Escape")
        expect(told).to_have_count(0)
