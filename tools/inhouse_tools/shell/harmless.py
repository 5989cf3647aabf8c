"""Programs that only read, each with the options that keep it so; what is not listed is not so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from inhouse_tools.shell.words import Word

Operands = Literal["contents", "names", "text", "none"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Reader:
    """`flags` are letters without a value, `valued` with one that is no path. Long options stand
    whole, one that takes a value with `=`; abbreviations are not known.

    `operands` are files of which the `contents` or only the `names` are shown, or any `text`.
    The first `first` of them are not paths, and must fit `program`. `most` bounds their count.
    `number`: -5 is an option. `patterns` are options that stand for that first operand.
    `recurses` are options with which a folder is read through; empty text means always.
    """

    flags: str = ""
    valued: str = ""
    long: frozenset[str] = frozenset()
    operands: Operands = "contents"
    first: int = 0
    program: re.Pattern[str] | None = None
    most: int = 1_000
    number: bool = False
    patterns: str = ""
    recurses: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The words of a command by what they are; `odd` are those that are not on the list."""

    options: tuple[str, ...]
    operands: tuple[Word, ...]
    odd: tuple[str, ...]


HELP: Final = _words("--help --version")
GREP_LONG: Final = _words(
    """--ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp --count
    --color --colour --color= --colour= --files-with-matches --files-without-match --max-count=
    --only-matching --quiet --silent --no-messages --byte-offset --with-filename --no-filename
    --line-number --null --after-context= --before-context= --context= --text --binary-files=
    --include= --exclude= --exclude-dir= --recursive --extended-regexp --fixed-strings
    --basic-regexp --perl-regexp --regexp="""
)
GREP: Final = Reader(
    "abcEFGHhiIlLnoPqrsTUvwxyzZ", "ABCme", GREP_LONG, first=1, patterns="e", recurses="r"
)
CHECKSUM: Final = Reader("btz", "a", _words("--binary --text --tag --zero"))
SED: Final = re.compile(
    r"(?:(?:\d+|\$)(?:,(?:\d+|\$|\+\d+))?[pqd!=]{1,2}(?:;|$)|"
    r"s([/|,#])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiI\d]*(?:;|$)|"
    r"/(?:[^/\\\n]|\\.)*/(?:,/(?:[^/\\\n]|\\.)*/)?[pd!=]{1,2}(?:;|$))+"
)
AWK: Final = re.compile(
    r"\s*(?:NR\s*(?:[<>]=?|[=!]=)\s*\d+(?:\s*(?:&&|\|\|)\s*NR\s*(?:[<>]=?|[=!]=)\s*\d+)*)?\s*"
    r"(?:\{\s*print(?:\s+\$(?:\d+|NF)(?:\s*,?\s*\$(?:\d+|NF))*)?\s*;?\s*\})?\s*"
)
JQ: Final = re.compile(r"(?!.*(?:\benv\b|ENV|import|include))[^\n]*")
DATE: Final = re.compile(r"\+.*")
GLOB_VALUE: Final = re.compile(r"--[a-z-]+=[^*?[/]*[*?]")
"""Whatever files such a word may stand for, it stays the value of that option."""
TAIL_NUMBER: Final = re.compile(r"-\d+")

