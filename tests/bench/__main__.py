"""`./run bench [--students N] [--rounds N] [--years N] [--only PART]`: how fast Waymark is, as ratios within one run.

Loads a demonstration college into a database of its own, then measures: saving a register against a bare upsert with
commit; pages with their time in the database beside hand-written SQL for the same figures; the same pages through the
real web server; the tutor's core work: a one-to-one and its save, the list of what is due, the impact of 300
interventions; 150 registers at once; and with --years all pages again with that many years of marks. These machines
are noisy: compare the ratios, not the milliseconds of two runs.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

TODAY = "2026-11-20"
os.environ["WAYMARK_TODAY"] = TODAY
os.environ["WAYMARK_MODE"] = "demo"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PARTS = ("registers", "pages", "support", "web", "morning", "years")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--students", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--years", type=int, default=1, help="Years of marks for the last part; 1 leaves it out.")
    parser.add_argument("--only", choices=PARTS, action="append", help="Measure this part only; may be given again.")
    asked = parser.parse_args()
    _load(asked.students)
    import django

    django.setup()
    from tests.bench import pages, registers, support, web, years
    from tests.bench.measure import say_size

    say_size()
    wanted = asked.only or PARTS
    if "registers" in wanted:
        registers.measure(asked.rounds)
    if "pages" in wanted:
        pages.measure(asked.rounds)
    if "support" in wanted:
        support.measure(asked.rounds)
    if "web" in wanted or "morning" in wanted:
        with web.server() as address:
            if "web" in wanted:
                web.measure(address, asked.rounds)
            if "morning" in wanted:
                web.morning(address)
    if "years" in wanted and asked.years > 1:
        years.measure(asked.years, asked.rounds)


def _load(students: int) -> None:
    """A college of this size, unless the bench's database holds one already."""
    _run("-m", "config.launch.prepare")
    _run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    begun = time.monotonic()
    made = subprocess.run(
        [sys.executable, "manage.py", "demo_college", "--students", str(students), "--today", TODAY], check=False
    )
    if made.returncode:
        print("Measuring the college that is there already.")
    else:
        print(f"Loaded {students} students with two years of marks in {time.monotonic() - begun:.0f} s.")


def _run(*command: str) -> None:
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
