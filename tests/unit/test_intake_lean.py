"""Commands and children that need no pandas do not wait for it."""

import json
import subprocess
import sys
from pathlib import Path

READ = """
import json, sys
from firstdose.intake.worker import main
main(sys.argv[1])
print("pandas" in sys.modules)
"""


def test_the_child_that_reads_a_file_never_imports_pandas(tmp_path: Path) -> None:
    source = tmp_path / "partners.csv"
    source.write_text("partner_id,name\nP1,One\n", encoding="utf-8")
    file = {"path": str(source), "name": source.name, "encoding": None, "sheet": None}
    file |= {"target": str(tmp_path / "0.parquet"), "answer": str(tmp_path / "0.json")}
    asked = json.dumps({"files": [file], "seconds": 8})
    ran = subprocess.run([sys.executable, "-c", READ, asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
    assert json.loads((tmp_path / "0.json").read_text(encoding="utf-8"))["rows"] == 1
