"""The imports of what is written join those of the file."""

import pytest
from tests.tools.editing.merge.merge_samples import FILES, merged, replaced


@pytest.mark.parametrize(
    ("name", "content", "changes"),
    [
        (
            "a.py",
            "import json\nfrom os import sep, getcwd\n",
            [("    sep,\n)\n", "    sep,\n)\nimport json\nfrom os import getcwd\n")],
        ),
        (
            "a.py",
            "from typing import (\n    Any,\n)\n",
            [("    sep,\n)\n", "    sep,\n)\nfrom typing import (\n    Any,\n)\n")],
        ),
        (
            "a.py",
            "from __future__ import division\nimport math\n",
            [("from __future__", "from __future__ import division\nfrom __future__")],
        ),
        (
            "a.js",
            'import React, { useState } from "react";\nconst { join, sep } = require("path")\n',
            [
                (
                    "from 'react';\n",
                    "from 'react';\nimport { useState } from \"react\";\n"
                    'const { sep } = require("path")\n',
                )
            ],
        ),
        ("a.go", 'import (\n\t"fmt"\n\t"os"\n)\n', [('"fmt"\n', '"fmt"\nimport "os"\n')]),
        ("a.rs", "use std::fmt;\nuse std::io;\n", [("fmt;\n", "fmt;\nuse std::io;\n")]),
        ("Shop.java", "import java.util.Map;\n", [("List;\n", "List;\nimport java.util.Map;\n")]),
    ],
)
def test_imports_join_those_of_the_file(
    name: str, content: str, changes: list[tuple[str, str]]
) -> None:
    definition = {
        "a.py": ("def last():\n    return 3\n", "last():\n    return 1", "last():\n    return 3"),
        "a.js": ("function add(a, b) {\n  return 3;\n}\n", "a - b", "3"),
        "a.go": ('func (u *User) String() string {\n\treturn ""\n}\n', "u.Name", '""'),
        "a.rs": ("fn works() { test() }\n", "works() {}", "works() { test() }"),
        "Shop.java": ("class Shop {\n    private int count = 3;\n}\n", "count = 0", "count = 3"),
    }[name]
    result = merged(name, FILES[name], f"{content}\n{definition[0]}")
    assert result == replaced(FILES[name], *changes, (definition[1], definition[2]))


@pytest.mark.parametrize(
    ("source", "head"),
    [
        ("", "import os\n\n\n"),
        ("# Notice.\n\n", "# Notice.\n\nimport os\n\n\n"),
        (
            '#!/bin/x\n"""Says import this:\nimport that\n"""\n\n\n',
            '#!/bin/x\n"""Says import this:\nimport that\n"""\n\nimport os\n\n\n',
        ),
        (
            "try:\n    import x\nexcept ImportError:\n    x = 1\n\n\n",
            "import os\n\n\ntry:\n    import x\nexcept ImportError:\n    x = 1\n\n\n",
        ),
    ],
)
def test_the_first_import_stands_below_what_must_come_first(source: str, head: str) -> None:
    rest = "# Near.\ndef f():\n    return 1\n"
    changed = "def f():\n    return os\n"
    result = merged("a.py", f"{source}{rest}", f"import os\n\n\n{changed}")
    assert result == f"{head}# Near.\n{changed}"
