"""Imports: addresses."""

from django.urls import path

from exchange.views import imports, leavers, marks

app_name = "exchange"
urlpatterns = [
    path("imports/", imports.import_list, name="import_list"),
    path("imports/leavers/", leavers.leaver_list, name="leaver_list"),
    path("imports/leavers/decide/", leavers.leaver_decide, name="leaver_decide"),
    path("registers/from-mis/", marks.mark_import_list, name="mark_import_list"),
    path("registers/from-mis/<uuid:public_id>/", marks.mark_import_detail, name="mark_import_detail"),
    path("registers/from-mis/<uuid:public_id>/confirm/", marks.mark_import_confirm, name="mark_import_confirm"),
    path("registers/from-mis/<uuid:public_id>/dates/", marks.mark_import_dates, name="mark_import_dates"),
    path("registers/from-mis/<uuid:public_id>/discard/", marks.mark_import_discard, name="mark_import_discard"),
    path("registers/from-mis/deliveries/<uuid:public_id>/", marks.mark_delivery_detail, name="mark_delivery_detail"),
    path(
        "registers/from-mis/deliveries/<uuid:public_id>/no-more/",
        marks.mark_delivery_no_more,
        name="mark_delivery_no_more",
    ),
    path("imports/<uuid:public_id>/", imports.import_detail, name="import_detail"),
    path("imports/<uuid:public_id>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<uuid:public_id>/dates/", imports.import_dates, name="import_dates"),
    path("imports/<uuid:public_id>/namesakes/", imports.import_namesakes, name="import_namesakes"),
    path("imports/<uuid:public_id>/discard/", imports.import_discard, name="import_discard"),
]
