"""What a drawing shows, read from its SVG and its DOT source."""

import xml.etree.ElementTree as ET


def texts(drawing):
    """All text of the picture; fails unless it is well-formed XML."""
    return [
        (element.text or "").strip() for element in ET.fromstring(drawing.pipe("svg")).iter("{http://www.w3.org/2000/svg}text")
    ]


def edges(drawing, kind=""):
    return [line for line in drawing.body if " -> " in line and kind in line]
