"""The program `sertool`, and `python -m sertool`: a Ctrl-C is answered from the first import on."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line; a Ctrl-C before it can answer is one line as well."""
    try:
        from sertool import cli

        cli.main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.write("stopped\n")
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to stop but the farewells


if __name__ == "__main__":
    main()
