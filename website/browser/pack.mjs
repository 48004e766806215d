// Packs what a browser's Python needs, compiled by that very Python: npm's pyodide, here in Node.
//
//     node pack.mjs PYODIDE FOLDER
//
// From FOLDER/own, packages and stdlib it makes FOLDER/packages.tar.zst and FOLDER/python_stdlib.zip, always the same for
// the same files. Of the packages and of Python's own library those modules are compiled that lessons and checkers import:
// a compiled file takes the place of its source, and is larger. The workbook's own modules keep theirs, so that errors show lines.
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const [pyodideFolder, folder] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide();
const places = { "": "/parts", own: "/own", packages: "/lib/python3.14/site-packages", stdlib: "/stdlib" };
for (const [room, place] of Object.entries(places)) {
  pyodide.FS.mkdirTree(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: join(folder, room) }, place);
}
const python = String.raw`
import importlib, io, os, re, sys, tarfile, zipfile
from compression import zstd
from pathlib import Path
from py_compile import PycInvalidationMode, compile

SITE, LIBRARY, OWN = "/lib/python3.14/site-packages/", "/lib/python314.zip/", "/own/"
READ = f"{SITE}anyio/"  # it reads its own source, to learn what it may import late
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip archive knows
own = sorted(Path(OWN).rglob("*.py"))

def import_all():
    """Import what lessons and checkers do, and answer one question."""
    for name in ("pytest", "hypothesis", "common"):
        importlib.import_module(name)
    for path in own:
        name = ".".join(path.relative_to(OWN).with_suffix("").parts).removesuffix(".__init__")
        if re.match(r"(chat_memory|mock_model|tests.challenges.(engine|situations))\b(?!.*(over_http|__main__))", name):
            importlib.import_module(name)
    import common
    question = [{"role": "user", "content": "Hello"}]
    common.get_client().chat.completions.create(model=common.MODEL, messages=question)
    import pyodide_kernel  # last: it puts its own stdout and stderr in place

def compile_imported():
    """Put the compiled file in the place of the source, for each module that is imported; beside it for ours."""
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    for file in files:
        source = Path(file.replace(LIBRARY, "/stdlib/"))
        if file.startswith((SITE, LIBRARY)) and file.endswith(".py") and source.exists():
            if file.startswith(READ):
                compiled(source, beside(source), file)
            else:
                compiled(source, source.with_suffix(".pyc"), file)
                source.unlink()
    for source in own:
        compiled(source, beside(source), f"{SITE}{source.relative_to(OWN)}")

def beside(source):
    return source.parent / "__pycache__" / f"{source.stem}.cpython-314.pyc"

def compiled(source, target, shown):
    compile(str(source), str(target), shown, True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)

def files_of(*folders):
    found = {path.relative_to(folder).as_posix(): path for folder in folders for path in Path(folder).rglob("*")}
    return [(name, path.read_bytes()) for name, path in sorted(found.items()) if path.is_file()]

def pack():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files_of(OWN, SITE):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    options = {zstd.CompressionParameter.compression_level: LEVEL, zstd.CompressionParameter.window_log: 25}
    Path("/parts/packages.tar.zst").write_bytes(zstd.compress(archive.getvalue(), options=options))
    with zipfile.ZipFile("/parts/python_stdlib.zip", "w") as made:
        for name, content in files_of("/stdlib"):
            made.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED, 9)

LEVEL = 12  # of zstd: higher ones take minutes here
sys.path.insert(0, OWN)
sys.dont_write_bytecode = True
os.environ["WORKBOOK_OFFLINE"] = "1"
import_all()
compile_imported()
pack()
`;
try {
  await pyodide.runPythonAsync(python);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1); // else Node prints the whole of pyodide, in which it was thrown
}
