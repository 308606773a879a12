"""The fonts that documents and charts are set in: whole files from npm, the same on every machine.

Fonts of the machine are never looked at, so a document's bytes and its line breaks do not depend on where it is made.
Public Sans is the face of the pages too; Noto covers the scripts that it lacks; emoji are drawn in one ink, which
photocopies.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# In the order in which a missing letter is looked for.
FAMILIES = {
    "Public Sans": ("public-sans", ("400Regular", "400Regular_Italic", "600SemiBold", "700Bold")),
    "Noto Sans": ("noto-sans", ("400Regular", "400Regular_Italic", "600SemiBold", "700Bold")),
    "Noto Sans Arabic": ("noto-sans-arabic", ("400Regular", "700Bold")),
    "Noto Sans Hebrew": ("noto-sans-hebrew", ("400Regular", "700Bold")),
    "Noto Sans Devanagari": ("noto-sans-devanagari", ("400Regular", "700Bold")),
    "Noto Sans Gurmukhi": ("noto-sans-gurmukhi", ("400Regular", "700Bold")),
    "Noto Sans Gujarati": ("noto-sans-gujarati", ("400Regular", "700Bold")),
    "Noto Sans Bengali": ("noto-sans-bengali", ("400Regular", "700Bold")),
    "Noto Sans Tamil": ("noto-sans-tamil", ("400Regular", "700Bold")),
    "Noto Sans Thai": ("noto-sans-thai", ("400Regular", "700Bold")),
    "Noto Sans SC": ("noto-sans-sc", ("400Regular", "700Bold")),
    "Noto Emoji": ("noto-emoji", ("400Regular", "700Bold")),
}
STACK = ", ".join(f"'{family}'" for family in FAMILIES)
_lock = Lock()


def font_folders() -> list[Path]:
    """The folder of each weight in use; a missing one stops the making of documents with a sentence."""
    packages = Path(settings.BASE_DIR) / "node_modules" / "@expo-google-fonts"
    folders = [packages / package / weight for package, weights in FAMILIES.values() for weight in weights]
    missing = [folder.name for folder in folders if not folder.is_dir()]
    if missing:
        raise ImproperlyConfigured("Print fonts are missing from node_modules. Run npm ci, or ./run setup.")
    return folders


@lru_cache(maxsize=1)
def font_versions() -> str:
    """A short fingerprint of every font file in use, for saying what a document was made with."""
    digest = hashlib.sha256()
    for folder in font_folders():
        for file in sorted(folder.glob("*.ttf")):
            digest.update(f"{file.name} {file.stat().st_size}".encode())
    return digest.hexdigest()[:8]


@contextmanager
def only_our_fonts() -> Iterator[None]:
    """While open, fontconfig reads our configuration alone. The variable is put back, since it is the whole process's."""
    path = _configuration()
    with _lock:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _configuration() -> Path:
    """Write fontconfig's own file for this machine's folders, once for each state of them."""
    folder = Path(settings.VAR) / "print"
    text = _text(folder / "cache")
    path = folder / f"fonts-{hashlib.sha256(text.encode()).hexdigest()[:12]}.conf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f"{path.name}.{os.getpid()}"
        draft.write_text(text)
        draft.rename(path)
    return path


def _text(cache: Path) -> str:
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in font_folders())
    preferred = "".join(f"<family>{family}</family>" for family in FAMILIES)
    generic = "".join(
        f'<alias binding="same"><family>{name}</family><prefer>{order}</prefer></alias>'
        for name, order in (
            ("sans-serif", preferred),
            ("serif", preferred),
            ("monospace", preferred),
            ("emoji", "<family>Noto Emoji</family>"),
        )
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"{folders}<cachedir>{escape(str(cache))}</cachedir>{generic}</fontconfig>\n"
    )
