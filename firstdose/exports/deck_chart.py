"""A chart on a slide that PowerPoint draws and edits itself."""

from typing import TYPE_CHECKING, Any

from firstdose.exports.deck_text import EDGE, HIGH, INK, LATIN, LINE, PRIMARY, WIDE, clean, run
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pptx.slide import Slide

    from firstdose.exports.native import Native, Series


def chart(slide: "Slide", drawn: "Native") -> None:
    """Put a native chart on a slide."""
    from pptx.chart.data import CategoryChartData, XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches, Pt

    if drawn.categories:
        data: Any = CategoryChartData()
        data.categories = [clean(name) or " " for name in drawn.categories]
        for one in drawn.series:
            data.add_series(one.name or _("value"), one.y)
        kinds = {
            ("bar", False): XL_CHART_TYPE.BAR_CLUSTERED,
            ("bar", True): XL_CHART_TYPE.BAR_STACKED,
            ("column", False): XL_CHART_TYPE.COLUMN_CLUSTERED,
            ("column", True): XL_CHART_TYPE.COLUMN_STACKED,
        }
        kind = kinds[drawn.kind, drawn.stacked]
    else:
        data, kind = XyChartData(), XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
        for one in drawn.series:
            points = data.add_series(one.name or _("value"))
            for x, y in zip(one.x, one.y, strict=True):
                if x is not None and y is not None:
                    points.add_data_point(x, y)
    frame = slide.shapes.add_chart(
        kind, Inches(EDGE), Inches(1.4), Inches(WIDE - 2 * EDGE), Inches(HIGH - 2.0), data
    )
    made = frame.chart
    made.font.size = Pt(10 if len(drawn.categories) <= 20 else 8)
    made.font.name = LATIN
    named = [one for one in drawn.series if one.name and one.painted]
    made.has_title = False
    made.has_legend = len(named) > 1
    if made.has_legend:
        made.legend.position = XL_LEGEND_POSITION.BOTTOM
        made.legend.include_in_layout = False
    _axes(made, drawn)
    for one, series in zip(drawn.series, made.plots[0].series, strict=True):
        _dress(series, one, bars=bool(drawn.categories))
    if drawn.categories:
        made.plots[0].gap_width = 40
        if drawn.stacked:
            made.plots[0].overlap = 100


def _axes(chart: Any, drawn: "Native") -> None:
    from pptx.dml.color import RGBColor
    from pptx.oxml.ns import qn

    values = chart.value_axis
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string(LINE)
    if drawn.categories:
        chart.category_axis.format.line.color.rgb = RGBColor.from_string(LINE)
        if drawn.kind == "bar":
            chart.category_axis.reverse_order = True
        counted = values
    else:
        counted = chart.category_axis if drawn.days == "x" else values
    if drawn.days:
        counted.tick_labels.number_format = "yyyy-mm-dd"
        counted.tick_labels.number_format_is_linked = False
    values.minimum_scale, values.maximum_scale = drawn.least, drawn.most
    if drawn.upside_down:
        values.reverse_order = True
    if not drawn.categories and any(one.texts for one in drawn.series):
        values.visible = drawn.logarithmic  # rows are told beside their marks
    if drawn.logarithmic:
        scaling = values._element.find(qn("c:scaling"))
        scaling.insert(0, scaling.makeelement(qn("c:logBase"), {"val": "10"}))


def _dress(series: Any, one: "Series", *, bars: bool) -> None:
    """Colours of a series; what only holds others in place is not painted."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.util import Pt

    if not one.painted:
        series.format.fill.background()
        series.format.line.fill.background()
        return
    colours: Sequence[str] = one.colours or [PRIMARY]
    if bars:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colours[0])
        if len(set(colours)) > 1:
            for at, colour in enumerate(colours):
                if one.y[at] is not None:
                    fill = series.points[at].format.fill
                    fill.solid()
                    fill.fore_color.rgb = RGBColor.from_string(colour)
        return
    series.smooth = False
    for at, text in enumerate(one.texts):
        if text and at < len(list(series.values)):
            _label(series.points[at].data_label, text)
    if one.line:
        series.format.line.color.rgb = RGBColor.from_string(colours[0])
        series.format.line.width = Pt(1.5)
    else:
        series.format.line.fill.background()
    series.marker.style = XL_MARKER_STYLE.CIRCLE if one.marks else XL_MARKER_STYLE.NONE
    if one.marks:
        series.marker.size = 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = RGBColor.from_string(colours[0])
        series.marker.format.line.fill.background()


def _label(label: Any, text: str) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION

    run(label.text_frame.paragraphs[0], text, 8, INK)
    label.position = XL_LABEL_POSITION.RIGHT
