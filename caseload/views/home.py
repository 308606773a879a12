"""Writing home: what the college has decided, and what a student of 18 says about it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import home as actions
from caseload.forms.contacts import HomeConsentForm, HomePolicyForm
from caseload.models import Student
from caseload.queries.home import home_policy, home_standing
from caseload.rules.structure import MANAGE_STRUCTURE, manages_college
from caseload.rules.students import LOG_CONTACT
from core.pages.http import posted


@page(MANAGE_STRUCTURE)
def home_policy_edit(request: HttpRequest) -> HttpResponse:
    """Decide about writing home."""
    if not manages_college(request.user):
        raise Http404
    policy = home_policy()
    initial = {"write_at_16_and_17": policy.write_at_16_and_17, "announce_days": policy.announce_days}
    form = HomePolicyForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_home_policy(request.user, **form.cleaned_data)
        messages.success(request, "The decisions about letters home are saved.")
        return redirect("caseload:home_policy")
    context = {"form": form, "policy": policy}
    return render(request, "caseload/home_policy.html", context, status=422 if form.errors else 200)


@require_POST
@page(LOG_CONTACT)
def home_consent(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down that a student agrees, or no longer agrees, that home is written to."""
    student = fetch(Student, request.user, LOG_CONTACT, public_id=public_id)
    if "withdraw" in request.POST:
        if actions.withdraw_home_consent(request.user, student):
            messages.success(request, f"{student.full_name} no longer agrees. From 18 on nothing goes home about them.")
        else:
            messages.info(request, f"No agreement of {student.full_name} was on record, so nothing has changed.")
        return redirect("caseload:contact_list", student.public_id)
    form = HomeConsentForm(request.POST)
    if not home_standing(student)["may_agree"]:
        messages.error(request, "A student says this from 17 on; until then the college decides.")
    elif form.is_valid():
        actions.give_home_consent(request.user, student, form.cleaned_data["words"])
    else:
        messages.error(request, "Say how the student agreed, in one line.")
    return redirect("caseload:contact_list", student.public_id)
