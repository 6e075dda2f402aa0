"""Saving the mapping profiles of a lake: one for a header, each told in the audit chain, none lost.

A profile reads the files of everybody who brings its header, so who sees a part of the rows replaces none.
What is replaced is kept beside the files as received, under its SHA-256.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from firstdose.access import Denied
from firstdose.audit import Chain
from firstdose.errors import ProfileError
from firstdose.intake.profile import Profile, matching
from firstdose.intake.profile_files import load
from firstdose.intake.profile_files import save as save_into
from firstdose.lake import locking
from firstdose.lake.narrowed import NarrowedLake
from firstdose.lake.publish import Author
from firstdose.lake.store import Lake
from firstdose.words import _


def save(lake: Lake, profile: Profile, author: Author) -> None:
    """Let files with the header of a profile be read by it; nothing happens when they are already.

    ``ProfileError`` when another header has one of its name; ``Denied`` when it would replace one and the
    author sees a part of the lake; ``StoreError`` when the store cannot be written.
    """
    folder = lake.place.profiles
    with locking.writing(lake.place), lake.place.written():
        folder.mkdir(parents=True, exist_ok=True)
        found = _found(folder)
        replaced = [path for path, one in found.items() if one and matching(profile.header, [one])]
        if [found[path] for path in replaced] == [profile]:
            return
        if any(one and one.name == profile.name for path, one in found.items() if path not in replaced):
            said = _("Another mapping is called {name}: give this one a name of its own.")
            raise ProfileError(said.format(name=profile.name))
        if (target := folder / f"{profile.name}.yaml") in found and target not in replaced:
            replaced.append(target)  # what cannot be read lies there
        if replaced and isinstance(lake, NarrowedLake):
            raise _denied(lake, replaced[0].stem)
        kept = [lake.place.keep_original(path) for path in replaced]
        with TemporaryDirectory(prefix=".", dir=folder) as new:
            written = save_into(profile, Path(new))
            digest = hashlib.sha256(written.read_bytes()).hexdigest()
            chain = Chain(lake.place.audit)
            chain.set_torn_line_aside()
            chain.append(
                "profile_saved",
                object_id=profile.name,
                **author.told,
                file_sha256=digest,
                replaced_sha256=kept,
            )
            written.replace(target)
        for path in replaced:
            if path != target:
                path.unlink(missing_ok=True)


def _found(folder: Path) -> Mapping[Path, Profile | None]:
    """The files of a folder, each with its profile; none for a file that holds no profile."""
    found: dict[Path, Profile | None] = {}
    for path in sorted(folder.glob("*.yaml")):
        found[path] = None
        with contextlib.suppress(ProfileError):
            found[path] = load(path)
    return found


def _denied(lake: NarrowedLake, name: str) -> Denied:
    said = _(
        "Not allowed: the mapping “{name}” reads such files for everybody, and you may see {scope}. "
        "Copy the text of yours and ask a steward to save it."
    )
    return Denied(said.format(name=name, scope=lake.scope.in_words()))
