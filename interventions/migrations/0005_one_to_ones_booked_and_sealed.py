
import core.clock
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_steps_taken_away"),
        ("caseload", "0009_writing_home"),
        ("core", "0003_kept_forms"),
        ("interventions", "0004_letter_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("time", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("held", "Held"),
                            ("no_show", "Did not come"),
                            ("moved", "Moved to another time"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("booked_at", models.DateTimeField(default=core.clock.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["time"],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("with_names", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("time", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("place", models.CharField(blank=True, max_length=80)),
                ("opened_at", models.DateTimeField(default=core.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["time"],
                "permissions": [
                    ("offer_slots", "Can offer times for one-to-ones and ask students to write beforehand")
                ],
            },
        ),
        migrations.CreateModel(
            name="StudentWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField(default=core.clock.now)),
                ("mailed", models.BooleanField(default=False)),
                ("well", models.TextField(blank=True, max_length=4000, verbose_name="what is going well")),
                ("hard", models.TextField(blank=True, max_length=4000, verbose_name="what is hard")),
                ("talk", models.TextField(blank=True, max_length=4000, verbose_name="what I want to talk about")),
                (
                    "wellbeing",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Awful"), (2, "Not good"), (3, "So-so"), (4, "Good"), (5, "Great")],
                        null=True,
                    ),
                ),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                ("sealed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "words of a student",
                "ordering": ["-asked_at"],
            },
        ),
        migrations.AlterModelOptions(
            name="meeting",
            options={
                "ordering": ["-held_at", "-pk"],
                "permissions": [
                    ("view_teacher_note", "Can read notes written for everyone who teaches"),
                    ("view_pastoral_note", "Can read pastoral notes"),
                    ("log_meeting", "Can log one-to-ones and quick notes"),
                    ("view_coverage", "Can see who has been seen, by tutor"),
                    ("seal_note", "Can seal the words of a note in a record that others can't read"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="meetingtype",
            options={
                "ordering": ["position", "name"],
                "permissions": [("manage_meeting_types", "Can set up kinds of one-to-one and their questions")],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="meeting",
            name="changed_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="note",
            name="changed_update",
        ),
        migrations.AddField(
            model_name="meeting",
            name="sealed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="meeting",
            name="told",
            field=models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="meetingevent",
            name="sealed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="sealed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="noteevent",
            name="sealed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="meeting",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "interventions_meetingevent" ("amended_at", "amended_by_id", "audience", "form_token", "held_at", "id", "led_by_id", "next_on", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "sealed_at", "student_id", "student_words", "tutor_actions", "type_id", "version", "visible_to_home", "visible_to_student", "wellbeing", "written_at", "written_by_id") VALUES (OLD."amended_at", OLD."amended_by_id", OLD."audience", OLD."form_token", OLD."held_at", OLD."id", OLD."led_by_id", OLD."next_on", OLD."notes", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."public_id", OLD."sealed_at", OLD."student_id", OLD."student_words", OLD."tutor_actions", OLD."type_id", OLD."version", OLD."visible_to_home", OLD."visible_to_student", OLD."wellbeing", OLD."written_at", OLD."written_by_id"); RETURN NULL;',
                    hash="b444d42af974fa90de479fce7fc385f42928542a",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_2d81b",
                    table="interventions_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="note",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "interventions_noteevent" ("audience", "form_token", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "sealed_at", "student_id", "text", "visible_to_home", "visible_to_student", "written_at", "written_by_id") VALUES (OLD."audience", OLD."form_token", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."public_id", OLD."sealed_at", OLD."student_id", OLD."text", OLD."visible_to_home", OLD."visible_to_student", OLD."written_at", OLD."written_by_id"); RETURN NULL;',
                    hash="7dc098eadaaf1f57f63f1fae39ce284872ec56e5",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_8017e",
                    table="interventions_note",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="booked_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody: the student, by their link.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="interventions.meeting",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="caseload.student"
            ),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.signedlink"
            ),
        ),
        migrations.AddField(
            model_name="slot",
            name="tutor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="slot",
            name="type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="interventions.meetingtype"
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="slot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="interventions.slot"
            ),
        ),
        migrations.AddField(
            model_name="studentwords",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="studentwords",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.signedlink"
            ),
        ),
        migrations.AddField(
            model_name="studentwords",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="interventions.meeting",
            ),
        ),
        migrations.AddField(
            model_name="studentwords",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="caseload.student"
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[("tutor", "="), ("time", "&&")],
                name="interventions_slot_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("booked", "held"))),
                fields=("slot",),
                name="interventions_slot_booked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ("booked", "held"))),
                expressions=[("student", "="), ("time", "&&")],
                name="interventions_student_booked_once",
            ),
        ),
        migrations.AddIndex(
            model_name="studentwords",
            index=models.Index(fields=["student", "-asked_at"], name="interventions_words_of"),
        ),
    ]
