"""Settings, read once from the environment and checked before anything starts.

A wrong setting stops start-up with one clear line (`SettingsError`). Imports
nothing of the service.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

DEFAULT_URL: Final = "http://127.0.0.1:8000"


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The scheme's own name and voice, laid over every page."""

    name: str = "Fox Connect sample"
    phone: str = "0116 496 0123"
    phone_hours: str = "Monday to Friday 7am to 7pm, Saturday 8am to 6pm"
    email: str = "hello@example.org"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service takes from outside, with the embedded defaults."""

    database_url: str
    redis_url: str
    secret_key: str
    data_dir: Path
    public_url: str = DEFAULT_URL
    demo: bool = False
    secure_cookies: bool = True
    scheme: Scheme = Scheme()
    geocoder: str = ""
    messages: str = "log"
    notify_api_key: str = ""
    osrm_url: str = ""
    roads_file: str = ""
    """A roads file made by `outabout roads build`."""
    plan_seconds: float = 5.0
    time_shift: float = 0.0
    """Seconds by which the demo's clock is ahead: it can be shown as on another day."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raise SettingsError with one line naming what is wrong."""
        env = os.environ if env is None else env
        data_dir = Path(env.get("OUTABOUT_DATA_DIR", "var")).absolute()
        demo = _flag(env, "OUTABOUT_DEMO", False)
        settings = cls(
            database_url=env.get("DATABASE_URL", f"sqlite:///{data_dir / 'outabout.db'}"),
            redis_url=env.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
            secret_key=env.get("SECRET_KEY", ""),
            data_dir=data_dir,
            public_url=env.get("PUBLIC_URL", DEFAULT_URL),
            demo=demo,
            secure_cookies=_flag(env, "SECURE_COOKIES", not demo),
            scheme=_scheme(env),
            geocoder=env.get("GEOCODER_URL", ""),
            messages=env.get("MESSAGES", "log"),
            notify_api_key=env.get("NOTIFY_API_KEY", ""),
            osrm_url=env.get("OSRM_URL", ""),
            roads_file=env.get("ROADS_FILE", ""),
            plan_seconds=_number(env, "PLAN_SECONDS", 5.0),
            time_shift=_number(env, "OUTABOUT_TIME_SHIFT", 0.0),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError where a value cannot work."""
        scheme = urlsplit(self.database_url).scheme.split("+")[0]
        if scheme not in ("sqlite", "postgresql"):
            raise SettingsError(
                "DATABASE_URL must begin with sqlite:/// or postgresql://, "
                f"not {scheme or 'nothing'}."
            )
        if urlsplit(self.redis_url).scheme not in ("redis", "rediss", "unix"):
            raise SettingsError("REDIS_URL must begin with redis:// (or rediss:// or unix://).")
        if len(self.secret_key) < 32:
            raise SettingsError(
                "SECRET_KEY must be set to at least 32 random characters, for example from "
                "`python -c 'import secrets; print(secrets.token_hex(32))'`."
            )
        if self.osrm_url and urlsplit(self.osrm_url).scheme not in ("http", "https"):
            raise SettingsError("OSRM_URL must begin with http:// or https://, or be empty.")
        if self.roads_file and not Path(self.roads_file).is_file():
            raise SettingsError(
                f"ROADS_FILE: there is no file {self.roads_file}. "
                "Make it with `outabout roads build FILE.osm.pbf`."
            )
        if self.time_shift and not self.demo:
            raise SettingsError("OUTABOUT_TIME_SHIFT is for the demo only. Take it away.")
        if self.messages not in ("log", "notify"):
            raise SettingsError("MESSAGES must be log or notify.")
        if self.messages == "notify" and not self.notify_api_key:
            raise SettingsError("MESSAGES=notify needs NOTIFY_API_KEY.")


def _scheme(env: Mapping[str, str]) -> Scheme:
    base = Scheme()
    return Scheme(
        name=env.get("SCHEME_NAME", base.name),
        phone=env.get("SCHEME_PHONE", base.phone),
        phone_hours=env.get("SCHEME_PHONE_HOURS", base.phone_hours),
        email=env.get("SCHEME_EMAIL", base.email),
    )


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = env.get(name)
    if value is None:
        return default
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off", ""):
        return False
    raise SettingsError(f"{name} must be yes or no, not {value!r}.")


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    value = env.get(name)
    if value is None:
        return default
    try:
        return float(value)
    except ValueError:
        raise SettingsError(f"{name} must be a number, not {value!r}.") from None
