"""Which row of ours stands for which row of the source."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from core import clock
from exchange.bundle import Bundle, Place, Problem
from exchange.choices import Kind
from exchange.models import SourceLink


class Session:
    """One import under way: links by kind and id, and the counts."""

    def __init__(self, bundle: Bundle, source: str, by: Any) -> None:
        self.bundle, self.source, self.by = bundle, source, by
        self.now, self.today = clock.now(), clock.today()
        self.links: dict[str, dict[str, SourceLink]] = {kind: {} for kind in Kind.values}
        for link in SourceLink.objects.filter(source=source):
            self.links[link.kind][link.source_id] = link
        self.counts: dict[str, Counter[str]] = {word: Counter() for word in ("created", "updated", "unchanged")}
        self.fresh: list[SourceLink] = []
        self.objects: dict[str, dict[str, Any]] = {kind: {} for kind in Kind.values}

    def count(self, word: str, kind: str, number: int = 1) -> None:
        """Count rows of a kind as created, updated or unchanged."""
        if number:
            self.counts[word][kind] += number

    def problem(self, place: Place, column: str, value: str, message: str) -> None:
        """Something found out only beside what is stored already."""
        self.bundle.problems.append(Problem(place.file, place.line, column, value, message))

    def linked(self, kind: str) -> dict[str, int]:
        """Our ids by the source's."""
        return {source_id: link.object_id for source_id, link in self.links[kind].items()}

    def keep(self, kind: str, source_id: str, row: Any, *, is_tutor_group: bool = False) -> None:
        """Remember that the row of the source is this one of ours."""
        self.objects[kind][source_id] = row
        link = self.links[kind].get(source_id)
        if link is None:
            link = SourceLink(
                source=self.source,
                kind=kind,
                source_id=source_id,
                object_id=row.pk,
                first_seen_at=self.now,
                is_tutor_group=is_tutor_group,
            )
            self.links[kind][source_id] = link
            self.fresh.append(link)

    def save_links(self) -> None:
        """Write the new links at once."""
        SourceLink.objects.bulk_create(self.fresh)
        self.fresh = []

    def seen_again(self, kind: str, present: Iterable[str]) -> list[int]:
        """Whoever is back is missing no longer; gives our ids of them."""
        back = SourceLink.objects.filter(
            source=self.source, kind=kind, source_id__in=list(present), missing_since__isnull=False
        )
        found = list(back.values_list("object_id", flat=True))
        back.update(missing_since=None, settled_at=None)
        return found


def changes(row: Any, wanted: dict[str, Any]) -> list[str]:
    """Set what differs and isn't empty in the source; gives the names of the fields that changed."""
    changed = []
    for name, value in wanted.items():
        if value not in ("", None) and getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed
