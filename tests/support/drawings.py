"""The contents of a drawing, read from its SVG and its DOT source."""

import xml.etree.ElementTree as ET


def texts(drawing):
    """All texts of the picture; fails unless it is well-formed XML."""
    texts = ET.fromstring(drawing.pipe("svg")).iter("{http://www.w3.org/2000/svg}text")
    return [" ".join("".join(element.itertext()).split()) for element in texts]


def edges(drawing, kind=""):
    return [line for line in drawing.body if " -> " in line and kind in line]
