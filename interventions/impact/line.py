"""What is to be expected later of figures like these: a weighted regression on everybody unhelped at every date.

Each date has a level of its own (its mean is taken off), so that good and bad weeks of the whole college cancel out.
"""

from dataclasses import dataclass

import numpy as np

from interventions.impact.shares import FAR_, GAPS_, LAST_, LONG_, NEAR_, WORST_, Floats, Rows

RIDGE = 1e-3  # of the weight of all rows: the worst week and the last are often the same
MOST_PULL = 0.9
KINKS = ((NEAR_, 80), (NEAR_, 60), (FAR_, 80), (LONG_, 80), (LAST_, 75), (LAST_, 45), (WORST_, 40))


def design(values: Floats, more: Floats) -> Floats:
    """The columns of the line: the six figures, where they bend, how they act together, and year groups and characteristics."""
    near, far, last = values[:, NEAR_], values[:, FAR_], values[:, LAST_]
    bends = [np.minimum(values[:, column] - at, 0) for column, at in KINKS]
    together = [near * far / 100, near * np.minimum(last - 45, 0) / 100]
    # A figure of few weeks tells less of those to come than one of many: how many there are bends the line too.
    short = values[:, GAPS_:]
    return np.column_stack([values, *bends, *together, short * (near[:, None] - 90), more])


@dataclass(frozen=True)
class Fit:
    """A regression that is ready for any outcome of the same rows. The helped have no weight in it."""

    centred: Floats  # the columns, with the mean of each date taken off
    heavy: Floats  # the same, times the weight
    inverse: Floats
    weight: Floats
    cell: Rows  # the date of each row
    of_cell: Floats  # the weight of each date
    pull: Floats  # how far each row draws the line to itself

    def expected(self, outcome: Floats) -> Floats:
        """What is to be expected of each row, the helped among them."""
        outcome = np.where(self.weight > 0, outcome, 0.0)
        level = np.bincount(self.cell, weights=self.weight * outcome) / self.of_cell
        slopes = self.inverse @ (self.heavy.T @ (outcome - level[self.cell]))
        found: Floats = level[self.cell] + self.centred @ slopes
        return found

    def left(self, outcome: Floats, expected: Floats) -> Floats:
        """What each unhelped row was beyond the expected, with its own pull on the line taken out (HC3, MacKinnon and White 1985)."""
        return np.where(self.weight > 0, (outcome - expected) / (1 - np.minimum(self.pull, MOST_PULL)), 0.0)

    def bears(self, helped: Rows, part: Floats) -> Floats:
        """How much each row bears on the mean expected of the helped, of whom each counts as much as its part says."""
        share = np.bincount(self.cell[helped], weights=part, minlength=len(self.of_cell))
        slope = self.inverse @ (self.centred[helped] * part[:, None]).sum(axis=0)
        found: Floats = ((share / self.of_cell)[self.cell] + self.centred @ slope) * self.weight
        return found


def fit(columns: Floats, weight: Floats, cell: Rows) -> Fit:
    """The regression of rows with these columns and weights; `cell` numbers the date of each."""
    of_cell = np.bincount(cell, weights=weight)
    of_cell = np.where(of_cell > 0, of_cell, 1.0)
    scale = columns[weight > 0].std(axis=0)
    scaled = columns / np.where(scale > 1e-9, scale, 1.0)
    middle = np.column_stack([np.bincount(cell, weights=weight * one) for one in scaled.T]) / of_cell[:, None]
    centred = scaled - middle[cell]
    heavy = centred * weight[:, None]
    inverse = np.linalg.inv(heavy.T @ centred + RIDGE * weight.sum() * np.eye(centred.shape[1]))
    pull = weight * (1 / of_cell[cell] + np.einsum("ij,ij->i", centred @ inverse, centred))
    return Fit(centred, heavy, inverse, weight, cell, of_cell, pull)
