"""Where mapping profiles are kept: as YAML that ``profile_text`` reads, one file each, in one folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from firstdose.errors import Issue, ProfileError
from firstdose.intake.profile import Output, Profile, Way
from firstdose.intake.profile_text import DELIMITERS, LARGEST_BYTES, TOO_LARGE, read
from firstdose.words import N_, _


@dataclass(frozen=True, slots=True)
class Saved:
    """The profiles of a folder, by name, and a warning for every file there that is none."""

    profiles: tuple[Profile, ...] = ()
    set_aside: tuple[Issue, ...] = ()


def load(path: Path) -> Profile:
    """The profile of a file; ``ProfileError`` with the place and the remedy when it is none."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ProfileError(_(TOO_LARGE).format(n=LARGEST_BYTES // 1024))
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(_("The profile {file} cannot be read.").format(file=path.name)) from error
    return read(text)


def saved(folder: Path) -> Saved:
    """Every profile of a folder; a file that is none is set aside with a warning, the others go on."""
    found, set_aside = [], []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            found.append(load(path))
        except ProfileError as error:
            set_aside.append(_set_aside(path.name, str(error)))
    return Saved(tuple(found), tuple(set_aside))


def _set_aside(file: str, why: str) -> Issue:
    template = N_("The mapping profile {file} is set aside: {why}")
    remedy = N_(
        "Mend it in the folder profiles of the store, or take it out; "
        "files with its header are not known until then."
    )
    return Issue(
        "profile-set-aside", "warning", template, (("file", file), ("why", why)), file=file, remedy=remedy
    )


def save(profile: Profile, folder: Path) -> Path:
    """Write a profile into a folder under its own name, whole or not at all; where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    read(write(profile))  # what is saved can be read again
    path = folder / f"{profile.name}.yaml"
    written = path.with_suffix(".part")
    written.write_text(write(profile), encoding="utf-8")
    written.replace(path)
    return path


def write(profile: Profile) -> str:
    """A profile as YAML that ``read`` gives back."""
    layout = profile.layout
    names = {sign: name for name, sign in DELIMITERS.items()}
    reading = {
        "skip_lines": layout.skip_lines or None,
        "skip_below_header": layout.skip_below_header or None,
        "encoding": layout.encoding,
        "delimiter": names[layout.delimiter] if layout.delimiter else None,
        "sheet": layout.sheet,
    }
    told: dict[str, Any] = {"profile": profile.name, "for": list(profile.header)}
    if reading := _filled(reading):
        told["reading"] = reading
    told["outputs"] = [_output_told(output) for output in profile.outputs]
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _output_told(output: Output) -> dict[str, Any]:
    told: dict[str, Any] = {"table": output.table}
    if output.where:
        told["where"] = [
            {"column": one.column, "is_not" if one.exclude else "is": list(one.values)}
            for one in output.where
        ]
    told["columns"] = {name: _way_told(way) for name, way in output.columns}
    if output.unpivot:
        unpivot = output.unpivot
        told["unpivot"] = {"name": unpivot.name, "value": unpivot.value, "columns": dict(unpivot.columns)}
    return told


def _way_told(way: Way) -> str | dict[str, Any]:
    if len(way.columns) == 1 and way == Way(way.columns):
        return way.columns[0]
    source: str | list[str] | None = list(way.columns) or None
    if len(way.columns) == 1:
        source = way.columns[0]
    return _filled(
        {
            "from": source,
            "join": way.join if len(way.columns) > 1 else None,
            "constant": way.constant,
            "values": dict(way.values) or None,
            "otherwise": way.otherwise if way.values and way.otherwise != "refuse" else None,
            "dates": way.dates,
            "pattern": way.pattern,
            "decimal": way.decimal,
            "factor": way.factor,
        }
    )
