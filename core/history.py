"""What every history table has in common."""

import pghistory.models
from django.db import models


class Event(pghistory.models.Event):
    """One change that history keeps. Its number is a bigint, as all numbers inside are."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True
