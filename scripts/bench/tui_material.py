"""A conversation as people have it: what is said, thought and done, over and over."""

from collections.abc import Iterator
from itertools import count

from inhouse.tui.blocks.answer import AnswerBlock
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.blocks.thinking import ThinkingBlock
from inhouse.tui.blocks.tool import tool_block
from inhouse.tui.blocks.turn_end import TurnEndBlock
from inhouse_agent.events import ToolEnded, ToolStarted, TurnEnded
from inhouse_models.chat import Timings, Usage

THOUGHT = "The person wants the parser to keep comments, so the tokens have to carry them. " * 6
ANSWER = """The parser drops comments in `tidy/words.py`, because **`split_words`** skips them.

- `Token.comment` holds what stood before the token,
- the printer writes it back, and
- a test covers a file that ends with a comment.

```python
def split_words(text: str) -> list[Token]:
    return [Token(word, comment="") for word in text.split()]
```

"""
DIFF = """--- a/tidy/words.py
+++ b/tidy/words.py
@@ -1,3 +1,4 @@
 def split_words(text):
-    return text.split()
+    # Comments stay with the word behind them.
+    return [Token(word) for word in text.split()]
 # Words are joined elsewhere.
"""
OUTPUT = "".join(f"tests/test_words.py::test_{number} PASSED\n" for number in range(12))
USAGE = Usage(input_tokens=12_000, cached_input_tokens=11_500, output_tokens=400)
TIMINGS = Timings(read_seconds=1.0, write_seconds=9.0)
# What a streamed answer is made of, again and again: about 30 tokens.
STREAM = [
    "So ", "the ", "printer ", "writes ", "each ", "`comment` ", "back ", "before ", "its ",
    "token, ", "and ", "**nothing** ", "is ", "lost ", "on ", "the ", "way.\n\n", "- ", "First ",
    "the ", "tokens ", "get ", "a ", "field,\n", "- ", "then ", "the ", "printer ", "reads ",
    "it.\n\n",
]  # fmt: skip


def blocks() -> Iterator[Block]:
    """Blocks of one turn after the other, without end."""
    for turn in count(1):
        yield PromptBlock(f"Keep the comments in file {turn}, and show me what changes.")
        yield ThinkingBlock(THOUGHT, 3.2)
        yield _tool("read", f"tidy/words{turn}.py", OUTPUT, f"read-{turn}")
        yield AnswerBlock(f"{ANSWER}This was turn {turn}.")
        yield _tool("edit", f"tidy/words{turn}.py", "Edited.", f"edit-{turn}", diff=DIFF)
        yield _tool("bash", "pytest -q", OUTPUT, f"bash-{turn}")
        yield AnswerBlock(ANSWER * 2)
        yield TurnEndBlock(TurnEnded("success", "", 3, USAGE, TIMINGS, 12.5, ("tidy/words.py",)))


def _tool(name: str, title: str, text: str, call: str, **show: str) -> Block:
    block = tool_block(ToolStarted(call, name, title, "{}"))
    block.end(ToolEnded(call, name, text, show, seconds=0.2))
    return block
