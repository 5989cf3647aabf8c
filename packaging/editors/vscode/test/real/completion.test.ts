import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CancellationTokenSource, editor, open, Range, set, type } from "../fake/vscode.ts";
import { complete, start, until, type Started } from "./start.ts";

let started: Started;

before(async () => {
  started = await start();
});
after(async () => {
  await started.stop();
});

test("what the model fills in is offered, with the other tab for context", async () => {
  open(`${started.folder}/shop.py`, "PRICE = 3\n");
  const document = open(`${started.folder}/sum.py`, "def add(a, b):\n    ret");
  started.server.fills.push("urn a + b");
  const items = await complete(document);
  assert.deepEqual(
    items.map((one) => one.insertText),
    ["urn a + b"],
  );
  assert.deepEqual(items[0]?.range, new Range(document.end, document.end));
  const asked = started.server.asked.at(-1);
  assert.equal(asked?.["input_prefix"], "def add(a, b):\n");
  assert.equal(asked["prompt"], "    ret");
  assert.deepEqual(asked["input_extra"], [{ filename: "shop.py", text: "PRICE = 3\n" }]);
  assert.equal(editor.status.text, "$(check) inhouse");
  assert.ok(editor.statuses.includes("inhouse: the model is being loaded"));
});

test("asked for by hand there are several", async () => {
  const document = open(`${started.folder}/more.py`, "total = ");
  started.server.fills.push(["1", "2", "2", "3"]);
  const items = await complete(document, { triggerKind: 0 });
  assert.deepEqual(
    items.map((one) => one.insertText),
    ["1", "2", "3"],
  );
});

test("a chosen suggestion counts as written, and what is offered begins with it", async () => {
  const document = open(`${started.folder}/chosen.py`, "import math\nmath.sq");
  const range = new Range(1, 5, 1, 7);
  started.server.fills.push("(2)");
  const items = await complete(document, {
    triggerKind: 1,
    selectedCompletionInfo: { text: "sqrt", range },
  });
  assert.equal(started.server.asked.at(-1)?.["prompt"], "math.sqrt");
  assert.deepEqual(
    items.map((one) => [one.insertText, one.range]),
    [["sqrt(2)", range]],
  );
});

test("a key ends the request before it, down to the server", async () => {
  const document = open(`${started.folder}/typing.py`, "value = ");
  started.server.fills.push("wait", "42");
  const first = new CancellationTokenSource();
  const slow = complete(document, { triggerKind: 1 }, first);
  const known = started.server.asked.length;
  await until(() => started.server.asked.length > known);
  first.cancel();
  assert.deepEqual(await slow, []);
  await until(() => started.server.hungUp > 0);
  type(document, "value = 4");
  const items = await complete(document);
  assert.equal(items[0]?.insertText, "42");
});

test("it is quiet where it is switched off, and by hand it still answers", async () => {
  const document = open(`${started.folder}/notes.md`, "Dear ", "markdown");
  set("inhouse.completion.languages", { "*": true, markdown: false });
  const known = started.server.asked.length;
  assert.deepEqual(await complete(document), []);
  assert.equal(started.server.asked.length, known);
  assert.equal(editor.status.tooltip.split("\n")[0], "inhouse: completion is off for markdown");
  started.server.fills.push("Sir");
  assert.equal((await complete(document, { triggerKind: 0 }))[0]?.insertText, "Sir");
});

test("a command that does not exist is a sentence in the status bar, and no exception", async () => {
  const command = editor.settings.get("inhouse.command");
  const document = open(`${started.folder}/last.py`, "x = ");
  set("inhouse.command", "no-such-inhouse");
  assert.deepEqual(await complete(document), []);
  assert.match(editor.status.tooltip, /"no-such-inhouse" was not found/);
  set("inhouse.command", command);
  started.server.fills.push("1");
  assert.equal((await complete(document))[0]?.insertText, "1");
});
