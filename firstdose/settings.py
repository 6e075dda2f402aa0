"""How this server knows who asks: the settings of sign-in, read once and judged as a whole.

``FIRSTDOSE_AUTH`` chooses one of three ways: ``local`` (one user, this machine only), ``oidc`` (sign-in at an
OpenID provider) and ``proxy`` (a reverse proxy says who it is). Each name of ``NAMES`` is an environment
variable with ``FIRSTDOSE_`` in front, or a line of the TOML file that ``FIRSTDOSE_SETTINGS`` names; the
environment wins. Without any of them nothing is read and pydantic is not imported: the local user waits for
nothing (0.23 s, measured).
"""

import os
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from firstdose.errors import SettingsError
from firstdose.words import _

Way = Literal["local", "oidc", "proxy"]
Network = IPv4Network | IPv6Network

#: What an operator may ask for besides, each 0 or 1: a second person, a reason for what is taken away.
SWITCHES = FOUR_EYES, EXPORT_REASON = "FIRSTDOSE_FOUR_EYES", "FIRSTDOSE_EXPORT_REASON"
PREFIX, FILE = "FIRSTDOSE_", "FIRSTDOSE_SETTINGS"
#: Every setting of sign-in, as it is called in the file.
NAMES = (
    "auth",
    "url",
    "idle_minutes",
    "session_hours",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_groups",
    "oidc_trust_email",
    "proxy_from",
    "proxy_id",
    "proxy_name",
    "proxy_groups",
    "proxy_sign_out",
    "open_to_network",
)


@dataclass(frozen=True, slots=True)
class Oidc:
    """An OpenID provider: its issuer, our name and secret there, the claim that holds a person's groups.

    ``trust_email`` where the provider tells no verified addresses, and nobody can choose their own.
    """

    issuer: str
    client_id: str
    client_secret: str
    groups: str
    trust_email: bool = False


@dataclass(frozen=True, slots=True)
class Proxy:
    """A trusted proxy: the networks it speaks from, and the headers (small letters) by which it says who."""

    networks: tuple[Network, ...]
    id: str
    name: str
    groups: str
    sign_out: str

    def speaks(self, address: str) -> bool:
        """Whether a connection from this address is the proxy's; it is what TCP says, never a header."""
        try:
            peer = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.networks)

    @property
    def headers(self) -> frozenset[str]:
        """The names of the headers that say who asks."""
        return frozenset(name for name in (self.id, self.name, self.groups) if name)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of sign-in, whole and without contradiction. Times are in seconds."""

    auth: Way = "local"
    url: str = ""
    idle: int = 30 * 60
    longest: int = 12 * 3600
    oidc: Oidc | None = None
    proxy: Proxy | None = None
    open_to_network: bool = False

    @property
    def signs_in(self) -> bool:
        """Whether anybody has to say who they are."""
        return self.auth != "local"

    @property
    def secure(self) -> bool:
        """Whether readers come by HTTPS, so that cookies may be kept to it."""
        return self.url.startswith("https://")


def given() -> bool:
    """Whether any setting of sign-in is said anywhere."""
    return FILE in os.environ or any(f"{PREFIX}{name.upper()}" in os.environ for name in NAMES)


@cache
def settings() -> Settings:
    """The settings of this process, read once. ``SettingsError`` names every fault with its remedy."""
    if not given():
        return Settings()
    from firstdose.settings_read import read  # pydantic: only for who has settings

    return read()


def is_on(name: str) -> bool:
    """Whether a switch of its own, outside of sign-in, is on; ``SettingsError`` for what is neither 0 nor 1.

    A switch that asks for more care must not be off because somebody wrote ``true``.
    """
    said = os.environ.get(name) or "0"
    if said not in ("0", "1"):
        meant = _("{name}: “{said}” means nothing. Write {values}.")
        raise SettingsError(meant.format(name=name, said=said[:40], values="0 / 1"))
    return said == "1"


def loopback(address: str) -> bool:
    """Whether only this machine reaches a network address."""
    try:
        return ip_network(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def may_listen(address: str) -> None:
    """Refuse to show everything to a network that nobody was asked about: ``SettingsError``."""
    chosen = settings()
    if chosen.signs_in or chosen.open_to_network or loopback(address):
        return
    raise SettingsError(
        _(
            "Nobody is asked who they are, so firstdose listens on this machine only, not on {address}. "
            "Set FIRSTDOSE_AUTH=oidc or proxy; or, where everybody who reaches the port may see, publish "
            "and restore everything, FIRSTDOSE_OPEN_TO_NETWORK=1."
        ).format(address=address)
    )
