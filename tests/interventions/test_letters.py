"""Letters home: drafted for those who may be written to, looked at, sent only by a person, each once."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from psycopg.types.range import Range

from attendance.models import ChaseHold, MarkDelivery
from audit.models import Entry
from caseload.choices import Capacity
from caseload.models import Contact, ContactLogEntry, Site, SiteMembership, Student, StudentContact
from core import clock, naming
from core.jobs import run_now
from core.models import Mail
from core.private.files import open_file
from interventions.actions import letters as actions
from interventions.actions.cases import open_case
from interventions.letters import days_in_words, fill, missed_in_words, unknown_places
from interventions.models import Letter, LetterBatch, LetterTemplate, ProcessStage
from interventions.queries.letters import letter_values, letters_in
from tests.core.test_pdf import pages
from tests.interventions.marking import mark_sessions, words

BODY = "Dear {recipient},\n\n{first_name} missed {days_missed} this year.\n\n{sender}"


@pytest.fixture
def template(college):
    return LetterTemplate.objects.create(name="First concern", subject="Attendance of {student}", body=BODY)


@pytest.fixture
def mother(college):
    contact = Contact.objects.get(family_name="Ábel")
    contact.email, contact.address, contact.postcode = "eva@home.example", "1 Hill Road\nBarton", "ZZ1 1ZZ"
    contact.save()
    return contact


@pytest.fixture
def ada(college, mother):
    student = college.student("Ada")
    Student.objects.filter(pk=student.pk).update(date_of_birth=date(2012, 1, 5), home_given_name="Adelina")
    student.refresh_from_db()
    return student


def draft(college, template, *students):
    with naming.named(college.lind.pk):
        return actions.draft_letters(college.lind, template, students, token=uuid4())


def send(college, batch, how="email"):
    with naming.named(college.lind.pk):
        actions.send_letters(college.lind, batch, how)
    run_now("interventions.send_letters", batch_id=batch.pk)
    batch.refresh_from_db()


@pytest.mark.parametrize(
    ("absent", "series", "words"),
    [
        (0, "session", "no days"),
        (1, "session", "half a day"),
        (2, "session", "1 day"),
        (3, "session", "1½ days"),
        (4, "session", "2 days"),
        (19, "session", "9½ days"),
        (0, "lesson", "no lessons"),
        (1, "lesson", "1 lesson"),
        (7, "lesson", "7 lessons"),
    ],
)
def test_days_missed_in_words(absent, series, words):
    assert days_in_words(absent, series) == words


@pytest.mark.parametrize(
    ("absent", "possible", "unauthorised", "series", "words"),
    [
        (0, 0, 0, "session", "has no marks in registers yet this school year"),
        (0, 140, 0, "session", "has missed nothing this school year"),
        (0, 90, 0, "lesson", "has missed nothing this school year"),
        (1, 140, 0, "session", "has missed half a day this school year (1 of 140 sessions, authorised)"),
        (1, 90, 1, "lesson", "has missed 1 of 90 lessons this school year, not authorised"),
        (19, 140, 4, "session", "has missed 9½ days this school year (19 of 140 sessions, 4 of them not authorised)"),
        (19, 140, 0, "session", "has missed 9½ days this school year (19 of 140 sessions, all of them authorised)"),
        (7, 90, 7, "lesson", "has missed 7 of 90 lessons this school year, all of them not authorised"),
    ],
)
def test_what_was_missed_in_words(absent, possible, unauthorised, series, words):
    assert missed_in_words(absent, possible, unauthorised, series) == words


@pytest.mark.parametrize("name", ["Attendance: first concern", "Attendance: invitation to a meeting"])
def test_a_first_letter_to_somebody_who_missed_nothing_reads_well(college, ada, name):
    mark_sessions(college, "Ada", date(2026, 9, 7), college.today, "/\\")
    letter = Letter.objects.get(batch=draft(college, LetterTemplate.objects.get(name=name), ada))
    assert (
        "has missed nothing this school year. In the last six school weeks, attendance was 100.0\u202f%." in letter.body
    )
    for odd in ("missed no ", "(0 of", "0 of them", "because Adelina"):
        assert odd not in letter.body


def test_places_are_filled_once_and_unknown_ones_named():
    assert fill("{student} and {nobody}", {"student": "{date}"}) == "{date} and {nobody}"
    assert unknown_places("{student} {nobody} { {date}") == ["nobody", "{"]


def test_a_letter_uses_the_name_used_at_home(college, template, ada):
    batch = draft(college, template, ada)
    letter = Letter.objects.get(batch=batch)
    assert letter.body.startswith("Dear Mrs Ábel,\n\nAdelina missed no days this year.")
    assert letter.subject == f"Attendance of Adelina {ada.family_name}"
    assert not Mail.objects.filter(key__startswith="letter-").exists()


@pytest.mark.parametrize(
    ("title", "given", "family", "words"),
    [
        ("Mrs", "Éva", "Ábel", "Mrs Ábel"),
        ("", "Éva", "Ábel", "Éva Ábel"),
        ("Mrs", "Éva", "", "Mrs Éva"),
        ("", "", "Ábel", "Ábel"),
        ("", "", "", "Parent or carer"),
    ],
)
def test_how_a_letter_addresses_a_contact(title, given, family, words):
    assert Contact(title=title, given_name=given, family_name=family).addressed == words


def test_a_letter_comes_from_the_site_where_there_are_several(college, template, ada):
    older = SiteMembership.objects.filter(site=college.sixth).first().student
    values = letter_values([ada.pk, older.pk])
    assert [values[pk]["college"] for pk in (ada.pk, older.pk)] == ["Waymark School", "Waymark Sixth"]
    send(college, draft(college, template, ada))
    mail = Mail.objects.get(key__startswith="letter-")
    assert "a contact of a student at Waymark School." in mail.text


def test_letters_printed_together_each_count_their_own_pages(college, template, ada, mother):
    body = "\n\n".join(["A long letter goes on to a second page."] * 40)
    LetterTemplate.objects.filter(pk=template.pk).update(body=body)
    template.refresh_from_db()
    father = Contact.objects.create(given_name="Ben", family_name="Ábel", email="b@home.example")
    StudentContact.objects.create(student=ada, contact=father, priority=2, parental_responsibility=True)
    batch = draft(college, template, ada)
    Letter.objects.filter(batch=batch, contact=mother).update(body="Short.")
    send(college, batch, "paper")
    texts = pages(open_file(batch.file))
    assert [re.search(r"Page \d of \d", text)[0] for text in texts] == ["Page 1 of 1", "Page 1 of 2", "Page 2 of 2"]
    assert all("facts" not in text and "drawing" not in text and "Data read" not in text for text in texts)
    assert [college.school.name in text for text in texts] == [True, True, True]


def test_once_printed_a_batch_says_so_and_offers_no_change(college, template, ada, sign_in):
    client = sign_in(college.lind)
    batch = draft(college, template, ada)
    address = reverse("interventions:letter_batch", args=[batch.public_id])
    with naming.named(college.lind.pk):
        actions.send_letters(college.lind, batch, "paper")
    assert "Read or change" not in client.get(address).content.decode()
    edit = client.get(reverse("interventions:letter_edit", args=[Letter.objects.get().public_id])).content.decode()
    assert '<form method="post" class="wm-form"' not in edit
    run_now("interventions.send_letters", batch_id=batch.pk)
    page = client.get(address).content.decode()
    assert "Printed</span>" in " ".join(page.split())
    assert "As printed" in page
    follows = client.get(address, headers={"HX-Request": "true"})
    assert follows["HX-Refresh"] == "true"


def test_a_letter_names_the_tutor_before_a_co_tutor_and_whoever_covers(college, template, ada):
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], capacity=Capacity.CO_TUTOR)
    week = Range(date(2026, 11, 16), date(2026, 11, 23))
    college.grant(college.lind, "tutor", "caseload", college.caseloads["10A"], capacity=Capacity.COVER, period=week)
    assert letter_values([ada.pk])[ada.pk]["tutor"] == college.okafor.formal_name


def test_a_letter_with_figures_from_a_mis_says_how_far_they_go(college, template, ada):
    assert "The figures are from" not in Letter.objects.get(batch=draft(college, template, ada)).body
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    MarkDelivery.objects.create(site=college.school, covers_until=clock.at(college.today, 9, 30), file_name="a.csv")
    body = Letter.objects.get(batch=draft(college, template, ada)).body
    assert body.endswith("The figures are from marks to 09:30 today.")
    LetterTemplate.objects.filter(pk=template.pk).update(body="Dear {recipient}, come in.")
    template.refresh_from_db()
    assert "The figures are from" not in Letter.objects.get(batch=draft(college, template, ada)).body


def test_sending_makes_a_document_a_mail_and_an_entry_in_the_contact_log(college, template, ada):
    batch = draft(college, template, ada)
    send(college, batch)
    letter = Letter.objects.get(batch=batch)
    assert (batch.stage, letter.state, letter.sent_by) == ("sent", "sent", college.lind)
    assert open_file(letter.file).startswith(b"%PDF")
    mail = Mail.objects.get(key=f"letter-{letter.public_id}")
    assert mail.to_address == "eva@home.example"
    for part in (mail.text, mail.html):
        assert "You get this because you are a contact of a student at" in part
        assert "your work" not in part
    assert ContactLogEntry.objects.get(student=ada).contact == letter.contact


def test_a_job_rung_twice_sends_once(college, template, ada):
    batch = draft(college, template, ada)
    send(college, batch)
    LetterBatch.objects.filter(pk=batch.pk).update(state="waiting", attempts=0)
    run_now("interventions.send_letters", batch_id=batch.pk)
    assert Mail.objects.filter(key__startswith="letter-").count() == 1
    assert ContactLogEntry.objects.filter(student=ada).count() == 1


def test_printing_gives_one_document_and_no_mail(college, template, ada, sign_in):
    batch = draft(college, template, ada)
    send(college, batch, "paper")
    assert not Mail.objects.filter(key__startswith="letter-").exists()
    answer = sign_in(college.lind).get(reverse("interventions:letter_print", args=[batch.public_id]))
    assert b"".join(answer).startswith(b"%PDF")


def test_whoever_may_not_be_written_to_is_left_out_and_named(college, template, ada):
    StudentContact.objects.filter(student=ada).update(no_contact=True)
    batch = draft(college, template, ada)
    assert not Letter.objects.exists()
    assert batch.left_out == [[ada.full_name, "Mrs Éva Ábel: must not be contacted"]]


def test_somebody_barred_after_the_draft_gets_nothing(college, template, ada):
    batch = draft(college, template, ada)
    with naming.named(college.lind.pk):
        actions.send_letters(college.lind, batch, "email")
    StudentContact.objects.filter(student=ada).update(no_contact=True)
    run_now("interventions.send_letters", batch_id=batch.pk)
    assert not Mail.objects.filter(key__startswith="letter-").exists()
    assert Letter.objects.get().state == "dropped"


def test_from_18_on_the_letter_is_to_the_student(college, template, ada):
    Student.objects.filter(pk=ada.pk).update(date_of_birth=date(2008, 1, 5), email="ada@college.example")
    batch = draft(college, template, ada)
    letter = Letter.objects.get(batch=batch)
    assert letter.contact is None
    assert letter.body.startswith("Dear Adelina,")
    send(college, batch)
    mail = Mail.objects.get(key__startswith="letter-")
    assert mail.to_address == "ada@college.example"
    assert "You get this because you are a student at" in mail.text


def test_a_student_who_is_held_out_is_not_chased(college, template, ada):
    ChaseHold.objects.create(student=ada, until=date(2026, 12, 1), reason="In hospital", set_by=college.lind)
    batch = draft(college, template, ada)
    assert not Letter.objects.exists()
    assert "In hospital" in batch.left_out[0][1]


def test_a_letter_goes_by_email_only_to_those_with_an_address(college, template, ada, mother):
    mother.email = ""
    mother.save()
    batch = draft(college, template, ada)
    with naming.named(college.lind.pk), pytest.raises(actions.NothingToSend, match="no email address"):
        actions.send_letters(college.lind, batch, "email")
    assert LetterBatch.objects.get().stage == "draft"


def test_only_whoever_reaches_the_student_in_a_sending_role_drafts(college, template, ada):
    with naming.named(college.mendes.pk), pytest.raises(PermissionDenied):
        actions.draft_letters(college.mendes, template, [ada], token=uuid4())
    stranger = next(student for student in college.students if student.pk not in reached(college))
    with naming.named(college.lind.pk), pytest.raises(PermissionDenied):
        actions.draft_letters(college.lind, template, [ada, stranger], token=uuid4())


def reached(college):
    return set(Student.objects.visible_to(college.lind, actions.SEND).values_list("pk", flat=True))


def test_the_pages_from_ticking_to_sending(college, template, ada, sign_in):
    client = sign_in(college.lind)
    address = reverse("interventions:letter_new")
    assert "First concern" in client.get(address, {"student": ada.public_id}).content.decode()
    token = uuid4()
    form = {"student": ada.public_id, "template": template.pk, "form_token": token}
    client.post(address, form)
    client.post(address, form)
    batch = LetterBatch.objects.get(form_token=token)
    page = client.get(reverse("interventions:letter_batch", args=[batch.public_id])).content.decode()
    assert "eva@home.example" in page
    assert "named Adelina" in page
    letter = Letter.objects.get()
    edit = reverse("interventions:letter_edit", args=[letter.public_id])
    client.post(edit, {"subject": "Changed", "body": "Words", "version": letter.version})
    stale = client.post(edit, {"subject": "Older", "body": "Mine", "version": letter.version})
    assert stale.status_code == 422
    assert "Mine" in stale.content.decode()
    assert Letter.objects.get().subject == "Changed"
    client.post(reverse("interventions:letter_send", args=[batch.public_id]), {"how": "email"})
    run_now("interventions.send_letters", batch_id=batch.pk)
    answer = client.get(reverse("interventions:letter_file", args=[letter.public_id]))
    assert b"".join(answer).startswith(b"%PDF")


@pytest.fixture
def two(college, template, ada, mother):
    """A batch of two letters: to Ada's mother and to her father."""
    father = Contact.objects.create(given_name="Ben", family_name="Ábel", email="ben@home.example")
    StudentContact.objects.create(
        student=ada, contact=father, relationship="father", priority=2, parental_responsibility=True
    )
    batch = draft(college, template, ada)
    return batch, batch.letters.get(contact=mother), batch.letters.get(contact=father)


