"""The dashboard as a web server has it: www/ with its modules and its style sheets packed."""
import os
import re
import shutil
import subprocess
import tempfile

from stacklib.state import REPOSITORY, Failure

SOURCES = os.path.join(REPOSITORY, "www")
# Modules that keep their own files: the page's first, and the one by which a browser's console reaches a running page's instances.
ENTRIES = ("app.js", "context.js")
STYLES = "app.css"
# What is served as it stands, beside index.html.
AS_IS = ("favicon.svg", "favicon-error.svg", "favicon-info.svg", "favicon-warning.svg", "manifest.webmanifest", "sw.js", "icons", "locales")
# The page's list of style sheets, in the order that counts.
STYLE_LINKS = re.compile(r'(?:\s*<link rel="stylesheet" href="[^"]+">)+')
STYLE_LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def pack(folder):
    """Replaces `folder` by the packed dashboard, whole or not at all."""
    folder = os.path.abspath(folder)
    parent = os.path.dirname(folder)
    os.makedirs(parent, exist_ok=True)
    made = tempfile.mkdtemp(dir=parent)
    os.chmod(made, 0o755)  # a web server reads it as another user
    try:
        _bundle(made)
        with open(os.path.join(SOURCES, "index.html"), encoding="utf-8") as file:
            page = file.read()
        _write(made, STYLES, "".join(_read(name) for name in STYLE_LINK.findall(page)))
        _write(made, "index.html", _packed_page(page, made))
        for name in AS_IS:
            source, target = os.path.join(SOURCES, name), os.path.join(made, name)
            (shutil.copytree if os.path.isdir(source) else shutil.copyfile)(source, target)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _bundle(made):
    """The modules, with maps that show a browser's debugger the sources."""
    try:
        result = subprocess.run(
            ["esbuild", *ENTRIES, "--bundle", "--splitting", "--format=esm", "--minify-whitespace", "--sourcemap", "--charset=utf8",
             "--log-level=warning", f"--outdir={made}"], cwd=SOURCES, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failure("esbuild is missing; run `make setup`") from None
    if result.returncode != 0 or result.stderr:
        raise Failure(f"esbuild refuses www/: {result.stderr.strip()}")


def _packed_page(page, made):
    shared = sorted(name for name in os.listdir(made) if name.endswith(".js") and name not in ENTRIES)
    links = [f'<link rel="stylesheet" href="{STYLES}">', *(f'<link rel="modulepreload" href="{name}">' for name in shared)]
    return STYLE_LINKS.sub("".join(f"\n  {link}" for link in links), page, count=1)


def _read(name):
    with open(os.path.join(SOURCES, name), encoding="utf-8") as file:
        return file.read()


def _write(made, name, text):
    with open(os.path.join(made, name), "w", encoding="utf-8") as file:
        file.write(text)
