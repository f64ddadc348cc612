"""A browser test that fails is run once more, as is usual in CI: a browser on a busy machine has more ways to be late
than a test can name. Nothing else gets a second chance: an attack, a race or a kill that succeeds once has succeeded.
Who needed it is named at the end of the run, so that it is mended and not forgotten.

These are pytest's hooks; `tests/conftest.py` takes them in. They need no plugin: pytest's protocol can be run again.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol

#: What pytest calls the report of a first try, and the property of a test that needed a second one.
AGAIN = "again"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test that asks for the browser, once more when it fails; leave all others to pytest."""
    if "browser" not in getattr(item, "fixturenames", ()):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    failed = [report for report in reports if report.failed]
    if failed and not (item.session.shouldfail or item.session.shouldstop):
        failed[0].outcome = AGAIN  # type: ignore[assignment]  # pytest lets plugins have outcomes of their own
        item.ihook.pytest_runtest_logreport(report=failed[0])
        item.user_properties.append((AGAIN, failed[0].when))
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
    """Count a first try that failed apart from failures."""
    return (AGAIN, "R", "AGAIN") if report.outcome == AGAIN else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was run again, with what went wrong the first time."""
    for report in terminalreporter.getreports(AGAIN):
        terminalreporter.write_sep("_", f"run again: {report.nodeid}", yellow=True, bold=True)
        report.toterminal(terminalreporter._tw)
