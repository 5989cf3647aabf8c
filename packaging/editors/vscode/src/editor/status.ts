/** The item in the status bar: how completion is, and a menu. */

import * as vscode from "vscode";
import type { CompleterState } from "../core/completer.ts";
import { commandSettings, completionSettings, isLanguageOn } from "./settings.ts";

const DEFAULT_MODEL = "best model here";

/** Shows the state of completion in the document that is looked at. */
export class Status implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly stateOf: (document: vscode.TextDocument) => CompleterState;

  constructor(stateOf: (document: vscode.TextDocument) => CompleterState) {
    this.stateOf = stateOf;
    this.item = vscode.window.createStatusBarItem(
      "inhouse.status",
      vscode.StatusBarAlignment.Right,
      100,
    );
    this.item.name = "inhouse";
    this.item.command = "inhouse.menu";
  }

  /** Draw it anew. */
  update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const { icon, words, warn } = this.describe(document);
    const settings = commandSettings();
    const model = settings.model === "" ? DEFAULT_MODEL : settings.model;
    const where = settings.endpoint === "" ? "on this machine" : `at ${settings.endpoint}`;
    this.item.text = `$(${icon}) inhouse`;
    this.item.tooltip = `inhouse: ${words}\nModel: ${model}, ${where}`;
    this.item.accessibilityInformation = { label: `inhouse: ${words}`, role: "button" };
    this.item.backgroundColor = warn
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  private describe(document: vscode.TextDocument | undefined): {
    icon: string;
    words: string;
    warn: boolean;
  } {
    if (document !== undefined && !completionSettings(document).enabled) {
      const words = isLanguageOn(document)
        ? "completion is off"
        : `completion is off for ${document.languageId}`;
      return { icon: "circle-slash", words, warn: false };
    }
    const state = document === undefined ? undefined : this.stateOf(document);
    switch (state?.kind) {
      case "loading":
        return { icon: "loading~spin", words: "the model is being loaded", warn: false };
      case "working":
        return { icon: "loading~spin", words: "writing", warn: false };
      case "problem":
        return { icon: "warning", words: state.text, warn: true };
      case "ready":
        return { icon: "check", words: "ready", warn: false };
      default:
        return { icon: "home", words: "starts with the first completion", warn: false };
    }
  }
}
