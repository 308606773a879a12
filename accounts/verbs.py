"""What the audit record calls the things that happen to accounts and sign-ins."""

SIGNED_IN = "accounts.signed_in"
SIGNED_OUT = "accounts.signed_out"
SIGNED_OUT_IDLE = "accounts.signed_out_after_idling"
SIGN_IN_FAILED = "accounts.sign_in_failed"
LOCKED_OUT = "accounts.locked_out"
PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105  (a verb, no password)
PASSWORD_RESET = "accounts.password_reset"  # noqa: S105  (a verb, no password)
SECOND_FACTOR_ADDED = "accounts.second_factor_added"
SECOND_FACTOR_REMOVED = "accounts.second_factor_removed"
SECOND_FACTOR_FAILED = "accounts.second_factor_failed"
STEPPED_UP = "accounts.stepped_up"
STAFF_ADDED = "accounts.staff_added"
STAFF_CHANGED = "accounts.staff_changed"
STAFF_ENDED = "accounts.staff_ended"
STAFF_RETURNED = "accounts.staff_returned"
LINK_SENT = "accounts.password_link_sent"
AUDIT_READ = "audit.read"
