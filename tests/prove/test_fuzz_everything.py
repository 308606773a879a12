"""Every field of every form missing, twice, and of every wrong kind, a megabyte included. The suite tries a few of these."""

from typing import Any

import pytest

from tests.project.access_matrix import ROWS, Row
from tests.project.conftest import prepared, things_made  # noqa: F401  (fixtures, which this folder does not inherit)
from tests.project.test_fuzz import faults_of


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.name)
def test_no_way_of_sending_a_form_breaks_it(row: Row, prepared: Any, sign_in: Any) -> None:  # noqa: F811
    assert faults_of(row, prepared, sign_in, every=True) == []
