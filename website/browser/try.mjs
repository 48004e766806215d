// Starts what was packed, in Node, as the notebooks' kernel does in a browser, and asks the model one question.
//
//     node try.mjs FOLDER      where workbook.mjs, Pyodide and the packages are
//
// Prints the seconds until Python was there and until the first cell had run.
import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
globalThis.fetch = async (url) => new Response(await readFile(new URL(url))); // Node's own does not read files
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const { loadPyodide } = await import(pathToFileURL(join(folder, "workbook.mjs")).href);
try {
  const pyodide = await loadPyodide({ indexURL: folder + sep });
  const python = seconds();
  pyodide.runPython(`
import piplite.piplite, pyodide_kernel
from common import MODEL, get_client
client = get_client()
client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello"}])
`);
  console.log(`Python after ${python} s, the first cell after ${seconds()} s`);
} catch (error) {
  console.error(error.message);
  process.exit(1); // else Node prints the whole of pyodide, in which it was thrown
}