@pytest.mark.parametrize("how", ["email", "paper"])
def test_only_ticked_letters_are_sent_and_the_others_stay_drafts(college, two, sign_in, how):
    batch, first, second = two
    client = sign_in(college.lind)
    address = reverse("interventions:letter_send", args=[batch.public_id])
    page = client.post(address, {"how": how, "letter": [first.public_id]}, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        "1 letter was not ticked and stays a draft. Open My work to send or discard what is left."
    ]
    run_now("interventions.send_letters", batch_id=batch.pk)
    for letter in (first, second):
        letter.refresh_from_db()
    assert (first.state, second.state, second.batch.stage) == ("sent", "draft", "draft")
    assert ContactLogEntry.objects.count() == 1
    # The same press once more sends nothing.
    client.post(address, {"how": how, "letter": [first.public_id]})
    assert (LetterBatch.objects.count(), Letter.objects.filter(state="draft").count()) == (2, 1)


def test_a_letter_that_is_no_longer_there_sends_none_of_those_ticked(college, two, sign_in):
    batch, first, second = two
    client = sign_in(college.lind)
    address = reverse("interventions:letter_send", args=[batch.public_id])
    client.post(address, {"drop": "yes", "letter": [second.public_id]})
    client.post(address, {"how": "email", "letter": [first.public_id, second.public_id]})
    batch.refresh_from_db()
    assert (batch.stage, Letter.objects.filter(state="draft").count()) == ("draft", 1)


