"""Kinds of one-to-one and their questions, set up by leaders."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.gates import page
from core.pages.http import posted
from interventions.actions.meeting_types import save_meeting_type
from interventions.fields import Words
from interventions.forms_targets import steps_of
from interventions.models import MeetingType

MANAGE = "interventions.manage_meeting_types"


class MeetingTypeForm(forms.Form):
    """A kind of one-to-one: its name, its questions, its place in the list, whether it is offered."""

    name = forms.CharField(label="Name", max_length=60)
    prompts = Words(label="Questions worth asking, one a line", rows=6, max_length=4_000)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=999, help_text="The first one is chosen when a form opens."
    )
    active = forms.BooleanField(
        label="Offered", required=False, help_text="Unticked it stays with what was logged and is offered no more."
    )

    def __init__(self, *args: object, kind: MeetingType | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        self.kind = kind

    def clean_name(self) -> str:
        """Two kinds of the same name could not be told apart."""
        name: str = self.cleaned_data["name"]
        if MeetingType.objects.filter(name__iexact=name).exclude(pk=self.kind.pk if self.kind else None).exists():
            raise forms.ValidationError("There is a kind of this name already. Give another name.")
        return name

    def clean_prompts(self) -> list[str]:
        """Short questions, not too many."""
        prompts = steps_of(self.cleaned_data["prompts"])
        if any(len(prompt) > 200 for prompt in prompts):
            raise forms.ValidationError("A question has at most 200 characters.")
        if len(prompts) > 12:
            raise forms.ValidationError("Twelve questions are the most that anybody reads.")
        return prompts

    def clean_active(self) -> bool:
        """One kind at least is offered."""
        active: bool = self.cleaned_data["active"]
        others = MeetingType.objects.filter(active=True).exclude(pk=self.kind.pk if self.kind else None)
        if not active and not others.exists():
            raise forms.ValidationError("This is the last kind that is offered. Offer another first.")
        return active


@page(MANAGE)
def meeting_type_list(request: HttpRequest) -> HttpResponse:
    """Every kind of one-to-one."""
    return render(request, "interventions/meeting_type_list.html", {"kinds": MeetingType.objects.all()})


@page(MANAGE)
def meeting_type_edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a kind, or change its name and questions."""
    kind = get_object_or_404(MeetingType, code=code) if code else None
    position = MeetingType.objects.count() + 1
    initial = {"active": True, "position": position}
    if kind:
        initial = {
            "name": kind.name,
            "prompts": "\n".join(kind.prompts),
            "position": kind.position,
            "active": kind.active,
        }  # type: ignore[dict-item]  # words too
    form = MeetingTypeForm(posted(request), kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        saved = save_meeting_type(kind, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
        messages.success(request, f"{saved.name} is saved.")
        return redirect("interventions:meeting_type_list")
    context = {"form": form, "kind": kind}
    return render(request, "interventions/meeting_type_edit.html", context, status=422 if form.errors else 200)
