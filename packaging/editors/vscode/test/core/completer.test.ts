import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Completer, type CompletionWish } from "../../src/core/completer.ts";

const WISH: CompletionWish = {
  prefix: "a",
  suffix: "",
  file: "a.py",
  files: [],
  max_tokens: 8,
  n: 1,
};
const ANSWERING = `
  require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, prefix } = JSON.parse(line);
    if (prefix === "die") process.exit(3);
    if (prefix === "garbage") process.stdout.write("no JSON\\n[]\\n" + "x".repeat(1000) + "\\n");
    if (prefix === "error") console.log(JSON.stringify({ id, error: "Not today." }));
    else if (id !== undefined) console.log(JSON.stringify({ id, candidates: [prefix, 7, ""] }));
  });`;

interface Watched {
  readonly completer: Completer;
  readonly states: string[];
  readonly logged: string[];
  readonly ask: (
    prefix: string,
    signal?: AbortSignal,
  ) => Promise<readonly string[] | undefined>;
}

/** A completer of a scripted process, ended with the test. */
function watch(context: TestContext, script: string, retry = 0, idle = 60_000): Watched {
  const states: string[] = [];
  const logged: string[] = [];
  const completer = new Completer(
    () => ({ command: process.execPath, words: ["-e", script], folder: process.cwd() }),
    {
      changed: (state) => states.push(state.kind === "problem" ? state.text : state.kind),
      log: (line) => logged.push(line),
    },
    { retry, idle },
  );
  context.after(() => {
    completer.stop();
  });
  const never = new AbortController().signal;
  return {
    completer,
    states,
    logged,
    ask: async (prefix, signal = never) =>
      (await completer.complete({ ...WISH, prefix }, signal))?.candidates,
  };
}

test("answers are told from each other by their id, and what is no text is left out", async (context) => {
  const { ask, states } = watch(context, ANSWERING);
  assert.deepEqual(await Promise.all([ask("one"), ask("two")]), [["one"], ["two"]]);
  assert.equal(states[0], "loading");
  assert.equal(states.at(-1), "ready");
});

test("rubbish between the answers is logged and passed over", async (context) => {
  const { ask, logged } = watch(context, ANSWERING);
  assert.deepEqual(await ask("garbage"), ["garbage"]);
  assert.equal(logged.filter((line) => line.includes("no JSON object")).length, 3);
});

test("an error is a state, and the next request is answered", async (context) => {
  const { ask, states } = watch(context, ANSWERING);
  assert.equal(await ask("error"), undefined);
  assert.equal(states.at(-1), "Not today.");
  assert.deepEqual(await ask("one"), ["one"]);
  assert.equal(states.at(-1), "ready");
});

test("a process that dies ends its requests, and a new one is started", async (context) => {
  const { ask, states } = watch(context, ANSWERING);
  assert.equal(await ask("die"), undefined);
  assert.equal(states.at(-1), "inhouse ended with exit code 3.");
  assert.deepEqual(await ask("one"), ["one"]);
});

test("a process that cannot live is not started again at once", async (context) => {
  const script = 'process.stderr.write("inhouse: No model is here.\\n  Get one.\\n"); process.exit(5)';
  const { ask, states, logged } = watch(context, script, 60_000);
  assert.equal(await ask("one"), undefined);
  assert.equal(await ask("two"), undefined);
  assert.equal(states.at(-1), "No model is here. Get one.");
  assert.equal(logged.filter((line) => line.startsWith("starting")).length, 1);
});

test("a cancelled request ends at once, also before it is sent", async (context) => {
  const { ask } = watch(context, "process.stdin.resume()");
  const cancelled = new AbortController();
  const waiting = ask("one", cancelled.signal);
  cancelled.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await ask("two", cancelled.signal), undefined);
});

test("a process that nobody uses is ended, and started when it is needed", async (context) => {
  const { ask, completer, logged } = watch(context, ANSWERING, 0, 50);
  assert.deepEqual(await ask("one"), ["one"]);
  while (completer.state.kind !== "resting") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(await ask("two"), ["two"]);
  assert.equal(logged.filter((line) => line.startsWith("starting")).length, 2);
});
