"""Settings as the rows of a list, and what is said below of the chosen one."""

from textual.content import Content

from inhouse.live.person_settings import NOT_SET, SettingRow
from inhouse.tui.text import join, line

GAP = 2
NAME, VALUE, SOURCE = 18, 22, 16
# Below these widths sources and meanings are only told of the chosen one.
WITH_SOURCE, WITH_MEANING = 48, 88


def heading(width: int) -> Content:
    """The names of the columns."""
    titles = ("Setting", "Value", "From", "Meaning")
    return _lay_out([Content.styled(text, "$text-muted") for text in titles], width)


def row(setting: SettingRow, width: int) -> Content:
    """One setting as a row; what is not the default stands out by its colour and its source."""
    plain = setting.source == "default"
    value = line(setting.value or NOT_SET, "$text-muted" if plain else "$primary")
    source = Content("") if plain else line(setting.source, "$text-muted")
    meaning = line(setting.meaning, "not bold $text-muted")
    return _lay_out([line(setting.name), value, source, meaning], width)


def details(setting: SettingRow) -> Content:
    """What it means, where it comes from, and what another value would take."""
    parts = [line(f"{setting.meaning[:1].upper()}{setting.meaning[1:]}.")]
    default = setting.default or NOT_SET
    parts.append(line(f"From {setting.source}. The default is {default}.", "$text-muted"))
    if setting.source == "default":
        parts[-1] = line("This is the default.", "$text-muted")
    if setting.overridden:
        own = setting.own or NOT_SET
        parts.append(
            join(
                Content.styled("◐ ", "$warning"),
                line(f"Your own value {own} does not hold: {setting.source} is stronger."),
            )
        )
    if setting.engine:
        parts.append(line("Another value starts the engine anew.", "$text-muted"))
    return Content("\n").join(parts)


def _lay_out(cells: list[Content], width: int) -> Content:
    """The cells in as many columns as there is room for; the last one takes what is left."""
    widths = [NAME, max(1, width - NAME - GAP)]
    if width >= WITH_SOURCE:
        widths = [NAME, width - NAME - SOURCE - 2 * GAP, SOURCE]
    if width >= WITH_MEANING:
        widths = [NAME, VALUE, SOURCE, width - NAME - VALUE - SOURCE - 3 * GAP]
    shown = [
        cell.truncate(room, ellipsis=True, pad=True)
        for cell, room in zip(cells, widths, strict=False)
    ]
    return Content(" " * GAP).join(shown)
