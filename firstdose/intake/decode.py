"""From bytes to staged text: one file, parsed in a child process with limits.

Parsing hostile bytes may end in anything; the server must not notice. The child gets a bounded share of
memory, processor and wall time, writes Parquet of its own making and a report in JSON, and both are judged
again here. Limits were tried on nested, bombed and mutated files.
"""

import json
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from firstdose.errors import IntakeError, Issue
from firstdose.intake.staged import Staged
from firstdose.words import N_, _

LARGEST_BYTES = 210 * 1024 * 1024
_SECONDS = 8.0  # for a small file; one more second per 5 MB
_BYTES_PER_SECOND = 5_000_000
# The bound above is processor time, which the child holds itself to; on a busy machine that much work takes
# longer, and no file is to blame for it (measured: 2 cores under a load of 30, every small file "too slow").
_PATIENCE = 4
#: Children at work at once in this process; whoever comes later waits for a place, at the least two.
PLACES = max(2, os.cpu_count() or 2)
_places = BoundedSemaphore(PLACES)
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: where it lies, and what its owner calls it (shown, never used as a path)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class How:
    """How files are read where that is said from outside; whatever is not said is found out.

    With ``doubtful`` a column of numbers written two ways does not refuse a file: its issue stays an error,
    for somebody who knows the decimal mark.
    """

    encoding: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    skip_lines: int = 0
    doubtful: bool = False


def decode(path: Path, folder: Path, *, encoding: str | None = None, sheet: str | None = None) -> Staged:
    """Stage one file as text into ``folder``; ``IntakeError`` with every issue when it cannot be read."""
    read = decode_all([Source(path, path.name)], folder, encoding=encoding, sheet=sheet)[0]
    if isinstance(read, IntakeError):
        raise read
    return read


def decode_all(
    sources: Sequence[Source],
    folder: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    how: How | None = None,
    first: int = 0,
    children: int = 2,
) -> list[Staged | IntakeError]:
    """Stage files as text into ``folder``, ``children`` side by side; one answer per file, in their order.

    A child reads several files, since starting one costs more than most files do. When it dies, the files
    it had not finished are read again one by one, so that only the one at fault is refused. What is written
    into the folder is numbered from ``first``.
    """
    asked: list[_Asked] = []
    answers: dict[int, Staged | IntakeError] = {}
    how = how or How(encoding, sheet)
    for at, source in enumerate(sources, first):
        try:
            asked.append(_asked(at, source, folder, how))
        except IntakeError as error:
            answers[at] = error
    shares: list[list[_Asked]] = [[] for _child in range(children)]
    for one in sorted(asked, key=lambda one: -one.size):
        min(shares, key=lambda share: sum(other.size + _SMALL for other in share)).append(one)
    with ThreadPoolExecutor(max_workers=len(shares)) as pool:
        for done in pool.map(_share, [share for share in shares if share]):
            answers |= done
    return [answers[at] for at in range(first, first + len(sources))]


_AGAIN = N_("Save it again from the program it came from, or send it as CSV.")
_SMALL = 50_000  # bytes that reading any file is worth at the least, for sharing the work


@dataclass(frozen=True, slots=True)
class _Asked:
    """One file as a child is asked to read it."""

    at: int
    source: Source
    name: str
    size: int
    target: Path
    request: dict[str, Any]

    @property
    def answer(self) -> Path:
        return self.target.with_suffix(".json")

    @property
    def seconds(self) -> float:
        return _SECONDS + self.size / _BYTES_PER_SECOND


def _asked(at: int, source: Source, folder: Path, how: How) -> _Asked:
    """The request for one file; ``IntakeError`` when it cannot be opened or is too large."""
    shown = _shown(source.name)
    try:
        with source.path.open("rb"):
            size = source.path.stat().st_size
    except OSError as error:
        template = N_("The file cannot be opened: {why}.")
        remedy = N_("Is it there, and may you read it?")
        raise _refused(shown, "unreadable", template, remedy, why=error.strerror or "") from error
    if size > LARGEST_BYTES:
        template, remedy = N_("The file has more than {n} MB."), N_("Split it into several files.")
        raise _refused(shown, "too-large", template, remedy, n=str(LARGEST_BYTES >> 20))
    target = folder / f"{at}.parquet"
    request = {
        "path": str(source.path.resolve()),
        "name": shown,
        "target": str(target),
        "answer": str(target.with_suffix(".json")),
        "how": asdict(how),
    }
    return _Asked(at, source, shown, size, target, request)


