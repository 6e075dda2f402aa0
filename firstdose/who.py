"""Who asks: a person signed in, a partner's link, or the one user of a dashboard of their own."""

from dataclasses import dataclass
from typing import Literal

#: How it is known who asks; the words of the audit chain's ``auth_method``.
Method = Literal["local", "oidc", "proxy", "link"]

_LINK_TOLD = len("link:") + 6  # hex digits, enough to tell links apart in the audit chain; our convention


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever asks, as the audit chain names them.

    ``id`` is what roles are given to: an e-mail address or subject in small letters, the id of a partner
    link, or ``local``. ``groups`` are those the identity provider or the proxy tells.
    """

    id: str
    name: str
    method: Method
    groups: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """Name and id, as versions, drafts and files tell who made them: names alone are not unique.

        Of a partner link only the first digits: whoever has the whole id opens the link.
        """
        if self.method == "local":
            return ""
        told = self.id[:_LINK_TOLD] if self.method == "link" else self.id
        return f"{self.name[:60]} ({told})" if self.name and self.name != self.id else told


#: The one user of a dashboard that listens on this machine alone.
LOCAL = Who("local", "", "local")
