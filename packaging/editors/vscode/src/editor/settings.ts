/** The settings of the extension, as they are now. */

import * as vscode from "vscode";
import type { CommandSettings } from "../core/command.ts";

export const SECTION = "inhouse";

/** What a person has set about completion in one place. */
export interface CompletionSettings {
  readonly enabled: boolean;
  readonly debounce: number;
  readonly maxTokens: number;
  readonly timeBudget: number;
  readonly candidates: number;
  readonly symbols: boolean;
  readonly openFiles: boolean;
}

/** The command and the model that are meant. */
export function commandSettings(): CommandSettings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return {
    command: settings.get("command", "inhouse").trim(),
    model: settings.get("model", "").trim(),
    endpoint: settings.get("endpoint", "").trim(),
  };
}

/** How completion is to be in a document. */
export function completionSettings(document: vscode.TextDocument): CompletionSettings {
  const settings = vscode.workspace.getConfiguration("inhouse.completion", document);
  return {
    enabled: settings.get<boolean>("enabled", true) && isLanguageOn(document),
    debounce: settings.get("debounce", 75),
    maxTokens: settings.get("maxTokens", 64),
    timeBudget: settings.get("timeBudget", 2_000),
    candidates: settings.get("candidates", 3),
    symbols: settings.get<boolean>("symbols", true),
    openFiles: settings.get<boolean>("openFiles", true),
  };
}

/** Whether completion is on for the language of a document. */
export function isLanguageOn(document: vscode.TextDocument): boolean {
  const settings = vscode.workspace.getConfiguration("inhouse.completion", document);
  const languages = settings.get<Record<string, unknown>>("languages", {});
  const found = languages[document.languageId] ?? languages["*"] ?? true;
  return found === true;
}

/** Switch completion on or off for one language, as a setting of the person. */
export async function setLanguage(language: string, on: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration("inhouse.completion");
  const own = settings.inspect<Record<string, unknown>>("languages")?.globalValue ?? {};
  await settings.update(
    "languages",
    { ...own, [language]: on },
    vscode.ConfigurationTarget.Global,
  );
}

/** Switch completion on or off, for this workspace or everywhere. */
export async function setCompletion(on: boolean, everywhere: boolean): Promise<void> {
  const target = everywhere
    ? vscode.ConfigurationTarget.Global
    : vscode.ConfigurationTarget.Workspace;
  const settings = vscode.workspace.getConfiguration("inhouse.completion");
  await settings.update("enabled", on, target);
}

/** Choose a model, "" for the best one of this machine. */
export async function setModel(name: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  await settings.update("model", name, vscode.ConfigurationTarget.Global);
}
