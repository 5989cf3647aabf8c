import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { commands, editor, open, Selection, TabInputTextDiff, type } from "../fake/vscode.ts";
import { start, until, type Started } from "./start.ts";

const BEFORE = "import os\n\n\ndef add(a, b):\n    return a - b\n\n\nprint(add(1, 2))\n";
const AFTER = BEFORE.replace("a - b", "a + b");
const FENCED = "```python\ndef add(a, b):\n    return a + b\n```\n";

let started: Started;

before(async () => {
  started = await start({ "sum.py": "what was saved\n" });
});
after(async () => {
  await started.stop();
});

/** The proposal that is looked at. */
function proposed(): string {
  const input = editor.tabs.at(-1)?.input;
  assert.ok(input instanceof TabInputTextDiff);
  const name = input.modified.toString();
  return editor.documents.find((one) => one.uri.toString() === name)?.getText() ?? "";
}

test("a selection is edited, shown as a diff and accepted; the unsaved text counts", async () => {
  const document = open(`${started.folder}/sum.py`, BEFORE);
  editor.active = { document, selection: new Selection(3, 4, 5, 0) };
  editor.typed.push("add, do not subtract");
  started.server.says.push(FENCED);
  await commands.executeCommand("inhouse.edit");
  assert.deepEqual(editor.said, []);
  assert.equal(proposed(), AFTER);
  assert.equal(document.getText(), BEFORE);
  assert.equal(await commands.executeCommand("inhouse.acceptEdit"), true);
  assert.equal(document.getText(), AFTER);
  assert.ok(!editor.tabs.some(({ input }) => input instanceof TabInputTextDiff));
});

test("without a selection the function around the cursor is meant, and it may be rejected", async () => {
  const document = open(`${started.folder}/again.py`, BEFORE);
  editor.active = { document, selection: new Selection(4, 2, 4, 2) };
  editor.symbols = [{ kind: 11, range: new Selection(3, 0, 4, 16), children: [] }];
  editor.typed.push("add");
  started.server.says.push(FENCED);
  await commands.executeCommand("inhouse.edit");
  const asked = JSON.stringify(started.server.asked.at(-1));
  assert.match(asked, /The passage of again\.py:\\n```\\ndef add/);
  await commands.executeCommand("inhouse.rejectEdit");
  assert.equal(document.getText(), BEFORE);
  assert.ok(!editor.tabs.some(({ input }) => input instanceof TabInputTextDiff));
});

test("what was typed elsewhere meanwhile stays; in the same place nothing is written over", async () => {
  const document = open(`${started.folder}/typed.py`, BEFORE);
  editor.active = { document, selection: new Selection(3, 0, 5, 0) };
  for (const [now, wanted] of [
    [`# mine\n${BEFORE}`, `# mine\n${AFTER}`],
    [BEFORE.replace("a - b", "a * b"), BEFORE.replace("a - b", "a * b")],
  ] as const) {
    type(document, BEFORE);
    editor.active = { document, selection: new Selection(3, 0, 5, 0) };
    editor.typed.push("add");
    started.server.says.push(FENCED);
    await commands.executeCommand("inhouse.edit");
    type(document, now);
    await commands.executeCommand("inhouse.acceptEdit");
    assert.equal(document.getText(), wanted);
  }
  assert.match(editor.said.join("\n"), /changed in the same place/);
});

test("Windows' ends of lines stay", async () => {
  const document = open(`${started.folder}/windows.py`, BEFORE.replaceAll("\n", "\r\n"));
  editor.active = { document, selection: new Selection(3, 0, 5, 0) };
  editor.typed.push("add");
  started.server.says.push(FENCED);
  await commands.executeCommand("inhouse.edit");
  await commands.executeCommand("inhouse.acceptEdit");
  assert.equal(document.getText(), AFTER.replaceAll("\n", "\r\n"));
});

test("an answer that cannot be used is a sentence, and the text stays", async () => {
  const document = open(`${started.folder}/broken.py`, BEFORE);
  editor.active = { document, selection: new Selection(3, 0, 5, 0) };
  editor.typed.push("add");
  editor.said.length = 0;
  started.server.says.push("I would rather not.", "No.");
  await commands.executeCommand("inhouse.edit");
  assert.match(editor.said.join("\n"), /The model's answer cannot be used/);
  assert.equal(document.getText(), BEFORE);
});

test("cancelling ends the command, down to the server", async () => {
  const document = open(`${started.folder}/slow.py`, BEFORE);
  editor.active = { document, selection: new Selection(3, 0, 5, 0) };
  editor.typed.push("add");
  editor.said.length = 0;
  started.server.says.push("wait");
  const known = started.server.asked.length;
  const editing = commands.executeCommand("inhouse.edit");
  await until(() => started.server.asked.length > known);
  editor.cancelProgress?.();
  await editing;
  await until(() => started.server.hungUp > 0);
  assert.deepEqual(editor.said, []);
  assert.equal(document.getText(), BEFORE);
});
