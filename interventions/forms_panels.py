"""What may be typed about a panel, and on its recap."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from caseload.forms.fields import OneOfStaff, SomeOfStaff
from caseload.queries.staff import staff_with
from core import wording
from interventions.actions.panels import Agreed, PanelSaid, owners_out_of_reach
from interventions.choices_panels import ACTION_LIMIT, HOLD, LINES, MOST_LINES
from interventions.fields import Day
from interventions.models import PanelMeeting
from interventions.queries.panels import AgendaItem, owner_named

PARTS = ("what", "owner", "due")


class PanelForm(forms.Form):
    """A panel: title, day, who leads it, who attends."""

    title = forms.CharField(max_length=120, label="Title", help_text="For example: Year 10 support panel.")
    held_on = Day(label="Day", required=True)
    chair = OneOfStaff(label="Led by", queryset=User.objects.none())
    attendees = SomeOfStaff(
        label="Who attends", queryset=User.objects.none(), required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="Each sees the panel, and of its students those with whom they work.",
    )  # fmt: skip
    others = forms.CharField(
        max_length=200, required=False, label="Anybody else", help_text="Guests without an account."
    )

    def __init__(self, *args: Any, panel: PanelMeeting | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        people = staff_with(HOLD)
        if panel is not None:
            there = User.objects.filter(pk__in=[panel.chair_id, *panel.attendees.values_list("pk", flat=True)])
            people = (people | there).distinct()
        for name in ("chair", "attendees"):
            field: Any = self.fields[name]
            field.queryset = people

    def said(self) -> PanelSaid:
        """As the action takes it."""
        data = dict(self.cleaned_data)
        data["attendees"] = tuple(person for person in data["attendees"] if person != data["chair"])
        return PanelSaid(**data)


class RecapForm(forms.Form):
    """What is agreed: for each student some lines of what, whose and by when. An empty line is none."""

    def __init__(
        self, data: Any, *, places: Sequence[AgendaItem], owners: Mapping[str, User], since: date, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.places, self.owners, self.since = places, owners, since
        self.found: list[Agreed] = []
        source: Mapping[str, Any] = data if data is not None else (initial or {})
        self.lines: dict[int, list[tuple[int, list[Any]]]] = {}
        number = 0
        for place in places:
            rows = self.lines.setdefault(place.number, [])
            for line in range(max(LINES, _lines_in(source, place.number))):
                number += 1
                rows.append((number, self._add(place, line)))

    def _add(self, place: AgendaItem, line: int) -> list[Any]:
        name = place.person["full_name"]
        keys = [f"{part}_{place.number}_{line}" for part in PARTS]
        self.fields[keys[0]] = forms.CharField(
            required=False, max_length=ACTION_LIMIT, label=f"Action for {name}", widget=forms.TextInput()
        )
        self.fields[keys[1]] = forms.CharField(
            required=False, max_length=200, label="Owner", widget=forms.TextInput(attrs={"list": "owners"})
        )
        self.fields[keys[2]] = Day(label="By")
        return [self[key] for key in keys]

    def clean(self) -> dict[str, Any]:
        """Whatever is begun is whole: what, an owner who works with the student, and a day."""
        data = super().clean() or {}
        keys: dict[tuple[int, int], str] = {}
        for place in self.places:
            for number, (what, owner, due) in self.lines[place.number]:
                said = [data.get(field.name) for field in (what, owner, due)]
                if not any(said) and not any(field.name in self.errors for field in (what, owner, due)):
                    continue
                if (person := self._whole(what.name, owner.name, due.name, data)) is not None:
                    self.found.append(Agreed(place.person["id"], said[0], person, said[2], number))
                    keys[person.pk, place.person["id"]] = owner.name
        for pair in owners_out_of_reach(self.found):
            self.add_error(keys[pair], "They don’t work with this student. Choose somebody who does.")
        return data

    def _whole(self, what: str, owner: str, due: str, data: Mapping[str, Any]) -> User | None:
        """The owner of a line that is whole, else nobody, with what is missing said at its field."""
        person = owner_named(data.get(owner) or "", self.owners)
        if not data.get(what) and what not in self.errors:
            self.add_error(what, "Say what was agreed, or empty the line.")
        if person is None and owner not in self.errors:
            self.add_error(owner, "Choose a name from the list." if data.get(owner) else "Say who does it.")
        if not data.get(due) and due not in self.errors:
            self.add_error(due, "Say by when.")
        if data.get(due) and data[due] < self.since:
            self.add_error(due, f"That is before the panel met, on {wording.day(self.since)}. Give a later day.")
        return None if any(name in self.errors for name in (what, owner, due)) else person


def _lines_in(source: Mapping[str, Any], place: int) -> int:
    """How many lines a form that was sent, or a draft, has for a student."""
    numbers = [
        int(line) + 1
        for name in source
        for part, found, line in [([*str(name).split("_"), "", "", ""])[:3]]
        if part in PARTS and found == str(place) and line.isdigit()
    ]
    return min(max(numbers, default=0), MOST_LINES)


def recap_words(post: Any) -> dict[str, str]:
    """What is typed in a recap, as a draft keeps it: only the fields with something in them."""
    kept = {name: post.get(name, "") for name in post if str(name).split("_")[0] in PARTS}
    return {name: value[: ACTION_LIMIT * 2] for name, value in kept.items() if value}
