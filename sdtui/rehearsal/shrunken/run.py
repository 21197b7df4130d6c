"""``python run.py OPTIONS -- SCRIPT ARGUMENTS...``: what ``accelerate launch`` starts in place of the script.

Loads this folder as a package of its own without putting it, or what stands beside it, on ``sys.path``: a module of
ours must never be taken for one of the trainer's.
"""

import importlib
import importlib.util
import sys
from pathlib import Path


def main() -> None:
    """Rehearse as the command line says."""
    folder = Path(__file__).resolve().parent
    found = importlib.util.spec_from_file_location(
        folder.name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert found is not None and found.loader is not None
    package = importlib.util.module_from_spec(found)
    sys.modules[folder.name] = package
    found.loader.exec_module(package)
    importlib.import_module(f"{folder.name}.performance").perform(sys.argv[1:])


if __name__ == "__main__":
    main()
