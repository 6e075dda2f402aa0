"""The child that reads one file: limits first, then the work, then a report in JSON."""

import json
import resource
import signal
from pathlib import Path

from firstdose.intake.lean import without_pandas

_GIB = 1 << 30
_MEMORY = 3 * _GIB
_LARGEST_WRITTEN = 2 * _GIB


def limit(seconds: float) -> None:
    """Bound memory, processor time, files and core dumps of this process for good."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    bounds = {
        resource.RLIMIT_AS: _MEMORY,
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_FSIZE: _LARGEST_WRITTEN,
        resource.RLIMIT_NOFILE: 128,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in bounds.items():
        resource.setrlimit(what, (most, most))


def main(asked: str) -> None:
    """Stage the files that the request names; each answer is written as soon as its file is done."""
    request = json.loads(asked)
    limit(request["seconds"])
    without_pandas()
    from firstdose.intake.stage import stage  # after the limits: importing already uses them

    for file in request["files"]:
        report = stage(
            Path(file["path"]), file["name"], Path(file["target"]), file["encoding"], file["sheet"]
        )
        answer = Path(file["answer"])
        written = answer.with_suffix(".part")
        written.write_text(json.dumps(report.as_json()), encoding="utf-8")
        written.replace(answer)
