"""Words that the lint of texts knows: own types, makers of content, methods that hand text on."""

import re


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(re.findall(r"\S+", text))


APP = "inhouse"
GATE = "inhouse.sanitise"
# Content is made from text by calls that are checked themselves.
OWN_TYPES = words(
    """
    Color Content LiteralString None Region SafeText Segment Size Strip Style bool date datetime
    float int timedelta
    """
)
# What is made of texts to be drawn: the making is checked itself.
WIDGETS = words(
    """
    Button Checkbox Collapsible Digits Input Label Link Log Markdown MaskedInput Option Pretty
    RadioButton RichLog Static TabPane TextArea Tooltip
    """
)
MAKERS = words("Content Panel SafeText Segment Text from_ansi")
CONTAINERS = words(
    """
    Annotated Callable ClassVar Collection Counter Final Generator Iterable Iterator Mapping
    OrderedDict Sequence defaultdict deque dict frozenset list reactive set tuple
    """
)
NUMBERS = words("abs all any bool divmod float hash int isinstance len ord round sum")
HANDED_ON = words(
    """
    chain chop_cells dict enumerate filter frozenset highlight islice iter list max min next
    pairwise range replace reversed set set_cell_size sorted str tuple zip
    """
)
# Methods of texts and containers: what comes out was in the object or in the arguments.
METHODS = words(
    """
    append append_text capitalize center copy crop divide expandtabs extend_right format get
    items join keys ljust lower lstrip pad pad_left pad_right partition pop popleft removeprefix
    removesuffix render replace right_crop rjust rpartition rstrip simplify split splitlines
    strip stylize stylize_before title truncate upper values wrap zfill
    """
)
# Those whose arguments stand in what comes out.
TAKING = words("append append_text center format get join ljust pop replace rjust")
MEASURES = words(
    """
    bit_length cell_length count find get_line_length hex index isoformat rfind strerror strftime
    total_seconds
    """
)
GROWING = words("add append appendleft extend insert setdefault update")
PRINTED_NUMBER = words("% , X b d e f g n x")
