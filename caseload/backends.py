"""What somebody may do follows from the grants that they hold today, and from nothing else."""

from functools import lru_cache
from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.roles import BY_CODE, EVERYBODY
from caseload.querysets import reach_of


class GrantBackend(BaseBackend):
    """Permissions of the roles in which a person holds some container today, and what everybody there may do."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Sign-in is not this backend's work."""
        return None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions held today; none for one object, which is asked through `visible_to`."""
        if obj is not None or not user_obj.is_active or user_obj.is_anonymous:
            return set()
        return set(_carried(frozenset(role for role, _, _ in reach_of(user_obj))))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As above: there are no permissions of groups beside them."""
        return self.get_user_permissions(user_obj, obj)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether a role held today carries the permission."""
        if obj is not None or not user_obj.is_active or user_obj.is_anonymous:
            return False
        return perm in _carried(frozenset(role for role, _, _ in reach_of(user_obj)))


@lru_cache(maxsize=1024)
def _carried(roles: frozenset[str]) -> frozenset[str]:
    """What these roles carry together, with what everybody may do."""
    return frozenset(EVERYBODY).union(*(BY_CODE[role].permissions for role in roles if role in BY_CODE))
