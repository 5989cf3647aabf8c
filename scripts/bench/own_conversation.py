"""Adds entries to a conversation in a process of its own, see tui_figures/memory.py.

Writes the growth of resident memory in bytes, how many entries there are, and the growth after the
person has looked at all of them.
"""

import asyncio
import gc
import resource
import sys
from itertools import islice
from pathlib import Path

from tui_bench import ROWS, ConversationApp, in_app
from tui_material import blocks

# What libraries load when a kind of block is first shown is not growth.
WARM_ENTRIES = 50
# The end is in view after so many entries, and what was in view before has to go.
BATCH = 50


def main() -> None:
    """Add as many entries as the first argument says, and report."""
    entries = int(sys.argv[1])
    told: list[float] = []

    async def act(app: ConversationApp) -> None:
        source = blocks()
        for block in islice(source, WARM_ENTRIES):
            await app.conversation.add(block)
        await app.at_rest()
        before = _resident()
        while app.conversation.entry_count < entries:
            left = entries - app.conversation.entry_count
            async with app.conversation.filling():
                for block in islice(source, min(left, BATCH)):
                    await app.conversation.add(block)
            await app.at_rest()
        told.append(_resident() - before)
        told.append(app.conversation.entry_count)
        position = app.conversation.max_scroll_y
        while position > 0:
            position -= ROWS * 10
            app.conversation.scroll_to(y=max(0, position), animate=False)
            await asyncio.sleep(0)
        await app.at_rest()
        told.append(_resident() - before)

    asyncio.run(in_app(act))
    print(*told)


def _resident() -> int:
    """Bytes that the process holds; where the system does not tell, the most it ever held."""
    gc.collect()
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
