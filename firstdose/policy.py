"""The security headers of every answer: what a page may load, and who may show it in a frame."""

import base64
import hashlib
import os
import re
from functools import cache

from firstdose import assets
from firstdose.errors import FirstdoseError
from firstdose.words import _

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def content_security_policy() -> str:
    """The policy that allows the dashboard itself and nothing from outside.

    The page carries inline scripts, Streamlit's and ours; each is allowed by the hash of its text, computed
    from the page as it is served so that an update of Streamlit cannot leave it stale.
    """
    inline = _INLINE_SCRIPT.findall(assets.index())
    digests = (hashlib.sha256(text.encode()).digest() for text in inline)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",  # Streamlit and plotly write style attributes
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors()}",
        ]
    )


def frame_ancestors() -> str:
    """Who may show a page in a frame: nobody, or the origins that ``FIRSTDOSE_FRAME_ANCESTORS`` names.

    Raises FirstdoseError for anything but origins and ``'self'``: a setting must not open more than it says.
    """
    named = os.environ.get("FIRSTDOSE_FRAME_ANCESTORS", "").split()
    for origin in named:
        if origin != "'self'" and not _ORIGIN.fullmatch(origin):
            raise FirstdoseError(
                _(
                    "FIRSTDOSE_FRAME_ANCESTORS: “{origin}” is no origin such as https://intranet.example.org."
                ).format(origin=origin[:80])
            )
    return " ".join(named) or "'none'"


def security_headers() -> tuple[tuple[bytes, bytes], ...]:
    """The headers every HTTP answer carries."""
    return (
        (b"content-security-policy", content_security_policy().encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    )
