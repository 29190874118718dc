"""Standardising: the mean or median, the deviation, and where a number stands on a scale."""

from fractions import Fraction

from tests.scoring.oracle.numbers import middle, r, root

CENTRES = {"z": (0, 1), "t": (50, 10), "mean_100": (100, 20), "mean_500": (500, 30), "median_700": (700, 30)}
FARTHEST = 1_000_000
"""A standardised value is never farther from the centre."""


def deviation(scale, population):
    """The deviation of a population, rounded half up to the places the scale names."""
    places = scale.get("sigma_places", 4)
    size, how = len(population), scale.get("sigma", "population")
    if how == "mad":
        here = middle(population)
        return r(Fraction("1.4826") * middle([abs(x - here) for x in population]), places)
    if size < 2:
        return Fraction(0)
    mean = sum(population, Fraction(0)) / size
    squares = sum(((x - mean) ** 2 for x in population), Fraction(0))
    return root(squares / (size if how == "population" else size - 1), places)


def scaler(scale, population):
    """A function that puts a number on the scale made by this population."""
    middle_of_scale, step = (Fraction(one) for one in CENTRES[scale["scale"]])
    population = list(population)
    sigma = deviation(scale, population) if len(population) >= 2 else Fraction(0)
    if sigma == 0:
        return lambda x: middle_of_scale
    m = middle(population) if scale["scale"] == "median_700" else sum(population, Fraction(0)) / len(population)

    def to_scale(x):
        away = r(middle_of_scale + step * (x - m) / sigma, scale["places"]) - middle_of_scale
        return middle_of_scale + max(-FARTHEST, min(away, FARTHEST))

    return to_scale