READERS: Final[Mapping[str, Reader]] = {
    "ls": Reader(
        "1aAbBcCdfFgGhHiklmnNopqQrRsStuUvxXZ", "Iw",
        _words(
            """--all --almost-all --author --escape --block-size= --color --color= --directory
            --classify --file-type --format= --full-time --group-directories-first --no-group
            --human-readable --si --hide= --indicator-style= --inode --ignore= --kibibytes
            --numeric-uid-gid --literal --quote-name --reverse --recursive --size --sort= --time=
            --time-style= --width="""
        ),
        operands="names",
    ),
    "cat": Reader(
        "AbeEnstTuv", "",
        _words("--show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs"),
    ),
    "head": Reader("qvz", "nc", _words("--lines= --bytes= --quiet --verbose"), number=True),
    "tail": Reader("qvz", "nc", _words("--lines= --bytes= --quiet --verbose"), number=True),
    "wc": Reader("clmwL", "", _words("--bytes --chars --lines --words --max-line-length")),
    "grep": GREP,
    "egrep": GREP,
    "fgrep": GREP,
    "rg": Reader(
        "abcFHhiIlnNopPqsSUvwx0", "ABCegmtTMjrd",
        _words(
            """--after-context= --before-context= --context= --case-sensitive --color= --column
            --count --count-matches --files --files-with-matches --files-without-match
            --fixed-strings --glob= --heading --no-heading --ignore-case --invert-match --json
            --line-number --no-line-number --line-regexp --max-columns= --max-count= --max-depth=
            --multiline --multiline-dotall --no-filename --with-filename --no-messages
            --only-matching --pcre2 --quiet --regexp= --replace= --smart-case --sort= --sortr=
            --stats --trim --type= --type-not= --type-list --vimgrep --word-regexp --null --text"""
        ),
        first=1, patterns="e", recurses="",
    ),
    "tree": Reader(
        "adfpsughDiCFrtcUQNvnASJ", "LPI",
        _words("--dirsfirst --noreport --du --si --gitignore --prune --filesfirst"),
        operands="names",
    ),
    "stat": Reader("Lft", "c", _words("--format= --printf= --terse --file-system"), "names"),
    "file": Reader("bihLkN", "F", _words("--brief --mime --mime-type --mime-encoding"), "names"),
    "du": Reader(
        "abchHklmsxS0", "dt", _words("--all --apparent-size --bytes --total --human-readable --si "
        "--summarize --max-depth= --threshold= --exclude= --one-file-system"), operands="names",
    ),
    "df": Reader("ahHiklPT", "", _words("--human-readable --inodes --print-type"), "names"),
    # Going through folders it follows links out of them.
    "diff": Reader(
        "abBiEwZuqsNytdpc", "UCW",
        _words("--brief --unified --unified= --ignore-all-space --color --color= --ignore-case "
        "--ignore-blank-lines --side-by-side --new-file --ignore-space-change"),
    ),
    "cmp": Reader("bls", "n"),
    "comm": Reader("123z"),
    "sort": Reader(
        "bdfghiMnRrsuVzcC", "kt",
        _words("--numeric-sort --reverse --unique --key= --field-separator= --human-numeric-sort "
        "--version-sort --ignore-case --stable --general-numeric-sort --check"),
    ),
    "uniq": Reader("cdDuiz", "fsw", _words("--count --repeated --unique --ignore-case"), most=1),
    "cut": Reader(
        "snz", "bcdf", _words("--bytes= --characters= --delimiter= --fields= --only-delimited "
        "--complement --output-delimiter=")
    ),
    "paste": Reader("sz", "d"),
    "tr": Reader("cCdst", "", operands="text"),
    "nl": Reader("p", "bdfhilnsvw"),
    "fold": Reader("bs", "w"),
    "fmt": Reader("cstu", "w"),
    "expand": Reader("i", "t"),
    "column": Reader("tx", "csoN", _words("--table --separator=")),
    "rev": Reader(),
    "tac": Reader("b", "s"),
    "seq": Reader("w", "sf", operands="text"),
    "basename": Reader("az", "s", operands="text"),
    "dirname": Reader("z", operands="text"),
    "realpath": Reader("emqsz", "", operands="names"),
    "readlink": Reader("efmnqsvz", "", operands="names"),
    **dict.fromkeys(
        ("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum",
         "cksum", "shasum"),
        CHECKSUM,
    ),
    "od": Reader("abcdfiloxsv", "AjNt"),
    "hexdump": Reader("bcCdoxv", "ns"),
    "xxd": Reader("abeiuE", "cgolsn", most=1),
    "strings": Reader("af", "n"),
    "jq": Reader("rcSsnejaMC", "", _words("--raw-output --compact-output --sort-keys --slurp "
                 "--null-input --exit-status --tab"), first=1, program=JQ),
    "sed": Reader("nErsz", "", _words("--quiet --silent --regexp-extended"), first=1, program=SED),
    "awk": Reader("", "F", first=1, program=AWK),
    "echo": Reader("neE", operands="text"),
    "printf": Reader("", operands="text"),
    "pwd": Reader("LP", operands="none"),
    **dict.fromkeys(("true", "false", ":"), Reader(operands="text")),
    "date": Reader("uRI", "d", _words("--date= --utc --universal --iso-8601 --iso-8601= "
                   "--rfc-3339= --rfc-email"), "text", program=DATE),
    "uname": Reader("asnrvmpio", "", _words("--all --kernel-name --machine"), "none"),
    "whoami": Reader(operands="none"),
    "id": Reader("ugnGrz", operands="none"),
    "groups": Reader(operands="none"),
    "hostname": Reader("s", operands="none"),
    "nproc": Reader("", "", _words("--all"), "none"),
    "uptime": Reader("ps", operands="none"),
    "free": Reader("bkmghtw", operands="none"),
    "which": Reader("as", operands="text"),
    "type": Reader("aptP", operands="text"),
    "tty": Reader("s", operands="none"),
    "arch": Reader(operands="none"),
    "locale": Reader("a", operands="none"),
    "cal": Reader("13jmy", operands="text"),
}  # fmt: skip

