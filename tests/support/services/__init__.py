"""Sees to it that tests have a browser, PostgreSQL and Redis.

What listens on localhost and lets us in is used; else installed programs are started as throw-away servers on free
ports; else the system's package manager (apt-get, brew) or Playwright's download installs them first.
PICKWATCH_TEST_POSTGRES, PICKWATCH_TEST_REDIS and PICKWATCH_TEST_BROWSER choose one by hand;
PICKWATCH_TEST_SERVICES=throwaway leaves alone what listens. `python -m tests.support.services` says what it would use.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.support.services import chromium, postgres, redis

POSTGRES = "PICKWATCH_TEST_POSTGRES"
REDIS = "PICKWATCH_TEST_REDIS"
BROWSER = "PICKWATCH_TEST_BROWSER"


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Yield the environment variables that tests read; throw-away servers stop at the end.

    Raises SystemExit with the command to run by hand when something can neither be found nor installed.
    """
    use_listening = os.environ.get("PICKWATCH_TEST_SERVICES") != "throwaway"
    with ExitStack() as stack:
        yield {
            POSTGRES: os.environ.get(POSTGRES) or stack.enter_context(postgres.server(use_listening=use_listening)),
            REDIS: os.environ.get(REDIS) or stack.enter_context(redis.server(use_listening=use_listening)),
            BROWSER: os.environ.get(BROWSER) or chromium.executable(),
        }