def test_without_a_tick_all_letters_are_sent_and_the_button_says_how_many(college, two, sign_in):
    batch, _, _ = two
    client = sign_in(college.lind)
    page = client.get(reverse("interventions:letter_batch", args=[batch.public_id])).content.decode()
    assert "Send all 2 letters by email now?" in page
    assert "If none is ticked, all 2 are." in page
    client.post(reverse("interventions:letter_send", args=[batch.public_id]), {"how": "email"})
    run_now("interventions.send_letters", batch_id=batch.pk)
    assert set(batch.letters.values_list("state", flat=True)) == {"sent"}


def test_a_ticked_letter_goes_by_email_though_another_has_no_address(college, two, sign_in):
    batch, first, second = two
    Contact.objects.filter(pk=second.contact_id).update(email="")
    client = sign_in(college.lind)
    address = reverse("interventions:letter_send", args=[batch.public_id])
    assert (
        "has no email address"
        in client.get(reverse("interventions:letter_batch", args=[batch.public_id])).content.decode()
    )
    refused = client.post(address, {"how": "email"}, follow=True)
    assert "Nothing was sent." in str(list(refused.context["messages"])[0])
    client.post(address, {"how": "email", "letter": [first.public_id]})
    batch.refresh_from_db()
    assert batch.stage == "sending"


