"""A data steward brings files, mends what is wrong, sees what would change, publishes, and takes it back."""

import csv
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Error, FileChooser, Page, expect

from firstdose.audit import Chain
from firstdose.lake import Lake
from tests.browser.looking import painted
from tests.browser.looking import visit as visit_any
from tests.browser.serving import Served

ROOT = Path(__file__).resolve().parents[2]
UPLOAD = ".st-key-card-data-desk input[type=file]"


def tasks(change: dict[str, str], encoding: str) -> bytes:
    """The demo's tasks with some cells of the first task changed."""
    rows = list(csv.DictReader(io.StringIO((ROOT / "data" / "tasks.csv").read_text(encoding="utf-8"))))
    rows[0] |= change
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def bring(page: Page, name: str, content: bytes) -> None:
    page.locator(UPLOAD).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.locator(".st-key-table-desk-files")).to_contain_text(name)
    painted(page)


def chosen_by_keyboard(page: Page) -> FileChooser:
    """The file chooser that Enter on the uploader's button opens.

    A reader whose key went astray presses again: on a slow machine the page may be drawn anew between the
    button's focus and the key.
    """
    button = page.locator(".st-key-card-data-desk [data-testid=stFileUploader] button").first
    for _press in range(5):
        button.focus()
        try:
            with page.expect_file_chooser(timeout=5_000) as chooser:
                page.keyboard.press("Enter")
        except Error:
            painted(page)
        else:
            return chooser.value
    pytest.fail("Enter on the uploader's button opens no file chooser")


def test_the_whole_way_with_a_japanese_excel_file(
    open_page: Callable[..., Page], own: Served, own_lake: Path
) -> None:
    page = open_page()
    visit_any(page, f"{own.url}/data")
    bring(
        page, "作業 tasks.csv", tasks({"name_ja": "新しい作業名", "forecast_finish": "2026-13-01"}, "cp932")
    )
    issues = page.locator(".st-key-table-desk-issues")
    expect(issues).to_contain_text("2026-13-01")
    expect(issues).to_contain_text("YYYY-MM-DD")
    expect(page.locator(".st-key-action-desk-publish")).to_have_count(0)

    with page.expect_download() as taken:
        page.locator(".st-key-action-desk-issues-csv button").click()
    assert "2026-13-01" in taken.value.path().read_text(encoding="utf-8-sig")
    with page.expect_download() as taken:
        page.locator(".st-key-action-desk-marked-1 button").click()
    marked = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    assert any(cell.comment for row in marked.worksheets[1].iter_rows(max_row=2) for cell in row)

    page.reload(wait_until="domcontentloaded")
    painted(page)
    expect(page.locator(".st-key-table-desk-files")).to_contain_text("作業 tasks.csv")
    page.locator(".st-key-desk-file-1 summary").click()
    expect(page.locator(".st-key-action-desk-out-1 button")).to_be_visible()
    painted(page)
    page.locator(".st-key-action-desk-out-1 button").click()
    expect(page.locator(".st-key-table-desk-files")).to_have_count(0)
    painted(page)

    bring(page, "tasks.csv", tasks({"name_ja": "新しい作業名", "forecast_finish": "2027-03-01"}, "cp932"))
    expect(page.locator(".st-key-table-desk-changes")).to_contain_text("新しい作業名")
    expect(page.locator(".st-key-table-desk-changes")).to_contain_text("2027-03-01")
    newest = Lake.open(own_lake).newest()
    page.locator(".st-key-desk-who input").fill("Aiko")
    page.locator(".st-key-desk-why input").fill("short")
    page.locator(".st-key-action-desk-publish button").click()
    expect(page.locator(".st-key-card-data-desk [data-testid=stAlert]")).to_contain_text("10 characters")
    assert Lake.open(own_lake).newest() == newest, "refused: nothing was published"
    page.locator(".st-key-desk-why input").fill("weekly plan of the partner")
    page.locator(".st-key-action-desk-publish button").click()
    alerts = page.locator(
        ".st-key-card-data-desk [data-testid=stAlert]"
    )  # the old one may stand a moment longer
    expect(alerts.filter(has_text=f"Published version {newest + 1}.").first).to_be_visible()
    painted(page)
    expect(page.locator(".st-key-data-chip")).to_contain_text(f"v{newest + 1}")
    lake = Lake.open(own_lake)
    changed = {(cell.column, cell.new) for cell in lake.changes(newest, newest + 1)["tasks"].changed}
    assert changed == {("name_ja", "新しい作業名"), ("forecast_finish", "2027-03-01")}
    assert lake.version(newest + 1).by == "Aiko"
    assert not list((own_lake / "drafts").glob("*/draft.json")), "a published draft is done with"

    page.get_by_role("link", name="See every change in words").click()
    changes = page.locator(".st-key-table-changes-lines")
    expect(changes).to_contain_text("1 Mar 2027")
    expect(page.get_by_test_id("stMain")).to_contain_text(f"v{newest} → v{newest + 1}")
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.locator(".st-key-card-data-history")).to_be_visible()
    painted(page)
    page.locator(".st-key-history-version input").click()
    page.get_by_role("option", name=re.compile(rf"v{newest}\b")).click()
    expect(page.locator(".st-key-action-data-zip")).to_contain_text(f"v{newest} ")
    painted(page)
    page.locator(".st-key-action-data-restore button").first.click()
    page.locator(".st-key-history-by-restore input").fill("Aiko")
    page.locator(".st-key-history-why-restore input").fill("sent a week too early")
    page.locator(".st-key-history-do-restore button").click()
    expect(page.locator(".st-key-card-data-history")).to_contain_text(f"the content of version {newest}.")
    expect(page.locator(".st-key-data-chip")).to_contain_text(f"v{newest + 2}")
    lake = Lake.open(own_lake)
    assert lake.changes(newest, newest + 2) == {}
    assert lake.version(newest + 2).why == "sent a week too early"


