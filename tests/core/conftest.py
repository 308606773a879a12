"""The table of the work that tests do, made by the owner like every table."""

import os

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.jobs.sweeping import _swept
from tests.core.work_for_tests import Proof, ProofPage


def _statements() -> list[str]:
    editor: BaseDatabaseSchemaEditor
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(Proof)
        editor.create_model(ProofPage)
    return list(editor.collected_sql)


@pytest.fixture
def proof_table(committing_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables for Proof and ProofPage in this test's own database, swept like any other work."""
    monkeypatch.setitem(_swept, Proof, "proof.make_pages")
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for statement in _statements():
            owner.execute(statement.encode())
