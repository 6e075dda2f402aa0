"""Paths to staged tables: folders opened, files decoded in the layout that their profile says."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import MappingProxyType

from firstdose.errors import IntakeError
from firstdose.intake.decode import How, Source, decode_all
from firstdose.intake.profile import Profile, matching
from firstdose.intake.recognise import is_ours
from firstdose.intake.staged import Staged
from firstdose.words import _

Decoded = Mapping[Path, Staged | IntakeError]
ENDINGS = (".csv", ".tsv", ".parquet", ".xlsx")
_BESIDE = (".md", ".txt", ".yaml", ".yml", ".json")  # what may lie beside the tables and is no table
_LARGE = 8_000_000  # bytes; reading such a file takes as long as judging twenty small ones (measured)


def files_of(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files of paths, folders opened one level; and what lies in a folder and is no table."""
    files: list[Path] = []
    left_out: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for inside in sorted(path.iterdir()):
            ending = inside.suffix.lower()
            if inside.is_dir() or inside.name.startswith((".", "~$")) or ending in _BESIDE:
                continue
            (files if ending in ENDINGS else left_out).append(inside)
    return files, left_out


@contextmanager
def decoding(
    paths: Sequence[Path],
    folder: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    profiles: Sequence[Profile] = (),
) -> Iterator[Iterator[Decoded]]:
    """Decode files beside what the caller does; what they gave, in two parts when one of them is large.

    The others come first: they are read, and can be judged, while one child still reads the large ones.
    """
    large = [path for path in paths if path.is_file() and path.stat().st_size >= _LARGE]
    parts = [[path for path in paths if path not in large], large]
    parts = [part for part in parts if part]
    read = partial(decode_paths, encoding=encoding, sheet=sheet, profiles=profiles)
    with ThreadPoolExecutor(len(parts) or 1) as pool:
        began = []
        for at, part in enumerate(parts):
            own = folder / f"part{at}"
            own.mkdir()
            call = partial(read, part, own, children=2 if len(parts) == 1 else 1)
            began.append(pool.submit(copy_context().run, call))
        yield (one.result() for one in began)


def decode_paths(
    paths: Sequence[Path],
    folder: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    profiles: Sequence[Profile] = (),
    names: Mapping[Path, str] = MappingProxyType({}),
    children: int = 2,
) -> Decoded:
    """Decode the files of paths into a folder, folders opened one level; what each gave, by its path.

    ``names`` are those their owner gave them, where the paths have names of ours; so many ``children`` read.

    A file that is none of ours as it stands is read again in each layout that a profile says, until the
    header is the one of that profile.
    """
    files = files_of(paths)[0]
    sources = [Source(path, names.get(path, path.name)) for path in files]
    how = How(encoding, sheet, doubtful=bool(profiles))
    read = dict(zip(files, decode_all(sources, folder, how=how, children=children), strict=True))
    layouts = dict.fromkeys(profile.layout for profile in profiles if profile.layout.fixed)
    made = len(files)
    for path, source in zip(files, sources, strict=True):
        for layout in layouts if _strange(read[path], profiles) else ():
            said = How(
                layout.encoding or encoding, layout.sheet or sheet, layout.delimiter, layout.skip_lines, True
            )
            again = decode_all([source], folder, how=said, first=made)[0]
            made += 1
            fitting = [profile for profile in profiles if profile.layout == layout]
            if isinstance(again, Staged) and matching(again.header, fitting):
                read[path] = again
                break
    return {path: _settled(one, profiles) for path, one in read.items()}


def _strange(read: Staged | IntakeError, profiles: Sequence[Profile]) -> bool:
    """Whether a file as it was read is neither one of ours nor one that a profile knows."""
    if isinstance(read, IntakeError):
        return True
    return matching(read.header, profiles) is None and not is_ours(read.header)


def _settled(read: Staged | IntakeError, profiles: Sequence[Profile]) -> Staged | IntakeError:
    """A file with a doubt that no profile settles is refused, as it is without profiles."""
    if isinstance(read, IntakeError) or matching(read.header, profiles):
        return read
    if any(issue.severity == "error" for issue in read.issues):
        return IntakeError(_("{file} cannot be read.").format(file=read.name), read.issues)
    return read
