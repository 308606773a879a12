"""The words of panels: students talked about together, and what is agreed about each."""

HOLD = "interventions.hold_panel"
MOST_STUDENTS = 60
PACK_KEPT_DAYS = 30
LINES = 2  # empty lines for each student on the recap
MOST_LINES = 8
ACTION_LIMIT = 400

# Audit verbs.
PANEL_CALLED = "panel_called"
PANEL_CHANGED = "panel_changed"
PANEL_ORDERED = "panel_ordered"
PANEL_RECAPPED = "panel_recapped"
PANEL_ACTION_DONE = "panel_action_done"
PANEL_ACTION_DROPPED = "panel_action_dropped"
PANEL_ACTION_REOPENED = "panel_action_reopened"
PANEL_CHASED = "panel_chased"
PACK_ASKED = "panel_pack_asked"
PACK_MADE = "panel_pack_made"
PACK_READ = "panel_pack_read"
