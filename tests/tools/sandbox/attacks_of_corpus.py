"""Every command of the corpus of shell commands, as an attack: whatever it does, it does inside."""

import json
from pathlib import Path

from tests.tools.sandbox.attack import Attack

# The commands that permission is judged by, hostile and harmless ones.
FILE = Path(__file__).parents[1] / "shell" / "shell_corpus.json"
# Many of them run or read a file "x", which is here what an attacker would put there.
_LAID = """
cat > x <<'END'
#!/bin/sh
echo ran >> "$LAB_OUTSIDE/canary"; echo ran >> "$HOME/.bashrc"; id > "$LAB_OUTSIDE/ran"
END
chmod +x x; cp x a; cp x y; cp x ls; echo hello > b
"""


def of_corpus() -> tuple[Attack, ...]:
    """One attack for each command. What is harmless anyway proves nothing by itself."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Attack(f"corpus #{number}", (entry["command"],), before=_LAID, seconds=2.0)
        for number, entry in enumerate(entries, 1)
    )
