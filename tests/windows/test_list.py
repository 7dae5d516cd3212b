"""The list of what does not pass under Wine names tests that there are."""

from __future__ import annotations

import ast

from support.project import ROOT
from support.wine import listed_tests


def test_every_listed_test_is_there() -> None:
    gone = []
    for test in listed_tests():
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        if name.partition("[")[0] not in functions:
            gone.append(test)
    assert gone == []
