"""Who may sign in: people who work here today."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class StaffBackend(AuthenticationBackend):
    """Sign-in by email address and password. It gives nobody any permission: those come with grants of reach alone."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Only somebody who works here today; an open session of somebody who has ended stops at once."""
        return user is not None and user.works_here

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None, whatever stands in Django's own tables."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None, whatever stands in Django's own tables."""
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None, whatever stands in Django's own tables."""
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Never."""
        return False
