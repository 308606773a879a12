"""Students, groups and caseloads: addresses."""

from django.urls import path

from caseload.views import calendar, contacts, grants, groups, lists, search, students, team

app_name = "caseload"
urlpatterns = [
    path("caseload/", lists.caseload_list, name="caseload_list"),
    path("students/", lists.student_list, name="student_list"),
    path("students/add/", students.student_add, name="student_add"),
    path("students/<uuid:public_id>/", students.student_detail, name="student_detail"),
    path("students/<uuid:public_id>/edit/", students.student_edit, name="student_edit"),
    path("students/<uuid:public_id>/identifiers/", students.student_identifiers, name="student_identifiers"),
    path("students/<uuid:public_id>/contacts/", contacts.contact_list, name="contact_list"),
    path("students/<uuid:public_id>/contacts/log/", contacts.contact_log, name="contact_log"),
    path("students/<uuid:public_id>/contacts/add/", contacts.contact_add, name="contact_add"),
    path("students/<uuid:public_id>/contacts/<uuid:contact_id>/", contacts.contact_edit, name="contact_edit"),
    path("contact-log/<uuid:public_id>/add/", contacts.contact_entry_add, name="contact_entry_add"),
    path("contact-log/<uuid:public_id>/follow-up/", contacts.contact_follow_up, name="contact_follow_up"),
    path("search/", search.search, name="search"),
    path("groups/", groups.teaching_group_list, name="teaching_group_list"),
    path("groups/<uuid:public_id>/", groups.teaching_group_detail, name="teaching_group_detail"),
    path("set-up/groups/", groups.group_list, name="group_list"),
    path("set-up/groups/<slug:kind>/<uuid:public_id>/", groups.group_setup, name="group_setup"),
    path("set-up/groups/<slug:kind>/<uuid:public_id>/add/", groups.member_add, name="member_add"),
    path("set-up/groups/<slug:kind>/<uuid:public_id>/<uuid:student_id>/", groups.member_change, name="member_change"),
    path("set-up/calendar/", calendar.calendar, name="calendar"),
    path("set-up/calendar/add/", calendar.year_add, name="year_add"),
    path("set-up/calendar/closures/add/", calendar.closure_add, name="closure_add"),
    path("set-up/calendar/closures/<int:number>/", calendar.closure_edit, name="closure_edit"),
    path("set-up/calendar/<int:start_year>/terms/add/", calendar.term_add, name="term_add"),
    path("set-up/calendar/<int:start_year>/terms/<int:number>/", calendar.term_edit, name="term_edit"),
    path("reach/", grants.grant_list, name="grant_list"),
    path("reach/give/", grants.grant_give, name="grant_give"),
    path("reach/over/<slug:kind>/<str:container>/", grants.grant_reaches, name="grant_reaches"),
    path("reach/<slug:kind>/<uuid:public_id>/", grants.grant_detail, name="grant_detail"),
    path("reach/<slug:kind>/<uuid:public_id>/end/", grants.grant_end, name="grant_end"),
    path("safeguarding-team/", team.team_list, name="team_list"),
    path("safeguarding-team/propose/", team.team_propose, name="team_propose"),
    path("safeguarding-team/<uuid:public_id>/decide/", team.team_decide, name="team_decide"),
    path("safeguarding-team/<uuid:public_id>/end/", team.team_end, name="team_end"),
]
