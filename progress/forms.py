"""What may be typed: a grid of grades, and an assessment point."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from caseload.queries.calendar import academic_year_on
from core.forms.dates import DayField
from progress.actions import Entry
from progress.choices import GradeKind, ScaleKind
from progress.models import AssessmentPoint, EffortAxis, GradeScale
from progress.queries.grid import Cell, GridColumn, GridRow


@dataclass
class TypedCell:
    """One cell of the grid as the page shows it: what stands in it, what was typed, and what is wrong with that."""

    name: str
    column: GridColumn
    value: str
    seen_id: int
    label: str
    fault: str = ""
    theirs: str = ""


@dataclass
class TypedRow:
    """One student of the grid as the page shows it."""

    row: GridRow
    cells: list[TypedCell] = field(default_factory=list)


class GradeGrid:
    """The grade grid as a form. It keeps whatever was typed, and names each fault by student and column.

    Not a Django form: a class of thirty by five columns is 150 fields, and this page must come at once.
    """

    def __init__(self, rows: Sequence[GridRow], columns: Sequence[GridColumn], data: QueryDict | None = None) -> None:
        self.columns = list(columns)
        self.bound = data is not None
        self.rows = [self._row(row, data) for row in rows]

    def _row(self, row: GridRow, data: QueryDict | None) -> TypedRow:
        return TypedRow(row, [self._cell(row, column, data) for column in self.columns])

    def _cell(self, row: GridRow, column: GridColumn, data: QueryDict | None) -> TypedCell:
        name = f"{column.key}-{row.student_id}"
        stands = row.cells.get(column.key, Cell())
        label = f"{row.name}, {column.label}"
        if data is None or name not in data:
            return TypedCell(name, column, stands.label, stands.grade_id, label)
        seen = data.get(f"seen-{name}", "")
        typed = data.get(name, "").strip()[:20]
        cell = TypedCell(name, column, typed, int(seen) if seen.isascii() and seen.isdigit() else 0, label)
        if typed and column.find(typed) is None:
            cell.fault = f"“{typed}” is not one of {column.allowed}"
        return cell

    @property
    def faults(self) -> list[TypedCell]:
        """The cells with something wrong."""
        return [cell for row in self.rows for cell in row.cells if cell.fault]

    @property
    def clashes(self) -> list[TypedCell]:
        """The cells that somebody else changed meanwhile."""
        return [cell for row in self.rows for cell in row.cells if cell.theirs]

    @property
    def filled(self) -> int:
        """How many students have something in the first column."""
        return sum(1 for row in self.rows if row.cells and row.cells[0].value)

    def entries(self) -> list[Entry]:
        """What was typed, cell by cell."""
        return [
            Entry(row.row.student_id, cell.column, cell.column.find(cell.value) if cell.value else None, cell.seen_id)
            for row in self.rows
            for cell in row.cells
        ]

    def show_clashes(self, theirs: dict[tuple[int, str], Cell]) -> None:
        """Set what others entered beside what was typed; saving once more then replaces it knowingly."""
        for row in self.rows:
            for cell in row.cells:
                found = theirs.get((row.row.student_id, cell.column.key))
                if found is not None:
                    who = f" by {found.by}" if found.by else ""
                    cell.theirs = f"now {found.label or 'empty'}{who}"
                    cell.seen_id = found.grade_id


class PointForm(forms.ModelForm):
    """An assessment point: when, for whom, and what is asked for."""

    kinds = forms.MultipleChoiceField(
        label="Grades asked for", choices=GradeKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    axes = forms.ModelMultipleChoiceField(
        label="Effort asked for",
        queryset=EffortAxis.objects.filter(active=True),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = AssessmentPoint
        fields = ["site", "name", "on_date", "opens_on", "closes_on", "kinds", "axes", "effort_scale"]
        labels = {"on_date": "Date of the grades", "opens_on": "Opens", "closes_on": "Closes"}
        help_texts = {
            "effort_scale": "Only when effort is asked for.",
            "on_date": "",
            "closes_on": "The last day for entering grades.",
        }
        field_classes = dict.fromkeys(("on_date", "opens_on", "closes_on"), DayField)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scales = self.fields["effort_scale"]
        scales.queryset = GradeScale.objects.filter(kind=ScaleKind.EFFORT)  # type: ignore[attr-defined]  # a model choice
        scales.required = False
        if self.instance.pk:
            self.fields["site"].disabled = True

    def clean(self) -> dict[str, Any]:
        """Dates in order, in one academic year; something asked for; effort with its scale."""
        data = super().clean() or {}
        if data.get("opens_on") and data.get("closes_on") and data["closes_on"] < data["opens_on"]:
            self.add_error("closes_on", "Closes before it opens. Give a later day.")
        if data.get("on_date"):
            year = academic_year_on(data["on_date"])
            if year is None:
                self.add_error("on_date", "No academic year holds this day. Add the year first.")
            else:
                self.instance.year = year
        if not data.get("kinds") and not data.get("axes"):
            self.add_error("kinds", "Ask for at least one grade, or for effort.")
        if data.get("axes") and not data.get("effort_scale"):
            self.add_error("effort_scale", "Choose the scale that effort is given in.")
        return data

    def clean_name(self) -> str:
        """Refuse a name that the site has used this year."""
        return str(self.cleaned_data["name"]).strip()

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors and self.instance.year_id:
            others = AssessmentPoint.objects.filter(
                year=self.instance.year, site=self.instance.site, name=self.instance.name
            ).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("name", "This site has an assessment point of that name this year.")


class OpenForm(forms.Form):
    """Until when an assessment point is opened."""

    closes_on = DayField(label="Open until")
