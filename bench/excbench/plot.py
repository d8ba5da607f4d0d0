"""docs/img/performance.svg: how many times testpmd, one bar each. Pure but for `write`."""

from xml.sax.saxutils import escape

from . import measures, stats
from .paths import PLOT

SHOWN = ("packets_to_kernel", "packets_to_wire", "tcp_to_kernel", "tcp_to_wire", "tcp_forth", "tcp_back",
         "packets_per_cpu_second")
PLANES = {"forwarder": "#2f6db5", "kernel": "#b9b9a0", "veth": "#b9b9a0"}
WIDTH, LEFT, RIGHT, TOP = 880, 330, 60, 74
BAR, GAP, GROUP = 14, 2, 10


def bars(samples):
    """[(title, [(plane, times testpmd)])] of what was measured on testpmd, too."""
    found = []
    keys = dict.fromkeys((row["rig"], row["subject"], row["measure"]) for row in samples.rows if row["measure"] in SHOWN)
    for rig, subject, measure in keys:
        theirs = samples.of(rig, subject, measure, "testpmd")
        ratios = [(plane, stats.ratio(samples.of(rig, subject, measure, plane), theirs)) for plane in PLANES]
        ratios = [(plane, value) for plane, value in ratios if value is not None]
        if ratios:
            found.append((f"{subject}: {measures.MEASURES[measure][0]}", ratios))
    return found


def svg(groups):
    """The drawing of bars()."""
    highest = max([1.2, *(value for _, ratios in groups for _, value in ratios)])
    # A veth pair is many times faster: cut off, with its figure beside the bar.
    top = min(highest, 4.0)
    scale = (WIDTH - LEFT - RIGHT) / top
    y, body = TOP, []
    for title, ratios in groups:
        middle = y + (len(ratios) * (BAR + GAP)) / 2 + 3
        body.append(f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(title)}</text>')
        for plane, value in ratios:
            length = min(value, top) * scale
            body.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{PLANES[plane]}"/>')
            body.append(f'<text x="{LEFT + length + 5:.1f}" y="{y + BAR - 3}" font-size="11">{value:.2f}</text>')
            y += BAR + GAP
        y += GROUP
    one = LEFT + scale
    height = y + 14
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        "<title>Forwarder and limits relative to testpmd</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="20" y="26" font-size="16" font-weight="bold">Times testpmd (io forwarding), same run; more is better</text>',
        f'<rect x="{LEFT}" y="40" width="12" height="12" fill="{PLANES["forwarder"]}"/><text x="{LEFT + 18}" y="50">forwarder</text>',
        f'<rect x="{LEFT + 110}" y="40" width="12" height="12" fill="{PLANES["kernel"]}"/>'
        f'<text x="{LEFT + 128}" y="50">limit: the kernel\'s own driver, or a veth pair</text>',
        *body,
        f'<path d="M{one:.1f} {TOP - 8} V{y - GROUP + 4}" stroke="#c0392b" stroke-width="1.5" stroke-dasharray="4 3"/>',
        f'<text x="{one:.1f}" y="{y + 6}" text-anchor="middle" fill="#c0392b" font-size="11">testpmd</text>',
        "</svg>",
    ]) + "\n"


def write(samples):
    groups = bars(samples)
    if groups:
        PLOT.write_text(svg(groups), encoding="utf-8")
