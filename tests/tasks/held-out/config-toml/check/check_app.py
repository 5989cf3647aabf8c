import tomllib
from pathlib import Path

text = Path("app.toml").read_text()
settings = tomllib.loads(text)
assert settings == {
    "title": "downloads",
    "cache": {"folder": "cache", "size": 256},
    "limits": {"size": 64, "parallel": 4},
    "network": {"mirrors": ["one.example.org", "two.example.org", "backup.example.org"]},
}, settings
assert "# Settings of the download service." in text
