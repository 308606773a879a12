"""Dashboards, reports and rosters: which page opens for whom. access_matrix.py says how to read it."""

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
    # Dashboards and reports
    see("reporting:dashboard",                     "-- +++++ +- -- +-+ +- -"),
    see("reporting:dashboard_students",            "-- +++++ +- -- +-+ +- -"),
    see("reporting:report_list",                   "-- ++++- +- -- +-+ +- -"),
    see("reporting:report_new",                    "-- ++++- +- -- +-+ +- -"),
    see("reporting:report_detail",                 "-- .++.- .- -- +-+ +- -", t.report),
    see("reporting:report_download",               "-- .++.- .- -- +-+ +- -", t.report),
    send("reporting:report_cancel",                "-- .-+.- .- -- +-+ -- -", t.report),
    send("reporting:report_again",                 "-- .-+.- .- -- +-+ -- -", t.report),
    see("reporting:schedule_list",                 "-- ----- -- -- +-+ -- -"),
    see("reporting:schedule_new",                  "-- ----- -- -- +-+ -- -"),
    see("reporting:schedule_edit",                 "-- ----- -- -- +-+ -- -", t.schedule),
    send("reporting:schedule_stop",                "-- ----- -- -- +-+ -- -", t.schedule),
    # Rosters
    see("exchange:mark_import_list",               "-- ----- +- -- --- +- -"),
    see("exchange:mark_import_detail",             "-- ----- +- -- --- +- -", t.marks_upload),
    send("exchange:mark_import_confirm",           "-- ----- +- -- --- +- -", t.marks_upload),
    send("exchange:mark_import_discard",           "-- ----- +- -- --- +- -", t.marks_upload),
    send("exchange:mark_import_dates",             "-- ----- +- -- --- +- -", t.marks_upload),
    see("exchange:mark_delivery_detail",           "-- ----- +- -- --- +- -", t.delivery),
    send("exchange:mark_delivery_no_more",         "-- ----- +- -- --- +- -", t.delivery),
    see("exchange:import_list",                    "-- ----- -- -- --- +- -"),
    see("exchange:import_detail",                  "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_confirm",                "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_discard",                "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_dates",                  "-- ----- -- -- --- +- -", t.roster),
    send("exchange:import_namesakes",              "-- ----- -- -- --- +- -", t.roster),
    see("exchange:leaver_list",                    "-- ----- -- -- --- +- -"),
    send("exchange:leaver_decide",                 "-- ----- -- -- --- +- -"),
)
