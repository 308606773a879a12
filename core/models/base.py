"""What every row that has an address of its own shares."""

from uuid import uuid4

from django.db import models


class PublicIdModel(models.Model):
    """A row known outside by a random id, because a running number tells how many there are."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}".capitalize()
