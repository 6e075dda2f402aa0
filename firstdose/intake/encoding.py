"""Bytes to text, strictly over the whole file: nothing undecodable is replaced in silence."""

import re
from dataclasses import dataclass

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "utf-32"),
    (b"\xff\xfe", "utf-16", "utf-16"),
    (b"\xfe\xff", "utf-16", "utf-16"),
)
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was read; ``guessed`` when the bytes do not prove the encoding."""

    text: str
    encoding: str
    guessed: bool = False


def decode_bytes(raw: bytes, encoding: str | None = None) -> Decoded | None:
    """The text of a file; none when no encoding reads all of it.

    In order: the one asked for; a byte order mark; UTF-16 without one when every other byte is NUL; UTF-8;
    CP932 or EUC-JP when the text then holds plausible Japanese; Windows-1252, which is only a guess.
    """
    if encoding is not None:
        return _strict(raw, encoding, encoding)
    for mark, codec, name in _BOMS:
        if raw.startswith(mark):
            return _strict(raw, codec, name)
    if wide := _utf16_without_mark(raw):
        return _strict(raw, wide, wide)
    if (decoded := _strict(raw, "utf-8", "utf-8")) is not None:
        return decoded
    japanese = [
        (_kana(decoded.text), decoded)
        for codec in ("cp932", "euc_jp")
        if (decoded := _strict(raw, codec, codec.replace("_", "-"))) is not None
        and plausible_japanese(decoded.text)
    ]
    if japanese:
        return max(japanese, key=lambda pair: pair[0])[1]
    western = _strict(raw, "cp1252", "cp1252")
    return Decoded(western.text, western.encoding, guessed=True) if western else None


def _strict(raw: bytes, codec: str, name: str) -> Decoded | None:
    try:
        return Decoded(raw.decode(codec), name)
    except (UnicodeDecodeError, LookupError):
        return None


def _utf16_without_mark(raw: bytes) -> str | None:
    """UTF-16 of mostly ASCII text: NUL at nearly every odd or every even place of the first bytes."""
    head = raw[:512]
    if len(head) < 4 or len(raw) % 2:
        return None
    if head[1::2].count(0) > 0.9 * len(head[1::2]) and not head[::2].count(0):
        return "utf-16-le"
    if head[::2].count(0) > 0.9 * len(head[::2]) and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _kana(text: str) -> int:
    return len(_KANA.findall(text)) - len(_HALF_WIDTH.findall(text))


def plausible_japanese(text: str) -> bool:
    """Whether text read with a Japanese codec reads like Japanese: kana, or runs of kanji, not strays."""
    foreign = len(_FOREIGN.findall(text))
    if not foreign:
        return False
    kana, half = len(_KANA.findall(text)), len(_HALF_WIDTH.findall(text))
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    return kana + han >= 0.5 * foreign and half <= 0.3 * foreign
