"""Many who bring files at once: all are answered, and only so many children work at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import pytest

from firstdose.intake import decode
from firstdose.intake.decode import Source, decode_all
from firstdose.intake.staged import Staged

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_twenty_files_at_once_are_all_read_by_a_bounded_number_of_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard, at_work, seen = Lock(), 0, []
    start = decode._ready

    @contextmanager
    def counted() -> "Iterator[object]":
        nonlocal at_work
        with guard:
            at_work += 1
            seen.append(at_work)
        try:
            with start() as child:
                yield child
        finally:
            with guard:
                at_work -= 1

    monkeypatch.setattr(decode, "_ready", counted)

    def read(number: int) -> Staged | Exception:
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "partners.csv").write_text(f"partner_id,name\nP{number},Site {number}\n", encoding="utf-8")
        return decode_all([Source(folder / "partners.csv", "partners.csv")], folder)[0]

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(read, range(20)))
    assert [answer.rows for answer in answers if isinstance(answer, Staged)] == [1] * 20
    assert len(seen) == 20
    assert max(seen) == decode.PLACES < 20
