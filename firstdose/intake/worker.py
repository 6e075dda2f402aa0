"""The child that reads one file: limits first, then the work, then a report in JSON."""

import json
import resource
import signal
from pathlib import Path
from typing import TextIO

from firstdose.intake.lean import without_pandas

_GIB = 1 << 30
_MEMORY = 3 * _GIB
_LARGEST_WRITTEN = 2 * _GIB


def limit() -> None:
    """Bound memory, files and core dumps of this process for good."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    bounds = {
        resource.RLIMIT_AS: _MEMORY,
        resource.RLIMIT_FSIZE: _LARGEST_WRITTEN,
        resource.RLIMIT_NOFILE: 128,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in bounds.items():
        resource.setrlimit(what, (most, most))


def limit_time(seconds: float) -> None:
    """Bound the processor time of this process for good, that of its start included."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))


def main(requests: TextIO) -> None:
    """Stage the files that one request names; each answer is written as soon as its file is done.

    The request comes when there is something to read: a child may be started early and wait for it. It ends
    with the stream; an empty one means that nobody needs this child.
    """
    limit()
    without_pandas()
    from firstdose.intake.stage import stage  # after the limits: importing already uses them

    asked = requests.read()
    if not asked:
        return
    request = json.loads(asked)
    limit_time(request["seconds"])
    for file in request["files"]:
        report = stage(Path(file["path"]), file["name"], Path(file["target"]), **file["how"])
        answer = Path(file["answer"])
        written = answer.with_suffix(".part")
        written.write_text(json.dumps(report.as_json()), encoding="utf-8")
        written.replace(answer)
