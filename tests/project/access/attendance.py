"""Registers, planned absence, attendance settings and alerts: which page opens for whom. access_matrix.py says how to read it."""

from tests.project import things as t
from tests.project.access.row import Row, see, send

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
    see("attendance:threshold_decisions",          "+- ++++- ++ -- +-+ -- -", t.ada),
    send("attendance:threshold_decision_undo",     "-- ----- +- -- +-+ -- -", t.decision),
    send("attendance:alert_end",                   "+- ++++- ++ -- +-+ -- -"),
    see("attendance:alert_rule_list",              "-- ++++- +- -- +-+ -- -"),
    see("attendance:alert_rule_detail",            "-- ++++- +- -- +-+ -- -", t.alert_rule),
    see("attendance:alert_rule_new",               "-- ----- +- -- --- -- -"),
    see("attendance:alert_rule_edit",              "-- ----- +- -- --- -- -", t.alert_rule),
    send("attendance:alert_rule_on",               "-- ----- +- -- --- -- -", t.alert_rule),
    send("attendance:alert_rule_off",              "-- ----- +- -- --- -- -", t.alert_rule),
)
