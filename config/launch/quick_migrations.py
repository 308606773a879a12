"""Migrating a new database in seconds rather than a minute.

Django draws its picture of the models anew after each operation, for every model related to the one that changed; in
a project where everything is related to people that is nearly all of them, hundreds of times. Operations that only
add something to one model, or a trigger to its table, need only that model drawn again. Django's own flag for a picture that may be out of date
makes it draw everything again before a data migration looks. `./run prove` compares the tables with Django's own way.
"""

from collections.abc import Callable
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

ADDING = ("add_model", "add_field", "_append_option")


def draw_only_what_changed() -> None:
    """Make additions redraw one model; every other kind of change goes Django's way."""
    everything_related = ProjectState._find_reload_model  # type: ignore[attr-defined]  # not in the stubs

    def related(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        if not state.__dict__.get("waymark_only_adds"):
            found: set[tuple[str, str]] = everything_related(state, app_label, model_name, delay)
            return found
        state.is_delayed = True
        return {(app_label, model_name)}

    ProjectState._find_reload_model = related  # type: ignore[attr-defined]  # not in the stubs
    for name in ADDING:
        setattr(ProjectState, name, _narrowly(getattr(ProjectState, name)))
    # A trigger changes nothing that another model's picture shows; there are more of them than of anything else.
    for operation in (AddTrigger, RemoveTrigger):
        operation.state_forwards = _with_narrow_state(operation.state_forwards)  # type: ignore[method-assign]


def _narrowly(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(state: ProjectState, *args: Any, **kwargs: Any) -> Any:
        state.__dict__["waymark_only_adds"] = True
        try:
            return method(state, *args, **kwargs)
        finally:
            state.__dict__.pop("waymark_only_adds")

    return call


def _with_narrow_state(method: Callable[..., None]) -> Callable[..., None]:
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        _narrowly(lambda same: method(operation, app_label, same))(state)

    return state_forwards
