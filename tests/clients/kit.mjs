// A client's program for Node: named checks, run one after the other, and a JSON line for what came of each. As kit.py.
//
//     check("chat", async () => holds((await ask("My cat is called Fado. What is my cat called?")), "Fado"));
//     await run();

const CHECKS = new Map();

export class Gap extends Error {} // what the client, or the API itself, cannot do: a sentence

export function check(name, run) {
  if (CHECKS.has(name)) throw new Error(`There are two checks ${name}: give one of them another name.`);
  CHECKS.set(name, run);
}

export function expect(held, said) {
  if (!held) throw new Error(said);
}

export function holds(text, ...words) {
  const missing = words.filter((word) => !(text ?? "").toLowerCase().includes(word.toLowerCase()));
  expect(!missing.length, `${missing.join(" and ")} should be in ${JSON.stringify(text)}.`);
}

export function lacks(text, ...words) {
  const found = words.filter((word) => (text ?? "").toLowerCase().includes(word.toLowerCase()));
  expect(!found.length, `${found.join(" and ")} should not be in ${JSON.stringify(text)}.`);
}

// The error that the function raises: one of this class, with the words in its message.
export async function raises(kind, words, run) {
  try {
    await run();
  } catch (error) {
    expect(error instanceof kind, `It raised ${error?.constructor?.name}: ${error?.message}`);
    holds(error.message, words);
    return error;
  }
  throw new Error(`${kind.name} should have been raised, and was not.`);
}

// Let the next requests with this client's key fail: see the server's /offline/.
export async function failNext(kind, times = 1) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${process.env.OPENAI_API_KEY}` };
  const body = JSON.stringify({ kind: String(kind), times });
  const answer = await fetch(`${process.env.OFFLINE_CONTROL}/fail_next`, { method: "POST", headers, body });
  expect(answer.ok, `The server would not let a request fail: ${answer.status}`);
}

export async function run() {
  console.log = console.info = console.warn = console.error; // a library that prints must not stand between the lines
  const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");
  const named = process.argv.slice(2).filter((name) => CHECKS.has(name));
  const names = named.length ? named : [...CHECKS.keys()];
  tell({ checks: names });
  for (const name of names) tell({ check: name, ...(await outcome(CHECKS.get(name))) });
  process.exit(0);
}

async function outcome(check) {
  try {
    await check();
    return { result: "ok", said: "" };
  } catch (error) {
    if (error instanceof Gap) return { result: "gap", said: error.message };
    console.error(error);
    const line = /client\.mjs:(\d+)/.exec(error?.stack ?? "");
    const said = `${error?.name === "Error" ? "" : `${error?.name}: `}${error?.message ?? error}`;
    return { result: "failed", said: said.replace(/\s+/g, " ").slice(0, 500) + (line ? ` (line ${line[1]})` : "") };
  }
}
