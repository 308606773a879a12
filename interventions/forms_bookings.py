"""What may be typed about times for one-to-ones, and what a student writes through their link."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from accounts.models import User
from caseload.models import Site, Student
from caseload.queries.calendar import calendars_for
from caseload.queries.school_days import next_school_day, sites_of
from caseload.rules.telling_apart import people_apart
from core import clock, wording
from core.forms.dates import HourField
from interventions import choices
from interventions.actions import Beforehand, TimesSaid
from interventions.actions.bookings import MOST_TIMES
from interventions.fields import Day, Words
from interventions.models import MeetingType, Slot
from interventions.queries.day_breaks import BREAKS, usual_breaks
from interventions.queries.due import my_students

LENGTHS = [(minutes, f"{minutes} minutes") for minutes in (10, 15, 20, 30, 45, 60)]
FROM, TO, USUAL = time(9), time(15, 30), 15
PROGRESS_DAY = "personal-progress-day"
MOST_AHEAD = timedelta(days=366)
STUDENT_LIMIT = 4_000


class TimesForm(forms.Form):
    """Slots on one day. What is usual for a Progress Day stands there already, so that one more click opens it."""

    day = Day(label="Day", required=True)
    starts = HourField(label="From")
    ends = HourField(label="To")
    minutes = forms.TypedChoiceField(label="Each", choices=LENGTHS, coerce=int)
    gap = forms.IntegerField(label="Minutes between two", min_value=0, max_value=60, required=False)
    break_from = HourField(label="Break from", required=False)
    break_to = HourField(label="Break to", required=False)
    lunch_from = HourField(label="Lunch from", required=False)
    lunch_to = HourField(label="Lunch to", required=False)
    other_from = HourField(label="Another break from", required=False)
    other_to = HourField(label="Another break to", required=False)
    type = forms.ModelChoiceField(label="Kind", queryset=MeetingType.objects.filter(active=True), empty_label=None)
    place = forms.CharField(label="Where", max_length=80, required=False, help_text="A room, or online.")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        kinds = MeetingType.objects.filter(active=True)
        self.sites = sites_of(list(my_students(by).values_list("pk", flat=True)))
        usual = {
            "day": next_school_day(self.sites), "starts": FROM, "ends": TO, "minutes": USUAL, "gap": 0,
            "type": kinds.filter(code=PROGRESS_DAY).first() or kinds.first(),
        }  # fmt: skip
        for name, (start, end) in usual_breaks(by, usual["day"]).items():
            usual |= {f"{name}_from": start, f"{name}_to": end}
        super().__init__(*args, initial=usual | (kwargs.pop("initial", None) or {}), **kwargs)

    def clean_day(self) -> date:
        """A day still to come on which a site of one's students opens, or, without students, the college."""
        day: date = self.cleaned_data["day"]
        if day < clock.today():
            raise forms.ValidationError("That day is past. Give today or a day still to come.")
        if day > clock.today() + MOST_AHEAD:
            raise forms.ValidationError("That day is more than a year away. Give an earlier one.")
        calendars = calendars_for(self.sites or {None}, day, day)
        if not any(calendar.is_open(day) for calendar in calendars.values()):
            raise forms.ValidationError(f"{self._where()} closed on {wording.day(day)}. Give another day.")
        return day

    def _where(self) -> str:
        """“Waymark School is”; of students at several sites “Waymark School and Waymark Sixth are”."""
        names = Site.objects.filter(pk__in=self.sites).order_by("name").values_list("name", flat=True)
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}" if names else "The college is"

    def clean(self) -> dict[str, Any]:
        """From comes before to, of each break too; at least one slot fits, and not too many."""
        data = super().clean() or {}
        self._check_breaks(data)
        if self.errors:
            return data
        if data["ends"] <= data["starts"]:
            self.add_error("ends", "“To” must come after “from”.")
            return data
        number = len(self.said().ranges())
        if number == 0:
            self.add_error("ends", f"There is no room for {data['minutes']} minutes between the two.")
        if number > MOST_TIMES:
            self.add_error("ends", f"That would be {number} slots; at most {MOST_TIMES} are opened at once.")
        if datetime.combine(data["day"], data["starts"], clock.LONDON) < clock.now():
            self.add_error("starts", "That time is past. Give a later one.")
        return data

    def _check_breaks(self, data: dict[str, Any]) -> None:
        for name in BREAKS:
            start, end = data.get(f"{name}_from"), data.get(f"{name}_to")
            if {f"{name}_from", f"{name}_to"} & set(self.errors):
                continue
            if (start is None) != (end is None):
                self.add_error(f"{name}_to" if start else f"{name}_from", "Give both times of this break, or neither.")
            elif start and end and end <= start:
                self.add_error(f"{name}_to", "This is before the break begins. Give a later time.")

    @property
    def pauses(self) -> list[list[Any]]:
        """The fields of the breaks: from and to of each."""
        return [[self[f"{name}_{end}"] for end in ("from", "to")] for name in BREAKS]

    def said(self) -> TimesSaid:
        """The slots as an action takes them."""
        return _said(self.cleaned_data)

    @property
    def slots(self) -> list[DateTimeTZRange]:
        """The slots as they would be opened: as typed, or as proposed; none while something is wrong."""
        return [slot for stretch in self.stretches for slot in stretch]

    @property
    def seen(self) -> str:
        """What somebody who sees these slots has seen, to be sent with the press that opens them."""
        return " ".join(f"{clock.local(slot.lower):%Y-%m-%dT%H:%M}/{slot.upper - slot.lower}" for slot in self.slots)

    @cached_property
    def stretches(self) -> list[list[DateTimeTZRange]]:
        """The slots from one break to the next."""
        if self.is_bound and not self.is_valid():
            return []
        said = self.said() if self.is_bound else _said(self.initial)
        found: list[list[DateTimeTZRange]] = []
        for slot in said.ranges():
            if found and slot.lower - found[-1][-1].upper == timedelta(minutes=said.gap):
                found[-1].append(slot)
            else:
                found.append([slot])
        return found


