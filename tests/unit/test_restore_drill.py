"""The restore drill of docs/operating.md: the lake folder is copied, lost and put back, and all is there."""

import shutil
from pathlib import Path

from firstdose.audit import Chain
from firstdose.lake import Lake, saved_views
from tests.unit.test_lake import partner, publish, read


def test_a_lake_put_back_from_its_backup_holds_every_version_view_and_line_and_goes_on(
    tmp_path: Path,
) -> None:
    lake = Lake.open(tmp_path / "lake")
    publish(lake, tmp_path, partners=[partner("A", "before")])
    publish(lake, tmp_path, partners=[partner("A", "after"), partner("B")])
    view = saved_views.save(
        lake, name="Monday", note="", page="pipeline", link="/pipeline?v=1", owner="x", shared=True, by="Kim"
    )
    rows = [read(lake, "partners", number) for number in (1, 2)]
    lines = list(Chain(lake.place.audit).events())

    backup = shutil.copytree(lake.place.folder, tmp_path / "backup")
    publish(lake, tmp_path, partners=[partner("A", "never backed up"), partner("B")])
    shutil.rmtree(lake.place.folder)
    shutil.copytree(backup, lake.place.folder)

    again = Lake.open(lake.place.folder)
    again.verify()
    assert again.newest() == 2
    assert [read(again, "partners", number) for number in (1, 2)] == rows
    assert list(Chain(again.place.audit).events()) == lines
    assert saved_views.find(again, view.id) == view
    assert publish(again, tmp_path, partners=[partner("A", "after"), partner("B"), partner("D")]).version == 3
    again.verify()
