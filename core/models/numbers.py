"""The numbers of forms that were handled."""

from django.db import models


class FormNumber(models.Model):
    """A form that was handled, by the number it carried and a keyed fingerprint of what was in it, with where it led (sealed).

    The database has each once, so that a quick second press does nothing twice, however many come at the same moment.
    """

    number = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    person_id = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    key_id = models.CharField(max_length=32, blank=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = "form number"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["number", "digest"], name="core_form_number_once")]

    def __str__(self) -> str:
        return f"Form number {self.pk}"
