"""A small roster to spoil: one school, two students, a teacher and a class, in School Data Sync v1."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

SMALL = {
    "School": "DfE Number,Name\n8239999,Marsh Lane School\n",
    "Student": "ID,School DfE Number,Username,First Name,Last Name,Grade\n"
    "s1,8239999,s1@lane.example,Ora,Klein,10\ns2,8239999,s2@lane.example,Zoë,O’Hara,9\n",
    "Teacher": "ID,School DfE Number,Username,First Name,Last Name\nt1,8239999,t1@lane.example,Ida,Stone\n",
    "Section": "ID,School DfE Number,Section Name\ng1,8239999,10x/Hi1\n",
    "StudentEnrollment": "Section ID,ID\ng1,s1\ng1,s2\n",
    "TeacherRoster": "Section ID,ID\ng1,t1\n",
}


def written(folder: Path, changed: dict[str, str | bytes | None]) -> Path:
    """The small roster in a folder, with some files replaced, or left out when None."""
    folder.mkdir(exist_ok=True)
    for name, text in (SMALL | changed).items():
        if text is not None:
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small roster with some files replaced: `roster(Student="…")`."""

    def make(name: str = "roster", **changed: str | bytes | None) -> Path:
        return written(tmp_path / name, changed)

    return make


def zipped(files: dict[str, str | bytes]) -> bytes:
    """A zip of these files, under the names as given."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return packed.getvalue()


def small_zip(**changed: str) -> bytes:
    """The small roster as a zip."""
    return zipped({f"{name}.csv": text for name, text in (SMALL | changed).items()})


def upload(content: bytes, name: str = "roster.zip") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)
