// Python as a browser has it, in Node: node run.mjs PYODIDE WHEELS PROGRAM JOB
// The wheels of a folder are unpacked, the files of the job are put where a browser has the learner's, and the program's
// run(job) is called. What it returns is the last line that is written.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, wheels, program, jobFile] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
const job = JSON.parse(fs.readFileSync(jobFile, "utf-8"));
const said = (text) => console.error(text);
const python = await loadPyodide({ packages: [], stdout: said, stderr: said, env: { HOME: "/home/pyodide" } });
const packages = python.runPython("import site; site.getsitepackages()[0]");
for (const name of fs.readdirSync(wheels).filter((name) => name.endsWith(".whl")).sort()) {
  python.unpackArchive(new Uint8Array(fs.readFileSync(path.join(wheels, name))), "wheel", { extractDir: packages });
}
for (const [name, text] of Object.entries(job.files)) {
  const place = `/drive/${name}`;
  python.FS.mkdirTree(path.posix.dirname(place));
  python.FS.writeFile(place, text);
}
python.runPython("import importlib, os; importlib.invalidate_caches(); os.chdir('/drive/lessons')");
python.runPython(fs.readFileSync(program, "utf-8"));
const result = await python.globals.get("run")(JSON.stringify(job));
fs.writeSync(1, `${result}\n`);
process.exit(0);
