"""A folder with a history: what an alliance published, one step after the other."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from firstdose.errors import PublishError
from firstdose.intake.paths import Decoded, decode_paths
from firstdose.intake.receive import receive
from firstdose.intake.scope import Scope
from firstdose.lake.publish import Author
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.publish import Published
    from firstdose.lake.store import Lake

_EVERYTHING = Scope(allow_removals=True)


def publish_history(folder: Path, lake: "Lake", on_top_of: int | None = None) -> "tuple[Published, ...]":
    """Publish ``history/NNN_YYYY-MM-DD/`` of a folder in order, marked illustrative.

    Each step holds only the files that changed, and ``version.yaml`` with by, why, as_of and name.
    ``on_top_of`` is the version that was the newest when it was decided; without it, the newest now.
    ``PublishError`` when a step does not say them; ``Overtaken`` when somebody else publishes meanwhile;
    ``IntakeError`` when a file breaks its contract.
    """
    steps = sorted(path for path in (folder / "history").iterdir() if path.is_dir())
    with TemporaryDirectory(prefix="firstdose-") as kept:
        decoded = decode_paths(steps, Path(kept))  # all at once: a child a step would take half the time
        done: list[Published] = []
        newest = lake.newest(now=True) if on_top_of is None else on_top_of
        for step in steps:
            done.append(_publish(step, lake, decoded, newest))
            newest = done[-1].version
        return tuple(done)


def _publish(step: Path, lake: "Lake", decoded: Decoded, newest: int) -> "Published":
    told: dict[str, Any] = yaml.safe_load((step / "version.yaml").read_text(encoding="utf-8"))
    try:
        day = told["as_of"]
        author = Author(
            by=told["by"],
            why=told["why"],
            as_of=day if isinstance(day, date) else date.fromisoformat(day),
            name=told.get("name"),
            illustrative=True,
        )
    except KeyError as error:
        raise PublishError(
            _("{file} does not say “{key}”.").format(file=step.name, key=error.args[0])
        ) from error
    existing = lake.existing()
    with receive(
        [step], existing=existing, scope=_EVERYTHING, as_of=author.as_of, decoded=decoded
    ) as checked:
        return lake.publish(checked.tables, author, _EVERYTHING, based_on=newest)
