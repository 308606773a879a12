"""The words of the bank of model targets and plans, and of what a target is measured by."""

from django.db import models


class BankKind(models.TextChoices):
    """What an item of the bank is a model of."""

    TARGET = "target", "Target"
    PLAN = "plan", "Action plan"


class BankOrder(models.TextChoices):
    """How the bank is sorted."""

    MET = "met", "Most often met"
    USED = "used", "Most used"
    STARS = "stars", "Best rated"
    NEW = "new", "Newest"


class Stars(models.IntegerChoices):
    """What a colleague thinks of an item of the bank."""

    ONE = 1, "★ 1 of no use"
    TWO = 2, "★ 2 weak"
    THREE = 3, "★ 3 fair"
    FOUR = 4, "★ 4 good"
    FIVE = 5, "★ 5 very good"


MANAGE_BANK = "interventions.manage_bank"
# Fewer than this many that ended say nothing about how often an item is met.
ENOUGH_ENDED = 3

# Audit verbs.
SAVED_BANK = "saved_bank_item"
RATED_BANK = "rated_bank_item"
ARCHIVED_BANK = "archived_bank_item"
RESTORED_BANK = "restored_bank_item"
COUNTED_TARGET = "counted_target"
