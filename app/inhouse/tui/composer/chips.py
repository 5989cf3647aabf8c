"""What a person has written, with long pastes and images folded into chips."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Final, cast

from inhouse.sanitise import sanitise, sanitise_line

MOST_LINES: Final = 10
MOST_CHARACTERS: Final = 1_000
MOST_NAME_CHARACTERS: Final = 40
NO_CHIPS: Final[Mapping[str, "Chip"]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Paste:
    """Text that is shown as one chip and sent exactly as it was pasted."""

    text: str

    @property
    def title(self) -> str:
        """How much it is."""
        lines = self.text.count("\n") + (not self.text.endswith("\n"))
        if lines > 1:
            return f"pasted {lines:,} lines"
        return f"pasted {len(self.text):,} character{'' if len(self.text) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file; `width` and `height` are in pixels."""

    path: str
    name: str
    width: int
    height: int

    @property
    def title(self) -> str:
        """Its name and size."""
        name = sanitise_line(self.name)
        if len(name) > MOST_NAME_CHARACTERS:
            name = "…" + name[1 - MOST_NAME_CHARACTERS :]
        return f"image {name} {self.width}\N{MULTIPLICATION SIGN}{self.height}"


Chip = Paste | Picture


@dataclass(frozen=True, slots=True)
class Written:
    """The text as it stands in the editor, and the chips by the labels that stand in it."""

    text: str = ""
    chips: Mapping[str, Chip] = field(default_factory=lambda: NO_CHIPS)

    @property
    def blank(self) -> bool:
        """Whether there is nothing to send."""
        return not self.text.strip()

    @property
    def whole(self) -> str:
        """The text with every paste in its place; an image stays as its label."""
        spans: list[str] = []
        end = 0
        for start, stop, chip in spans_of(self.text, self.chips):
            spans += [self.text[end:start], _told(self.text[start:stop], chip)]
            end = stop
        return "".join([*spans, self.text[end:]])

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The images in the order in which they stand."""
        found = (chip for _, _, chip in spans_of(self.text, self.chips))
        return tuple(chip for chip in found if isinstance(chip, Picture))

    def used(self) -> "Written":
        """The same without the chips that no longer stand in the text."""
        kept = {label: chip for label, chip in self.chips.items() if label in self.text}
        return Written(self.text, kept)


def spans_of(text: str, chips: Mapping[str, Chip]) -> list[tuple[int, int, Chip]]:
    """Where the chips stand in a text: start, end, and what each one is."""
    if not chips:
        return []
    found = _pattern(chips).finditer(text)
    return [(match.start(), match.end(), chips[match[0]]) for match in found]


def needs_chip(text: str, chips: Mapping[str, Chip]) -> bool:
    """Whether pasted text is too much for the editor, or would not stay what it is there."""
    return (
        len(text) > MOST_CHARACTERS
        or text.count("\n") >= MOST_LINES
        or sanitise(text) != text
        or any(label in text for label in chips)
    )


def label_for(chip: Chip, taken: Iterable[str]) -> str:
    """A label that stands in none of the texts that are `taken`."""
    texts = [*taken]
    numbers = (f"#{number}]" for number in count(1))
    number = next(one for one in numbers if not any(one in text for text in texts))
    return f"[{chip.title} {number}"


def fold(text: str) -> Written:
    """Text from elsewhere as it can stand in the editor."""
    text = plain_lines(text)
    if sanitise(text) == text:
        return Written(text)
    chip = Paste(text)
    label = label_for(chip, ())
    return Written(label, {label: chip})


def merge(parts: Sequence[Written]) -> Written:
    """Several texts below each other; a chip whose label means something else gets a new one."""
    written = [part.used() for part in parts]
    chips: dict[str, Chip] = {}
    texts: list[str] = []
    for part in written:
        names: dict[str, str] = {}
        for label, chip in part.chips.items():
            plain = any(label in one.text and label not in one.chips for one in written)
            if plain or chips.get(label, chip) != chip:
                names[label] = label_for(chip, [*chips, *(one.text for one in written)])
            chips[names.get(label, label)] = chip
        texts.append(_renamed(part, names))
    return Written("\n".join(texts), chips)


def _renamed(written: Written, names: Mapping[str, str]) -> str:
    if not names:
        return written.text
    return _pattern(names).sub(lambda match: names[match[0]], written.text)


def plain_lines(text: str) -> str:
    """The text with "\\n" as its only end of line, as terminals do not paste it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def to_json(written: Written) -> dict[str, object]:
    """As it is kept in a file."""
    used = written.used()
    chips = {label: _chip_to_json(chip) for label, chip in used.chips.items()}
    return {"text": used.text, **({"chips": chips} if chips else {})}


def from_json(value: object) -> Written | None:
    """What was kept; None for anything else."""
    if not isinstance(value, dict):
        return None
    data = cast("dict[str, object]", value)
    text, chips = data.get("text"), data.get("chips", {})
    if not isinstance(text, str) or sanitise(text) != text or not isinstance(chips, dict):
        return None
    found: dict[str, Chip] = {}
    for label, one in cast("dict[str, object]", chips).items():
        chip = _chip_from_json(one)
        if chip is None or not label:
            return None
        found[label] = chip
    return Written(text, found)


def _pattern(labels: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(labels, key=len, reverse=True)
    return re.compile("|".join(re.escape(label) for label in longest_first))


def _told(label: str, chip: Chip) -> str:
    return chip.text if isinstance(chip, Paste) else label


def _chip_to_json(chip: Chip) -> object:
    if isinstance(chip, Paste):
        return chip.text
    return [chip.path, chip.name, chip.width, chip.height]


def _chip_from_json(value: object) -> Chip | None:
    if isinstance(value, str):
        return Paste(value)
    match value:
        case [str(path), str(name), int(width), int(height)]:
            return Picture(path, name, width, height)
        case _:
            return None
