"""Pages and registers through the real web server, alone and many at once."""

import html
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.bench.measure import percentile, spread, user
from tests.bench.pages import client_of

# What two well-known open-source school systems took for the same pages (design section 7), in milliseconds:
# the faster of the two, alone / with eight at once. Another machine of the same class, another college of the same size.
OTHERS = {
    "tutor's home": (18, 88),
    "register form": (71, 310),
    "student record": (15, None),
    "student list": (21, None),
    "who is absent today": (371, None),
    "registers missing": (22, None),
    "whole school": (221, None),
}
AT_ONCE, ALONE = 150, 30


@dataclass(frozen=True)
class Browser:
    """A signed-in browser: its cookies, and where the server is."""

    port: int
    cookies: str

    def get(self, address: str) -> tuple[int, bytes]:
        """One page over a new connection."""
        return self._ask("GET", address, None)[:2]

    def open(self, address: str) -> tuple[int, str, str]:
        """A page with a form: its status, its words, and the cookies to send the form with."""
        status, content, given = self._ask("GET", address, None)
        return status, content.decode(), "; ".join([self.cookies, *given])

    def post(self, address: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """One form sent."""
        return self._ask("POST", address, urlencode(fields))[:2]

    def _ask(self, method: str, address: str, body: str | None) -> tuple[int, bytes, list[str]]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
        headers = {"Cookie": self.cookies, "Host": f"localhost:{self.port}"}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://localhost:{self.port}",
                "Referer": f"http://localhost:{self.port}{address}",
            }
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        given = [value.split(";", 1)[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return answer.status, content, [cookie for cookie in given if cookie.startswith("csrftoken=")]


@contextmanager
def server() -> Iterator[int]:
    """The web server as the demonstration starts it; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning",
        "--backlog", "2048",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | {"WAYMARK_BASE_URL": f"http://localhost:{port}"})
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The web server did not start.")


def browser(port: int, who: Any) -> Browser:
    """A browser in which this person is signed in."""
    client = client_of(who) if isinstance(who, str) else _client_of_user(who)
    return Browser(port, "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()))


def _client_of_user(who: Any) -> Any:
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    client.force_login(who, backend="accounts.backends.StaffBackend")
    return client


def measure(port: int, rounds: int) -> None:
    """Print each page over HTTP, alone and with eight at once, beside what other systems took."""
    from attendance.queries.registers.registers import todays_registers
    from caseload.models import Student
    from core import clock

    tutor = user("tutor")
    line = next(line for line in todays_registers(tutor, clock.today()) if line.sitting.slug in ("am", "pm"))
    student = Student.objects.visible_to(tutor, "caseload.view_student").order_by("pk").first()
    pages = (
        ("tutor", "/caseload/", "tutor's home"),
        ("tutor", "/my-work/", "my work"),
        ("tutor", register_address(line.sitting), "register form"),
        ("tutor", f"/students/{student.public_id}/", "student record"),
        ("attendance-officer", "/students/", "student list"),
        ("head-of-year", "/dashboard/", "year-group dashboard"),
        ("attendance-officer", "/registers/absent/", "who is absent today"),
        ("attendance-officer", "/registers/missing/", "registers missing"),
        ("senior-leader", "/dashboard/", "whole school"),
    )
    print(
        "\nPages over HTTP: alone / each with 8 at once / kB (others: the faster of two other systems, alone / 8 at once)"
    )
    for role, address, words in pages:
        asking = browser(port, role)
        status, content = asking.get(address)
        if status != 200:
            print(f"  {words}: answered {status}, not measured")
            continue
        alone = [_time(asking, address) for _ in range(max(5, rounds // 2))]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda _, asking=asking, address=address: _time(asking, address), range(40)))
        other = OTHERS.get(words)
        said = f" · others {other[0]} / {other[1] or '–'} ms" if other else ""
        print(
            f"  {words:22} {1000 * statistics.median(alone):7.0f} ms / {1000 * statistics.median(together):7.0f} ms"
            f" · {len(content) // 1024} kB{said}"
        )


def _time(asking: Browser, address: str) -> float:
    begun = time.perf_counter()
    status, _ = asking.get(address)
    if status != 200:
        raise RuntimeError(f"{address} answered {status}")
    return time.perf_counter() - begun


def register_address(sitting: Any) -> str:
    """Where a sitting's register is."""
    return f"/registers/{sitting.public_id}/{sitting.date.isoformat()}/{sitting.slug}/"


@dataclass(frozen=True)
class Filled:
    """A register filled in, ready to be sent by whoever takes it."""

    sitting: Any
    asking: Browser
    fields: dict[str, str]
    members: tuple[int, ...]


def morning(port: int) -> None:
    """Print how 150 registers fare that are saved at the same moment, and that none is lost and none stands twice."""
    from attendance.models import Register

    ready = _fill(port, ALONE + 2 * AT_ONCE)
    first, burst, spaced = ready[:ALONE], ready[ALONE : ALONE + AT_ONCE], ready[ALONE + AT_ONCE :]
    before, marks = Register.objects.count(), _marks(ready)
    alone = [_save(filled) for filled in first]
    begun = time.perf_counter()
    with ThreadPoolExecutor(max(1, len(burst))) as pool:
        together = list(pool.map(_save, burst))
    took = time.perf_counter() - begun
    usual = statistics.median(alone)
    print(
        f"\n{len(burst)} registers saved at the same moment over HTTP, {took:.1f} s for all of them (aim: 95th under 10 times)"
    )
    print(f"  alone               {spread(alone)}")
    print(
        f"  at the same moment  {spread(together)}, 95th {percentile(together, 0.95) / usual:.0f} times the median alone"
    )
    if spaced:
        calm = _spaced(spaced)
        print(
            f"  {len(calm)} within a minute  {spread(calm)}, 95th {percentile(calm, 0.95) / usual:.1f} times the median alone"
        )
    wrong = sum(_lost(filled) for filled in ready)
    sent = sum(len(filled.members) for filled in ready)
    print(
        f"  {len(ready)} registers sent, {Register.objects.count() - before} of them new; {sent} marks sent, there were"
        f" {marks} before and are {_marks(ready)} now, {wrong} are not as they were sent"
    )


def _marks(ready: list[Filled]) -> int:
    from attendance.actions.writing import read_register

    return sum(len(read_register(filled.sitting).stands) for filled in ready)


def _spaced(ready: list[Filled]) -> list[float]:
    """Each at its own moment of one minute."""

    def later(pair: tuple[int, Filled]) -> float:
        time.sleep(60 * pair[0] / len(ready))
        return _save(pair[1])

    with ThreadPoolExecutor(len(ready)) as pool:
        return list(pool.map(later, enumerate(ready)))


def _save(filled: Filled) -> float:
    begun = time.perf_counter()
    status, content = filled.asking.post(register_address(filled.sitting), filled.fields)
    took = time.perf_counter() - begun
    if status != 302:
        words = re.sub(rb"<[^>]+>|\s+", b" ", content)[-3000:].decode()
        raise RuntimeError(f"{filled.sitting.title} answered {status}: {words}")
    return took


def _lost(filled: Filled) -> int:
    """How many marks of a register do not stand as they were sent."""
    from attendance.actions.writing import read_register
    from attendance.codes import all_codes

    codes, read = all_codes(), read_register(filled.sitting)
    return sum(
        1
        for key, pk in read.keys.items()
        if pk not in read.stands or codes[read.stands[pk].code_id or 0].code != filled.fields[f"mark-{key}"]
    )


def _fill(port: int, wanted: int) -> list[Filled]:
    """The day's registers, each opened by somebody who takes it and filled in: every ninth late, the others present."""
    from accounts.models import User
    from attendance.queries.registers.registers import members_of
    from attendance.queries.registers.sittings import sittings_on
    from caseload.models import CaseloadGrant
    from core import clock

    day, shift = clock.today(), int(time.time())
    grants = CaseloadGrant.objects.filter(period__contains=day, role__name="tutor")
    tutors = dict(grants.values_list("content_object_id", "user_id"))
    people = User.objects.in_bulk()
    ready: list[Filled] = []
    for sitting in sittings_on(day):
        who = people.get(tutors.get(sitting.group_id) if sitting.series == "session" else sitting.teacher_id)
        members = members_of(sitting)
        if who is None or not members or len(ready) == wanted:
            continue
        asking = browser(port, who)
        status, text, cookies = asking.open(register_address(sitting))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        if status != 200 or token is None:
            raise RuntimeError(f"{sitting.title} can't be opened: {status}")
        fields = {"csrfmiddlewaretoken": token[1], "reason": "Measured"}
        present = "\\" if sitting.slug == "pm" else "/"
        for number, member in enumerate(members):
            late = (number + shift) % 9 == 0
            seen = re.search(rf'name="seen-{member.public_id}" value="([^"]*)"', text)
            fields |= {
                f"mark-{member.public_id}": "L" if late else present,
                f"minutes-{member.public_id}": "5" if late else "",
                f"seen-{member.public_id}": html.unescape(seen[1]) if seen else "",
            }
        ready.append(Filled(sitting, Browser(port, cookies), fields, tuple(member.id for member in members)))
    return ready
