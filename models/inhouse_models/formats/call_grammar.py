"""Grammar of what stands between `<tool_call>` and `</tool_call>`, in each call format."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats.call_format import properties_of, required_of
from inhouse_models.formats.family import FormName
from inhouse_models.formats.fenced import MARKDOWN_ENDINGS, TAGS, raw_parameter
from inhouse_models.formats.json_values import escape_json, write_json
from inhouse_models.formats.lark import Field, Grammar, json_object, one_of, quote
from inhouse_models.formats.spelling import VALUE_END, XmlSpelling, schema_rule
from inhouse_models.formats.xml import value_types

# Beyond this many files a list of them costs more than it helps.
MOST_PATHS = 2_000
# Beyond this many files whose names are known, path and symbol are not tied together.
MOST_PAIRS = 40
PATH = "file_path"
SYMBOL = "symbol"
# Tools that make files or write one anew that was read.
MAKING_TOOLS = frozenset({"write"})
# Tools that change a file, which the model must have read.
CHANGING_TOOLS = frozenset({"edit", "replace_symbol", "rename_symbol"})
# Names that many folders have.
COMMON_NAMES = frozenset({"__init__.py", "README.md", "index.js", "index.ts", "mod.rs", "main.go"})
# Tools whose symbol may be new.
ADDING_TOOLS = frozenset({"replace_symbol"})

ANY_PATH = r'/[^"\\\s,:;*?<>|`\x00-\x1f\x7f]+/'
# Small models decorate names that they make up (a.py@10): new ones are plain.
NEW_PATH = r"/([A-Za-z0-9_.-]{1,60}\/){0,8}[A-Za-z0-9_.-]{0,60}[A-Za-z0-9_-](\.[A-Za-z0-9]{1,8})?/"
IDENTIFIER = r"[A-Za-z_$][A-Za-z0-9_$.]{0,120}(#[0-9]{1,3})?"
MARKDOWN_PATH = rf"/(?s:.*)\.({'|'.join(MARKDOWN_ENDINGS)})/"
SHORT, LONG = "```", "````"


@dataclass(frozen=True, slots=True)
class CallGrammar:
    """Writes the rules for calls of some tools into a grammar.

    The `suffix` tells its rules from those of another one in the same grammar. `invents`: a
    new file may have any name.
    """

    grammar: Grammar
    form: FormName
    choices: Choices
    suffix: str = ""
    invents: bool = True

    def body(self, tools: Sequence[ToolSpec], first: int = 0) -> str:
        """A call of one of the tools, with the line ends around it; empty when none can be named.

        `first` numbers the tools on from those of an earlier body of the same grammar.
        """
        write = {"hermes": self._hermes, "xml": self._xml}.get(self.form, self._fenced)
        bodies = [(place, write(tool, place)) for place, tool in enumerate(tools, first)]
        calls = [
            self.grammar.rule(f"call_{place}{self.suffix.lower()}", body)
            for place, body in bodies
            if body
        ]
        return one_of(calls) if calls else ""

    def _hermes(self, tool: ToolSpec, place: int) -> str:
        head = self._head(tool, place, None)
        return f"{head} {quote(chr(10))}" if head else ""

    def _fenced(self, tool: ToolSpec, place: int) -> str:
        raw = raw_parameter(tool)
        if raw is None:
            return self._hermes(tool, place)
        calls: list[str] = []
        for markdown, ending, fence in self._kinds(tool):
            head = self._head(tool, place, markdown, ending)
            if head:
                tag = quote(TAGS[ending]) if ending in TAGS else "/[a-zA-Z+#]{0,12}/"
                calls.append(f'{head} {quote(chr(10))} "{fence}" {tag} {self._code(fence)}')
        return one_of(calls) if calls else ""

    def _kinds(self, tool: ToolSpec) -> list[tuple[bool, str, str]]:
        """The kinds of files to tell apart: Markdown or not, the ending if known, the fence.

        The fence names the language of its file: a small model then writes no other.
        """
        choices = self.choices
        if self._file_and_symbol(tool, None) is not None:
            kinds = [(_is_markdown(path), _ending(path)) for path in sorted(choices.symbols)]
        elif not self.invents:
            known = (*choices.whole, *choices.new)
            long = {*choices.fenced, *(path for path in choices.new if _is_markdown(path))}
            return [(_is_markdown(p), _ending(p), LONG if p in long else SHORT) for p in known]
        else:
            kinds = [(False, ""), (True, "")]
        return [(kind, end, LONG if kind else SHORT) for kind, end in dict.fromkeys(kinds)]

    def _code(self, fence: str) -> str:
        """Lines of code up to the first that closes the block."""
        name = f"code_{len(fence)}"
        return self.grammar.rule(f"{name}[lazy]", rf"/\n((?s:.*)\n)?{fence}[ \t]*\n/")

    def _head(self, tool: ToolSpec, place: int, markdown: bool | None, ending: str = "") -> str:
        """The JSON of a call; `markdown`: whether its file is, None when it does not matter.

        With `ending` only files of that ending. Empty when no file of that kind can be named.
        """
        raw = None if markdown is None else raw_parameter(tool)
        fields: list[Field] = []
        pairs = self._file_and_symbol(tool, markdown, ending)
        if pairs == "":
            return ""
        for key, schema in properties_of(tool).items():
            if key == raw or (pairs and key == SYMBOL):
                continue
            if pairs and key == PATH:
                fields.append(Field(key, pairs, required=True))
                continue
            value = self._json_value(tool, place, key, schema, markdown)
            if not value:
                return ""
            fields.append(Field(key, value, key in required_of(tool)))
        start = quote('\n{"name": ' + write_json(tool.name) + ', "arguments": ')
        return f"{start} {json_object(fields)} {quote('}')}"

    def _file_and_symbol(
        self, tool: ToolSpec, markdown: bool | None, ending: str = ""
    ) -> str | None:
        """Path and symbol in one expression, so that each file offers its own names.

        None when they are two independent parameters, empty when nothing can be named.
        """
        files = self.choices.symbols
        known = 0 < len(self.choices.paths) <= MOST_PATHS and len(files) <= MOST_PAIRS
        if not known or list(properties_of(tool))[:2] != [PATH, SYMBOL]:
            return None
        adds = tool.name in ADDING_TOOLS
        pairs: list[str] = []
        for place, path in enumerate(files):
            if adds and path in self.choices.whole:
                continue
            names = files[path]
            fits = markdown in (None, _is_markdown(path)) and ending in ("", _ending(path))
            if fits and (names or adds):
                elsewhere = {n for other in files if other != path for n in files[other]}
                taken = elsewhere - set(names)
                symbol = self._own_symbol(place, names, taken, adds=adds)
                middle = quote(f'"{escape_json(path)}", "{SYMBOL}": "')
                pairs.append(f'{middle} {symbol} "\\""')
        return one_of(pairs) if pairs else ""

    def _own_symbol(
        self, place: int, names: Sequence[str], taken: Collection[str], *, adds: bool
    ) -> str:
        """A name of one file, or a new one that is not taken."""
        literals = [quote(escape_json(name)) for name in sorted(set(names))]
        if not adds:
            return self.grammar.rule(f"OWN_{place}", " | ".join(literals))
        others = [re.escape(name) for name in sorted(taken) if re.fullmatch(IDENTIFIER, name)]
        new = f"/{IDENTIFIER}/" + (f" & ~/{'|'.join(others)}/" if others else "")
        odd = [quote(escape_json(n)) for n in names if not re.fullmatch(IDENTIFIER, n)]
        return self.grammar.rule(f"OWN_OR_NEW_{place}", " | ".join([f"({new})", *odd]))

    def _json_value(
        self,
        tool: ToolSpec,
        place: int,
        key: str,
        schema: Mapping[str, object],
        markdown: bool | None,
    ) -> str:
        terminal = self._terminal(tool, key, schema, markdown, escaped=True)
        if terminal is not None:
            return f'"\\"" {terminal} "\\""' if terminal else ""
        return schema_rule(self.grammar, tool, place, key)

    def _terminal(
        self,
        tool: ToolSpec,
        key: str,
        schema: Mapping[str, object],
        markdown: bool | None,
        *,
        escaped: bool,
    ) -> str | None:
        """The terminal of a path or symbol; None for other parameters, empty when nothing fits."""
        if value_types(schema) != frozenset({"string"}):
            return None
        if key == SYMBOL and tool.name not in MAKING_TOOLS:
            return self._symbol(tool, escaped=escaped)
        if key != PATH:
            return None
        suffix = {None: "", True: "_MARKDOWN", False: "_CODE"}[markdown] + self.suffix
        known = 0 < len(self.choices.paths) <= MOST_PATHS
        if known and tool.name in CHANGING_TOOLS:
            kind, files = self._changeable(tool)
            return self._file(f"{kind}{suffix}", files, markdown, escaped)
        if known and tool.name not in MAKING_TOOLS:
            # A short file that was read stands in the conversation whole.
            shown = set(self.choices.whole) if tool.name == "read" else set[str]()
            name = f"{'UNREAD_' if shown else ''}FILE{suffix}"
            paths = [path for path in self.choices.paths if path not in shown]
            return self._file(name, paths, markdown, escaped)
        kind = {None: "", True: f" & {MARKDOWN_PATH}", False: f" & ~{MARKDOWN_PATH}"}[markdown]
        if not known:
            return self.grammar.rule(f"PATH{suffix}", ANY_PATH + kind)
        whole = self._file(f"WHOLE_FILE{suffix}", self.choices.whole, markdown, escaped)
        named = self._file(f"NEW_FILE{suffix}", self.choices.new, markdown, escaped)
        ways = [way for way in (whole, named) if way]
        if self.invents:
            ways.insert(0, f"({NEW_PATH}{kind}{self._no_known_file()})")
        return self.grammar.rule(f"PATH{suffix}", " | ".join(ways)) if ways else ""

    def _no_known_file(self) -> str:
        """What keeps a new file from bearing the name of one that exists: small models lose the
        folder. Names that many folders have are taken in their own folder only."""
        names = {path.rpartition("/")[2] for path in self.choices.paths} - COMMON_NAMES
        common = [path for path in self.choices.paths if path.rpartition("/")[2] in COMMON_NAMES]
        taken = [f"(.*\\/)?({'|'.join(map(re.escape, sorted(names)))})"] if names else []
        taken += [re.escape(path).replace("/", "\\/") for path in common]
        return f" & ~/{'|'.join(taken)}/" if taken else ""

    def _changeable(self, tool: ToolSpec) -> tuple[str, Sequence[str]]:
        """The files that a tool may change, and a name for them."""
        if SYMBOL not in properties_of(tool):
            return "READ_FILE", self.choices.read
        if tool.name not in ADDING_TOOLS:
            return "SYMBOL_FILE", tuple(self.choices.symbols)
        whole = self.choices.whole
        return "PART_FILE", [path for path in self.choices.symbols if path not in whole]

    def _file(self, name: str, paths: Sequence[str], markdown: bool | None, escaped: bool) -> str:
        """One of these files; empty when none is of that kind."""
        fitting = [path for path in paths if markdown in (None, _is_markdown(path))]
        literals = [quote(escape_json(path) if escaped else path) for path in fitting]
        return self.grammar.rule(name, " | ".join(literals)) if literals else ""

    def _symbol(self, tool: ToolSpec, *, escaped: bool) -> str:
        """A name that exists, or for some tools one that could be given to something new."""
        names = sorted({name for names in self.choices.symbols.values() for name in names})
        free = tool.name in ADDING_TOOLS or not names
        odd = [name for name in names if not (free and re.fullmatch(IDENTIFIER, name))]
        literals = [quote(escape_json(name) if escaped else name) for name in odd[:MOST_PATHS]]
        if free:
            literals.insert(0, f"/{IDENTIFIER}/")
        return self.grammar.rule("SYMBOL" if free else "KNOWN_SYMBOL", " | ".join(literals))

    def _xml(self, tool: ToolSpec, place: int) -> str:
        parts = [quote(f"\n<function={tool.name}>\n")]
        for key, schema in properties_of(tool).items():
            value = self._xml_value(tool, place, key, schema)
            if not value:
                return ""
            part = f"{quote(f'<parameter={key}>{chr(10)}')} {value}"
            parts.append(part if key in required_of(tool) else f"({part})?")
        return " ".join([*parts, quote("</function>\n")])

    def _xml_value(self, tool: ToolSpec, place: int, key: str, schema: Mapping[str, object]) -> str:
        """A raw value and its closing tag; empty when nothing fits."""
        terminal = self._terminal(tool, key, schema, None, escaped=False)
        if terminal == "":
            return ""
        if terminal:
            return f"{terminal} {quote(VALUE_END)}"
        return XmlSpelling().value(self.grammar, tool, place, key)


def _ending(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _is_markdown(path: str) -> bool:
    return path.rsplit(".", 1)[-1] in MARKDOWN_ENDINGS
