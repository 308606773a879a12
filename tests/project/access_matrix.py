"""Which page opens for whom: every address of Waymark by every role.

HOW TO ADD A PAGE: one line in the file of its subject in tests/project/access/.

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

from tests.project.access import attendance, people, reports, support, wall
from tests.project.access.row import ROLES, Row

__all__ = ["PACKAGES", "ROLES", "ROWS", "Row"]

ROWS: tuple[Row, ...] = (*people.ROWS, *attendance.ROWS, *wall.ROWS, *support.ROWS, *reports.ROWS)

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
