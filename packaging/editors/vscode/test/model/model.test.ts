import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { commands, editor, open, Selection, set, type } from "../fake/vscode.ts";
import { complete, start, type Started } from "../real/start.ts";

let started: Started;

before(async () => {
  started = await start();
  set("inhouse.endpoint", "");
  set("inhouse.completion.timeBudget", 0);
});
after(async () => {
  await started.stop();
});

test("the model completes, and what is typed of it is answered from what it wrote", async () => {
  const written = "def add(a, b):\n    ret";
  const document = open(`${started.folder}/sum.py`, written);
  const [first] = await complete(document);
  assert.match(written + (first?.insertText ?? ""), /return a \+ b/);
  type(document, `${written}${first?.insertText.slice(0, 3) ?? ""}`);
  const [second] = await complete(document);
  assert.equal(second?.insertText, first?.insertText.slice(3));
});

test("the model edits a line, and the edit is proposed", async () => {
  const before = "GREETING = 'hello'\n";
  const document = open(`${started.folder}/greeting.py`, before);
  editor.active = { document, selection: new Selection(0, 0, 0, 18) };
  editor.typed.push("Change hello to goodbye.");
  await commands.executeCommand("inhouse.edit");
  assert.deepEqual(editor.said, []);
  await commands.executeCommand("inhouse.acceptEdit");
  assert.match(document.getText(), /goodbye/);
});
