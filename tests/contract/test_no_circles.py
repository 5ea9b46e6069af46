"""No circle of modules: a file never imports, over however many others, a file that imports it.

Layers order packages (the contracts of import-linter); two modules of one package can still import each other. Imports
inside functions and for type checkers count as well.
"""

from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = ("envs", "policies", "experiments")


def test_no_circle_of_modules():
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle = " <- ".join(error.args[1])
        raise AssertionError(f"a circle of modules: {circle}") from None
