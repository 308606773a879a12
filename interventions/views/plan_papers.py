"""Action plans on paper: the copy for signing, and the copy that was signed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from audit import record
from caseload.queries.home import recipients
from core import clock
from core.documents.pdf import facts_hash, render_pdf
from core.pages.http import form_token
from core.private.files import FileGone, file_response, safe_name
from interventions import choices_plans as choices
from interventions.actions import plans as actions
from interventions.choices_plans import MANAGE_PLAN as MANAGE
from interventions.choices_plans import VIEW_PLAN as VIEW
from interventions.choices_plans import Edition
from interventions.forms_plans import SignedForm
from interventions.models import ActionPlan, PlanCopy
from interventions.queries.plan_papers import plan_facts, usual_edition


def _plan(request: HttpRequest, permission: str, plan_id: UUID) -> ActionPlan:
    rows = ActionPlan.objects.select_related("student", "stage", "owner", "approved_by")
    return fetch(rows, request.user, permission, public_id=plan_id)


@page(MANAGE)
def plan_print(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A plan as a PDF with a line for everybody who agrees to it; the home copy names the student as at home."""
    plan = _plan(request, MANAGE, plan_id)
    asked = request.GET.get("for", "")
    edition = Edition(asked) if asked in Edition.values else usual_edition(plan)
    if edition == Edition.HOME and not any(one.allowed for one in recipients([plan.student_id])[plan.student_id]):
        messages.error(request, "Nobody at home may be written to about this student, so there is no copy for home.")
        return redirect("interventions:plan_detail", plan.public_id)
    facts = plan_facts(plan, edition)
    large = "large" in request.GET
    file = render_pdf(
        "interventions/print/plan.html",
        {"facts": facts},
        title=f"Action plan for {facts['name']}",
        facts_hash=facts_hash(facts),
        snapshot_at=clock.now(),
        edition=facts["edition"],
        size="large" if large else "home" if edition == Edition.HOME else "normal",
    )
    details = {"student": plan.student_id, "edition": str(edition), "version": plan.version}
    record.record(request.user, choices.PLAN_PRINTED, "action_plan", plan.pk, details=details)
    name = safe_name(f"action-plan-{plan.public_id.hex[:8]}-{edition}.pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(file, content_type="application/pdf", headers=headers)


@page(MANAGE)
def plan_sign(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Attach the copy that was signed."""
    plan = _plan(request, MANAGE, plan_id)
    data: tuple[Any, Any] = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SignedForm(*data, plan=plan)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.attach_signed(
            request.user, plan, given["file"], form.content_type, given["signed_on"], token=form_token(request)
        )
        messages.success(request, "The signed copy is kept with the plan.")
        return redirect("interventions:plan_detail", plan.public_id)
    context = {
        "plan": plan,
        "student": plan.student,
        "form": form,
        "token": form_token(request),
        "trail": [
            ("Action plans", reverse("interventions:plan_list")),
            (plan.title, reverse("interventions:plan_detail", args=[plan.public_id])),
            ("Signed copy", ""),
        ],
    }
    return render(request, "interventions/plan_sign.html", context, status=422 if form.errors else 200)


@page(VIEW)
def plan_copy(request: HttpRequest, plan_id: UUID, copy_id: UUID) -> HttpResponseBase:
    """A signed copy, for whoever may read the plan; opening it is recorded."""
    plan = _plan(request, VIEW, plan_id)
    copy = PlanCopy.objects.select_related("file").filter(plan=plan, public_id=copy_id).first()
    if copy is None:
        raise Http404
    details = {"student": plan.student_id, "copy": copy.pk}
    record.record(request.user, choices.PLAN_SIGNED_READ, "action_plan", plan.pk, details=details)
    try:
        return file_response(copy.file)
    except FileGone:
        raise Http404 from None
