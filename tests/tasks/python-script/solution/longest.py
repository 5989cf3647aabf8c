"""Print the longest line of a text file."""

import sys
from pathlib import Path

print(max(Path(sys.argv[1]).read_text().splitlines(), key=len))
