"""Members of staff by name."""

from typing import Any

from django import forms


class OneOfStaff(forms.ModelChoiceField):
    """One member of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.formal_name)


class SomeOfStaff(forms.ModelMultipleChoiceField):
    """Some members of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.formal_name)
