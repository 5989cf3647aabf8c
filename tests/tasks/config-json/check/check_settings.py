import json
from pathlib import Path

settings = json.loads(Path("config/settings.json").read_text())
assert settings == {
    "name": "weather",
    "debug": False,
    "server": {"host": "127.0.0.1", "port": 8080, "timeout": 10},
    "database": {"path": "weather.db", "timeout": 30, "pool": 4},
}, settings
assert settings["debug"] is False
