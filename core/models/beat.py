"""Signs of life."""

from django.db import models


class Beat(models.Model):
    """The last sign of life of a part of Waymark that runs by itself."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Beat {self.name}"