def _said(data: Mapping[str, Any]) -> TimesSaid:
    breaks = ((data.get(f"{name}_from"), data.get(f"{name}_to")) for name in BREAKS)
    return TimesSaid(
        **{name: data.get(name, "") for name in ("day", "starts", "ends", "minutes", "type", "place")},
        gap=data.get("gap") or 0,
        breaks=tuple((start, end) for start, end in breaks if start and end),
    )


class StudentChoice(forms.ModelChoiceField):
    """One student, by name; of one name, by date of birth too."""

    apart: Mapping[int, str] = {}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.list_name} ({self.apart[obj.pk]})" if obj.pk in self.apart else str(obj.list_name)


class SlotChoice(forms.ModelChoiceField):
    """One time, by day and hour."""

    default_error_messages = {
        "invalid_choice": "Somebody has booked that time meanwhile, or it is withdrawn or past. Choose another."
    }

    def label_from_instance(self, obj: Any) -> str:
        place = f", {obj.place}" if obj.place else ""
        starts = clock.local(obj.time.lower)
        return f"{wording.day(starts)}, {wording.time_of_day(starts)}{place}"


class TutorSlotChoice(SlotChoice):
    """One time, by day, hour and whose it is."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{super().label_from_instance(obj)}, with {obj.tutor.formal_name}"


class BookForm(forms.Form):
    """For whom a time is booked."""

    student = StudentChoice(
        label="Student", queryset=Student.objects.none(), empty_label="Choose", to_field_name="public_id"
    )

    def __init__(self, *args: Any, students: QuerySet[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["student"]
        offered.queryset = students.order_by("sort_key", "pk")
        named = offered.queryset.values_list("pk", "sort_key", "date_of_birth")
        offered.apart = people_apart(list(named))


class BookForStudentForm(forms.Form):
    """The time that a student is booked into."""

    slot = TutorSlotChoice(label="Time", queryset=Slot.objects.none(), empty_label="Choose", to_field_name="public_id")

    def __init__(self, *args: Any, slots: QuerySet[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["slot"]
        offered.queryset = slots


class MoveForm(forms.Form):
    """The time to which a booking moves."""

    slot = SlotChoice(label="New time", queryset=Slot.objects.none(), empty_label="Choose", to_field_name="public_id")

    def __init__(self, *args: Any, slots: QuerySet[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["slot"]
        offered.queryset = slots


class BeforehandForm(forms.Form):
    """What a student writes before a one-to-one. Everything may stay empty but not all of it."""

    wellbeing = forms.TypedChoiceField(
        label="How are things?",
        choices=choices.Wellbeing.choices,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    well = Words(label="What is going well?", max_length=STUDENT_LIMIT, rows=3)
    hard = Words(label="What is hard?", max_length=STUDENT_LIMIT, rows=3)
    talk = Words(label="What do you want to talk about?", max_length=STUDENT_LIMIT, rows=3)
    slot = SlotChoice(
        label="When suits you?",
        queryset=Slot.objects.none(),
        required=False,
        empty_label="No time yet",
        to_field_name="public_id",
    )

    def __init__(self, *args: Any, slots: QuerySet[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["slot"]
        offered.queryset = slots

    def clean(self) -> dict[str, Any]:
        """There must be something to send."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error(None, "Write a sentence, tap a face, or choose a time, so that there is something to send.")
        return data

    def said(self) -> Beforehand:
        """What was written, as the action takes it."""
        return Beforehand(**self.cleaned_data)
