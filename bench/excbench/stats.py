"""Medians, spread, ratios. Pure."""

import statistics


def median(values):
    return statistics.median(values)


def spread(values):
    """Half the distance of lowest and highest, as a share of the median."""
    middle = median(values)
    return (max(values) - min(values)) / 2 / middle if middle else 0.0


def ratio(ours, theirs):
    """The median of the ratios of each pair of turns; both are {turn: value}."""
    shared = [ours[turn] / theirs[turn] for turn in ours if theirs.get(turn)]
    return median(shared) if shared else None


def turns(planes, pairs):
    """(turn, plane) in the order to run: A B A B ..., the first one changing so that none is always warm."""
    return [(turn, plane) for turn in range(pairs) for plane in (planes if turn % 2 == 0 else planes[::-1])]
