"""Fixtures of the tests about accounts."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def own_counters(settings: pytest.FixtureRequest) -> Iterator[None]:
    """Tries and used codes are counted in the cache, which outlives a test; each test counts for itself."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    yield
    cache.close()
