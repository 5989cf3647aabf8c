"""Writes the parts of docs/ that follow from the program: `scripts/docs --help`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from architecture_page import diagram, package_tables
from command_page import command_list, slash_command_list
from configuration_page import configuration_list

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document between two comments of its name, and what writes it."""

    document: str
    name: str
    make: Callable[[], str]

    @property
    def begin(self) -> str:
        """The comment before the part."""
        return f"<!-- {self.name}: written by scripts/docs --update, edit nothing below -->\n"

    @property
    def end(self) -> str:
        """The comment behind it."""
        return f"<!-- end of {self.name} -->\n"

    def split(self, text: str) -> tuple[str, str, str]:
        """What stands before the part, in it and behind it; the comments belong to neither."""
        before, begin, rest = text.partition(self.begin)
        kept, end, after = rest.partition(self.end)
        if not begin or not end:
            sys.exit(f"{self.document} has no place for {self.name}: {self.begin}{self.end}")
        return before, kept.strip("\n"), after

    def fill(self, text: str) -> str:
        """The document with this part anew."""
        before, _, after = self.split(text)
        return f"{before}{self.begin}\n{self.make().strip()}\n\n{self.end}{after}"


PARTS: Final = (
    Part("docs/configuration.md", "settings", configuration_list),
    Part("docs/commands.md", "commands", command_list),
    Part("docs/commands.md", "slash commands", slash_command_list),
    Part("docs/architecture.md", "packages", diagram),
    Part("docs/architecture.md", "what each is for", package_tables),
)


def written_anew() -> Mapping[Path, str]:
    """Every document that has such parts, as it should be."""
    texts: dict[Path, str] = {}
    for part in PARTS:
        path = ROOT / part.document
        texts[path] = part.fill(texts.get(path) or path.read_text(encoding="utf-8"))
    return texts


def stale() -> tuple[str, ...]:
    """The documents that are not as the program is."""
    return tuple(
        path.relative_to(ROOT).as_posix()
        for path, text in written_anew().items()
        if path.read_text(encoding="utf-8") != text
    )


def main() -> int:
    """Compare, or write anew."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write them instead of comparing")
    parser.add_argument("--pictures", action="store_true", help="with --update: only the pictures")
    options = parser.parse_args()
    if not options.update:
        found = stale()
        for name in found:
            print(f"{name} is stale: scripts/docs --update writes it anew")
        return 1 if found else 0
    if not options.pictures:
        for path, text in written_anew().items():
            path.write_text(text, encoding="utf-8")
    # Only here: it loads the terminal UI and what tests it.
    from ui_pictures import write_pictures

    for picture in write_pictures(ROOT / "docs" / "pictures"):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
