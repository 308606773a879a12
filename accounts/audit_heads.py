"""Once a day a mail says where the audit record stands: a copy that nobody who can change the database can change."""

from django.conf import settings
from django.utils.timezone import localtime

from accounts.models import User
from accounts.reach import held_by
from accounts.roles import roles_carrying
from audit.seals import head_now
from core import clock, outbox
from core.actors import SystemActor

SYSTEM_HEADS = SystemActor("audit-heads", "mails where the audit record stands")
SUBJECT = "Where the audit record stands"
TEXT = """On {at:%-d %B %Y at %H:%M} the newest seal of the audit record is this one:

Seal {position}
{mac}

Keep this email. If the end of the record is ever in doubt, the person who runs Waymark types

audit_verify --head {mac}

and is told whether the record was cut short or rewritten since.
"""


def send_audit_head() -> None:
    """Mail the newest seal, once a day and address. Before anything is sealed there is nothing to say."""
    head = head_now()
    if not head.position:
        return
    text = TEXT.format(at=localtime(clock.now()), position=head.position, mac=head.mac.hex())
    for address, person in _readers().items():
        outbox.queue_mail(
            key=f"audit-head:{clock.today()}:{address}"[:200],
            to=address,
            to_person_id=person,
            subject=SUBJECT,
            text=text,
            by=SYSTEM_HEADS,
        )


def _readers() -> dict[str, int | None]:
    """The addresses in the settings; without any, everybody who may read the audit record."""
    if settings.AUDIT_HEAD_TO:
        return dict.fromkeys(settings.AUDIT_HEAD_TO)
    staff = {user.pk: user for user in User.objects.filter(is_active=True)}
    roles = set(roles_carrying("accounts.view_audit"))
    return {
        staff[person].email: person
        for person, held in held_by(staff).items()
        if staff[person].works_here and any(one.role in roles for one in held)
    }
