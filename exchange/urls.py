"""Imports: addresses."""

from django.urls import path

from exchange.views import imports

app_name = "exchange"
urlpatterns = [
    path("imports/", imports.import_list, name="import_list"),
    path("imports/leavers/", imports.leaver_list, name="leaver_list"),
    path("imports/leavers/<int:number>/end/", imports.leaver_end, name="leaver_end"),
    path("imports/leavers/<int:number>/keep/", imports.leaver_keep, name="leaver_keep"),
    path("imports/<uuid:public_id>/", imports.import_detail, name="import_detail"),
    path("imports/<uuid:public_id>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<uuid:public_id>/discard/", imports.import_discard, name="import_discard"),
]
