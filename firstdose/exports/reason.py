"""Why something is taken away or shared: asked for only where the operator's setting says so."""

from firstdose.errors import FirstdoseError
from firstdose.lake.publish import too_short
from firstdose.settings import EXPORT_REASON, is_on
from firstdose.words import _, ngettext

SETTING = EXPORT_REASON
UNNAMED = "unnamed"  # who brings or takes something away and has said no name


def asked() -> bool:
    """Whether nothing leaves without a reason; ``SettingsError`` when the setting says neither yes nor no."""
    return is_on(SETTING)


def lacks(why: str) -> bool:
    """Whether a reason is asked for and this is none."""
    return asked() and too_short(why) > 0


def judge(why: str) -> None:
    """Refuse an export without a reason that means much, where one is asked for: ``FirstdoseError``."""
    least = too_short(why) if asked() else 0
    if least:
        said = ngettext(
            "Say in at least {n} character why this is taken away: it stands in the file and in the audit "
            "chain.",
            "Say in at least {n} characters why this is taken away: it stands in the file and in the audit "
            "chain.",
            least,
        )
        raise FirstdoseError(said.format(n=least))


def judge_shared(why: str) -> None:
    """Refuse a partner link without such a reason, where one is asked for: ``FirstdoseError``."""
    least = too_short(why) if asked() else 0
    if least:
        said = ngettext(
            "Say in at least {n} character why this is shared: it stands in the audit chain.",
            "Say in at least {n} characters why this is shared: it stands in the audit chain.",
            least,
        )
        raise FirstdoseError(said.format(n=least))


def told(page: str, why: str) -> str:
    """The reason as the audit chain tells it."""
    said = _("Export of {page}").format(page=page)
    return f"{said}: {why.strip()}" if why.strip() else said
