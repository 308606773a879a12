"""The files that pages take from the front-end packages."""

from django.contrib.staticfiles import finders

from core.pages import static_packages


def test_every_named_file_is_found_at_its_address() -> None:
    found = {name: finders.find(f"packages/{name}") for name in static_packages.FILES}
    expected = {name: str(static_packages.packages_folder() / path) for name, path in static_packages.FILES.items()}
    assert found == expected


def test_the_rest_of_a_package_is_not_published() -> None:
    assert finders.find("packages/bootstrap/package.json") is None
    assert finders.find("packages/../package.json") is None


def test_nothing_is_missing() -> None:
    assert static_packages.PackageFinder().check() == []
