"""The places that accounts adds to the left column."""

from core.pages.menu import MenuEntry, register

register(
    MenuEntry(
        group="Settings",
        label="Staff",
        url_name="accounts:staff_list",
        permission="accounts.manage_staff",
        order=10,
        icon="person-badge",
    )
)
register(
    MenuEntry(
        group="Settings",
        label="Audit record",
        url_name="accounts:audit_list",
        permission="accounts.view_audit",
        order=80,
        icon="journal-text",
        short="Audit",
    )
)
register(
    MenuEntry(
        group="Settings",
        label="Email log",
        url_name="accounts:outbox_list",
        permission="accounts.manage_system",
        order=70,
        icon="envelope",
    )
)
