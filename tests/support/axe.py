"""axe-core in a browser page: finds what keeps people from reading or operating it."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Style sheets are not loaded again (preload), which a file: page may not do.
RUN = f"""async () => {{
  const options = {{ runOnly: {list(RULES)}, iframes: false, preload: false, resultTypes: ["violations"] }};
  const found = await axe.run(document, options);
  return found.violations.flatMap(({{ id, help, nodes }}) =>
    nodes.map(({{ html, failureSummary }}) => `${{id}}: ${{help}}\\n  ${{html.slice(0, 200)}}\\n  ${{failureSummary}}`));
}}"""


def violations(page: Any) -> list[str]:
    """Violations that axe-core finds in the page and its visible frames, one text per element."""
    found = []
    for frame in page.frames:
        if frame.parent_frame is not None and not frame.frame_element().is_visible():
            continue
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(AXE_SCRIPT)
        found += frame.evaluate(RUN)
    return found