def test_ticked_letters_are_left_out(college, template, ada, sign_in):
    batch = draft(college, template, ada)
    address = reverse("interventions:letter_send", args=[batch.public_id])
    sign_in(college.lind).post(address, {"drop": "yes", "letter": [Letter.objects.get().public_id]})
    batch.refresh_from_db()
    assert (batch.stage, Letter.objects.get().state) == ("dropped", "dropped")


def test_a_template_names_what_it_cant_fill_and_keeps_what_was_typed(college, template, sign_in):
    client = sign_in(college.price)
    address = reverse("interventions:letter_template_edit", args=[template.public_id])
    form = {"name": "First concern", "language": "en", "subject": "About {pupil}", "body": "Words", "version": 1}
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert "{pupil}" in answer.content.decode()
    assert client.post(address, form | {"subject": "About {student}"}).status_code == 302
    assert client.post(address, form | {"subject": "Later"}).status_code == 422  # somebody saved meanwhile
    template.refresh_from_db()
    assert template.subject == "About {student}"


# --- A tutor writes home ------------------------------------------------------------------------------------------------


@pytest.fixture
def note_home(college):
    return LetterTemplate.objects.get(name="Note home")


def test_a_tutor_writes_home_from_the_students_page_and_sends_after_looking(college, ada, note_home, sign_in):
    tutor = sign_in(college.okafor)
    page = tutor.get(reverse("caseload:student_detail", args=[ada.public_id])).content.decode()
    address = reverse("interventions:letter_for", args=[ada.public_id])
    assert address in page
    assert address in tutor.get(reverse("caseload:contact_list", args=[ada.public_id])).content.decode()
    form = tutor.get(address, follow=True).context["form"]
    assert [template.name for template in form.fields["template"].queryset] == ["Good news", "Note home"]
    values = {"student": ada.public_id, "template": note_home.pk, "form_token": uuid4()}
    batch_page = tutor.post(reverse("interventions:letter_new"), values, follow=True)
    batch = batch_page.context["batch"]
    letter = Letter.objects.get(batch=batch)
    assert (letter.state, letter.contact.family_name, Mail.objects.count()) == ("draft", "Ábel", 0)
    refused = tutor.post(reverse("interventions:letter_send", args=[batch.public_id]), {"how": "email"}, follow=True)
    assert "write what stands in brackets. Nothing was sent." in refused.content.decode()
    words = {"subject": letter.subject, "body": "Dear Ms Ábel\n\nA good week.", "version": letter.version}
    tutor.post(reverse("interventions:letter_edit", args=[letter.public_id]), words)
    tutor.post(reverse("interventions:letter_send", args=[batch.public_id]), {"how": "email"})
    run_now("interventions.send_letters", batch_id=batch.pk)
    letter.refresh_from_db()
    entry = ContactLogEntry.objects.get(student=ada)
    assert (letter.state, letter.sent_by, letter.log_entry) == ("sent", college.okafor, entry)
    assert (entry.direction, entry.channel, entry.summary) == ("out", "email", "A note about Adelina")


