"""Settings: the only reader of the environment. Every field is documented in `docs/settings.md` (a test says so)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Deployment knobs. Business knobs (SLA rules, thresholds) are rows, not settings."""

    model_config = SettingsConfigDict(env_prefix="PICKWATCH_", extra="ignore", populate_by_name=True)

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    port: int = Field(default=8000, validation_alias="PORT", ge=1, le=65535)
    host: str = "127.0.0.1"
    var_dir: Path = PROJECT_ROOT / "var"
    base_url: str = ""
    tile_url: str = ""
    tile_attribution: str = ""
    session_hours: int = Field(default=12, ge=1, le=720)
    secure_cookies: bool = False
    trusted_proxy_hops: int = Field(default=0, ge=0, le=5)
    worker_nice: int = Field(default=5, ge=0, le=19)
    intake_depth: int = Field(default=4000, ge=1, le=1_000_000)
    webhook_allowed_hosts: Annotated[list[str], NoDecode] = []
    webhook_timeout_seconds: float = Field(default=15, gt=0, le=60)
    webhook_concurrency: int = Field(default=32, ge=1, le=512)
    event_days: int = Field(default=400, ge=0, le=36_500)
    delivery_days: int = Field(default=30, ge=0, le=36_500)
    alert_days: int = Field(default=400, ge=0, le=36_500)
    stale_after_seconds: int = Field(default=3600, ge=10)
    silence_days: int = Field(default=31, ge=1, le=366)
    link_days: int = Field(default=7, ge=1, le=90)
    import_days: int = Field(default=90, ge=0, le=36_500)
    import_max_mb: int = Field(default=256, ge=1, le=65_536)
    log_level: str = "info"
    metrics_token: SecretStr | None = None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        # Found out here, the message can name the setting; and it must not show the password in the value.
        if url and not url.startswith(("sqlite:///", "postgres://", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("it must begin with postgresql:// or sqlite:///")
        return url

    @field_validator("webhook_allowed_hosts", mode="before")
    @classmethod
    def _list_of_hosts(cls, value: Any) -> Any:
        # Both ways in which people write a list into an environment variable: a,b and ["a", "b"].
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            try:
                return json.loads(value)
            except ValueError:
                raise ValueError(
                    "it is a list such as localhost,hooks.example.internal (or the same as JSON)"
                ) from None
        return [host.strip() for host in value.split(",") if host.strip()]

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL: `DATABASE_URL` with the psycopg driver, or SQLite in `var/`."""
        url = self.database_url or f"sqlite:///{self.var_dir / 'pickwatch.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def webhook_hosts(self) -> frozenset[str]:
        """Return the hosts that webhooks may call although their addresses are not public."""
        return frozenset(host.lower().rstrip(".") for host in self.webhook_allowed_hosts)

    @property
    def public_url(self) -> str:
        """Return the address people open, without a trailing slash; used in links of webhooks."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")


def setting_faults(error: ValidationError | SettingsError) -> list[str]:
    """Return one line for each setting that cannot be used; raises what is not about settings. Values are not shown."""
    if isinstance(error, SettingsError):
        return [f"A setting cannot be read: {error}."]
    if error.title != Settings.__name__:
        raise error
    prefix = Settings.model_config["env_prefix"]
    return [
        f"{_variable(str(fault['loc'][0]), prefix)} cannot be used: {fault['msg'].removeprefix('Value error, ')}."
        for fault in error.errors()
    ]


def _variable(name: str, prefix: str) -> str:
    # Fields with a variable of their own (PORT) are reported by it, the others by their field name.
    return f"{prefix}{name.upper()}" if name in Settings.model_fields else name


@lru_cache(maxsize=1)
def settings_from_environment() -> Settings:
    """Read the environment once."""
    return Settings()
