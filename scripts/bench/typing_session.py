"""A recorded typing session: what stood before and after the cursor with every key."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PLACE = "    async def settle(self) -> None:\n"
KEYS = (
    "    async def restart_twice(self) -> None:\n"
    '        """End the process, and the one after it."""\n'
    "        for _time in range(3\b2):\n"
    "            await self.restrat\b\b\bart()\n"
    "            if self._process is None:\n"
    "                return\n"
    "        self._process = None\n"
)
SEEN = Path(__file__).with_name("side.py")
EDITED = Path(__file__).with_name("llama_server.py")


@dataclass(frozen=True, slots=True)
class Moment:
    """What an editor would ask after a key."""

    prefix: str
    suffix: str

    def body(self, tokens: int) -> dict[str, object]:
        """The request as llama.vim writes it."""
        line = self.prefix.rfind("\n") + 1
        return {
            "input_prefix": self.prefix[:line],
            "prompt": self.prefix[line:],
            "input_suffix": self.suffix,
            "input_extra": [
                {"filename": SEEN.name, "text": SEEN.read_text(encoding="utf-8")[:4000]}
            ],
            "n_predict": tokens,
            "temperature": 0.0,
            "top_k": 1,
            "cache_prompt": True,
            "stream": False,
            "id_slot": 0,
        }


def moments(*, behind: bool = True) -> Iterator[Moment]:
    """One moment for every key; without code `behind` the cursor it is the file's end."""
    text = EDITED.read_text(encoding="utf-8")
    before, after = text.split(PLACE, 1)
    prefix, suffix = before[-3000:], "\n" + PLACE + after[:1500]
    for key in KEYS:
        prefix = prefix[:-1] if key == "\b" else prefix + key
        yield Moment(prefix, suffix if behind else "")
