"""The browser that tests drive, and what keeps it from being driven on this machine."""

import ctypes
import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def why_left_out() -> str:
    """What keeps a browser from being driven here, or nothing; the driver is a program with libraries of its own."""
    missing = [] if CHROMIUM else ["chromium"]
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        missing.append("libatomic1")
    if not missing:
        return ""
    return f"no browser can be driven here: install {' and '.join(missing)}, or run ./run test as root, which does"