def test_a_tutor_sends_no_other_letter_and_writes_about_no_other_student(college, ada, template, note_home, sign_in):
    with pytest.raises(PermissionDenied):
        actions.draft_letters(college.okafor, template, [ada], token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.draft_letters(college.brandt, note_home, [ada], token=uuid4())
    address = reverse("interventions:letter_for", args=[ada.public_id])
    assert sign_in(college.brandt).get(address).status_code == 404
    assert sign_in(college.mendes).get(address).status_code == 403
    assert set(actions.templates_for(college.lind, [ada])) == set(LetterTemplate.objects.filter(active=True))


def test_a_head_of_year_who_tutors_elsewhere_sends_every_letter_to_their_year_alone(college, ada, template, note_home):
    college.grant(college.lind, "tutor", "caseload", college.caseloads["S1"])
    wren = college.student("Wren")
    assert template in actions.templates_for(college.lind, [ada])
    assert template not in actions.templates_for(college.lind, [wren])
    assert template not in actions.templates_for(college.lind, [ada, wren])
    assert note_home in actions.templates_for(college.lind, [wren])


def test_a_tutor_reads_their_own_letters_and_no_others_about_the_same_student(college, ada, template, note_home):
    theirs = Letter.objects.get(batch=draft(college, template, ada))
    with naming.named(college.okafor.pk):
        own = Letter.objects.get(batch=actions.draft_letters(college.okafor, note_home, [ada], token=uuid4()))
    assert set(Letter.objects.visible_to(college.okafor, actions.WRITE)) == {own}
    assert set(Letter.objects.visible_to(college.lind, actions.WRITE)) == {own, theirs}
    assert set(Letter.objects.visible_to(college.brandt, actions.WRITE)) == set()


@pytest.fixture
def trigger(college):
    """The first stage of the attendance process, begun by “Below 85 % in six weeks”, with its letter."""
    return ProcessStage.objects.select_related("letter").get(process__code="attendance", number=1)


@pytest.fixture
def rose(college, ada, trigger):
    """A case of Ada's from October: she missed half of September and nothing since."""
    mark_sessions(college, "Ada", date(2026, 9, 7), date(2026, 9, 25), "I\\")
    mark_sessions(college, "Ada", date(2026, 9, 28), college.today)
    return open_case(college.lind, ada, trigger, reason="Below 85\u202f% in six weeks: 50.0\u202f% on 15 Oct")


def draft_of_case(college, case):
    with naming.named(college.lind.pk):
        return actions.draft_letters(college.lind, case.stage.letter, [case.student], token=uuid4(), case=case)


def test_a_letter_of_a_case_holds_the_figures_of_the_weeks_of_its_trigger(college, ada, trigger):
    mark_sessions(college, "Ada", date(2026, 9, 7), date(2026, 9, 25))
    mark_sessions(college, "Ada", date(2026, 9, 28), college.today, "I\\")
    case = open_case(college.lind, ada, trigger, reason="Below 85 %")
    body = draft_of_case(college, case).letters.get().body
    assert "has missed 17½ days this school year (35 of 100 sessions, all of them authorised)." in body
    assert "In the last six school weeks, attendance was 50.0\u202f%." in body


def test_letters_say_where_the_trigger_no_longer_holds_and_ask_whether_to_write_at_all(college, rose, mother, sign_in):
    client, batch = sign_in(college.lind), draft_of_case(college, rose)
    letter = batch.letters.get()
    page = words(client.get(reverse("interventions:letter_batch", args=[batch.public_id])))
    assert (
        "Trigger no longer holds Attendance below 85 % in six weeks, of 30 possible or more: no longer so, now 100.0 %."
        in page
    )
    assert "Nothing missed: should this letter go at all? Send it all the same" in page
    send_page = reverse("interventions:letter_send", args=[batch.public_id])
    for sent in ({"how": "email"}, {"how": "email", "letter": [letter.public_id]}):
        page = words(client.post(send_page, sent, follow=True))
        assert "Ada Ábel: Attendance in the last six school weeks is 100.0 %" in page
        assert "Should the letter go at all?" in page
        letter.refresh_from_db()
        assert (letter.state, LetterBatch.objects.get().stage) == ("draft", "draft")
    client.post(send_page, {"how": "email", "confirmed": [letter.public_id]})
    run_now("interventions.send_letters", batch_id=batch.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.sent_by) == ("sent", college.lind)
    kept = Entry.objects.get(verb="letter_confirmed")
    assert (kept.object_id, kept.actor_id, kept.details["student"]) == (
        str(letter.pk),
        college.lind.pk,
        rose.student_id,
    )


def test_a_letter_that_says_nothing_of_attendance_is_not_asked_about(college, ada, mother):
    mark_sessions(college, "Ada", date(2026, 9, 28), college.today)
    good = LetterTemplate.objects.create(name="Well done", subject="Well done", body="Dear {recipient}")
    send(college, draft(college, good, ada))
    assert list(Letter.objects.values_list("state", flat=True)) == ["sent"]


def test_a_letter_to_somebody_who_missed_a_session_is_not_asked_about(college, ada, mother, template):
    mark_sessions(college, "Ada", date(2026, 9, 28), date(2026, 11, 12))
    mark_sessions(college, "Ada", date(2026, 11, 13), date(2026, 11, 13), "/I")
    send(college, draft(college, template, ada))
    assert list(Letter.objects.values_list("state", flat=True)) == ["sent"]


def test_a_draft_of_an_earlier_day_says_whose_figures_it_holds(college, ada, mother, template, sign_in):
    mark_sessions(college, "Ada", date(2026, 11, 2), college.today, "I\\")
    batch = draft(college, template, ada)
    Letter.objects.update(drafted_at=clock.at(date(2026, 11, 16), 10))
    page = words(sign_in(college.lind).get(reverse("interventions:letter_batch", args=[batch.public_id])))
    assert "The figures in this letter are of Mon 16 Nov." in page


def test_a_batch_costs_the_same_for_few_letters_as_for_many(college, template, ada, mother):
    def cost(batch):
        with CaptureQueriesContext(connection) as asked:
            assert letters_in(batch.pk)
        return len(asked)

    one = cost(draft(college, template, ada))
    assert cost(draft(college, template, *college.students[:8])) == one
