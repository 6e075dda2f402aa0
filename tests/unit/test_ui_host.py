"""The host draws what plotly would: figure and words arrive whole, from a bundle that is what it says."""

import hashlib
import json

import plotly.graph_objects as go

from firstdose import assets
from firstdose.figures import theme
from firstdose.ui import host


def lines(figure: go.Figure, alt: str = "words") -> tuple[dict[str, object], dict[str, object]]:
    first, second = host.written(figure, alt, {}).split(b"\n")
    return json.loads(first), json.loads(second)


def test_words_and_figure_stand_on_two_lines_whatever_they_hold() -> None:
    figure = go.Figure([{"type": "bar", "x": ["a\nb", "</script>"], "y": [1, 2]}], {"height": 210})
    said, drawn = lines(figure, "one\ntwo")
    assert said["alt"] == "one\ntwo"
    assert said["height"] == 210
    assert drawn["data"][0]["x"] == ["a\nb", "</script>"]  # type: ignore[index]


def test_a_figure_wears_the_template_of_the_mode() -> None:
    theme.use_mode("dark")
    _said, drawn = lines(go.Figure())
    theme.use_mode("light")
    assert theme.COLOURS["text"][1] in json.dumps(drawn["layout"])


def test_the_bundle_is_named_after_its_content() -> None:
    digest = hashlib.sha256(assets.BUNDLE.read_bytes()).hexdigest()
    assert digest[:12] in assets.bundle_address()


def test_the_bundle_is_the_published_basic_one_with_its_licence() -> None:
    """sha256 of ``plotly-basic.min.js`` in the npm package plotly.js-basic-dist-min 4.1.1."""
    said = (assets.BUNDLE.parent / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(assets.BUNDLE.read_bytes()).hexdigest() in said
    assert (assets.BUNDLE.parent / "LICENSE.plotly").read_text(encoding="utf-8").startswith("MIT License")
