"""Help with targets, targets for many, and the bank of model targets: addresses."""

from django.urls import path

from interventions.views import bank, target_help, targets, targets_many

urlpatterns = [
    path("targets/hints/", target_help.target_hints, name="target_hints"),
    path("targets/for-many/", targets_many.target_many, name="target_many"),
    path("students/<uuid:student_id>/targets/ideas/", target_help.target_ideas, name="target_ideas"),
    path("students/<uuid:student_id>/targets/fields/", target_help.target_fields, name="target_fields"),
    path("targets/<uuid:target_id>/count/", targets.target_count, name="target_count"),
    path("bank/", bank.bank_list, name="bank_list"),
    path("bank/new/", bank.bank_new, name="bank_new"),
    path("bank/<uuid:item_id>/", bank.bank_detail, name="bank_detail"),
    path("bank/<uuid:item_id>/change/", bank.bank_change, name="bank_change"),
    path("bank/<uuid:item_id>/rate/", bank.bank_rate, name="bank_rate"),
    path("bank/<uuid:item_id>/archive/", bank.bank_archive, name="bank_archive"),
]
