"""Which page opens for whom: every address of Waymark by every role.

HOW TO ADD A PAGE: one line in the section of its app.

    see("caseload:student_detail", "++ ++++. ++ ++ +-+ +- -", t.ada),

- `see` for a page, `send` for an address that only takes what a form sends.
- `t.ada` names what the address is about, from tests/project/things/; leave it out when the address has no part of it.
  Everything there is about Ada, who is in 10A, Year 10 and Kestrel, and learns mathematics from Ms Mendes.
- One sign for each role, in the order of ROLES, which stand upright above the table (spaces are only for the eye):

    +  opens            -  refused: the role could never do this (403)
    .  hidden: the role could do it, but not to this one, or the page is not there at all (404)

- Whoever is not signed in is sent to sign in. A page that is open to them says so with `anyone=True`.
- The test says what is missing, and for each sign that is not so, what the page really did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.project import things as t

ROLES = (
    "tutor",
    "teacher",
    "tutor_lead",
    "pastoral_manager",
    "head_of_year",
    "head_of_house",
    "area_leader",
    "attendance_officer",
    "learning_support",
    "dsl",
    "deputy_dsl",
    "head",
    "chair_of_governors",
    "senior_leader",
    "data_manager",
    "system_administrator",
    "supply",
)


@dataclass(frozen=True)
class Row:
    """One address: for whom it opens, what it is about, how it is asked."""

    name: str
    signs: str
    of: Callable[[Any], Any] | None = None
    method: str = "GET"
    anyone: bool = False
    slow: bool = False

    def expected(self) -> dict[str, str]:
        """What each role meets."""
        signs = self.signs.replace(" ", "")
        if len(signs) != len(ROLES):
            raise ValueError(f"{self.name} has {len(signs)} signs for {len(ROLES)} roles")
        return dict(zip(ROLES, signs, strict=True))


def see(name: str, signs: str, of: Callable[[Any], Any] | None = None, **more: Any) -> Row:
    """A page."""
    return Row(name, signs, of, **more)


def send(name: str, signs: str, of: Callable[[Any], Any] | None = None, **more: Any) -> Row:
    """An address that only takes what a form sends."""
    return Row(name, signs, of, "POST", **more)


# fmt: off
ROWS: tuple[Row, ...] = (
    #                                               tt lpyha as Dd hcs ds s
    #                                               ue eaeor tu Se ehe ay u
    #                                               ta asaue tp Lp aan ts p
    #                                               oc dtrsa ep  u dii at p
    #                                               rh  o e  no  t  ro  e l
    #                                                e  r    dr  y   r  m y
    #                                                r  a     t
    #                                                   l
    # Ways in, and the demonstration, which is not there outside demo mode
    see("home",                                    "++ +++++ ++ ++ +++ ++ +"),
    see("healthz",                                 "++ +++++ ++ ++ +++ ++ +", anyone=True, slow=True),
    see("demo",                                    ".. ..... .. .. ... .. .", anyone=True),
    see("demo_mail_list",                          ".. ..... .. .. ... .. .", anyone=True),
    see("demo_mail_detail",                        ".. ..... .. .. ... .. .", t.mail_name, anyone=True),
    see("demo_mail_html",                          ".. ..... .. .. ... .. .", t.mail_name, anyone=True),
    see("demo_mail_attachment",                    ".. ..... .. .. ... .. .", t.mail_file, anyone=True),
    see("styleguide",                              ".. ..... .. .. ... .. .", anyone=True),
    send("demo_sign_in",                           ".. ..... .. .. ... .. .", t.role_code, anyone=True),
    # Staff, the audit record, mail
    see("accounts:step_up",                        "++ +++++ ++ ++ +++ ++ +"),
    send("accounts:stay_signed_in",                "++ +++++ ++ ++ +++ ++ +"),
    send("accounts:kept_discard",                  "++ +++++ ++ ++ +++ ++ +", t.kept_form),
    see("accounts:staff_list",                     "-- ----- -- -- --- ++ -"),
    see("accounts:staff_add",                      "-- ----- -- -- --- ++ -"),
    see("accounts:staff_detail",                   "-- ----- -- -- --- ++ -", t.staff),
    see("accounts:staff_edit",                     "-- ----- -- -- --- ++ -", t.staff),
    send("accounts:staff_end",                     "-- ----- -- -- --- ++ -", t.staff),
    send("accounts:staff_return",                  "-- ----- -- -- --- ++ -", t.staff),
    send("accounts:staff_send_link",               "-- ----- -- -- --- ++ -", t.staff),
    send("accounts:staff_let_in",                  "-- ----- -- -- --- ++ -", t.staff),
    see("accounts:second_step",                    "-- ----- -- -- --- ++ -", t.staff),
    send("accounts:second_step_decide",            "-- ----- -- ++ +-- -- -", t.second_step),
    see("accounts:outbox_list",                    "-- ----- -- -- --- -+ -"),
    send("accounts:mail_arrived",                  "-- ----- -- -- --- -+ -", t.mail),
    send("accounts:mail_send_again",               "-- ----- -- -- --- -+ -", t.mail),
    see("accounts:audit_list",                     "-- ----- -- -- --- -+ -"),
    # Students, contacts, groups, calendar, reach, and who is in the safeguarding team
    see("caseload:caseload_list",                  "+- ++++- -- -- +-+ -- -"),
    see("caseload:my_work",                        "++ +++++ ++ ++ +++ ++ +"),
    see("caseload:student_list",                   "++ +++++ ++ ++ +-+ +- -"),
    see("caseload:student_add",                    "-- ----- -- -- --- +- -"),
    see("caseload:student_detail",                 "++ ++++. ++ ++ +-+ +- -", t.ada),
    see("caseload:student_edit",                   "-- ----- -- -- --- +- -", t.ada),
    see("caseload:student_identifiers",            "-- ++++- ++ ++ +-+ +- -", t.ada),
    see("caseload:contact_list",                   "+- ++++- ++ ++ +-+ +- -", t.ada),
    see("caseload:contact_log",                    "+- ++++- ++ ++ +-+ -- -", t.ada),
    see("caseload:contact_add",                    "-- ----- -- -- --- +- -", t.ada),
    see("caseload:contact_edit",                   "-- ----- -- -- --- +- -", t.adas_mother),
    see("caseload:contact_entry_add",              "+- ++++- ++ ++ +-+ -- -", t.contact_entry),
    send("caseload:contact_follow_up",             "+- ++++- ++ ++ +-+ -- -", t.contact_entry),
    see("caseload:visit_list",                     "+- ++++- ++ ++ +-+ -- -"),
    see("caseload:visit_plan",                     "+- ++++- ++ ++ +-+ -- -", t.ada),
    see("caseload:visit_detail",                   "+- ++++- ++ ++ +-+ -- -", t.visit),
    send("caseload:visit_act",                     ".- ....- .. .. .-. -- -", t.visit),
    see("caseload:visit_write",                    "+- ++++- ++ ++ +-+ -- -", t.visit),
    see("caseload:visit_policy",                   "-- ----- -- -- --- +- -"),
    see("caseload:search",                         "++ +++++ ++ ++ +++ ++ +"),
    see("caseload:teaching_group_list",            "-+ ----+ -- -- --- -- -"),
    see("caseload:teaching_group_detail",          "++ ++++. ++ ++ +-+ +- -", t.group),
    see("caseload:group_list",                     "-- ----- -- -- --- +- -"),
    see("caseload:group_setup",                    "-- ----- -- -- --- +- -", t.ten_a),
    send("caseload:member_add",                    "-- ----- -- -- --- +- -", t.ten_a),
    see("caseload:member_change",                  "-- ----- -- -- --- +- -", t.ada_in_ten_a),
    see("caseload:calendar",                       "-- ----- -- -- --- +- -"),
    see("caseload:year_add",                       "-- ----- -- -- --- +- -"),
    see("caseload:closure_add",                    "-- ----- -- -- --- +- -"),
    see("caseload:closure_edit",                   "-- ----- -- -- --- +- -", t.closure),
    see("caseload:term_add",                       "-- ----- -- -- --- +- -", t.year),
    see("caseload:term_edit",                      "-- ----- -- -- --- +- -", t.term),
    send("caseload:home_consent",                  "+- ++++- ++ ++ +-+ -- -", t.ada),
    see("caseload:home_policy",                    "-- ----- -- -- --- +- -"),
    see("caseload:cover_list",                     "+- ++++- -- -- +-+ -- -"),
    see("caseload:cover_new",                      ".- ++++- -- -- +-+ -- -"),
    see("caseload:cover_detail",                   "+- +++.- -- -- +-+ -- -", t.cover),
    send("caseload:cover_end",                     ".- +++.- -- -- +-+ -- -", t.cover),
    see("caseload:cover_policy",                   "-- ----- -- -- --- +- -"),
    see("caseload:rollover_list",                  "-- ----- -- -- --- +- -"),
    see("caseload:rollover_detail",                "-- ----- -- -- --- +- -", t.rollover),
    send("caseload:rollover_change",               "-- ----- -- -- --- +- -", t.rollover),
    send("caseload:rollover_stay",                 "-- ----- -- -- --- +- -", t.ada_in_rollover),
    send("caseload:rollover_confirm",              "-- ----- -- -- --- +- -", t.rollover),
    send("caseload:rollover_undo",                 "-- ----- -- -- --- +- -", t.rollover),
    send("caseload:rollover_drop",                 "-- ----- -- -- --- +- -", t.rollover),
    see("caseload:grant_list",                     "-- ----- -- -- --- +- -"),
    see("caseload:grant_give",                     "-- ----- -- -- --- +- -"),
    see("caseload:grant_reaches",                  "-- ----- -- -- --- +- -", t.ten_a_container),
    see("caseload:grant_detail",                   "-- ----- -- -- --- +- -", t.grant),
    send("caseload:grant_end",                     "-- ----- -- -- --- +- -", t.grant),
    see("caseload:team_list",                      "-- ----- -- ++ +-- -- -"),
    see("caseload:team_propose",                   "-- ----- -- ++ +-- -- -"),
    send("caseload:team_decide",                   "-- ----- -- ++ +-- -- -", t.proposal),
    send("caseload:team_end",                      "-- ----- -- ++ +-- -- -", t.deputys_grant),
    # Registers and attendance
    see("attendance:register_list",                "++ +++++ +- -- +-+ -- -"),
    see("attendance:missing_register_list",        "-- +++++ +- -- +-+ +- -"),
    see("attendance:absent_list",                  "++ +++++ ++ ++ +-+ +- -"),
    send("attendance:register_remind",             "-- +++++ +- -- +-+ +- -"),
    see("attendance:register_taker_list",          "-- +++++ +- -- +-+ +- -"),
    see("attendance:register_taker_detail",        "-- +++.. +- -- +-+ +- -", t.tutor_of_ten_a),
    see("attendance:first_day_list",               "+- ++++- ++ -- +-+ -- -"),
    see("attendance:first_day_call",               "+- ++++- ++ -- +-+ -- -", t.ada),
    see("attendance:unexplained_list",             "+- ++++- ++ -- +-+ -- -"),
    send("attendance:unexplained_set",             "-- ----- +- -- --- -- -"),
    see("attendance:register_detail",              "+. +++.. +- -- +-+ -- -", t.register),
    see("attendance:evacuation_list",              "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:evacuation_copy",              ".. ++++. ++ ++ +-+ +- -", t.evacuation_copy),
    see("attendance:student_attendance",           "++ ++++. ++ ++ +-+ +- -", t.ada),
    see("attendance:student_marks",                "++ ++++. ++ ++ +-+ +- -", t.ada),
    see("attendance:student_certificate",          "++ ++++. ++ ++ +-+ +- -", t.ada, slow=True),
    see("attendance:comparison",                   "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:comparison_students",          "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:persistent_list",              "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:threshold_list",               "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:away_list",                    "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:punctuality",                  "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:resit_list",                   "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:leaving_list",                 "++ +++++ ++ ++ +-+ +- -"),
    # Planned absence: everybody sees their own students' list, the attendance officer plans
    see("attendance:planned_list",                 "++ +++++ ++ ++ +-+ +- -"),
    see("attendance:planned_new",                  "-- ----- +- -- --- -- -", t.ada),
    see("attendance:planned_many",                 "-- ----- +- -- --- -- -"),
    see("attendance:planned_detail",               "-- ----- +- -- --- -- -", t.planned),
    see("attendance:planned_change",               "-- ----- +- -- --- -- -", t.planned),
    send("attendance:planned_withdraw",            "-- ----- +- -- --- -- -", t.planned),
    see("attendance:batch_detail",                 "-- ----- +- -- --- -- -", t.planned_batch),
    send("attendance:batch_withdraw",              "-- ----- +- -- --- -- -", t.planned_batch),
    # Attendance settings: the officer's; closures are the data manager's too
    see("attendance:settings",                     "-- ----- +- -- --- +- -"),
    see("attendance:site_settings",                "-- ----- +- -- --- -- -", t.college_site),
    see("attendance:code_list",                    "-- ----- +- -- --- -- -"),
    send("attendance:code_own_list",               "-- ----- +- -- --- -- -", t.college_site),
    see("attendance:code_new",                     "-- ----- +- -- --- -- -", t.college_site),
    see("attendance:code_change",                  "-- ----- +- -- --- -- -", t.lesson_code),
    see("attendance:closure_list",                 "-- ----- +- -- --- +- -"),
    see("attendance:closure_new",                  "-- ----- +- -- --- +- -"),
    see("attendance:closure_change",               "-- ----- +- -- --- +- -", t.closure),
    send("attendance:closure_remove",              "-- ----- +- -- --- +- -", t.closure),
    # Attendance alerts: the college's rules, acting on what they raise, holding a student out
    see("attendance:alert_list",                   "+- ++++- ++ -- +-+ -- -"),
    see("attendance:hold_new",                     "+- ++++- ++ -- +-+ -- -", t.ada),
    send("attendance:hold_end",                    "+- ++++- ++ -- +-+ -- -", t.hold),
    see("attendance:alert_rule_list",              "-- ++++- +- -- +-+ -- -"),
    see("attendance:alert_rule_detail",            "-- ++++- +- -- +-+ -- -", t.alert_rule),
    see("attendance:alert_rule_new",               "-- ----- +- -- --- -- -"),
    see("attendance:alert_rule_edit",              "-- ----- +- -- --- -- -", t.alert_rule),
    send("attendance:alert_rule_on",               "-- ----- +- -- --- -- -", t.alert_rule),
    send("attendance:alert_rule_off",              "-- ----- +- -- --- -- -", t.alert_rule),
    # Behind the wall. Raising a concern is for everybody
    see("safeguarding:concern_raise",              "++ +++++ ++ ++ +++ ++ +"),
    send("safeguarding:concern_students",          "++ +++++ ++ ++ +++ ++ +"),
    send("safeguarding:concern_draft",             "++ +++++ ++ ++ +++ ++ +"),
    send("safeguarding:concern_discard",           ".. ..... .. .. ... .. .", t.concern_discarded),
    see("safeguarding:concern_raised",             "+. ..... .. .. ... .. .", t.concern),
    see("safeguarding:concern_own_list",           "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:concern_own_detail",         "+. ..... .. .. ... .. .", t.concern),
    see("safeguarding:shared_list",                "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:shared_detail",              ".. ..+.. .. .. ... .. .", t.share),
    see("safeguarding:triage_list",                "-- ----- -- ++ --- -- -"),
    send("safeguarding:triage_search",             "-- ----- -- ++ --- -- -"),
    send("safeguarding:match_students",            "-- ----- -- ++ --- -- -"),
    see("safeguarding:concern_detail",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_acknowledge",       "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_assess",            "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_assign",            "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_match",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:entry_add",                 "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:action_add",                "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_close",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_reopen",            "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_share",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_exclude",           "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:flag_set",                  "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:entry_correct",             "-- ----- -- ++ --- -- -", t.entry),
    send("safeguarding:action_settle",             "-- ----- -- ++ --- -- -", t.action),
    send("safeguarding:share_end",                 "-- ----- -- ++ --- -- -", t.share),
    send("safeguarding:exclusion_lift",            "-- ----- -- +. --- -- -", t.exclusion),
    send("safeguarding:flag_end",                  "-- ----- -- ++ --- -- -", t.flag),
    see("safeguarding:student_chronology",         "-- ----- -- ++ --- -- -", t.ada),
    see("safeguarding:adult_raise",                "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:adult_own_list",             "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:adult_list",                 "-- ----- -- -- ++- -- -"),
    see("safeguarding:adult_detail",               "-- ----- -- -- +.- -- -", t.adult),
    # Grades
    see("progress:group_list",                     "-+ ----+ -- -- --- -- -"),
    see("progress:grade_grid",                     "-+ ----. -- -- --- -- -", t.grades),
    see("progress:student_progress",               "++ ++++. -+ ++ +-+ +- -", t.ada),
    see("progress:point_list",                     "-- ----- -- -- --- +- -"),
    see("progress:point_new",                      "-- ----- -- -- --- +- -"),
    see("progress:point_edit",                     "-- ----- -- -- --- +- -", t.point),
    send("progress:point_open",                    "-- ----- -- -- --- +- -", t.point),
    send("progress:point_close",                   "-- ----- -- -- --- +- -", t.point),
    # One-to-ones, targets, notes
    see("interventions:case_list",                 "+- ++++- ++ -- +-+ -- -"),
    see("interventions:case_new",                  "+- ++++- ++ -- +-+ -- -", t.ada),
    see("interventions:case_detail",               "+- ++++- ++ -- +-+ -- -", t.case),
    send("interventions:case_approve",             "+- ++++- ++ -- +-+ -- -", t.case),
    see("interventions:process_list",              "-- ----- +- -- --+ -- -"),
    see("interventions:process_detail",            "-- ----- +- -- --+ -- -", t.process),
    see("interventions:stage_add",                 "-- ----- +- -- --+ -- -", t.process),
    see("interventions:stage_edit",                "-- ----- +- -- --+ -- -", t.stage),
    see("interventions:letter_new",                "-- ++++- +- -- +-+ -- -"),
    see("interventions:letter_batch",              "-- ..+.- .- -- .-. -- -", t.letter_batch),
    send("interventions:letter_send",              "-- ..+.- .- -- .-. -- -", t.letter_batch),
    see("interventions:letter_print",              "-- ....- .- -- .-. -- -", t.letter_batch),
    see("interventions:letter_edit",               "-- ++++- +- -- +-+ -- -", t.letter),
    see("interventions:letter_file",               "-- ....- .- -- .-. -- -", t.letter),
    see("interventions:letter_template_list",      "-- ----- +- -- --+ -- -"),
    see("interventions:letter_template_add",       "-- ----- +- -- --+ -- -"),
    see("interventions:letter_template_edit",      "-- ----- +- -- --+ -- -", t.letter_template),
    see("interventions:note_new_many",             "+- ++++- -+ -- +-+ -- -"),
    see("interventions:note_seal",                 "-- ----- -- ++ --- -- -", t.note),
    see("interventions:meeting_seal",              "-- ----- -- ++ --- -- -", t.meeting),
    send("interventions:meeting_send",             "+- ....- -. -- .-. -- -", t.meeting),
    see("interventions:meeting_page",              "+- ++++- -+ -- +-+ -- -", t.ada),
    see("interventions:student_ask",               "+- ++++- -+ -- +-+ -- -"),
    send("interventions:student_words_pass_on",    "+- ....- -. -- .-. -- -", t.student_words),
    send("interventions:student_link_end",         "+- ....- -. -- .-. -- -", t.student_words),
    see("interventions:beforehand",                "++ +++++ ++ ++ +++ ++ +", t.beforehand_token, anyone=True),
    see("interventions:beforehand_thanks",         "++ +++++ ++ ++ +++ ++ +", anyone=True),
    see("interventions:slot_list",                 "+- ++++- -+ -- +-+ -- -"),
    see("interventions:slot_new",                  "+- ++++- -+ -- +-+ -- -"),
    see("interventions:slot_book",                 "+- ....- -. -- .-. -- -", t.slot),
    send("interventions:slot_withdraw",            "+- ....- -. -- .-. -- -", t.slot),
    see("interventions:booking_move",              "+- ....- -. -- .-. -- -", t.booking),
    send("interventions:booking_end",              "+- ....- -. -- .-. -- -", t.booking),
    see("interventions:feed_detail",               "+- ++++- -+ -- +-+ -- -"),
    send("interventions:feed_end",                 "+- ++++- -+ -- +-+ -- -"),
    see("interventions:feed_read",                 "++ +++++ ++ ++ +++ ++ +", t.feed_token, anyone=True),
    see("interventions:coverage_list",             "-- ++++- -- -- +-+ -- -"),
    see("interventions:meeting_type_list",         "-- ----- -- -- +-+ -- -"),
    see("interventions:meeting_type_add",          "-- ----- -- -- +-+ -- -"),
    see("interventions:meeting_type_edit",         "-- ----- -- -- +-+ -- -", t.meeting_type),
    see("interventions:due_list",                  "+- ++++- -+ -- +-+ -- -"),
    see("interventions:meeting_new",               "+- ++++- -+ -- +-+ -- -", t.ada),
    send("interventions:meeting_draft",            "+- ++++- -+ -- +-+ -- -", t.ada),
    send("interventions:draft_discard",            "+- ++++- -+ -- +-+ -- -", t.draft),
    see("interventions:meeting_prompts",           "+- ++++- -+ -- +-+ -- -"),
    see("interventions:meeting_detail",            "+. ++++. .+ ++ +-+ .- -", t.meeting),
    see("interventions:meeting_amend",             "+- ....- -. -- .-. -- -", t.meeting),
    see("interventions:target_list",               "++ ++++. -+ ++ +-+ -- -", t.ada),
    see("interventions:target_new",                "+- ++++- -+ -- +-+ -- -", t.ada),
    see("interventions:target_detail",             "++ ++++. -+ ++ +-+ -- -", t.target),
    see("interventions:target_change",             "+- ++++- -+ -- +-+ -- -", t.target),
    send("interventions:target_review",            "+- ++++- -+ -- +-+ -- -", t.target),
    send("interventions:step_tick",                "+- ++++- -+ -- +-+ -- -", t.step),
    send("interventions:target_hints",             "+- ++++- -+ -- +-+ -- -"),
    see("interventions:target_many",               "+- ++++- -+ -- +-+ -- -"),
    see("interventions:target_ideas",              "+- ++++- -+ -- +-+ -- -", t.ada),
    send("interventions:target_fields",            "+- ++++- -+ -- +-+ -- -", t.ada),
    send("interventions:target_count",             "+- ++++- -+ -- +-+ -- -", t.target),
    see("interventions:bank_list",                 "+- ++++- -+ -- +-+ -- -"),
    see("interventions:bank_new",                  "+- ++++- -+ -- +-+ -- -"),
    see("interventions:bank_detail",               "+- ++++- -+ -- +-+ -- -", t.bank_item),
    see("interventions:bank_change",               "+- ++++- -+ -- +-+ -- -", t.bank_item),
    send("interventions:bank_rate",                "+- ++++- -+ -- +-+ -- -", t.bank_item),
    send("interventions:bank_archive",             "+- ++++- -+ -- +-+ -- -", t.bank_item),
    # Ms Mendes has nothing to do in Ada's plan, so that it is hidden from her; the next teacher who has sees it.
    see("interventions:plan_list",                 "++ +++++ ++ ++ +-+ -- -"),
    see("interventions:plan_start",                "+- ++++- -+ -- +-+ -- -"),
    see("interventions:plan_new",                  "+- ++++- -+ -- +-+ -- -", t.ada),
    see("interventions:plan_detail",               "+. ++++. .+ ++ +-+ -- -", t.plan),
    see("interventions:plan_change",               "+- ++++- -+ -- +-+ -- -", t.plan),
    send("interventions:plan_review",              "+- ++++- -+ -- +-+ -- -", t.plan),
    send("interventions:plan_end",                 "+- ++++- -+ -- +-+ -- -", t.plan),
    send("interventions:plan_answer",              "+. ++++. .+ ++ +-+ -- -", t.plan),
    send("interventions:plan_action_tick",         "+. ++++. .+ -- +-+ -- -", t.plan_action),
    see("interventions:plan_print",                "+- ++++- -+ -- +-+ -- -", t.plan, slow=True),
    see("interventions:plan_sign",                 "+- ++++- -+ -- +-+ -- -", t.plan),
    see("interventions:plan_copy",                 "+. ++++. .+ ++ +-+ -- -", t.plan_copy),
    see("interventions:plan_settings",             "-- ----- -+ -- +-+ -- -"),
    see("interventions:barrier_add",               "-- ----- -+ -- +-+ -- -"),
    see("interventions:barrier_edit",              "-- ----- -+ -- +-+ -- -", t.barrier),
    see("interventions:plan_stage_edit",           "-- ----- -+ -- +-+ -- -", t.plan_stage),
    see("interventions:bank_plan_new",             "+- ++++- -+ -- +-+ -- -"),
    see("interventions:bank_plan_change",          "+- ++++- -+ -- +-+ -- -", t.bank_plan),
    see("interventions:note_new",                  "+- ++++- -+ -- +-+ -- -", t.ada),
    see("interventions:note_detail",               "+. ++++. .+ ++ +-+ .- -", t.note),
    # Interventions and what they changed
    see("interventions:intervention_list",         "+- ++++- -+ -- +-+ -- -"),
    see("interventions:intervention_new",          "+- ++++- -+ -- +-+ -- -"),
    see("interventions:intervention_for",          "+- ++++- -+ -- +-+ -- -", t.ada_for_help),
    see("interventions:intervention_detail",       "+- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:intervention_change",       "+- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:intervention_students",     "+- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:member_leave",              "+- ++++- -+ -- +-+ -- -", t.intervention_member),
    see("interventions:session_new",               "+- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:intervention_review",       "+- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:intervention_impact",       ".- ++++- -+ -- +-+ -- -", t.intervention),
    see("interventions:impact_list",               "-- ++++- -+ -- +-+ -- -"),
    see("interventions:impact_kind",               "-- ++++- -+ -- +-+ -- -", t.intervention_kind),
    see("interventions:impact_template",           "-- ++++- -+ -- +-+ -- -", t.bank_plan),
    see("interventions:unhelped_list",             "-- ++++- -+ -- +-+ -- -"),
    see("interventions:kind_list",                 "-- ----- -+ -- --+ -- -"),
    see("interventions:kind_add",                  "-- ----- -+ -- --+ -- -"),
    see("interventions:kind_edit",                 "-- ----- -+ -- --+ -- -", t.intervention_kind),
    # Support plans
    see("interventions:support_list",              "+- ++++- -+ ++ +-+ -- -"),
    see("interventions:support_detail",            "++ ++++. -+ ++ +-+ -- -", t.support_plan),
    see("interventions:support_change",            "-- ----- -+ -- --- -- -", t.support_plan),
    see("interventions:support_review",            "-- ----- -+ -- --- -- -", t.support_plan),
    see("interventions:support_end",               "-- ----- -+ -- --- -- -", t.support_plan),
    see("interventions:support_new",               "-- ----- -+ -- --- -- -", t.ada),
    # Dashboards and reports
    see("reporting:dashboard",                     "-- +++++ +- -- +-+ +- -"),
    see("reporting:dashboard_students",            "-- +++++ +- -- +-+ +- -"),
    see("reporting:report_list",                   "-- ++++- -- -- +-+ +- -"),
    see("reporting:report_new",                    "-- ++++- -- -- +-+ +- -"),
    see("reporting:report_detail",                 "-- .++.- -- -- +-+ +- -", t.report),
    see("reporting:report_download",               "-- .++.- -- -- +-+ +- -", t.report),
    send("reporting:report_cancel",                "-- .-+.- -- -- +-+ -- -", t.report),
    send("reporting:report_again",                 "-- .-+.- -- -- +-+ -- -", t.report),
    see("reporting:schedule_list",                 "-- ----- -- -- +-+ -- -"),
    see("reporting:schedule_new",                  "-- ----- -- -- +-+ -- -"),
    see("reporting:schedule_edit",                 "-- ----- -- -- +-+ -- -", t.schedule),
    send("reporting:schedule_stop",                "-- ----- -- -- +-+ -- -", t.schedule),
    # Rosters
    see("exchange:mark_import_list",               "-- ----- +- -- --- +- -"),
    see("exchange:mark_import_detail",             "-- ----- +- -- --- +- -", t.marks_upload),
    send("exchange:mark_import_confirm",           "-- ----- +- -- --- +- -", t.marks_upload),
    send("exchange:mark_import_discard",           "-- ----- +- -- --- +- -", t.marks_upload),
    see("exchange:mark_delivery_detail",           "-- ----- +- -- --- +- -", t.delivery),
    see("exchange:import_list",                    "-- ----- -- -- --- +- -"),
    see("exchange:import_detail",                  "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_confirm",                "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_discard",                "-- ----- -- -- --- +- -", t.roster),
    see("exchange:leaver_list",                    "-- ----- -- -- --- +- -"),
    send("exchange:leaver_end",                    "-- ----- -- -- --- +- -", t.leaver),
    send("exchange:leaver_keep",                   "-- ----- -- -- --- +- -", t.leaver),
)
# fmt: on

# Pages of the sign-in package. Each asks for sign-in where it needs it; a new one of theirs is looked at before it is added.
PACKAGES = (
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_confirm_login_code",
    "account_confirm_email",
    "account_reset_password_from_key_done",
    "account_reset_password_from_key",
    "account_reset_password_done",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
)
