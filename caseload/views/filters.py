"""Filters of lists of students: saved under a name, and removed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import filters as actions
from caseload.models import SavedFilter
from caseload.queries.filters import plain_query
from caseload.rules.students import VIEW


class FilterForm(forms.Form):
    """A filter's name, which list it is of, what is chosen in it, and whether colleagues may use it."""

    name = forms.CharField(max_length=60)
    place = forms.ChoiceField(choices=SavedFilter.ListPage.choices)
    query = forms.CharField(max_length=300)
    shared = forms.BooleanField(required=False)


@require_POST
@page(VIEW)
def filter_save(request: HttpRequest) -> HttpResponse:
    """Save what a list shows under a name."""
    user: Any = request.user
    form = FilterForm(request.POST)
    sent = request.POST.get("place", "")
    place = sent if sent in SavedFilter.ListPage.values else SavedFilter.ListPage.STUDENTS.value
    query = plain_query(QueryDict(request.POST.get("query", "")))
    if not form.is_valid() or not query:
        messages.error(request, "Give the filter a name of at most 60 letters, and choose something in the list first.")
    else:
        data = form.cleaned_data
        try:
            actions.save_filter(user, name=data["name"], place=place, query=query, shared=data["shared"])
        except actions.NamesAGroup:
            messages.error(
                request, "A filter within one group is yours alone. Choose all students first, or don’t share it."
            )
        else:
            messages.success(request, f"“{data['name']}” is saved.")
    return redirect(f"{reverse(f'caseload:{place}')}?{query}")


@require_POST
@page(VIEW)
def filter_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remove a filter of one's own."""
    saved = fetch(SavedFilter.objects.filter(owner_id=request.user.pk), request.user, VIEW, public_id=public_id)
    actions.remove_filter(request.user, saved)
    messages.success(request, f"“{saved.name}” is removed.")
    return redirect(f"{reverse(f'caseload:{saved.place}')}?{saved.query}")
