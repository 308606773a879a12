"""Support plans and referrals: addresses, under those of the app."""

from django.urls import path

from interventions.views import referrals, support

urlpatterns = [
    path("support/", support.support_list, name="support_list"),
    path("support/classes/", support.support_classes, name="support_classes"),
    path("support/<uuid:plan_id>/", support.support_detail, name="support_detail"),
    path("support/<uuid:plan_id>/change/", support.support_change, name="support_change"),
    path("support/<uuid:plan_id>/review/", support.support_review, name="support_review"),
    path("support/<uuid:plan_id>/end/", support.support_end, name="support_end"),
    path("students/<uuid:student_id>/support/new/", support.support_new, name="support_new"),
    path("referrals/", referrals.referral_list, name="referral_list"),
    path("referrals/new/", referrals.referral_new, name="referral_new"),
    path("referrals/<uuid:referral_id>/", referrals.referral_detail, name="referral_detail"),
    path("referrals/<uuid:referral_id>/take-back/", referrals.referral_take_back, name="referral_take_back"),
    path("referrals/<uuid:referral_id>/noted/", referrals.referral_noted, name="referral_noted"),
    path("students/<uuid:public_id>/referrals/new/", referrals.referral_for, name="referral_for"),
    path("set-up/services/", referrals.service_list, name="service_list"),
    path("set-up/services/add/", referrals.service_edit, name="service_add"),
    path("set-up/services/<uuid:service_id>/", referrals.service_edit, name="service_edit"),
]
