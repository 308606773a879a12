"""The rule by which those helped were chosen, learnt from who they were: a logistic regression with a small penalty.

Weighting the unhelped by the odds of having been chosen makes them stand for the helped (Hirano, Imbens and Ridder 2003).
"""

import numpy as np

from interventions.impact.shares import FAR_, LAST_, NEAR_, WORST_, Floats, Mask

PENALTY = 0.5
SUREST = 0.999  # nobody counts as chosen more surely than this
FLOOR = 0.3  # everybody keeps some weight, so that the line stands where few are like the helped
ROUNDS = 25


def weights(values: Floats, begins: Mask, helped: Mask) -> Floats:
    """How much each row counts: the odds, with figures like theirs, of having been chosen, plus a little.

    `begins` marks the rows at the dates on which help began: from these the rule is learnt.
    """
    looks = _looks(values)
    mean, spread = looks[begins].mean(axis=0), looks[begins].std(axis=0)
    scaled = (looks - mean) / np.where(spread > 1e-9, spread, 1.0)
    # Nobody is looked at as lying further out than those at the start did: there the rule is not known.
    scaled = np.clip(scaled, scaled[begins].min(axis=0), scaled[begins].max(axis=0))
    scaled = np.column_stack([np.ones(len(scaled)), scaled])
    chance = _chance(scaled @ _fitted(scaled[begins], helped[begins]))
    chance = np.minimum(chance, min(float(np.median(chance[helped])), SUREST))
    found: Floats = chance / (1 - chance)
    return found


def _looks(values: Floats) -> Floats:
    near, far, last, worst = (values[:, column] for column in (NEAR_, FAR_, LAST_, WORST_))
    kinks = [np.minimum(near - 80, 0), np.minimum(near - 60, 0), np.minimum(last - 75, 0), np.minimum(worst - 40, 0)]
    return np.column_stack([near, far, last, worst, near**2, near * far, *kinks])


def _fitted(scaled: Floats, helped: Mask) -> Floats:
    """Newton's method, which needs few rounds; the penalty keeps it finite where the rule is a clean cut."""
    weight = np.zeros(scaled.shape[1])
    penalty = np.full(scaled.shape[1], PENALTY)
    penalty[0] = 1e-6
    for _ in range(ROUNDS):
        chance = _chance(scaled @ weight)
        slope = scaled.T @ (helped - chance) - penalty * weight
        bend = (scaled * (chance * (1 - chance))[:, None]).T @ scaled + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        weight = weight + step
        if np.abs(step).max() < 1e-6:
            break
    return weight


def _chance(values: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return found
