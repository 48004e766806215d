// What the notebooks' kernel loads in place of pyodide.mjs: Pyodide with all packages in place, from one archive.
import { loadPyodide as loadPlain } from "./pyodide.mjs";

const SITE = "/lib/python3.14/site-packages";
const text = new TextDecoder();

/** Load Pyodide as its own loadPyodide does, and put the packages in place, which come while it starts. */
export async function loadPyodide(options) {
  const coming = fetch(new URL("packages.tar.zst", import.meta.url)).then((response) => {
    if (!response.ok) throw new Error(`packages.tar.zst: ${response.status} ${response.statusText}`);
    return response.arrayBuffer();
  });
  // The kernel names in `packages` what it need not install: all of that is in the archive.
  const pyodide = await loadPlain({ ...options, packages: [] });
  unpack(pyodide.FS, decompressed(pyodide, await coming));
  // What each lesson imports first, while its reader reads.
  pyodide.runPython("import importlib; importlib.invalidate_caches(); import openai, mock_model, chat_memory");
  return pyodide;
}

function decompressed(pyodide, archive) {
  const python = "from compression import zstd; lambda archive: zstd.decompress(archive.to_bytes())";
  const decompress = pyodide.runPython(python);
  const bytes = decompress(new Uint8Array(archive));
  const buffer = bytes.getBuffer("u8");
  const copy = buffer.data.slice(); // out of Python's memory, which may move
  for (const one of [buffer, bytes, decompress]) (one.destroy ?? one.release).call(one);
  return copy;
}

/** Write the files of a tar archive (ustar) below SITE, without copying them. */
function unpack(FS, tar) {
  const made = new Set();
  const field = (start, end) => text.decode(tar.subarray(start, end)).replace(/\0.*$/s, "");
  for (let at = 0; tar[at]; ) {
    const [name, prefix] = [field(at, at + 100), field(at + 345, at + 500)];
    const size = parseInt(field(at + 124, at + 136), 8);
    const path = `${SITE}/${prefix ? `${prefix}/` : ""}${name}`;
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) FS.mkdirTree(folder);
    made.add(folder);
    FS.writeFile(path, tar.subarray(at + 512, at + 512 + size), { canOwn: true });
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
