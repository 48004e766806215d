// Compiles Python files with the Python that will read them in a browser: npm's pyodide, here in Node.
//
//     node compile.mjs PYODIDE FOLDER
//
// Of the packages and of Python's own library those modules are compiled that lessons and checkers import: a compiled file
// takes the place of its source, and is larger. The workbook's own modules keep their sources, so that errors show lines.
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const [pyodideFolder, folder] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide();
for (const [room, place] of Object.entries({ own: "/own", packages: "/lib/python3.14/site-packages", stdlib: "/stdlib" })) {
  pyodide.FS.mkdirTree(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: join(folder, room) }, place);
}
const python = `
import importlib, os, re, sys
from pathlib import Path
from py_compile import PycInvalidationMode, compile

SITE, LIBRARY, OWN = "/lib/python3.14/site-packages/", "/lib/python314.zip/", "/own/"
own = sorted(Path(OWN).rglob("*.py"))

def imported(name):
    try:
        importlib.import_module(name)
    except BaseException as error:  # for another machine than a browser
        print(f"{name}: {error}", file=sys.stderr)

sys.path.insert(0, OWN)
sys.dont_write_bytecode = True
os.environ["WORKBOOK_OFFLINE"] = "1"
for name in ("pyodide_kernel", "pytest", "hypothesis", "common"):
    importlib.import_module(name)
sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__  # the kernel has put its own in their place
for path in own:
    name = ".".join(path.relative_to(OWN).with_suffix("").parts).removesuffix(".__init__")
    if re.match(r"(chat_memory|mock_model|tests.challenges.(engine|situations))\\b(?!.*__main__)", name):
        imported(name)
import common
common.get_client().chat.completions.create(model=common.MODEL, messages=[{"role": "user", "content": "Hello"}])

print("imported", len(sys.modules), file=sys.stderr)
def compiled(source, target, shown):
    compile(str(source), str(target), shown, True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)

count = 0
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
for file in sorted(name for name in files if name.endswith(".py")):
    source = Path(file.replace(LIBRARY, "/stdlib/"))
    if file.startswith((SITE, LIBRARY)) and source.exists():
        compiled(source, source.with_suffix(".pyc"), file)
        source.unlink()
        count += 1
for source in own:
    compiled(source, source.parent / "__pycache__" / f"{source.stem}.cpython-314.pyc", f"{SITE}{source.relative_to(OWN)}")
    count += 1
str(count)
`;
try {
  process.stdout.write(`\n${await pyodide.runPythonAsync(python)}\n`);
} catch (error) {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1); // else Node prints the whole of pyodide, in which it was thrown
}
