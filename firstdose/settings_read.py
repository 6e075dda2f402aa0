"""Reading the settings of sign-in: environment and file through pydantic, then every fault at once."""

import os
import tomllib
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from firstdose.errors import SettingsError
from firstdose.settings import FILE, NAMES, PREFIX, Oidc, Proxy, Settings, Way, loopback
from firstdose.words import _

_WAYS: tuple[Way, ...] = ("local", "oidc", "proxy")
#: What each way cannot do without, and what only it may be told.
_NEEDED = {
    "oidc": ("url", "oidc_issuer", "oidc_client_id", "oidc_client_secret"),
    "proxy": ("proxy_from", "proxy_id"),
}
_OWN = {"oidc": "oidc_", "proxy": "proxy_"}
_YES, _NO = ("1", "true", "yes"), ("", "0", "false", "no")
_LONGEST_IDLE, _LONGEST_SESSION = 24 * 60, 7 * 24  # minutes, hours; our convention


class _Said(BaseSettings):
    """Every setting as it was written; the environment goes before the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, coerce_numbers_to_str=True, extra="forbid", str_strip_whitespace=True
    )
    auth: str = ""
    url: str = ""
    idle_minutes: str = ""
    session_hours: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_groups: str = ""
    oidc_trust_email: str = ""
    proxy_from: str = ""
    proxy_id: str = ""
    proxy_name: str = ""
    proxy_groups: str = ""
    proxy_sign_out: str = ""
    open_to_network: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the shape pydantic calls)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the one file."""
        named = os.environ.get(FILE)
        file = (TomlConfigSettingsSource(settings_cls, Path(named)),) if named else ()
        return (init_settings, env_settings, *file)


def read() -> Settings:
    """The settings of environment and file; ``SettingsError`` with every fault, each with its remedy."""
    faults = list(_file_faults())
    said = None
    if not faults:
        try:
            said = _Said()
        except ValidationError as error:
            faults += [_shape_fault(one) for one in error.errors()]
    if said is not None:
        faults += _faults(said)
    if said is None or faults:
        head = _("firstdose does not start, because its settings do not fit:")
        raise SettingsError("\n".join([head, *(f"- {fault}" for fault in faults)]))
    return _settings(said)


def _file_faults() -> Iterator[str]:
    """What stands in the way of reading the file."""
    named = os.environ.get(FILE)
    if not named:
        return
    try:
        with Path(named).open("rb") as file:
            tomllib.load(file)
    except OSError as error:
        yield _("{setting}: {file} cannot be read ({why}). Name a TOML file that firstdose may read.").format(
            setting=FILE, file=named, why=error.strerror
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield _('{file} is no TOML: {why}. Write lines such as auth = "oidc".').format(file=named, why=error)


def _shape_fault(error: Any) -> str:
    """A line of the file that is no setting, or whose value is no text."""
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return _("{name} is no setting. Known: {names}.").format(name=name, names=", ".join(NAMES))
    return _("{name}: write one value, as text in quotes or a number.").format(name=name)


def _env(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _faults(said: _Said) -> Iterator[str]:
    """Everything that is wrong, missing or contradicts."""
    way = said.auth or "local"
    if way not in _WAYS:
        yield _("FIRSTDOSE_AUTH: “{said}” is no way to sign in. Write local, oidc or proxy.").format(
            said=way[:40]
        )
        return
    for name in _NEEDED.get(way, ()):
        if not getattr(said, name):
            yield _("{name} is missing: FIRSTDOSE_AUTH={way} needs it.").format(name=_env(name), way=way)
    for other, prefix in _OWN.items():
        for name in NAMES:
            if other != way and name.startswith(prefix) and getattr(said, name):
                yield _(
                    "{name} is set, but FIRSTDOSE_AUTH is {way}: set FIRSTDOSE_AUTH={other}, or take it away."
                ).format(name=_env(name), way=way, other=other)
    if way != "local" and said.open_to_network.lower() not in _NO:
        yield _(
            "FIRSTDOSE_OPEN_TO_NETWORK asks for nobody's name, FIRSTDOSE_AUTH={way} for everybody's: "
            "take one of them away."
        ).format(way=way)
    yield from _value_faults(said)


def _value_faults(said: _Said) -> Iterator[str]:
    """Values that cannot be used, whatever the way."""
    for name in ("open_to_network", "oidc_trust_email"):
        if getattr(said, name).lower() not in (*_YES, *_NO):
            yield _("{name}: write 1 or 0.").format(name=_env(name))
    for name, most in (("idle_minutes", _LONGEST_IDLE), ("session_hours", _LONGEST_SESSION)):
        value = getattr(said, name)
        if value and not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
            yield _("{name}: “{said}” is no whole number from 1 to {most}.").format(
                name=_env(name), said=value[:40], most=most
            )
    for name in ("url", "oidc_issuer", "proxy_sign_out"):
        value = getattr(said, name)
        if value and not _address(value, path=name != "url"):
            yield _(
                "{name}: “{said}” is no address such as https://dash.example.org; plain http is for this "
                "machine only."
            ).format(name=_env(name), said=value[:80])
    for network in said.proxy_from.replace(",", " ").split():
        if not _network(network):
            yield _(
                "FIRSTDOSE_PROXY_FROM: “{said}” is no address or network such as 10.0.0.7 or 10.0.0.0/28."
            ).format(said=network[:60])
    headers = [getattr(said, name).lower() for name in ("proxy_id", "proxy_name", "proxy_groups")]
    for header in headers:
        if header and not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in header):
            yield _("“{said}” is no name of a header such as X-Forwarded-User.").format(said=header[:60])
        elif header in {"cookie", "host", "origin", "authorization"} or (
            header and headers.count(header) > 1
        ):
            yield _("The header {said} cannot say who asks: name one of its own for each.").format(
                said=header[:60]
            )


def _address(value: str, *, path: bool) -> bool:
    """Whether a value is an address without a person, a query or, but for ``path``, anything behind it."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username) and value.isprintable() and " " not in value
    here = parts.scheme == "https" or (parts.scheme == "http" and loopback(host))
    return plain and bool(host) and here and (path or parts.path in ("", "/"))


def _network(value: str) -> bool:
    try:
        return ip_network(value).prefixlen > 0  # the whole internet is no proxy
    except ValueError:
        return False


def _settings(said: _Said) -> Settings:
    way = next(way for way in _WAYS if way == (said.auth or "local"))
    oidc = Oidc(
        said.oidc_issuer.rstrip("/"),
        said.oidc_client_id,
        said.oidc_client_secret,
        said.oidc_groups or "groups",
        said.oidc_trust_email.lower() in _YES,
    )
    networks = tuple(ip_network(one) for one in said.proxy_from.replace(",", " ").split())
    names = (said.proxy_id.lower(), said.proxy_name.lower(), said.proxy_groups.lower())
    return Settings(
        auth=way,
        url=said.url.rstrip("/"),
        idle=int(said.idle_minutes or 30) * 60,
        longest=int(said.session_hours or 12) * 3600,
        oidc=oidc if way == "oidc" else None,
        proxy=Proxy(networks, *names, said.proxy_sign_out) if way == "proxy" else None,
        open_to_network=said.open_to_network.lower() in _YES,
    )
