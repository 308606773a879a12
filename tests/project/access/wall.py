"""Behind the wall: which page opens for whom. access_matrix.py says how to read it."""

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
    send("safeguarding:hand_over",                 "-- ----- -- ++ --- -- -"),
    send("safeguarding:match_students",            "-- ----- -- ++ --- -- -"),
    see("safeguarding:concern_detail",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_acknowledge",       "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_assess",            "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_assign",            "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_match",             "-- ----- -- ++ --- -- -", t.concern),
    send("safeguarding:concern_move",              "-- ----- -- ++ --- -- -", t.concern),
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
    # Emergency access of the head; whoever has not broken glass reads nothing. Numbers to call
    see("safeguarding:glass",                      "-- ----- -- -- +-- -- -"),
    send("safeguarding:glass_end",                 "-- ----- -- -- +-- -- -"),
    see("safeguarding:glass_detail",               "-- ----- -- -- .-- -- -", t.concern),
    send("safeguarding:glass_acknowledge",         "-- ----- -- -- .-- -- -", t.concern),
    send("safeguarding:glass_entry",               "-- ----- -- -- .-- -- -", t.concern),
    send("safeguarding:glass_stop",                "-- ----- -- ++ --- -- -", t.concern),
    see("safeguarding:emergency_edit",             "-- ----- -- ++ +-- -- -"),
    see("safeguarding:adult_raise",                "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:adult_own_list",             "++ +++++ ++ ++ +++ ++ +"),
    see("safeguarding:adult_list",                 "-- ----- -- -- ++- -- -"),
    see("safeguarding:adult_detail",               "-- ----- -- -- +.- -- -", t.adult),
)
