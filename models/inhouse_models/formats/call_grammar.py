"""Grammar of what stands between `<tool_call>` and `</tool_call>`, in each call format."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats.call_format import properties_of, required_of
from inhouse_models.formats.family import FormName
from inhouse_models.formats.fenced import EXAMPLES, MARKDOWN_ENDINGS, TAGS, raw_parameter
from inhouse_models.formats.json_values import escape_json, is_array, write_json
from inhouse_models.formats.lark import Field, Grammar, json_object, json_value, one_of, quote
from inhouse_models.formats.xml import value_types, write_value

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
IDENTIFIER = r"[A-Za-z_$][A-Za-z0-9_$.]{0,120}(#[0-9]{1,3})?"
MARKDOWN_PATH = rf"/(?s:.*)\.({'|'.join(MARKDOWN_ENDINGS)})/"
VALUE_END = "\n</parameter>\n"


@dataclass(frozen=True, slots=True)
class CallGrammar:
    """Writes the rules for calls of some tools into a grammar."""

    grammar: Grammar
    form: FormName
    choices: Choices

    def body(self, tools: Sequence[ToolSpec]) -> str:
        """A call of one of the tools, with the line ends around it."""
        write = {"hermes": self._hermes, "xml": self._xml}.get(self.form, self._fenced)
        bodies = [(place, write(tool, place)) for place, tool in enumerate(tools)]
        calls = [self.grammar.rule(f"call_{place}", body) for place, body in bodies if body]
        return one_of(calls)

    def _hermes(self, tool: ToolSpec, place: int) -> str:
        head = self._head(tool, place, None)
        return f"{head} {quote(chr(10))}" if head else ""

    def _fenced(self, tool: ToolSpec, place: int) -> str:
        raw = raw_parameter(tool)
        if raw is None:
            return self._hermes(tool, place)
        kinds: list[tuple[bool, str]] = [(False, ""), (True, "")]
        if self._file_and_symbol(tool, None) is not None:
            # The fence names the language of its file: a small model then writes no other.
            kinds = [(_is_markdown(f".{e}"), e) for e in sorted(map(_ending, self.choices.symbols))]
        calls: list[str] = []
        for markdown, ending in dict.fromkeys(kinds):
            head = self._head(tool, place, markdown, ending)
            if head:
                fence = "````" if markdown else "```"
                tag = quote(TAGS[ending]) if ending in TAGS else "/[a-zA-Z+#]{0,12}/"
                calls.append(f'{head} {quote(chr(10))} "{fence}" {tag} {self._code(fence)}')
        return one_of(calls) if calls else ""

    def _code(self, fence: str) -> str:
        """Lines of code up to the first that closes the block."""
        name = f"code_{len(fence)}"
        return self.grammar.rule(f"{name}[lazy]", rf"/\n((?s:.*)\n)?{fence}\n/")

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
            done = set(self.choices.done.get(path, ())) if adds else set[str]()
            names = [name for name in files[path] if name not in done]
            fits = markdown in (None, _is_markdown(path)) and ending in ("", _ending(path))
            if fits and (names or adds):
                elsewhere = {n for other in files if other != path for n in files[other]}
                # The name in the prompt's example is no name for anything new either.
                taken = ((elsewhere | {EXAMPLES["symbol"]}) - set(names)) | done
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
        return self._json_rule(tool, place, key, schema)

    def _json_rule(self, tool: ToolSpec, place: int, key: str, schema: Mapping[str, object]) -> str:
        number = list(properties_of(tool)).index(key)
        definitions = {
            name: tool.parameters[name]
            for name in ("$defs", "definitions")
            if name in tool.parameters
        }
        return self.grammar.rule(f"value_{place}_{number}", json_value({**definitions, **schema}))

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
        suffix = {None: "", True: "_MARKDOWN", False: "_CODE"}[markdown]
        known = 0 < len(self.choices.paths) <= MOST_PATHS
        if known and tool.name in CHANGING_TOOLS:
            files = self.choices.symbols if SYMBOL in properties_of(tool) else self.choices.read
            kind = "SYMBOL_FILE" if SYMBOL in properties_of(tool) else "READ_FILE"
            return self._file(f"{kind}{suffix}", tuple(files), markdown, escaped)
        if known and tool.name not in MAKING_TOOLS:
            return self._file(f"FILE{suffix}", self.choices.paths, markdown, escaped)
        kind = {None: "", True: f" & {MARKDOWN_PATH}", False: f" & ~{MARKDOWN_PATH}"}[markdown]
        if not known:
            return self.grammar.rule(f"PATH{suffix}", ANY_PATH + kind)
        # A new file does not bear the name of one that exists: small models lose the folder.
        names = sorted({path.rpartition("/")[2] for path in self.choices.paths} - COMMON_NAMES)
        if names:
            kind += f" & ~/(.*\\/)?({'|'.join(re.escape(name) for name in names)})/"
        # Code is changed by its symbols where they are known.
        whole = [path for path in self.choices.read if path not in self.choices.symbols]
        read = self._file(f"WHOLE_FILE{suffix}", whole, markdown, escaped)
        known_ones = f" | {read}" if read else ""
        return self.grammar.rule(f"PATH{suffix}", f"({ANY_PATH}{kind}){known_ones}")

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
            part = f"{quote(f'<parameter={key}>{chr(10)}')} {value}"
            parts.append(part if key in required_of(tool) else f"({part})?")
        return " ".join([*parts, quote("</function>\n")])

    def _xml_value(self, tool: ToolSpec, place: int, key: str, schema: Mapping[str, object]) -> str:
        """A raw value and its closing tag."""
        terminal = self._terminal(tool, key, schema, None, escaped=False)
        types = value_types(schema)
        values = schema.get("enum")
        if terminal:
            value = terminal
        elif is_array(values) and values:
            value = one_of([quote(write_value(item)) for item in values])
        elif not types or "string" in types:
            return self.grammar.rule(f"raw[suffix={quote(VALUE_END)}]", "/(?s:.*)/")
        elif types == frozenset({"boolean"}):
            value = '("true" | "false" | "True" | "False")'
        else:
            value = self._json_rule(tool, place, key, schema)
        return f"{value} {quote(VALUE_END)}"


def _ending(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _is_markdown(path: str) -> bool:
    return path.rsplit(".", 1)[-1] in MARKDOWN_ENDINGS
