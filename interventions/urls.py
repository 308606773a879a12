"""One-to-ones, targets, notes and what is due: addresses."""

from django.urls import path

from interventions import urls_one_to_ones, urls_panels, urls_plans, urls_programmes, urls_support, urls_targets
from interventions.views import cases, cases_many, due, letters, meeting_new, meetings, notes, targets

app_name = "interventions"
urlpatterns = [
    *urls_panels.urlpatterns,
    *urls_programmes.urlpatterns,
    *urls_one_to_ones.urlpatterns,
    *urls_targets.urlpatterns,
    *urls_support.urlpatterns,
    *urls_plans.urlpatterns,
    path("due/", due.due_list, name="due_list"),
    path("students/<uuid:student_id>/one-to-one/", meeting_new.meeting_new, name="meeting_new"),
    path("students/<uuid:student_id>/one-to-one/draft/", meeting_new.meeting_draft, name="meeting_draft"),
    path(
        "students/<uuid:student_id>/one-to-one/draft/<uuid:key>/discard/",
        meeting_new.draft_discard,
        name="draft_discard",
    ),
    path("one-to-ones/questions/", meeting_new.meeting_prompts, name="meeting_prompts"),
    path("one-to-ones/<uuid:meeting_id>/", meetings.meeting_detail, name="meeting_detail"),
    path("one-to-ones/<uuid:meeting_id>/amend/", meetings.meeting_amend, name="meeting_amend"),
    path("students/<uuid:student_id>/targets/", targets.target_list, name="target_list"),
    path("students/<uuid:student_id>/targets/new/", targets.target_new, name="target_new"),
    path("targets/<uuid:target_id>/", targets.target_detail, name="target_detail"),
    path("targets/<uuid:target_id>/change/", targets.target_change, name="target_change"),
    path("targets/<uuid:target_id>/review/", targets.target_review, name="target_review"),
    path("targets/<uuid:target_id>/steps/<int:position>/", targets.step_tick, name="step_tick"),
    path("students/<uuid:student_id>/notes/new/", notes.note_new, name="note_new"),
    path("notes/<uuid:note_id>/", notes.note_detail, name="note_detail"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases_many.case_many, name="case_many"),
    path("cases/<uuid:case_id>/", cases.case_detail, name="case_detail"),
    path("cases/<uuid:case_id>/approve/", cases.case_approve, name="case_approve"),
    path("students/<uuid:student_id>/cases/new/", cases.case_new, name="case_new"),
    path("set-up/processes/", cases.process_list, name="process_list"),
    path("set-up/processes/<uuid:process_id>/", cases.process_detail, name="process_detail"),
    path("set-up/processes/<uuid:process_id>/stages/add/", cases.stage_edit, name="stage_add"),
    path("set-up/processes/<uuid:process_id>/stages/<uuid:stage_id>/", cases.stage_edit, name="stage_edit"),
    path("students/<uuid:student_id>/letters/new/", letters.letter_for, name="letter_for"),
    path("letters/new/", letters.letter_new, name="letter_new"),
    path("letters/<uuid:batch_id>/", letters.letter_batch, name="letter_batch"),
    path("letters/<uuid:batch_id>/send/", letters.letter_send, name="letter_send"),
    path("letters/<uuid:batch_id>/print/", letters.letter_print, name="letter_print"),
    path("letter/<uuid:letter_id>/", letters.letter_edit, name="letter_edit"),
    path("letter/<uuid:letter_id>/file/", letters.letter_file, name="letter_file"),
    path("set-up/letters/", letters.letter_template_list, name="letter_template_list"),
    path("set-up/letters/add/", letters.letter_template_edit, name="letter_template_add"),
    path("set-up/letters/<uuid:template_id>/", letters.letter_template_edit, name="letter_template_edit"),
]
