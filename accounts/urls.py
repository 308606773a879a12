"""Staff, roles and sign-in: addresses."""

from django.urls import path

from accounts.views import audit, factors, outbox, second_step, session, staff, step_up, undelivered

app_name = "accounts"
urlpatterns = [
    path("step-up/", step_up.step_up, name="step_up"),
    path("first-step/", factors.first_step, name="first_step"),
    path("first-step/<str:token>/", factors.first_step_link, name="first_step_link"),
    path("stay/", session.stay_signed_in, name="stay_signed_in"),
    path("kept/<uuid:public_id>/discard/", session.kept_discard, name="kept_discard"),
    path("staff/", staff.staff_list, name="staff_list"),
    path("staff/add/", staff.staff_add, name="staff_add"),
    path("staff/<uuid:public_id>/", staff.staff_detail, name="staff_detail"),
    path("staff/<uuid:public_id>/edit/", staff.staff_edit, name="staff_edit"),
    path("staff/<uuid:public_id>/end/", staff.staff_end, name="staff_end"),
    path("staff/<uuid:public_id>/return/", staff.staff_return, name="staff_return"),
    path("staff/<uuid:public_id>/send-link/", staff.staff_send_link, name="staff_send_link"),
    path("staff/<uuid:public_id>/let-in/", second_step.staff_let_in, name="staff_let_in"),
    path("staff/<uuid:public_id>/second-step/", second_step.second_step, name="second_step"),
    path("second-steps/<uuid:public_id>/decide/", second_step.second_step_decide, name="second_step_decide"),
    path("outbox/", outbox.outbox_list, name="outbox_list"),
    path("outbox/<uuid:public_id>/arrived/", outbox.mail_arrived, name="mail_arrived"),
    path("outbox/<uuid:public_id>/send-again/", outbox.mail_send_again, name="mail_send_again"),
    path("safeguarding-team/emails/", undelivered.undelivered_list, name="undelivered_list"),
    path(
        "safeguarding-team/emails/<uuid:public_id>/send-again/", undelivered.undelivered_send, name="undelivered_send"
    ),
    path("audit/", audit.audit_list, name="audit_list"),
]