def test_a_file_is_brought_published_and_taken_back_by_keyboard_alone(
    open_page: Callable[..., Page], own: Served, own_lake: Path
) -> None:
    page = open_page()
    visit_any(page, f"{own.url}/data")
    newest = Lake.open(own_lake).newest()
    content = tasks({"name": "A task by keyboard"}, "utf-8")
    chooser = chosen_by_keyboard(page)
    chooser.set_files({"name": "tasks.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.locator(".st-key-table-desk-changes")).to_contain_text("A task by keyboard")
    painted(page)
    page.locator(".st-key-desk-who input").focus()
    page.keyboard.type("Kenji")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("weekly plan of the partner")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-data-chip")).to_contain_text(f"v{newest + 1}")
    expect(page.get_by_test_id("stAlert").first).to_contain_text(f"Published version {newest + 1}.")
    assert Lake.open(own_lake).version(newest + 1).by == "Kenji"

    painted(page)
    page.locator(".st-key-history-version input").focus()
    page.keyboard.type(f"v{newest} ")
    expect(page.get_by_role("option").first).to_contain_text(f"v{newest} ")  # the best match, chosen by Enter
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-action-data-zip")).to_contain_text(f"v{newest} ")
    painted(page)
    page.locator(".st-key-action-data-restore button").first.focus()
    page.keyboard.press("Enter")
    who = page.locator(".st-key-history-by-restore input")
    expect(who).to_have_value("Kenji")  # said once in this session
    who.focus()
    page.keyboard.press("Tab")
    page.keyboard.type("sent a week too early")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-data-chip")).to_contain_text(f"v{newest + 2}")
    lake = Lake.open(own_lake)
    assert lake.changes(newest, newest + 2) == {}
    assert lake.version(newest + 2).by == "Kenji"
    told = [event for event in Chain(lake.place.audit).whole() if event["action"] == "upload"]
    assert told[-1]["source_file"] == "tasks.csv"
    assert told[-1]["file_sha256"] == hashlib.sha256(content).hexdigest()


def test_a_draft_is_seen_in_a_second_tab_and_by_no_other_reader(
    open_page: Callable[..., Page], own: Served
) -> None:
    page = open_page()
    visit_any(page, f"{own.url}/data")
    bring(page, "tasks.csv", tasks({"name": "Mine"}, "utf-8"))
    tab = page.context.new_page()
    visit_any(tab, f"{own.url}/data")
    expect(tab.locator(".st-key-table-desk-files")).to_contain_text("tasks.csv")
    stranger = open_page()
    visit_any(stranger, f"{own.url}/data")
    expect(stranger.locator(".st-key-card-data-desk")).to_be_visible()
    expect(stranger.locator(".st-key-table-desk-files")).to_have_count(0)