SAYING: Final = _words("echo true false :")
"""What they do not know as an option they say, or leave."""
SHELL_OWN: Final = _words("echo printf pwd true false : type")
VERSIONED: Final = _words(
    """python python3 node npm pnpm yarn bun deno ruby perl php java javac go rustc cargo gcc g++ cc
    clang clang++ make cmake git uv pip pip3 pytest ruff mypy pyright black eslint tsc docker jq rg
    bash sqlite3 terraform kubectl helm"""
)
"""Programs that may say their version."""

FIND: Final = Reader(operands="names")
FIND_TESTS: Final = _words(
    """-name -iname -path -ipath -wholename -iwholename -type -xtype -maxdepth -mindepth -size
    -mtime -mmin -ctime -cmin -atime -amin -perm -user -group -links -regex -iregex -regextype"""
)
FIND_PLAIN: Final = _words(
    "-not ! -a -and -o -or ( ) , -print -print0 -empty -readable -writable -executable -prune -ls "
    "-depth -xdev -mount -true -false -daystart -nouser -nogroup"
)


def sort_words(reader: Reader, words: tuple[Word, ...]) -> Sorted:
    """Options and operands behind the name of a program; GNU programs take them in any order."""
    options: list[str] = []
    operands: list[Word] = []
    odd: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        text = word.text
        if text == "--" and word.known:
            operands += rest
            break
        if not text.startswith("-") or text == "-":
            operands.append(word)
            continue
        taken = _option(reader, text, len(rest)) if word.known and not word.strange else None
        if taken is None or (word.pattern and not GLOB_VALUE.match(word.raw)):
            odd.append(text)
            continue
        options.append(text)
        for _value in range(taken):
            value = rest.pop(0)
            if not value.known or (value.pattern and value.bare) or value.strange or value.home:
                odd.append(value.raw)
    return Sorted(tuple(options), tuple(operands), tuple(odd))


def _option(reader: Reader, text: str, more: int) -> int | None:
    """How many of the next words belong to an option; None when it is not on the list."""
    if text in HELP:
        return 0
    if text.startswith("--"):
        name, equals, _value = text.partition("=")
        return 0 if name + equals in reader.long else None
    if reader.number and TAIL_NUMBER.fullmatch(text):
        return 0
    for place, letter in enumerate(text[1:], 1):
        if letter in reader.valued:
            if place < len(text) - 1:
                return 0
            return 1 if more else None
        if letter not in reader.flags:
            return None
    return 0


def told_operands(reader: Reader, found: Sorted) -> int:
    """How many of the operands tell the program what to do, instead of what to read."""
    if not reader.patterns:
        return reader.first
    given = ("--regexp=", *(f"-{letter}" for letter in reader.patterns))
    return 0 if any(one.startswith(given) for one in found.options) else reader.first


def recurses(reader: Reader, found: Sorted) -> bool:
    """Whether it goes through folders and shows what stands in their files."""
    return bool(reader.recurses) and any(
        one == "--recursive" or (reader.recurses in one and not one.startswith("--"))
        for one in found.options
    )


def odd_in_find(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """The folders that `find` goes through, and what of its words is not on the list."""
    folders: list[Word] = []
    odd: list[str] = []
    rest = list(words[1:])
    while rest and not rest[0].text.startswith(("-", "(", "!")):
        folders.append(rest.pop(0))
    while rest:
        word = rest.pop(0)
        if not word.known or word.strange or word.pattern:
            odd.append(word.raw)
        elif word.text in FIND_TESTS and rest:
            value = rest.pop(0)
            odd += [value.raw] if not value.known or value.strange or value.pattern else []
        elif word.text not in FIND_PLAIN:
            odd.append(word.text)
    return tuple(folders), tuple(odd)
