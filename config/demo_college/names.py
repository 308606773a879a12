"""Names of many origins, none of a real person: Faker's locales, mixed as an English town mixes."""

from collections.abc import Iterator
from itertools import accumulate

from faker import Faker

from config.demo_college.chance import Chance

ORIGINS = {
    "en_GB": 56,
    "en_IN": 8,
    "en_PK": 7,
    "pl_PL": 5,
    "en_IE": 4,
    "ro_RO": 3,
    "yo_NG": 3,
    "pt_PT": 3,
    "tr_TR": 2,
    "fr_FR": 2,
    "es_ES": 2,
    "vi_VN": 1,
    "lt_LT": 1,
    "hu_HU": 1,
    "it_IT": 1,
    "zu_ZA": 1,
}


class Names:
    """Draws a given name, a family name and the locale that they came from; no pair twice."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.pools = {origin: self._pools(Faker(origin)) for origin in sorted(ORIGINS)}
        self.used: set[tuple[str, str]] = set()

    @staticmethod
    def _pools(faker: Faker) -> dict[str, tuple[list[str], list[float]]]:
        """The locale's own lists, each name with its weight; asking Faker name by name is a hundred times slower."""
        lists = next(provider for provider in faker.providers if hasattr(provider, "last_names"))
        pools = {}
        for key, names in (("F", "first_names_female"), ("M", "first_names_male"), ("family", "last_names")):
            found = getattr(lists, names, None) or lists.first_names
            weighted = found if isinstance(found, dict) else dict.fromkeys(found, 1.0)
            kept = {name: weight for name, weight in weighted.items() if "(" not in name and "." not in name}
            pools[key] = (list(kept), list(accumulate(kept.values())))
        return pools

    def _draw(self, origin: str, sex: str) -> tuple[str, str]:
        pools = self.pools[origin]
        given, family = (
            self.chance.choices(names, cum_weights=sums)[0]
            for names, sums in (pools["F" if sex == "F" else "M"], pools["family"])
        )
        return given.split(" ")[0].strip(), family.strip()

    def person(self, sex: str) -> tuple[str, str, str]:
        """Given name, family name, origin."""
        origin = self.chance.pick(ORIGINS)
        for _ in range(40):
            pair = self._draw(origin, sex)
            if pair not in self.used and all(pair):
                break
        self.used.add(pair)
        return (*pair, origin)

    def relative(self, origin: str, family: str, sex: str) -> tuple[str, str]:
        """A parent: most share the family name."""
        given, other = self._draw(origin, sex)
        return given, family if self.chance.often(0.8) else other

    def many(self, how_many: int, sex: str) -> Iterator[tuple[str, str, str]]:
        """Several people."""
        return (self.person(sex) for _ in range(how_many))