def _share(asked: list[_Asked]) -> dict[int, Staged | IntakeError]:
    """Read files in one child; those it left unfinished again, each in a child of its own."""
    died = _child(asked)
    answers = {one.at: _answer(one) for one in asked if one.answer.is_file()}
    left = [one for one in asked if one.at not in answers]
    if died and len(asked) == 1:
        return {asked[0].at: died}
    for one in left:
        answers |= _share([one])
    return answers


def _answer(asked: _Asked) -> Staged | IntakeError:
    """What the child found in one file."""
    report: dict[str, Any] = json.loads(asked.answer.read_text(encoding="utf-8"))
    issues = tuple(_issue(raw, asked.name) for raw in report["issues"])
    if not report["ok"]:
        return IntakeError(_("{file} cannot be read.").format(file=asked.name), issues)
    return Staged(
        name=asked.name,
        path=asked.source.path,
        encoding=report["encoding"],
        delimiter=report["delimiter"],
        sheet=report["sheet"],
        header=tuple(report["header"]),
        rows=int(report["rows"]),
        parquet=asked.target,
        issues=issues,
        notes=tuple(report["notes"]),
    )


def _shown(name: str) -> str:
    """A file name fit to be shown: its last part, without control characters, cut to 120 characters."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", name.replace("\\", "/").rsplit("/", 1)[-1])[:120] or "file"


def _child(asked: list[_Asked]) -> IntakeError | None:
    """Give files to a child; an error when it did not end well, told of the last file."""
    seconds = sum(one.seconds for one in asked)
    request = json.dumps({"files": [one.request for one in asked], "seconds": seconds})
    name = asked[-1].name
    with _places, _ready() as child:
        try:
            child.communicate(request.encode(), timeout=seconds * _PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            template = N_("Reading the file took more than {n} seconds; it was stopped.")
            return _refused(name, "too-slow", template, _AGAIN, n=str(int(seconds * _PATIENCE)))
    if child.returncode == 0:
        return None
    template = N_("The file could not be read within its limits; it is damaged or built to break readers.")
    return _refused(name, "child-died", template, _AGAIN)


# every answer is written at the end: giving back what was read takes 0.03 s for which the caller waits
_START = """
import os, sys
sys.path.append(sys.argv[1])
from firstdose.intake.worker import main
main(sys.stdin)
os._exit(0)
"""
_waiting: deque["subprocess.Popen[bytes]"] = deque()


def prepare() -> None:
    """Start a child that the next read will use: it imports while the caller does other things.

    When nothing is read, it ends with this process.
    """
    _waiting.append(_started())


def _ready() -> "subprocess.Popen[bytes]":
    try:
        return _waiting.popleft()
    except IndexError:
        return _started()


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 (our own interpreter and code; files are only named to it)
        [sys.executable, "-I", "-c", _START, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """What the child may know of our environment: nothing but where temporary files go."""
    kept = ("PATH", "TMPDIR", "LANG", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    return {key: os.environ[key] for key in kept if key in os.environ}


def _issue(raw: dict[str, Any], file: str) -> Issue:
    values = tuple((str(key), str(value)) for key, value in raw["values"])
    return Issue(
        code=raw["code"],
        severity=raw["severity"],
        template=raw["template"],
        values=values,
        file=file,
        line=raw["line"],
        column=raw["column"],
        value=raw["value"],
        remedy=raw["remedy"],
    )


def _refused(file: str, code: str, template: str, remedy: str, **values: str) -> IntakeError:
    issue = Issue(code, "error", template, tuple(values.items()), file=file, remedy=remedy)
    return IntakeError(issue.message, (issue,))
