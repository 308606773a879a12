"""Notes about many, passing on, times and bookings, what students are asked, kinds of one-to-one: addresses."""

from django.urls import path

from interventions.views import beforehand, bookings, due, meeting_types, meetings, notes, passing_on, workload

urlpatterns = [
    path("notes/new/", notes.note_new_many, name="note_new_many"),
    path("notes/<uuid:note_id>/seal/", passing_on.note_seal, name="note_seal"),
    path("one-to-ones/<uuid:meeting_id>/seal/", passing_on.meeting_seal, name="meeting_seal"),
    path("one-to-ones/<uuid:meeting_id>/send/", beforehand.meeting_send, name="meeting_send"),
    path("students/<uuid:student_id>/one-to-one/page/", meetings.meeting_page, name="meeting_page"),
    path("beforehand/ask/", beforehand.student_ask, name="student_ask"),
    path("beforehand/<uuid:words_id>/take-back/", beforehand.student_link_end, name="student_link_end"),
    path("beforehand/<uuid:words_id>/pass-on/", passing_on.student_words_pass_on, name="student_words_pass_on"),
    path("with-you/sent/", beforehand.beforehand_thanks, name="beforehand_thanks"),
    path("with-you/<str:token>/", beforehand.beforehand, name="beforehand"),
    path("times/", bookings.slot_list, name="slot_list"),
    path("times/new/", bookings.slot_new, name="slot_new"),
    path("times/calendar/", bookings.feed_detail, name="feed_detail"),
    path("times/calendar/end/", bookings.feed_end, name="feed_end"),
    path("times/<uuid:slot_id>/book/", bookings.slot_book, name="slot_book"),
    path("students/<uuid:student_id>/book/", bookings.student_book, name="student_book"),
    path("times/<uuid:slot_id>/withdraw/", bookings.slot_withdraw, name="slot_withdraw"),
    path("bookings/<uuid:booking_id>/end/", bookings.booking_end, name="booking_end"),
    path("bookings/<uuid:booking_id>/move/", bookings.booking_move, name="booking_move"),
    path("calendar/<str:token>.ics", bookings.feed_read, name="feed_read"),
    path("workload/", workload.workload_list, name="workload_list"),
    path("workload/<uuid:tutor_id>/", workload.workload_detail, name="workload_detail"),
    path("coverage/", due.coverage_list, name="coverage_list"),
    path("set-up/one-to-ones/", meeting_types.meeting_type_list, name="meeting_type_list"),
    path("set-up/one-to-ones/add/", meeting_types.meeting_type_edit, name="meeting_type_add"),
    path("set-up/one-to-ones/<slug:code>/", meeting_types.meeting_type_edit, name="meeting_type_edit"),
]
