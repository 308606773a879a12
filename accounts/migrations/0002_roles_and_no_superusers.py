"""The roles as groups, which only the database's owner may change; no superuser; nobody is deleted."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

APP = settings.DATABASE_APP_USER
ROLES = [
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
]
# A role is known by its group's name, so whoever renames a group makes its holders something else.
CLOSED = "auth_group, auth_group_permissions, auth_permission, accounts_user_groups, accounts_user_user_permissions"


def add_roles(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the group of each role that has none."""
    group = apps.get_model("auth", "Group")
    for code in ROLES:
        group.objects.get_or_create(name=code)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_staff"), ("core", "0001_roles_and_naming")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_superuser", False)), name="accounts_user_no_superuser"
            ),
        ),
        migrations.RunPython(add_roles, migrations.RunPython.noop),
        migrations.RunSQL(
            f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {CLOSED} FROM "{APP}"',
            f'GRANT INSERT, UPDATE, DELETE ON {CLOSED} TO "{APP}"',
        ),
        migrations.RunSQL(
            f'REVOKE DELETE, TRUNCATE ON accounts_user FROM "{APP}"', f'GRANT DELETE ON accounts_user TO "{APP}"'
        ),
    ]
