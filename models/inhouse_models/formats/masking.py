"""Stand-ins for content while a template runs, so that content is told from template text."""

import re
import secrets
from collections.abc import Callable

from inhouse_models.formats.json_values import escape_json, is_array, is_object
from inhouse_models.formats.pieces import Run

# Words of JSON schema and of our own tools, which templates and call formats compare with. None
# of them can become part of a control token. Everything else in a schema is masked.
KEPT_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        $defs $ref additionalProperties allOf anyOf array boolean const content default
        description enum examples exclusiveMaximum exclusiveMinimum file_path format function
        integer items maxItems maxLength maximum minItems minLength minimum multipleOf name null
        number object oneOf parameters pattern prefixItems properties required string symbol
        title type uniqueItems
        """,
    )
)


class Masks:
    """Replaces strings by stand-ins and finds them again in what a template rendered.

    A stand-in is ASCII letters and digits around one quote. JSON filters put backslashes before
    the quote, which tells how often the content itself has to be escaped. The letters hold a
    random number, so that no content can pretend to be a stand-in.
    """

    def __init__(self) -> None:
        self._nonce = secrets.token_hex(8)
        self._contents: list[str] = []
        self._known: dict[str, str] = {}
        self._images: dict[int, str] = {}
        self._pattern = re.compile(rf'M{self._nonce}N(\d+)(\\*)"E')

    def mask(self, text: str) -> str:
        """The stand-in of a text, the same for equal texts; blank text stands for itself."""
        if not text.strip():
            return text
        if text not in self._known:
            self._known[text] = self.mask_once(text)
        return self._known[text]

    def mask_once(self, text: str) -> str:
        """A stand-in that no other text shares."""
        self._contents.append(text)
        return f'M{self._nonce}N{len(self._contents) - 1}"E'

    def mask_image(self, image: str) -> str:
        """The stand-in of an image, as a message has it."""
        self._images[len(self._contents)] = image
        return self.mask_once("")

    def mask_json(self, value: object) -> object:
        """A JSON value with every string in it masked, keys too."""
        return _map_strings(value, self.mask)

    def mask_schema(self, value: object) -> object:
        """A JSON schema, masked but for the words of JSON schema itself."""
        return _map_strings(value, lambda text: text if text in KEPT_WORDS else self.mask(text))

    def unmask(self, rendered: str) -> list[Run] | None:
        """The runs of a rendered prompt; None when the template has changed a stand-in."""
        runs: list[Run] = []
        last = found = 0
        for match in self._pattern.finditer(rendered):
            runs.append(Run(rendered[last : match.start()], template=True))
            place, escapes = int(match[1]), len(match[2])
            image = self._images.get(place, "")
            runs.append(Run(self._content(place, escapes), template=False, image=image))
            last = match.end()
            found += 1
        runs.append(Run(rendered[last:], template=True))
        intact = rendered.lower().count(self._nonce) == found
        return runs if intact else None

    def _content(self, place: int, backslashes: int) -> str:
        text = self._contents[place]
        # Escaping n times puts 2**n - 1 backslashes before a quote.
        for _ in range((backslashes + 1).bit_length() - 1):
            text = escape_json(text)
        return text


def _map_strings(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if is_object(value):
        return {change(key): _map_strings(item, change) for key, item in value.items()}
    if is_array(value):
        return [_map_strings(item, change) for item in value]
    return value
