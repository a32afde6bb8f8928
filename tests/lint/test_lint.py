"""Each check of tools/lint finds what it is there to find, and is silent on what is good."""
import os
import subprocess

import pytest

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "lint")

MESON = """floors = [
  ['base', []],
  ['wire', ['base']],
  ['zone', ['base', 'wire']],
]
"""
HEADER = """/*
 * %s - a good header.
 * Floor    0.
 */
#pragma once

#include <stdint.h>

uint32_t good(void);
"""
SOURCE = """#include "base/good.h"

/* time() and "strcpy(" in words are no calls. */
uint32_t good(void)
{
    return 0;
}
"""


@pytest.fixture
def tree(tmp_path):
    """A tree without a fault; write(path, text) adds to it."""
    def write(path, text):
        where = tmp_path / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    write("src/meson.build", MESON)
    write("src/base/good.h", HEADER % "base/good.h")
    write("src/base/good.c", SOURCE)
    write("tools/lint/calls.allow", "# PATH FUNCTION REASON\n")
    write("ARCHITECTURE.md", "| 0 | `base` | Job. | - |\n| 1 | `wire` | Job. | base |\n"
                             "| 2 | `zone` | Job. | base wire |\n")
    with open(os.path.join(TOOLS, "..", "..", ".clang-format")) as style:
        write(".clang-format", style.read())
    write.root = str(tmp_path)
    return write


def lint(tree, check):
    done = subprocess.run(["/usr/bin/python3", os.path.join(TOOLS, check)], text=True,
                          env=dict(os.environ, LINT_ROOT=tree.root, PYTHONDONTWRITEBYTECODE="1"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


CHECKS = ("headers", "format", "floors", "sizes", "calls", "scripts", "docs")


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_tree_passes(tree, check):
    code, output = lint(tree, check)
    assert code == 0, output


@pytest.mark.parametrize("check, path, text, words", [
    ("floors", "src/base/bad.c", '#include "wire/name.h"\n', "base may not include wire"),
    ("floors", "src/wire/bad.c", '#  include "zone/version.h"\n', "wire may not include zone"),
    ("floors", "src/zone/bad.c", '#include "base/good_internal.h"\n', "for the files of src/base only"),
    ("floors", "src/wire/bad.c", '#include "name.h"\n', 'write it "wire/name.h"'),
    ("floors", "src/wire/bad.c", '#include "base/none.h"\n', "there is no src/base/none.h"),
    ("floors", "src/wire/bad.c", "#include <openssl/evp.h>\n", "included in crypto only"),
    ("floors", "src/util/bad.c", "\n", "no floor"),
    ("sizes", "src/base/bad.c", "int x;\n" * 601, "601 lines"),
    ("sizes", "src/base/bad.h", "int x;\n" * 301, "301 lines"),
    ("sizes", "src/base/bad.c", "void long_one(int a,\n    int b)\n{\n" + "    f();\n" * 59 + "}\n",
     "long_one has 61 lines"),
    ("calls", "src/wire/bad.c", "void f(void)\n{\n    g(time(NULL));\n}\n", "bad.c:3: time()"),
    ("calls", "src/wire/bad.c", "int f = open (p, 0);\n", "open()"),
    ("calls", "src/base/bad.c", "void f(void)\n{\n    strcpy(a, b);\n}\n", "strcpy()"),
    ("calls", "src/base/bad.c", 'char *a = "\\""; void *p = malloc(3);\n', "malloc()"),
    ("calls", "tools/lint/calls.allow", "src/base/good.c time it is needed\n", "no longer needed"),
    ("calls", "tools/lint/calls.allow", "src/base/good.c time\n", "PATH FUNCTION REASON"),
    ("headers", "src/base/bad.h", HEADER % "base/other.h", 'begins with "base/bad.h - "'),
    ("headers", "src/base/bad.h", "/*\n * base/bad.h - x.\n * Floor 0.\n */\n", "#pragma once"),
    ("headers", "src/base/bad.h", "/*\n * base/bad.h - x.\n */\n#pragma once\n", "Floor"),
    ("headers", "src/base/bad.h",
     "/*\n * base/bad.h - x.\n * Floor 0.\n */\n#pragma once\nsize_t f(void);\n", "size_t"),
    ("format", "src/base/bad.c", "int   x;\n", "bad.c:1"),
    ("scripts", "tools/bad", "#!/bin/sh\nif true\n", "tools/bad"),
    ("scripts", "tools/bad", "#!/usr/bin/python3\ndef f(:\n", "tools/bad:2"),
    ("scripts", "docs/man/bad.8", ".TH BAD 8\n.XYZ\n", "XYZ"),
    ("docs", "README.md", "see `src/base/none.c`\n", "there is no src/base/none.c"),
    ("docs", "README.md", "see [this](docs/none.md)\n", "there is no docs/none.md"),
    ("docs", "ARCHITECTURE.md", "| 0 | `base` | Job. | - |\n| 1 | `wire` | Job. | zone |\n"
                                "| 2 | `zone` | Job. | base wire |\n", "wire may include base"),
    ("docs", "ARCHITECTURE.md", "| 0 | `base` | Job. | - |\n", "zone is missing"),
    ("docs", "docs/rfc-matrix.md", "| RFC | section | what | file | test |\n|---|---|---|---|---|\n"
                                   "| 1 | 2 | x | base/good.c | unit/base/test_none.c |\n",
     "there is no tests/unit/base/test_none.c"),
    ("docs", "ARCHITECTURE.md", "line\n" * 300, "300 is the end"),
])
def test_a_planted_fault_is_found(tree, check, path, text, words):
    tree(path, text)
    code, output = lint(tree, check)
    assert code == 1, output
    assert words in output


@pytest.mark.parametrize("check, path, text", [
    ("floors", "src/zone/fine.c", '#include "base/good.h"\n'),
    ("sizes", "src/base/fine.c", "/* lint: table - a list of the world */\n" + "int x;\n" * 700),
    ("sizes", "src/base/fine.c", "static int rows[] =\n{\n" + "    1,\n" * 90 + "};\n"),
    ("calls", "src/wire/fine.c", "// time()\n/* open( */ char *a = \"socket(\"; int b = '(';\n"),
    ("calls", "src/wire/fine.c", "int f = ops->open(p) + table.time(q) + zone_open(r);\n"),
])
def test_what_looks_like_a_fault_is_none(tree, check, path, text):
    tree(path, text)
    code, output = lint(tree, check)
    assert code == 0, output


def test_an_allowed_call_passes(tree):
    tree("src/base/bad.c", "void f(void)\n{\n    strcpy(a, b);\n}\n")
    tree("tools/lint/calls.allow", "src/base/bad.c strcpy both are of this size\n")
    assert lint(tree, "calls")[0] == 0
