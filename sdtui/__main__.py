"""``python -m sdtui`` is the same program as ``sdtui``."""

from sdtui.cli.main import main

if __name__ == "__main__":
    main()
