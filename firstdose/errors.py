"""The errors a reader of firstdose can meet, and the issues a file can have.

::

    FirstdoseError            every error whose words are meant for the reader
    ├── ViewError             a link or a filter asks for something that does not exist
    │   └── UnknownVersion    a data version that was never published
    ├── IntakeError           a file cannot be read or breaks its contract; carries every Issue
    ├── ProfileError          a mapping profile is not written as profiles are; says the place in it
    ├── PlanError             a plan cannot be computed: a loop, an unknown predecessor
    ├── PublishError          a publish is refused for a reason other than the files themselves
    ├── StoreError            the store cannot be reached, is full or read-only
    ├── SettingsError         the settings are half said or contradict each other; names every fault
    ├── NotSignedIn           nobody is signed in: nothing is read and nothing shown
    └── IntegrityError        stored bytes are not what was published
        └── DamagedVersion    those of one version, while others may be whole

Programmer errors stay assertions and ordinary exceptions.
"""

from dataclasses import dataclass
from typing import Any, Literal

from firstdose.words import _

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing found in one place of one file.

    ``template`` is a message in English with named placeholders, marked with ``N_`` where it is
    written, so that ``message`` speaks the language of whoever reads it, not of whoever made it.
    ``line`` is the row number a spreadsheet shows (header = 1); none when the whole file is meant.
    """

    code: str
    severity: Severity
    template: str
    values: tuple[tuple[str, str], ...] = ()
    file: str = ""
    line: int | None = None
    column: str | None = None
    value: str | None = None
    remedy: str = ""

    @property
    def place(self) -> str:
        """Where it is, in the reader's language: line and column as far as known, else the whole file."""
        parts = [_("line {n}").format(n=self.line)] if self.line is not None else []
        parts += [_("column {name}").format(name=self.column)] if self.column else []
        return ", ".join(parts) or _("the whole file")

    @property
    def wrong(self) -> str:
        """What is wrong, in the reader's language."""
        return _(self.template).format(**dict(self.values))

    @property
    def advice(self) -> str:
        """What to do about it, in the reader's language; empty when the message says it all."""
        return _(self.remedy).format(**dict(self.values))

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return f"{self.wrong} {self.advice}" if self.remedy else self.wrong

    def as_json(self) -> dict[str, Any]:
        """The issue as ``firstdose check`` prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


class FirstdoseError(Exception):
    """An error whose words are meant for the reader; ``code`` is stable across languages."""

    code = "error"


class ViewError(FirstdoseError):
    """A link or a filter asks for something that does not exist."""

    code = "view"


class UnknownVersion(ViewError):  # noqa: N818 (named after what is unknown; the tree above says it is an error)
    """A data version that was never published; ``newest`` is the one to offer instead (0 = none yet)."""

    code = "unknown-version"

    def __init__(self, message: str, newest: int = 0) -> None:
        super().__init__(message)
        self.newest = newest


class IntakeError(FirstdoseError):
    """A file cannot be read or breaks its contract; ``issues`` holds everything found."""

    code = "intake"

    def __init__(self, message: str, issues: tuple[Issue, ...]) -> None:
        super().__init__(message)
        self.issues = issues


class ProfileError(FirstdoseError):
    """A mapping profile is not written as profiles are; the message says the place and the remedy."""

    code = "profile"


class PlanError(FirstdoseError):
    """A plan cannot be computed; ``tasks`` names the tasks that stand in the way."""

    code = "plan"

    def __init__(self, message: str, tasks: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.tasks = tasks


class PublishError(FirstdoseError):
    """A publish is refused for a reason other than the files themselves."""

    code = "publish"


class StoreError(FirstdoseError):
    """The store cannot be reached, is full or read-only."""

    code = "store"


class SettingsError(FirstdoseError):
    """The settings are half said or contradict each other; the message names every fault and its remedy."""

    code = "settings"


class NotSignedIn(FirstdoseError):  # noqa: N818 (named after what is the case; the tree above says the rest)
    """Nobody is signed in, or no longer: nothing is read and nothing is shown."""

    code = "not-signed-in"


class IntegrityError(FirstdoseError):
    """Stored bytes are not what was published."""

    code = "integrity"


class DamagedVersion(IntegrityError):  # noqa: N818 (named after what is damaged; the tree above says the rest)
    """A data version whose stored bytes are not what was published; ``version`` is its number."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version
