"""Reach: who holds which role over what, given and ended here."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import page
from accounts.models import User
from accounts.queries import staff_found
from accounts.roles import BY_CODE
from caseload.actions.grants import AlreadyEnded, AlreadyHeld, Impossible, Reaching, end_reach, give_reach
from caseload.forms.grants import EndReachForm, GiveForm, roles_to_give
from caseload.models import Grant
from caseload.queries import grants as queries
from caseload.rules.grants import GIVE, NotAllowed, givable, may_end, whole_college
from core import clock
from core.pages.http import sent_key, wants_part

FOUND = 20


@page(GIVE)
def grant_list(request: HttpRequest) -> HttpResponse:
    """Who holds what: by person, role and kind; now, later or in the past."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "role", "when")}
    when = asked["when"] if asked["when"] in queries.TIMES else "now"
    rows = queries.grants_found(request.user, kind=asked["kind"], role=asked["role"], when=when, words=asked["q"])
    labels = {"now": "Now", "later": "Later", "ended": "Ended"}
    context = {
        "rows": rows[: queries.SHOWN],
        "more": len(rows) > queries.SHOWN,
        "asked": asked,
        "when": when,
        "chips": [
            {"label": labels[time], "url": _query(request, when=time), "count": None, "current": time == when}
            for time in queries.TIMES
        ],
        "kinds": queries.KIND_WORDS.items(),
        "roles": [(role.code, role.label) for role in BY_CODE.values()],
    }
    return render(request, f"caseload/grant_list.html{'#rows' if wants_part(request) else ''}", context)


@page(GIVE)
def grant_give(request: HttpRequest) -> HttpResponse:
    """Give somebody reach: find them, choose the role, choose what over, from when to when."""
    sent = request.POST if request.method == "POST" else request.GET
    person = _person(sent.get("person", ""))
    if person is None:
        words = request.GET.get("q", "").strip()
        found = list(staff_found(words)[: FOUND + 1]) if words else []
        context = {"q": words, "people": found[:FOUND], "more": len(found) > FOUND, "kept": _kept(request)}
        return render(request, f"caseload/grant_person.html{'#people' if wants_part(request) else ''}", context)
    form = _give_form(request, sent)
    if form.is_bound and form.kind and form.is_valid():
        grant = _give(request, form, person)
        if grant:
            messages.success(request, f"{person.full_name} is now {queries.row_of(grant, clock.today()).said}.")
            return redirect("caseload:grant_detail", kind=grant.container_kind, public_id=grant.public_id)
    context = {"form": form, "person": person, "own": person.pk == request.user.pk}
    part = "#over" if wants_part(request) and not form.is_bound else ""
    return render(request, f"caseload/grant_give.html{part}", context, status=422 if form.is_bound else 200)


@page(GIVE)
def grant_detail(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """One grant, its history, and the way to end it."""
    grant = _named(request, kind, public_id)
    return render(request, "caseload/grant_detail.html", _about(request, grant, EndReachForm()))


@page(GIVE)
@require_POST
def grant_end(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """End a grant, now or after a last day."""
    grant = _named(request, kind, public_id)
    form = EndReachForm(request.POST)
    if form.is_valid():
        try:
            ended = end_reach(grant, request.user, form.cleaned_data["reason"], form.cleaned_data["last_day"])
        except (NotAllowed, Impossible) as refused:
            form.add_error(getattr(refused, "field", None) or None, str(refused))
        except AlreadyEnded:
            messages.info(request, "That had ended already.")
            return redirect("caseload:grant_detail", kind=kind, public_id=public_id)
        else:
            last = queries.last_day_of(ended.period)
            words = f"It ends after {last:%-d %b %Y}." if last and last >= clock.today() else "It has ended."
            messages.success(request, words)
            return redirect("caseload:grant_detail", kind=kind, public_id=public_id)
    return render(request, "caseload/grant_detail.html", _about(request, grant, form), status=422)


@page(GIVE)
def grant_reaches(request: HttpRequest, kind: str, container: str) -> HttpResponse:
    """Who reaches one group or place, now, later and in the past."""
    found = _container(request.user, kind, container)
    if found is None:
        raise Http404
    rows = queries.who_reaches(request.user, kind, found)
    context = {"name": queries.name_of(found), "kind_words": queries.KIND_WORDS[kind], "kind": kind, "key": container}
    context |= {
        "now": [row for row in rows if row.state in {"now", "later"}],
        "past": [row for row in rows if row.state in {"ended", "never"}],
        "roles": [pair for pair in roles_to_give(request.user) if pair[0].endswith(f":{kind}")],
    }
    return render(request, "caseload/grant_reaches.html", context)


def _give_form(request: HttpRequest, sent: Any) -> GiveForm:
    role_kind = sent.get("role_kind", "")
    if request.method == "POST":
        return GiveForm(request.POST, by=request.user, role_kind=role_kind)
    names = ("container", "capacity", "starts_on", "last_day", "reason", "handover_note")
    return GiveForm(
        by=request.user, role_kind=role_kind, initial={name: sent[name] for name in names if sent.get(name)}
    )


def _give(request: HttpRequest, form: GiveForm, person: User) -> Grant | None:
    """Give what the form asks; a fault goes to the field it is about."""
    data = form.cleaned_data
    container = _container(request.user, form.kind, data["container"])
    if container is None:
        form.add_error("container", "That is not at a site you look after.")
        return None
    wanted = Reaching(
        user=person,
        role=form.role,
        kind=form.kind,
        container=container,
        starts_on=data["starts_on"],
        last_day=data["last_day"],
        reason=data["reason"],
        capacity=data.get("capacity") or "tutor",
        handover_note=data.get("handover_note", ""),
    )
    try:
        return give_reach(wanted, request.user)
    except Impossible as problem:
        form.add_error(problem.field, str(problem))
    except (NotAllowed, AlreadyHeld) as refused:
        form.add_error(None, str(refused))
    return None


def _container(by: Any, kind: str, key: str) -> Model | None:
    """The container that an address names, among those over which this person gives reach."""
    if kind not in queries.KIND_WORDS:
        return None
    rows = givable(by, kind)
    if kind == "college":
        return whole_college() if rows.exists() else None
    return _by_public_id(rows, key)


def _by_public_id(rows: Any, key: str) -> Any:
    public_id = sent_key(key)
    return rows.filter(public_id=public_id).first() if public_id else None


def _person(key: str) -> User | None:
    return _by_public_id(User.objects.all(), key) if key else None


def _named(request: HttpRequest, kind: str, public_id: str) -> Grant:
    grant = queries.grant_named(request.user, kind, public_id)
    if grant is None:
        raise Http404
    return grant


def _about(request: HttpRequest, grant: Any, form: EndReachForm) -> dict[str, Any]:
    row = queries.row_of(grant, clock.today())
    return {
        "grant": grant,
        "row": row,
        "history": queries.history_of(grant),
        "may_end": row.state in {"now", "later"} and may_end(request.user, grant),
        "own": grant.user_id == request.user.pk,
        "form": form,
    }


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What a link to this page had chosen already, carried on while the person is found."""
    return [(name, request.GET[name]) for name in ("role_kind", "container", "capacity") if request.GET.get(name)]


def _query(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"
