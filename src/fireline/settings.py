"""Every setting, once: from the environment (`FIRELINE_...`), `fireline.yaml`, and secret files.

Any setting may also be given as `FIRELINE_<NAME>_FILE`, naming a file that holds the value; that is
how secrets should come. An unknown name is an error, so that a typing mistake cannot pass unseen.
"""

import difflib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)
from typing_extensions import override

from fireline.domain.errors import InvalidInputError

PREFIX = "FIRELINE_"
MAX_SECRET_BYTES = 65_536
SHORTEST_TOKEN = 16
MAX_HEADER = 1024
HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class DataSource(BaseModel):
    """A Prometheus, or anything with its API, that SLOs may name; secrets come from files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: AnyHttpUrl
    dialect: Literal["prometheus", "victoriametrics"] = "prometheus"
    mode: Literal["raw", "recorded"] = "raw"
    bearer_token_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    org_id: str | None = Field(None, max_length=MAX_HEADER)
    headers: dict[str, str] = Field(default_factory=dict, max_length=20)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    scrape_interval_seconds: float | None = Field(None, gt=0, le=600)
    timeout_seconds: float = Field(10, ge=1, le=120)

    @model_validator(mode="after")
    def _fits_together(self) -> "DataSource":
        if (self.username is None) != (self.password_file is None):
            raise ValueError("give username and password_file together")
        if self.username is not None and self.bearer_token_file is not None:
            raise ValueError("give either bearer_token_file or username, not both")
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file needs cert_file")
        if any("\n" in text or "\r" in text for pair in self.headers.items() for text in pair):
            raise ValueError("a header may have no line break")
        return self


class Settings(BaseSettings):
    """All settings with their defaults; the embedded default needs nothing but Slack tokens."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, yaml_file="fireline.yaml", extra="forbid", frozen=True
    )

    database_url: str = "sqlite:///var/fireline.db"
    database_password: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: AnyHttpUrl = AnyHttpUrl("https://slack.com/api/")
    prometheus_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:9090")
    prometheus_bearer_token: SecretStr | None = None
    prometheus_mode: Literal["raw", "recorded"] = "raw"
    data_sources: dict[SourceName, DataSource] = Field(default_factory=dict, max_length=50)
    default_data_source: str | None = None
    alertmanager_url: AnyHttpUrl | None = None
    alertmanager_bearer_token: SecretStr | None = None
    alertmanager_headers: dict[str, SecretStr] = {}
    alertmanager_webhook_token: SecretStr | None = None
    ingest_token: SecretStr | None = None
    incidents_token: SecretStr | None = None
    changes_token: SecretStr | None = None
    scrape_interval_seconds: float = Field(30, gt=0, le=600)
    definitions: list[Path] = [Path("slo_definitions")]
    profiles: dict[str, str] = Field(default_factory=dict, max_length=50)
    runbooks: Path = Path("runbooks")
    policy: Path | None = Path("policies/default.yaml")
    drills: list[Path] = [Path("policies/drills")]
    exceptions: Path = Path("policies/exceptions.yaml")
    maintenance: list[Path] = [Path("policies")]
    oncall: list[Path] = [Path("policies")]
    pagerduty_routing_keys: dict[str, SecretStr] = {}
    pagerduty_api_token: SecretStr | None = None
    pagerduty_events_url: AnyHttpUrl = AnyHttpUrl("https://events.pagerduty.com")
    pagerduty_api_url: AnyHttpUrl = AnyHttpUrl("https://api.pagerduty.com")
    aliases: Path = Path("policies/aliases.yaml")
    contracts: list[Path] = [Path("contracts")]
    incidents_channel: str = "#incidents"
    alerts_channel: str = "#data-platform-alerts"
    reviews_channel: str = "#data-reviews"
    channel_prefix: str = Field("inc", pattern=r"^[a-z0-9][a-z0-9-]{0,20}$")
    timezone: str = "UTC"
    evaluate_every_seconds: int = Field(30, ge=5, le=300)
    remind_every_seconds: int = Field(15, ge=1, le=60)
    evaluate_lag_seconds: int = Field(30, ge=0, le=300)
    review_cron: str = "0 9 * * 1"
    schedules: bool = True
    polling_seconds: float = Field(0.1, ge=0.02, le=5)
    http_host: str = "127.0.0.1"
    gate_token: SecretStr | None = None
    http_port: int = Field(8080, ge=0, le=65_535)
    keep_file_mb: int = Field(20, ge=0, le=200)
    keep_files_mb: int = Field(200, ge=0, le=2_000)
    ledger_detail_days: int = Field(100, ge=35, le=1_000)
    ledger_kept_days: int = Field(760, ge=35, le=4_000)
    # After how many days a closed restricted incident loses its words; without it they stay.
    restricted_kept_days: int | None = Field(None, ge=30, le=4_000)
    executor_id: str = "local"
    workers: int = Field(10, ge=2, le=64)
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_json: bool = False

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            text = f"unknown time zone {value!r}; use an IANA name such as Europe/Berlin"
            raise ValueError(text) from error
        return value

    @model_validator(mode="after")
    def _known_source(self) -> "Settings":
        chosen = self.default_data_source
        if chosen is not None and chosen not in self.data_sources:
            known = ", ".join(sorted(self.data_sources)) or "there are none"
            text = f"default_data_source {chosen!r} is not under data_sources; known: {known}"
            raise ValueError(text)
        return self

    @field_validator("alertmanager_headers", "pagerduty_routing_keys", mode="before")
    @classmethod
    def _json_of_a_file(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("alertmanager_headers")
    @classmethod
    def _headers(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, text in value.items():
            if not HEADER.fullmatch(name) or not text.get_secret_value().isprintable():
                message = f"{name!r} cannot be sent as a header; write it like X-Scope-OrgID"
                raise ValueError(message)
        return value

    @field_validator(
        "gate_token",
        "alertmanager_webhook_token",
        "ingest_token",
        "incidents_token",
        "changes_token",
    )
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_TOKEN:
            text = f"write at least {SHORTEST_TOKEN} characters, as of: openssl rand -hex 32"
            raise ValueError(text)
        return value

    @field_validator("incidents_channel", "alerts_channel", "reviews_channel")
    @classmethod
    def _channel_name(cls, value: str) -> str:
        if not value.startswith("#"):
            text = f"write the channel's name with #, such as #{value}"
            raise ValueError(text)
        return value

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, that over secret files, that over fireline.yaml."""
        return (
            init_settings,
            env_settings,
            _FileSource(settings_cls),
            YamlConfigSettingsSource(settings_cls),
        )


class _FileSource(PydanticBaseSettingsSource):
    """Reads `FIRELINE_<NAME>_FILE`."""

    @override
    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            variable = f"{PREFIX}{name.upper()}_FILE"
            path = _environment().get(variable)
            if path is not None:
                found[name] = _secret(variable, Path(path))
        return found


def _environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - the one place that reads it


def _secret(variable: str, path: Path) -> str:
    return secret_in(path, f"{variable}={path}")


def secret_in(path: Path, where: str) -> str:
    """The text of a secret's file.

    Raises:
        InvalidInputError: it cannot be read; `where` says which setting names it.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_SECRET_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        text = f"{where}: cannot be read ({reason}); name a readable file"
        raise InvalidInputError(text) from error


def load(**given: Any) -> Settings:
    """The settings of this process; `given` values win over all other sources.

    Raises:
        InvalidInputError: a name is unknown or a value is wrong; names it and the right form.
    """
    _refuse_unknown()
    try:
        return Settings(**given)
    except ValidationError as error:
        raise InvalidInputError(_explain(error)) from error


def _refuse_unknown() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {name + "_FILE" for name in known}
    for name in _environment():
        if name.startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            text = f"unknown setting {name}{hint}"
            raise InvalidInputError(text)


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"])
        reason = problem["msg"].removeprefix("Value error, ")
        variable = f" ({PREFIX}{name.upper()})" if len(problem["loc"]) == 1 else ""
        lines.append(f"setting {name}{variable}: {reason}" if name else reason)
    return "\n".join(lines)
