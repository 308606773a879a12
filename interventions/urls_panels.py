"""Panels, their packs, recaps and agreed actions: addresses."""

from django.urls import path

from interventions.views import panel_recap, panels

urlpatterns = [
    path("panels/", panels.panel_list, name="panel_list"),
    path("panels/new/", panels.panel_new, name="panel_new"),
    path("panels/actions/", panels.panel_action_list, name="panel_action_list"),
    path("panels/actions/<uuid:action_id>/", panels.panel_action_settle, name="panel_action_settle"),
    path("panels/packs/<uuid:pack_id>/", panels.pack_file, name="pack_file"),
    path("panels/<uuid:panel_id>/", panels.panel_detail, name="panel_detail"),
    path("panels/<uuid:panel_id>/change/", panels.panel_change, name="panel_change"),
    path("panels/<uuid:panel_id>/order/", panels.panel_order, name="panel_order"),
    path("panels/<uuid:panel_id>/pack/", panels.pack_ask, name="pack_ask"),
    path("panels/<uuid:panel_id>/recap/", panel_recap.panel_recap, name="panel_recap"),
    path("panels/<uuid:panel_id>/recap/draft/", panel_recap.panel_recap_draft, name="panel_recap_draft"),
]
