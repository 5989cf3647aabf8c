/** The menu of the status bar item. */

import * as vscode from "vscode";
import { readModels } from "../core/answers.ts";
import type { Errands } from "./running.ts";
import {
  commandSettings,
  completionSettings,
  isLanguageOn,
  setCompletion,
  setLanguage,
  setModel,
} from "./settings.ts";

interface Entry extends vscode.QuickPickItem {
  readonly act?: () => Thenable<unknown>;
}

/** Show what can be switched, chosen and looked at. */
export async function showMenu(errands: Errands): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const chosen = await vscode.window.showQuickPick(
    [...switches(document), ...actions(errands)],
    { title: "inhouse" },
  );
  await chosen?.act?.();
}

/** Let a person choose among the models of this machine. */
export async function chooseModel(errands: Errands): Promise<void> {
  const outcome = await errands.run({
    title: "listing models",
    folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd(),
    words: ["models", "list"],
  });
  if (outcome === undefined) {
    return;
  }
  const now = commandSettings().model;
  const items = [
    { name: "", label: "Best model here", description: "what inhouse chooses by itself" },
    ...readModels(outcome.output).map(({ name, what }) => ({
      name,
      label: name,
      description: what,
    })),
  ].map((item) => ({ ...item, label: item.name === now ? `$(check) ${item.label}` : item.label }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Model",
    placeHolder: "More with: inhouse models pull NAME",
  });
  if (chosen !== undefined) {
    await setModel(chosen.name);
  }
}

function switches(document: vscode.TextDocument | undefined): Entry[] {
  const all = vscode.workspace.getConfiguration("inhouse.completion").get<boolean>("enabled", true);
  const entries: Entry[] = [];
  if (all && document !== undefined) {
    const on = isLanguageOn(document);
    entries.push({
      label: `$(${on ? "circle-slash" : "check"}) Switch completion ${on ? "off" : "on"} for ${document.languageId}`,
      act: async () => {
        await setLanguage(document.languageId, !on);
      },
    });
  }
  if (vscode.workspace.workspaceFolders !== undefined) {
    const on = document === undefined ? all : completionSettings(document).enabled || all;
    entries.push({
      label: `$(${on ? "circle-slash" : "check"}) Switch completion ${on ? "off" : "on"} in this workspace`,
      act: async () => {
        await setCompletion(!on, false);
      },
    });
  }
  entries.push({
    label: `$(${all ? "circle-slash" : "check"}) Switch completion ${all ? "off" : "on"} everywhere`,
    act: async () => {
      await setCompletion(!all, true);
    },
  });
  return entries;
}

function actions(errands: Errands): Entry[] {
  const run =
    (command: string, ...words: unknown[]) =>
    (): Thenable<unknown> =>
      vscode.commands.executeCommand(command, ...words);
  return [
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    {
      label: "$(server) Choose model…",
      act: async () => {
        await chooseModel(errands);
      },
    },
    { label: "$(debug-restart) Restart completion", act: run("inhouse.restart") },
    { label: "$(comment-discussion) Open chat", act: run("inhouse.chat") },
    { label: "$(output) Show log", act: run("inhouse.showLog") },
    {
      label: "$(gear) Settings",
      act: run("workbench.action.openSettings", "@ext:inhouse.inhouse"),
    },
  ];
}
