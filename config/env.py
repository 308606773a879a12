"""Small readers of the environment that stop the start with a sentence when a value makes no sense."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_UNSET = object()


def text(name: str, default: object = _UNSET) -> str:
    """The value of a setting as it stands; stops the start when it is required and missing."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is _UNSET:
        raise ImproperlyConfigured(f"{name} is not set. Set it, or start Waymark with ./run, which sets it for you.")
    return str(default)


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is “{value}”. It must be one of: {', '.join(allowed)}.")
    return value


def switch(name: str, default: bool = False) -> bool:
    """Yes or no, written 1/0, true/false, yes/no or on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is “{value}”. Write 1 or 0.")


def number(name: str, default: int, least: int = 0, most: int = 10**9) -> int:
    """A whole number between two bounds."""
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is “{value}”. It must be a whole number.") from None
    if not least <= result <= most:
        raise ImproperlyConfigured(f"{name} is {result}. It must be between {least} and {most}.")
    return result


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """A folder's path; it need not exist yet."""
    return Path(text(name, str(default))).expanduser()


def database(name: str) -> dict[str, object]:
    """A PostgreSQL address (postgresql://user:password@host:port/name, or ?host=/socket/folder) as Django wants it."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address; Waymark runs on no other database.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
    found: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": query.pop("port", None) or (str(port) if port else ""),
        "OPTIONS": query,
    }
    if not found["NAME"] or not found["USER"]:
        raise ImproperlyConfigured(f"{name} must name a user and a database: postgresql://user@host/database.")
    return found


def redis(name: str, number: int) -> tuple[str, str]:
    """A Redis or Valkey address with its database number: as the cache wants it, and as Celery wants it."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme == "unix":
        path = unquote(parts.path)
        return f"unix://{path}?db={number}", f"redis+socket://{path}?virtual_host={number}"
    if parts.scheme in {"redis", "rediss"}:
        base = value.split("?")[0].rstrip("/")
        if parts.path.strip("/"):
            base = base.rsplit("/", 1)[0]
        return f"{base}/{number}", f"{base}/{number}"
    raise ImproperlyConfigured(f"{name} must be a redis://, rediss:// or unix:// address.")


def file_store(name: str, folder: Path) -> dict[str, object]:
    """Where private files lie: a folder of this machine, or a bucket, as Django's storage wants it.

    `s3://bucket/path?region=eu-west-2&endpoint=https://s3.example`; the bucket's keys come from AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY or from the machine's own role. Files are sealed before they leave, wherever they lie.
    """
    value = text(name, "")
    if not value:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(value)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    region, endpoint = query.pop("region", None), query.pop("endpoint", None)
    if parts.scheme != "s3" or not parts.netloc or query:
        raise ImproperlyConfigured(
            f"{name} must be s3://bucket/path, with ?region= and &endpoint= as needed, or empty."
        )
    options = {
        "bucket_name": parts.netloc,
        "location": unquote(parts.path.strip("/")),
        "region_name": region,
        "endpoint_url": endpoint,
        "default_acl": None,  # the bucket's own rule, which is private
        "file_overwrite": False,
        "querystring_auth": True,
        "signature_version": "s3v4",
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
