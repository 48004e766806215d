// Python as a browser has it, in Node: node run.mjs PYODIDE JOB
// The job's wheels are unpacked, its files are put where a browser has the learner's, and of each of its programs run(job) is
// called. What they return is written to the file of the answer, as a list.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, jobFile] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
const job = JSON.parse(fs.readFileSync(jobFile, "utf-8"));
const said = (text) => console.error(text);
const python = await loadPyodide({ packages: [], stdout: said, stderr: said });
const packages = python.runPython("import site; site.getsitepackages()[0]");
for (const wheel of job.wheels) {
  python.unpackArchive(new Uint8Array(fs.readFileSync(wheel)), "wheel", { extractDir: packages });
}
for (const [name, text] of Object.entries(job.files)) {
  const place = `/drive/${name}`;
  python.FS.mkdirTree(path.posix.dirname(place));
  python.FS.writeFile(place, text);
}
python.runPython(`
import importlib, os, sys
importlib.invalidate_caches()
os.chdir("/drive/lessons")
sys.dont_write_bytecode = False  # what is imported anew is not compiled anew`);
const results = [];
try {
  for (const program of job.programs) {
    python.runPython(fs.readFileSync(program, "utf-8"));
    results.push(JSON.parse(await python.globals.get("run")(JSON.stringify(job))));
  }
} catch (error) {
  console.error(error.message); // without it Node shows a line of Pyodide, and that has a million characters
  process.exit(1);
}
fs.writeFileSync(job.answer, JSON.stringify(results));
process.exit(0);
