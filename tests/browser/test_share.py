"""Sharing in the browser: a deck and a picture to keep, a short address that opens the same in Japanese."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pptx import Presentation

from tests.browser.looking import painted, visit
from tests.browser.serving import Served

VIEW = "/pipeline?v=1&program=HUB-04&program=NCC-01"


def labels(page: Page) -> list[str]:
    """The programs that the lanes of the pipeline name, which are ids in every language."""
    words = page.locator(".st-key-card-chart-pipeline-lanes .fd-chart").inner_text()
    return sorted(set(re.findall(r"(?:HUB|NCC)-\d\d", words)))


def test_a_page_is_kept_as_a_deck_a_picture_and_a_short_address(
    open_page: Callable[..., Page], own: Served, tmp_path: Path
) -> None:
    page = open_page()
    visit(page, own.url + VIEW)
    page.locator(".fd-chart").first.hover()
    with page.expect_download() as picture:
        page.locator(".fd-pictures button").first.click()
    assert picture.value.suggested_filename == "pipeline-chart-pipeline-funnel-v12.png"
    picture.value.save_as(tmp_path / "funnel.png")
    assert (tmp_path / "funnel.png").read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as drawing:
        page.locator(".fd-pictures button").nth(1).click()
    drawing.value.save_as(tmp_path / "funnel.svg")
    said = (tmp_path / "funnel.svg").read_text(encoding="utf-8")
    for words in ("Programs that reached each stage", "2 of 12 programs", "Data v12"):
        assert words in said, "the picture says what it is"

    page.locator(".st-key-action-share button").click()
    page.locator(".st-key-action-share-make button").click()
    expect(page.locator("[data-testid=stPopoverBody]")).to_contain_text("Say who you are")
    page.locator(".st-key-share-by input").fill("Kim")
    page.keyboard.press("Tab")
    painted(page)
    page.locator(".st-key-action-share-make button").click()
    with page.expect_download() as deck:
        page.locator(".st-key-action-share-save button").click()
    deck.value.save_as(tmp_path / "pipeline.pptx")
    slides = Presentation(str(tmp_path / "pipeline.pptx")).slides
    assert len(slides) == page.locator("[class*=st-key-card-]").count() + 1
    page.locator(".st-key-share-kind").get_by_text("Workbook (Excel)").click()
    expect(page.locator(".st-key-action-share-save")).to_have_count(0)  # not what is asked for now

    page.locator(".st-key-share-name input").fill("Monday board")
    page.locator(".st-key-share-saved-by input").fill("Kim")
    page.get_by_role("button", name="Save the view").click()
    address = (
        page.locator("[data-testid=stPopoverBody] code").filter(has_text="/v/").first.inner_text().strip()
    )
    other = open_page(locale="ja-JP")
    visit(other, address)
    assert labels(other) == labels(page) == ["HUB-04", "NCC-01"]
    expect(other.locator(".st-key-page-title")).to_contain_text("プログラム")
