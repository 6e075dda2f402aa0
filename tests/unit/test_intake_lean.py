"""Commands and children that need no pandas do not wait for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firstdose import cli
from firstdose.intake.decode import _waiting as waiting_children
from firstdose.intake.decode import decode, prepare

READ = """
import sys
from firstdose.intake.worker import main
main(sys.stdin)
print([name for name in ("pandas", "numpy", "pyarrow.dataset") if name in sys.modules])
"""

WORK = """
import sys
from firstdose.cli import run
folder, by = sys.argv[1], ["--by", "one", "--why", "the first one"]
for words in (["check", folder], ["publish", folder, *by], ["versions"], ["diff", "1", "1"]):
    sys.argv[1:] = words
    try:
        run()
    except SystemExit as ended:
        assert not ended.code, words
print([name for name in ("pandas", "numpy", "pyarrow.dataset") if name in sys.modules])
"""


def test_the_child_that_reads_a_file_never_imports_pandas(tmp_path: Path) -> None:
    source = tmp_path / "partners.csv"
    source.write_text("partner_id,name\nP1,One\n", encoding="utf-8")
    file = {"path": str(source), "name": source.name, "how": {}}
    file |= {"target": str(tmp_path / "0.parquet"), "answer": str(tmp_path / "0.json")}
    asked = json.dumps({"files": [file], "seconds": 8})
    command = [sys.executable, "-c", READ]
    ran = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert json.loads((tmp_path / "0.json").read_text(encoding="utf-8"))["rows"] == 1


def test_a_child_started_early_reads_the_next_file_and_no_other(tmp_path: Path) -> None:
    source = tmp_path / "partners.csv"
    source.write_text("partner_id,name\nP1,One\n", encoding="utf-8")
    prepare()
    early = waiting_children[0]
    assert decode(source, tmp_path).rows == 1
    assert early.returncode == 0, "the waiting child was given the file"
    assert not waiting_children
    assert decode(source, tmp_path).rows == 1, "the next file starts its own"


def test_a_child_that_nobody_needs_ends_with_its_parent() -> None:
    prepare()
    early = waiting_children.popleft()
    assert early.stdin
    early.stdin.close()  # what the end of the parent does
    assert early.wait(20) == 0


def test_commands_around_files_do_without_what_makes_frames(tmp_path: Path) -> None:
    """Each of them in one process, since what is hidden from it must be missed by none."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "partners.csv").write_text(
        "partner_id,name,name_ja,role,country\nNCC,Centre,センター,academic centre,JP\n", encoding="utf-8"
    )
    settings = os.environ | {"FIRSTDOSE_LAKE": str(tmp_path / "lake")}
    command = [sys.executable, "-c", WORK, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=settings)
    assert ran.stdout.splitlines()[-1] == "[]", ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "started"),
    [
        pytest.param(["check", "folder"], 2, id="a folder"),
        pytest.param(["publish", "one.csv", "two.csv", "--by", "one"], 2, id="two files"),
        pytest.param(["check", "one.csv", "--as-of", "2026-11-20"], 1, id="one file"),
        pytest.param(["check", "nowhere.csv", "nothing.csv"], 1, id="files that are not there"),
        pytest.param(["versions", "folder"], 0, id="nothing is read"),
    ],
)
def test_as_many_children_start_with_a_command_as_it_will_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], started: int
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("partner_id\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["firstdose", *words])
    called: list[str] = []
    monkeypatch.setattr(cli, "prepare", lambda: called.append("child"))
    monkeypatch.setattr(cli, "without_pandas", lambda: None)
    monkeypatch.setattr(cli, "main", lambda: called.append("command"))
    cli.run()
    assert called == ["child"] * started + ["command"]


END = """
import atexit, sys
from firstdose import cli
cli.without_pandas = lambda: None
cli.prepare = lambda: None
atexit.register(print, "closed", file=sys.stderr)
cli.main = lambda: (print("all of it", end=""), print("and why", end="", file=sys.stderr), sys.exit({code}))
sys.argv[1:] = ["{word}"]
cli.command()
"""


@pytest.mark.parametrize(
    ("word", "code", "ended", "closed"),
    [
        pytest.param("check", "0", 0, False, id="well"),
        pytest.param("check", "1", 1, False, id="refused"),
        pytest.param("check", "'said'", 1, True, id="with words"),
        pytest.param("publish", "0", 0, True, id="something written"),
    ],
)
def test_a_command_that_only_looks_leaves_at_once_when_all_is_said(
    word: str, code: str, ended: int, closed: bool
) -> None:
    source = END.replace("{code}", code).replace("{word}", word)
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (ended, "all of it")
    assert ran.stderr.startswith("and why")
    assert ("closed" in ran.stderr) is closed
