"""docs/img/performance.svg: how many times testpmd, one bar each. Pure but for `write`."""

from xml.sax.saxutils import escape

from . import measures, stats
from .paths import PLOT

SHOWN = ("packets_to_kernel", "packets_to_wire", "tcp_to_kernel", "tcp_to_wire", "tcp_forth", "tcp_back",
         "packets_per_cpu_second")
PLANES = {"forwarder": "#2f6db5", "kernel": "#b9b9a0", "veth": "#b9b9a0"}
WIDTH, LEFT, RIGHT, TOP = 800, 270, 60, 74
BAR, GAP, ROW, HEADING, GROUP = 13, 1, 7, 20, 12


def groups(samples):
    """[(heading, [(title, [(plane, times testpmd)])])] of what was measured on testpmd, too."""
    found = {}
    measured = {(row["rig"], row["subject"], row["measure"]) for row in samples.rows}
    for rig, subject in dict.fromkeys((row["rig"], row["subject"]) for row in samples.rows):
        for measure in SHOWN:
            if (rig, subject, measure) in measured:
                ratios = _ratios(samples, rig, subject, measure)
                if ratios:
                    found.setdefault(measures.heading(rig, subject), []).append((measures.MEASURES[measure][0], ratios))
    return list(found.items())


def _ratios(samples, *key):
    theirs = samples.of(*key, "testpmd")
    ratios = [(plane, stats.ratio(samples.of(*key, plane), theirs)) for plane in PLANES]
    return [(plane, value) for plane, value in ratios if value is not None]


def _top(found):
    """The value at the right border: a limit that is far above every forwarder is cut off there."""
    every = [ratio for _, rows in found for _, ratios in rows for ratio in ratios]
    ours = max([1.2, *(value for plane, value in every if plane == "forwarder")])
    return min(max([ours, *(value for _, value in every)]), ours * 1.3)


def _bar(y, plane, value, top, scale):
    end = LEFT + min(value, top) * scale
    yield f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" fill="{PLANES[plane]}"/>'
    if value > top:
        yield (f'<path d="M{end - 14:.1f} {y + BAR + 1} l6 {-BAR - 2} m5 0 l-6 {BAR + 2}" stroke="#fff" '
               'stroke-width="2" fill="none"/>')
    yield (f'<text x="{end + 5:.1f}" y="{y + BAR - 2}" font-size="11" stroke="#fff" stroke-width="3" '
           f'paint-order="stroke">{value:.2f}</text>')


def svg(found):
    """The drawing of groups()."""
    top = _top(found)
    scale = (WIDTH - LEFT - RIGHT) / top
    one = LEFT + scale
    y, body, lines = TOP, [], []
    for heading, rows in found:
        body.append(f'<text x="20" y="{y + 12}" font-weight="bold">{escape(heading)}</text>')
        y += HEADING
        begin = y
        for title, ratios in rows:
            middle = y + len(ratios) * (BAR + GAP) / 2 + 4
            body.append(f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(title)}</text>')
            for plane, value in ratios:
                body += _bar(y, plane, value, top, scale)
                y += BAR + GAP
            y += ROW
        lines.append(f"M{one:.1f} {begin - 3} V{y - ROW + 2}")
        y += GROUP
    height = y + 12
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        "<title>Forwarder and limits relative to testpmd</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="20" y="26" font-size="16" font-weight="bold">Times testpmd (io forwarding), same run; more is better</text>',
        f'<rect x="20" y="40" width="12" height="12" fill="{PLANES["forwarder"]}"/><text x="38" y="50">forwarder</text>',
        f'<rect x="130" y="40" width="12" height="12" fill="{PLANES["kernel"]}"/>'
        '<text x="148" y="50">limit: the kernel\'s own driver, or a veth pair</text>',
        '<path d="M440 46 h24" stroke="#c0392b" stroke-width="1.5" stroke-dasharray="4 3"/>'
        '<text x="470" y="50">testpmd = 1</text>',
        f'<path d="{" ".join(lines)}" stroke="#c0392b" stroke-width="1.5" stroke-dasharray="4 3"/>',
        *body,
        "</svg>",
    ]) + "\n"


def write(samples):
    found = groups(samples)
    if found:
        PLOT.write_text(svg(found), encoding="utf-8")
