"""Which referrals a person may read, and which services ask them to take referrals up."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.querysets import reach_of, reached, reached_as
from interventions.choices_referrals import KNOW, OPEN_STATES, REFER

if TYPE_CHECKING:
    from accounts.models import User


class ReferralQuerySet(QuerySet[Any]):
    """Referrals, by who refers, who takes them up, and who may know of them."""

    def visible_to(self, user: "User", permission: str = REFER) -> Self:
        """One's own, while one reaches the student, and those that one takes up."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        return self.filter(self._own(user) | self._taken_up(user))

    def of(self, user: "User") -> Self:
        """Those that this person made, while they reach the student in a role that refers."""
        return self.filter(self._own(user))

    def taken_up_by(self, user: "User") -> Self:
        """Those that it is for this person to take up: named in the service, or in its role over this very student.

        Where a service names nobody, as most agencies outside, whoever referred looks after it.
        """
        if not getattr(user, "pk", None) or not user.has_perm(REFER):
            return self.none()
        return self.filter(self._taken_up(user))

    def known_to(self, user: "User") -> Self:
        """Those of which pastoral staff may know that they are there (no word of them): not of confidential services."""
        return self.filter(service__confidential=False, student__in=reached(user, KNOW))

    def open(self) -> Self:
        """Waiting for an answer, or accepted and going on."""
        return self.filter(state__in=OPEN_STATES)

    def _own(self, user: "User") -> Q:
        return Q(referred_by=user, student__in=reached(user, REFER))

    def _taken_up(self, user: "User") -> Q:
        through = apps.get_model("interventions", "Service").people.through.objects
        named = through.filter(service=OuterRef("service"))
        mine = Q(Exists(named.filter(user=user)))
        for role in sorted({role for role, _, _ in reach_of(user)}):
            mine |= Q(service__role=role, student__in=reached_as(user, role))
        return mine | Q(service__role="") & ~Exists(named) & self._own(user)
