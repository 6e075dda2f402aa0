"""What ``firstdose doctor`` looks at besides the machine: how the server is set, signed and reached."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import duckdb

from firstdose import access_rules
from firstdose.errors import FirstdoseError, SettingsError
from firstdose.place import Place
from firstdose.settings import FILE, SWITCHES, settings
from firstdose.words import N_, _, ngettext


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, whether it is well, what was seen and what to do when it is not."""

    name: str
    ok: bool
    seen: str
    remedy: str = ""


_WAYS = {
    "local": N_("one user of this machine, nobody is asked"),
    "oidc": N_("sign-in at an OpenID provider"),
    "proxy": N_("a trusted proxy says who it is"),
}
#: Other settings with few values, and those values.
_FEW = {
    "FIRSTDOSE_DEMO": ("0", "1"),
    **dict.fromkeys(SWITCHES, ("0", "1")),
    "FIRSTDOSE_CHARTS": ("host", "streamlit"),
}


def setting() -> Finding:
    """The settings of sign-in fit together, and the others have a value that means something."""
    remedy = _("Look at the settings in docs/operating.md.")
    meant = _("{name}: “{said}” means nothing. Write {values}.")
    wrong = [
        meant.format(name=name, said=os.environ[name][:40], values=" / ".join(values))
        for name, values in _FEW.items()
        if name in os.environ and os.environ[name] not in values
    ]
    try:
        chosen = settings()
    except FirstdoseError as error:
        return Finding("settings", ok=False, seen="\n".join([str(error), *wrong]), remedy=remedy)
    if wrong:
        return Finding("settings", ok=False, seen="\n".join(wrong), remedy=remedy)
    seen = _(_WAYS[chosen.auth])
    if chosen.open_to_network:
        told = _("{seen}; open to the network: everybody who reaches the port may do everything")
        seen = told.format(seen=seen)
    return Finding("settings", ok=True, seen=seen)


def roles() -> Finding:
    """The rules file can be read, and says somebody's role where people sign in."""
    file = access_rules.path(Place.at().folder)
    remedy = _("Look at the rules in docs/operating.md, and check them with “firstdose roles check”.")
    try:
        rules, asks = access_rules.of_file(file), settings().signs_in
    except SettingsError:
        return Finding("roles", ok=True, seen=_("none"))  # told as a fault of the settings
    except FirstdoseError as error:
        return Finding("roles", ok=False, seen=str(error), remedy=remedy)
    said = ngettext("{n} rule", "{n} rules", len(rules)).format(n=len(rules)) if rules else _("none")
    return Finding("roles", ok=bool(rules) or not asks, seen=said, remedy=remedy)


def secrets() -> Finding:
    """What holds secrets is readable by its owner alone."""
    files = [Path(os.environ[FILE])] if os.environ.get(FILE) else []
    files += [Place.at().folder / "cookie.secret"]
    there = [file for file in files if file.is_file()]
    open_ = [str(file) for file in there if stat.S_IMODE(file.stat().st_mode) & 0o077]
    remedy = _("Others may read them: take their rights away (chmod 600).")
    seen = ", ".join(open_ or map(str, there)) or _("none")
    return Finding("secrets", not open_, seen, remedy)


def provider() -> Finding:
    """The OpenID provider answers, as the issuer that the settings name."""
    try:
        oidc = settings().oidc
    except FirstdoseError:
        oidc = None  # told as a fault of the settings
    if oidc is None:
        return Finding("provider", ok=True, seen=_("none"))
    import httpx2  # only where there is a provider

    remedy = _("Look at FIRSTDOSE_OIDC_ISSUER, and whether this machine reaches it.")
    try:
        answer = httpx2.get(f"{oidc.issuer}/.well-known/openid-configuration", timeout=10)
        told = answer.raise_for_status().json()
    except (httpx2.HTTPError, ValueError) as error:
        return Finding("provider", ok=False, seen=f"{oidc.issuer}: {error}"[:200], remedy=remedy)
    issuer = told.get("issuer", "") if isinstance(told, dict) else ""
    return Finding("provider", str(issuer).rstrip("/") == oidc.issuer, str(issuer)[:200], remedy)


def writable() -> Finding:
    """The store can be written by this user; looked at by writing and taking away an empty file."""
    folder = Place.at().folder
    if not folder.exists():
        return Finding("writing", ok=True, seen=_("the store is made at the first start"))
    probe = folder / f".doctor-{os.getpid()}"
    remedy = _("Give the user that runs firstdose the right to write to {folder}.").format(folder=folder)
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("writing", ok=False, seen=str(error.strerror), remedy=remedy)
    return Finding("writing", ok=True, seen=str(folder))


def signatures(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> str:
    """Extensions with their versions; empty unless the engine itself refuses unsigned ones."""
    allowed = connection.execute("select current_setting('allow_unsigned_extensions')").fetchone()
    if allowed is None or allowed[0]:
        return ""
    rows = connection.execute(
        "select extension_name, extension_version from duckdb_extensions() "
        "where loaded and list_contains($names, extension_name) order by 1",
        {"names": [*names, *(f"{name}_scanner" for name in names)]},
    ).fetchall()
    return ", ".join(f"{name} {version}" for name, version in rows) if len(rows) == len(names) else ""
