"""Settings that cannot be used are named, all at once, without showing their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from backend.config import Settings, setting_faults


def faults(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises((ValidationError, SettingsError)) as caught:
        Settings()
    return setting_faults(caught.value)


def test_every_fault_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(monkeypatch, PORT="eighty", PICKWATCH_SESSION_HOURS="0", DATABASE_URL="mysql://u:s3cret@host/db")
    assert [fault.split()[0] for fault in found] == ["DATABASE_URL", "PORT", "PICKWATCH_SESSION_HOURS"]
    assert "s3cret" not in " ".join(found)


def test_a_list_that_is_broken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (fault,) = faults(monkeypatch, PICKWATCH_WEBHOOK_ALLOWED_HOSTS='["hooks.example"')
    assert fault.startswith("PICKWATCH_WEBHOOK_ALLOWED_HOSTS cannot be used")
    assert "localhost,hooks.example.internal" in fault


@pytest.mark.parametrize("written", ["Localhost, 127.0.0.1", '["localhost", "127.0.0.1"]', "localhost,127.0.0.1,"])
def test_a_list_may_be_written_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("PICKWATCH_WEBHOOK_ALLOWED_HOSTS", written)
    assert Settings().webhook_hosts == {"localhost", "127.0.0.1"}


def test_an_empty_list_allows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICKWATCH_WEBHOOK_ALLOWED_HOSTS", "")
    assert Settings().webhook_hosts == frozenset()


def test_another_error_is_not_taken_for_a_setting() -> None:
    class Other(Settings):
        pass

    with pytest.raises(ValidationError) as caught:
        Other(port="x")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        setting_faults(caught.value)


def test_the_database_url_gets_its_driver() -> None:
    assert Settings(database_url="postgres://u@h/d").database == "postgresql+psycopg://u@h/d"
    assert Settings(database_url="postgresql://u@h/d").database == "postgresql+psycopg://u@h/d"
    assert Settings(var_dir=Path("/x")).database == "sqlite:////x/pickwatch.db"
