"""Which row of ours stands for which row of the source."""

from collections import Counter
from typing import Any

from core import clock
from exchange.bundle import Bundle, Problem, SourceLine
from exchange.choices import Kind
from exchange.models import AnotherPerson, SourceLink

Changed = dict[str, tuple[Any, Any]]  # by field, what was stored and what is now
MOST_CHANGES = 500


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
        self.others = set(AnotherPerson.objects.filter(source=source).values_list("source_id", flat=True))
        self.changed: list[dict[str, str]] = []  # the first of them, for a preview to show
        self.change_count = 0
        self.namesakes: list[dict[str, Any]] = []
        self.places_left_out = 0
        self.objects: dict[str, dict[str, Any]] = {kind: {} for kind in Kind.values}

    def count(self, word: str, kind: str, number: int = 1) -> None:
        """Count rows of a kind as created, updated or unchanged."""
        if number:
            self.counts[word][kind] += number

    def problem(
        self, place: SourceLine, column: str, value: str, message: str, *, left_out: str = "", who: str = ""
    ) -> None:
        """Something found out only beside what is stored already."""
        self.bundle.problems.append(
            Problem(place.file, place.line, column, value, message, left_out=left_out, who=who)
        )  # fmt: skip

    def note(self, kind: str, name: str, label: str, before: Any, now: Any) -> None:
        """Remember a value that changes, as it was and as it will be."""
        self.change_count += 1
        if len(self.changed) < MOST_CHANGES:
            words = {
                "kind": str(kind),
                "name": name,
                "field": label,
                "before": str(before or ""),
                "now": str(now or ""),
            }
            self.changed.append(words)

    def note_fields(self, kind: str, name: str, row: Any, changed: Changed) -> None:
        """The same for the fields of a row, under the names that pages give them."""
        for field, (before, now) in changed.items():
            self.note(kind, name, str(row._meta.get_field(field).verbose_name).capitalize(), before, now)

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


def changes(row: Any, wanted: dict[str, Any]) -> Changed:
    """Set what differs and isn't empty in the source; gives the fields that changed, with what they were and are."""
    changed: Changed = {}
    for name, value in wanted.items():
        before = getattr(row, name)
        if value not in ("", None) and before != value:
            setattr(row, name, value)
            changed[name] = (before, value)
    return changed
