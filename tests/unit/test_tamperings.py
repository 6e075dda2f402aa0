"""Fifty ways to alter what is kept: `firstdose verify` finds each, and nothing is written on top of a cut."""

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from firstdose.audit import EMPTY, Chain
from firstdose.errors import IntegrityError
from firstdose.lake import Author, Lake, saved_views
from firstdose.lake.versions import seal
from tests.catalogue import catalogue, held, lose
from tests.scale import on_postgres
from tests.unit.test_lake import ME, parquet, partner

Lines = list[str]
MANY = [partner(f"P{n}", f"name {n}") for n in range(60)]  # so many that they lie in files


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions (one a restore), two originals, a name, two saved views of which one is retired."""
    folder = tmp_path_factory.mktemp("trust")
    lake = Lake.open(folder / "lake")
    for number, rows in enumerate((MANY[:40], MANY)):
        received = folder / f"{number}.csv"
        received.write_text(f"as received {number}")
        source = lake.place.keep_original(received)
        lake.publish({"partners": parquet(folder, "partners", rows)}, ME, sources=[source])
    lake.restore(1, ME)
    lake.name(2, "Board", ME)
    views = [
        saved_views.save(
            lake,
            name=name,
            note="n",
            page="pipeline",
            link="/pipeline?v=1",
            owner="me",
            shared=True,
            by="Kim",
        )
        for name in ("one", "two")
    ]
    saved_views.retire(lake, views[1], "Kim", "no longer needed")
    lake.note("export", Author("Kim", "for the board", date.min), "pipeline", file="x\u2028y.pptx")
    lake.verify()
    return lake.place.folder


def rehashed(lines: Lines) -> Lines:
    """The chain as somebody writes it who owns the machine: every hash and number fits again."""
    before, made = EMPTY, []
    for number, line in enumerate(lines, 1):
        event = json.loads(line) | {"seq": number, "prev_hash": before}
        del event["hash"]
        before = sha256(json.dumps(event, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        made.append(json.dumps(event | {"hash": before}, ensure_ascii=False, sort_keys=True))
    return made


def told(line: str, **changed: Any) -> str:
    return json.dumps(json.loads(line) | changed, ensure_ascii=False, sort_keys=True)


def at(n: int, change: Callable[[str], str]) -> Callable[[Lines], Lines]:
    return lambda lines: [
        change(line) if place == n % len(lines) else line for place, line in enumerate(lines)
    ]


def forged(change: Callable[[Lines], Lines]) -> Callable[[Lines], Lines]:
    return lambda lines: rehashed(change(lines))


CHAIN: dict[str, Callable[[Lines], Lines]] = {
    "who of the first line": at(0, lambda line: told(line, actor_id="Somebody")),
    "why of a middle line": at(2, lambda line: told(line, reason="another reason")),
    "when of the last line": at(-1, lambda line: told(line, ts_utc="2020-01-01T00:00:00.000Z")),
    "a second person added": at(1, lambda line: told(line, approved_by="Lee")),
    "the content told of a version": at(0, lambda line: told(line, contents="0" * 64)),
    "the digest told of an original": at(0, lambda line: told(line, source_sha256=[])),
    "a hash": at(3, lambda line: told(line, hash="0" * 64)),
    "the last hash": at(-1, lambda line: told(line, hash="f" * 64)),
    "a number": at(4, lambda line: told(line, seq=9)),
    "the hash of the line before": at(4, lambda line: told(line, prev_hash=EMPTY)),
    "a space, which means nothing": at(1, lambda line: line.replace(": ", ":  ", 1)),
    "a key said twice, of which the last counts": at(1, lambda line: '{"reason": "shown first", ' + line[1:]),
    "a letter written as its escape": at(2, lambda line: line.replace("state", "st\\u0061te", 1)),
    "a line that is no object": at(2, lambda _line: "[]"),
    "a line that is no JSON": at(2, lambda line: line[: len(line) // 2]),
    "bytes that are no text": at(2, lambda line: line.replace("month", "\udcff", 1)),
    "the first line gone": lambda lines: lines[1:],
    "a middle line gone": lambda lines: lines[:3] + lines[4:],
    "the last line gone": lambda lines: lines[:-1],
    "the last two lines gone": lambda lines: lines[:-2],
    "all after the last version gone": lambda lines: lines[:3],
    "the last version's line gone with all after it": lambda lines: lines[:2],
    "all but one line gone": lambda lines: lines[:1],
    "every line gone": lambda _lines: [],
    "half of the last line gone": at(-1, lambda line: line[:40]),
    "a line twice": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "the last line twice": lambda lines: [*lines, lines[-1]],
    "an empty line between": lambda lines: [*lines[:2], "", *lines[2:]],
    "two lines swapped": lambda lines: [lines[1], lines[0], *lines[2:]],
    "all lines in reverse": lambda lines: lines[::-1],
    "forged: who, in the first line": forged(at(0, lambda line: told(line, actor_id="Somebody"))),
    "forged: why, after the last version": forged(at(-1, lambda line: told(line, reason="another reason"))),
    "forged: a middle line gone": forged(lambda lines: lines[:4] + lines[5:]),
    "forged: a line added at the end": forged(lambda lines: [*lines, told(lines[-1], reason="never said")]),
    "forged: two lines after the last version swapped": forged(
        lambda lines: [*lines[:-2], lines[-1], lines[-2]]
    ),
    "forged: the original of the last publish not told": forged(
        at(1, lambda line: told(line, source_sha256=[]))
    ),
}


def view(lake: Path, ending: str) -> Path:
    return min(lake.glob(f"views/*{ending}"))


def row_of_version(lake: Path, number: int, *, resealed: bool = False, **changed: str) -> None:
    with catalogue(lake) as con:
        table = held(con, "seal")
        if not changed:
            con.execute(f"delete from {table} where version = ?", [number])
        for name, value in changed.items():
            con.execute(f"update {table} set {name} = ? where version = ?", [value, number])
    if resealed:
        version = next(one for one in Lake.open(lake).versions() if one.version == number)
        assert version.damaged, "a seal that was not made anew shows"
        row = [
            version.version,
            version.published_at.isoformat(timespec="milliseconds"),
            version.as_of,
            version.by,
            version.why,
            None,
            version.illustrative,
            json.dumps({table: dict(counts) for table, counts in version.tables.items()}),
            json.dumps(dict(version.contents)),
            version.audit_head,
            version.approved_by,
        ]
        row_of_version(lake, number, seal=seal(row))
        assert not any(one.damaged for one in Lake.open(lake).versions()), "forged as well as can be"


def name_of_version(lake: Path, statement: str) -> None:
    with catalogue(lake) as con:
        con.execute(statement.format(table=held(con, "named_by")))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    replace(path, bytes(content))


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def forge_view(lake: Path) -> None:
    record = json.loads(view(lake, ".json").read_text())
    (lake / "views" / f"{'0' * 32}.json").write_text(json.dumps(record | {"id": "0" * 32}))


def cut_with_its_head(lake: Path) -> None:
    audit = lake / "audit.jsonl"
    audit.write_text("\n".join(audit.read_text().split("\n")[:-2]) + "\n")
    (lake / "audit.head").unlink()


STORED: dict[str, Callable[[Path], object]] = {
    "the reason of a version": lambda lake: row_of_version(lake, 2, why="another reason"),
    "the day of a version, sealed anew": lambda lake: row_of_version(
        lake, 2, resealed=True, as_of="2020-01-01"
    ),
    "who published, sealed anew": lambda lake: row_of_version(
        lake, 3, resealed=True, published_by="Somebody"
    ),
    "the last version's row gone": lambda lake: row_of_version(lake, 3),
    "the whole catalogue gone": lose,
    "a name": lambda lake: name_of_version(lake, "update {table} set name = 'Final'"),
    "a name gone": lambda lake: name_of_version(lake, "delete from {table}"),
    "one bit of a stored file": lambda lake: flip(min(lake.glob("data/**/*.parquet"))),
    "a stored file gone": lambda lake: max(lake.glob("data/**/*.parquet")).unlink(),
    "one bit of an original": lambda lake: flip(min(lake.glob("originals/*"))),
    "an original gone": lambda lake: min(lake.glob("originals/*")).unlink(),
    "the link of a saved view": lambda lake: replace(
        view(lake, ".json"), view(lake, ".json").read_bytes().replace(b"/pipeline?v=1", b"/pipeline?v=2")
    ),
    "a retired view open again": lambda lake: view(lake, ".retired.json").unlink(),
    "a view nobody saved": forge_view,
    "the last line gone, and the head kept beside it": cut_with_its_head,
}


@pytest.fixture(scope="module")
def opened(kept: Path) -> Lake:
    """The lake, opened once: opening costs a second and the chain is read anew by every check."""
    return Lake.open(kept)


def altered(kept: Path, folder: Path) -> Path:
    return on_postgres.copied(kept, folder / "lake")


def tampered(lake: Path, change: Callable[[Lines], Lines]) -> None:
    audit = lake / "audit.jsonl"
    lines = change(audit.read_text(encoding="utf-8").split("\n")[:-1])
    audit.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))


def test_there_are_at_least_fifty_ways() -> None:
    assert len(CHAIN) + len(STORED) >= 50


@pytest.mark.parametrize("change", CHAIN.values(), ids=CHAIN)
def test_a_tampered_chain_is_found(opened: Lake, change: Callable[[Lines], Lines]) -> None:
    audit = opened.place.audit
    content = audit.read_bytes()
    tampered(opened.place.folder, change)
    try:
        assert audit.read_bytes() != content
        with pytest.raises(IntegrityError, match=r"audit chain|catalogue"):
            opened.verify()
    finally:
        audit.write_bytes(content)


@pytest.mark.parametrize("change", STORED.values(), ids=STORED)
def test_a_tampered_store_is_found(kept: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    lake = altered(kept, tmp_path)
    change(lake)
    with pytest.raises(IntegrityError):
        Lake.open(lake).verify()


def test_nothing_is_written_after_a_cut_that_it_would_hide(kept: Path, tmp_path: Path) -> None:
    lake = altered(kept, tmp_path)
    tampered(lake, lambda lines: lines[:-2])
    cut = (lake / "audit.jsonl").read_bytes()
    opened = Lake.open(lake)
    rows = {"partners": parquet(tmp_path, "partners", [partner("C")])}
    for write in (lambda: opened.note("export", ME, "pipeline"), lambda: opened.publish(rows, ME)):
        with pytest.raises(IntegrityError, match="cut off"):
            write()
    assert (lake / "audit.jsonl").read_bytes() == cut
    assert opened.newest() == 3


@pytest.mark.parametrize("written", [True, False])
def test_a_writer_killed_around_its_line_leaves_a_chain_that_fits(tmp_path: Path, *, written: bool) -> None:
    """Killed, both heads stand beside the chain: the one before the line and the one with it."""
    chain = Chain(tmp_path / "audit.jsonl")
    chain.append("export", actor="Kim", reason="r", object_id="1")
    before = chain.path.read_bytes(), chain.head()
    chain.append("export", actor="Kim", reason="r", object_id="2")
    (tmp_path / "audit.head").write_text(f"{before[1]}\n{chain.head()}\n")
    if not written:
        chain.path.write_bytes(before[0])
    assert len(chain.whole()) == 1 + written
    chain.append("export", actor="Kim", reason="r", object_id="3")
    assert (tmp_path / "audit.head").read_text().split() == [chain.head()]


def test_a_chain_of_before_the_kept_head_gets_one_with_its_next_line(tmp_path: Path) -> None:
    chain = Chain(tmp_path / "audit.jsonl")
    chain.append("export", actor="Kim", reason="r", object_id="1")
    old = json.loads(chain.path.read_text())
    del old["head_kept"]
    chain.path.write_text(rehashed([json.dumps(old)])[0] + "\n")
    (tmp_path / "audit.head").unlink()
    assert len(chain.whole()) == 1
    chain.append("export", actor="Kim", reason="r", object_id="2")
    (tmp_path / "audit.head").unlink()
    with pytest.raises(IntegrityError):
        chain.whole()
