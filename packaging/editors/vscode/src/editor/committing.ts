/** Writes a commit message from the diff into the box of the source control view. */

import { basename } from "node:path";
import * as vscode from "vscode";
import { readMessage } from "../core/answers.ts";
import { commitWords } from "../core/request.ts";
import { repositories, type Repository } from "./git.ts";
import type { Errands } from "./running.ts";
import { commandSettings } from "./settings.ts";

const NO_REPOSITORY = "There is no git repository open in this window.";

/** Fill in the message; `source` is the repository whose button was pressed. */
export async function writeMessage(errands: Errands, source: unknown): Promise<void> {
  const repository = await chooseRepository(source);
  if (repository === undefined) {
    return;
  }
  const typed = repository.inputBox.value.trim();
  const everything = repository.state.indexChanges.length === 0;
  const outcome = await errands.run({
    title: everything ? "reading all changes" : "reading the staged changes",
    folder: repository.rootUri.fsPath,
    words: commitWords(commandSettings(), everything, typed),
  });
  const message = outcome === undefined ? "" : readMessage(outcome.output);
  if (message !== "") {
    repository.inputBox.value = message;
    await vscode.commands.executeCommand("workbench.view.scm");
  }
}

async function chooseRepository(source: unknown): Promise<Repository | undefined> {
  const known = await repositories();
  const wanted = rootOf(source);
  const found = known.find((one) => one.rootUri.toString() === wanted);
  if (found !== undefined || known.length === 1) {
    return found ?? known[0];
  }
  if (known.length === 0) {
    await vscode.window.showInformationMessage(`inhouse: ${NO_REPOSITORY}`);
    return undefined;
  }
  const items = known.map((repository) => ({
    label: basename(repository.rootUri.fsPath),
    description: repository.rootUri.fsPath,
    repository,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Write a commit message" });
  return chosen?.repository;
}

/** The root of a source control that a menu handed over, "" for anything else. */
function rootOf(source: unknown): string {
  if (typeof source !== "object" || source === null || !("rootUri" in source)) {
    return "";
  }
  return source.rootUri instanceof vscode.Uri ? source.rootUri.toString() : "";
}
