"""Commands and children that need no pandas do not wait for it."""

import json
import subprocess
import sys
from pathlib import Path

from firstdose.intake.decode import _waiting as waiting_children
from firstdose.intake.decode import decode, prepare

READ = """
import sys
from firstdose.intake.worker import main
main(sys.stdin)
print([name for name in ("pandas", "pyarrow.dataset") if name in sys.modules])
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
    assert decode(source).rows == 1
    assert early.returncode == 0, "the waiting child was given the file"
    assert not waiting_children
    assert decode(source).rows == 1, "the next file starts its own"


def test_a_child_that_nobody_needs_ends_with_its_parent() -> None:
    prepare()
    early = waiting_children.popleft()
    assert early.stdin
    early.stdin.close()  # what the end of the parent does
    assert early.wait(20) == 0
