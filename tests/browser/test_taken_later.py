"""Somebody presses for a file of a page that stands open since before their rule was changed."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.looking import PAINT_MS, visit
from tests.browser.serving import FIRSTDOSE, running

RULE = '[[rule]]\nwho = ["kim@forge.example"]\nrole = "viewer"\npartners = "*"\nprograms = {programs}\n'


def test_a_refused_file_is_told_in_words_on_the_page_drawn_anew_and_pressed_again_is_given(
    browser: Browser, own_lake: Path, tmp_path: Path
) -> None:
    rules, named = own_lake / "roles.toml", {"X-Forwarded-Email": "kim@forge.example"}
    rules.write_text(RULE.format(programs='"*"'), encoding="utf-8")
    more = {
        "FIRSTDOSE_LAKE": str(own_lake),
        "FIRSTDOSE_AUTH": "proxy",
        "FIRSTDOSE_PROXY_FROM": "127.0.0.1",
        "FIRSTDOSE_PROXY_ID": "X-Forwarded-Email",
    }
    with running((FIRSTDOSE, "serve", "--port", "0"), tmp_path / "server.log", more) as served:
        context = browser.new_context(base_url=served.url, extra_http_headers=named, locale="en-GB")
        context.set_default_timeout(PAINT_MS)
        page = context.new_page()
        visit(page, "/data?v=1")
        take = page.locator(".st-key-action-data-zip button")
        rules.write_text("# the same for everybody\n" + RULE.format(programs='"*"'), encoding="utf-8")
        with page.expect_download():
            take.click()
        rules.write_text(RULE.format(programs='["NCC-01"]'), encoding="utf-8")
        take.click()
        expect(page.get_by_test_id("stToast")).to_contain_text(
            "No file was given: What you may see has changed"
        )
        expect(page.locator(".st-key-page-title")).to_contain_text("the only program")
        with page.expect_download():
            take.click()
        context.close()
