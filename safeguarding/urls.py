"""Addresses behind the wall, by noun."""

from django.urls import path

from safeguarding.views import adults, casework, emergency, handing_over, raising, sharing, triage

app_name = "safeguarding"
urlpatterns = [
    # Everybody: raise, see one's own, what was shared
    path("raise/", raising.concern_raise, name="concern_raise"),
    path("raise/students/", raising.concern_students, name="concern_students"),
    path("raise/draft/", raising.concern_draft, name="concern_draft"),
    path("raise/<uuid:public_id>/discard/", raising.concern_discard, name="concern_discard"),
    path("raised/<uuid:public_id>/", raising.concern_raised, name="concern_raised"),
    path("mine/", raising.concern_own_list, name="concern_own_list"),
    path("mine/<uuid:public_id>/", raising.concern_own_detail, name="concern_own_detail"),
    path("shared/", sharing.shared_list, name="shared_list"),
    path("shared/<uuid:public_id>/", sharing.shared_detail, name="shared_detail"),
    # The team
    path("triage/", triage.triage_list, name="triage_list"),
    path("triage/search/", triage.triage_search, name="triage_search"),
    path("triage/hand-over/", handing_over.hand_over, name="hand_over"),
    path("triage/students/", casework.match_students, name="match_students"),
    path("concerns/<uuid:public_id>/", triage.concern_detail, name="concern_detail"),
    path("concerns/<uuid:public_id>/acknowledge/", triage.concern_acknowledge, name="concern_acknowledge"),
    path("concerns/<uuid:public_id>/assess/", casework.concern_assess, name="concern_assess"),
    path("concerns/<uuid:public_id>/assign/", casework.concern_assign, name="concern_assign"),
    path("concerns/<uuid:public_id>/match/", casework.concern_match, name="concern_match"),
    path("concerns/<uuid:public_id>/move/", casework.concern_move, name="concern_move"),
    path("concerns/<uuid:public_id>/entries/", casework.entry_add, name="entry_add"),
    path("concerns/<uuid:public_id>/actions/", casework.action_add, name="action_add"),
    path("concerns/<uuid:public_id>/close/", casework.concern_close, name="concern_close"),
    path("concerns/<uuid:public_id>/reopen/", casework.concern_reopen, name="concern_reopen"),
    path("concerns/<uuid:public_id>/share/", casework.concern_share, name="concern_share"),
    path("concerns/<uuid:public_id>/exclude/", casework.concern_exclude, name="concern_exclude"),
    path("concerns/<uuid:public_id>/flag/", casework.flag_set, name="flag_set"),
    path("entries/<uuid:public_id>/correct/", casework.entry_correct, name="entry_correct"),
    path("actions/<uuid:public_id>/settle/", casework.action_settle, name="action_settle"),
    path("shares/<uuid:public_id>/end/", casework.share_end, name="share_end"),
    path("exclusions/<uuid:public_id>/lift/", casework.exclusion_lift, name="exclusion_lift"),
    path("concerns/<uuid:concern_id>/flags/<uuid:public_id>/end/", casework.flag_end, name="flag_end"),
    path("students/<uuid:public_id>/", triage.student_chronology, name="student_chronology"),
    # Emergencies: the head breaks glass; numbers to call
    path("emergency/", emergency.glass, name="glass"),
    path("emergency/end/", emergency.glass_end, name="glass_end"),
    path("emergency/<uuid:public_id>/", emergency.glass_detail, name="glass_detail"),
    path("emergency/<uuid:public_id>/acknowledge/", emergency.glass_acknowledge, name="glass_acknowledge"),
    path("emergency/<uuid:public_id>/entries/", emergency.glass_entry, name="glass_entry"),
    path("emergency/<uuid:public_id>/stop/", emergency.glass_stop, name="glass_stop"),
    path("emergency/numbers/", emergency.emergency_edit, name="emergency_edit"),
    # Concerns about adults
    path("adults/raise/", adults.adult_raise, name="adult_raise"),
    path("adults/mine/", adults.adult_own_list, name="adult_own_list"),
    path("adults/", adults.adult_list, name="adult_list"),
    path("adults/<uuid:public_id>/", adults.adult_detail, name="adult_detail"),
]
