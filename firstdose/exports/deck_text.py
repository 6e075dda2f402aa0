"""Text on a slide: its faces, its colours, its language."""

from typing import TYPE_CHECKING, Any

from firstdose.words import language

if TYPE_CHECKING:
    from pptx.slide import Slide

WIDE, HIGH = 13.333, 7.5  # inches of a slide
EDGE = 0.5
LATIN, _JAPANESE = "Calibri", "Yu Gothic"
INK, QUIET, LINE, PRIMARY, PAPER = "1D2430", "5B6472", "E4E0D8", "0E5A61", "F3F1EC"


def put(
    slide: "Slide",
    text: str,
    left: float,
    top: float,
    wide: float,
    high: float,
    size: float,
    colour: str,
    *,
    bold: bool = False,
    right: bool = False,
) -> None:
    """A line of text on a slide; measures in inches, size in points."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches

    if not text:
        return
    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(wide), Inches(high)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    paragraph = frame.paragraphs[0]
    if right:
        paragraph.alignment = PP_ALIGN.RIGHT
    run(paragraph, text, size, colour, bold=bold)


def run(paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:
    """Text of one style, with a face for Japanese and the reader's language for the spelling."""
    from pptx.dml.color import RGBColor
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    added = paragraph.add_run()
    added.text = clean(text)
    added.font.size, added.font.bold, added.font.name = Pt(size), bold, LATIN
    added.font.color.rgb = RGBColor.from_string(colour)
    properties = added._r.get_or_add_rPr()
    properties.set("lang", "ja-JP" if language() == "ja" else "en-GB")
    face = properties.makeelement(qn("a:ea"), {"typeface": _JAPANESE})
    properties.append(face)


def clean(text: str) -> str:
    """Text without the control characters that a document may not hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in " \n")


def wide(text: str) -> int:
    """Latin characters a text is as wide as; a Japanese one counts twice."""
    return sum(1 if letter.isascii() else 2 for letter in text)
