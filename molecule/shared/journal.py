"""A plugin of pytest: a failed test shows what the journal of the exception path says."""

import pytest

JOURNAL = "journalctl --no-pager --lines=60 --unit='exception-path*'"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    host = getattr(item, "funcargs", {}).get("host")
    if report.failed and host is not None:
        report.sections.append(("journal of the exception path", host.run(JOURNAL).stdout))
