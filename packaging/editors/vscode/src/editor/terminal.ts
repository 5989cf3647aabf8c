/** The conversation: inhouse's terminal UI in a terminal of the editor. */

import * as vscode from "vscode";
import { absence, findCommand } from "../core/command.ts";
import { chatWords } from "../core/request.ts";
import { chooseFolder, isWritten, placeOf } from "./place.ts";
import type { Errands } from "./running.ts";
import { commandSettings } from "./settings.ts";

const NAME = "inhouse";

/** Opens terminals; one for each folder is used again while it is open. */
export class Terminals implements vscode.Disposable, vscode.TerminalProfileProvider {
  private readonly errands: Errands;
  private readonly open = new Map<string, vscode.Terminal>();
  private readonly listening: vscode.Disposable;

  constructor(errands: Errands) {
    this.errands = errands;
    this.listening = vscode.window.onDidCloseTerminal((closed) => {
      for (const [folder, terminal] of this.open) {
        if (terminal === closed) {
          this.open.delete(folder);
        }
      }
    });
  }

  /** Show the conversation of a folder; `resume` goes on with the last one. */
  async show(resume = false): Promise<vscode.Terminal | undefined> {
    const folder = await chooseFolder();
    if (folder === undefined) {
      await vscode.window.showInformationMessage("inhouse: open a folder to talk about.");
      return undefined;
    }
    const known = this.open.get(folder);
    if (known !== undefined && known.exitStatus === undefined) {
      known.show();
      return known;
    }
    const options = this.options(folder, resume);
    if (typeof options === "string") {
      this.errands.complain(options);
      return undefined;
    }
    const terminal = vscode.window.createTerminal({ ...options, location: location() });
    this.open.set(folder, terminal);
    terminal.show();
    return terminal;
  }

  /** Write the name of the file and the selected lines into the conversation, without sending. */
  async mention(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !isWritten(editor.document)) {
      await vscode.window.showInformationMessage("inhouse: open the file to be mentioned.");
      return;
    }
    const { file } = placeOf(editor.document.uri);
    const { start, end, isEmpty } = editor.selection;
    const lines = `${String(start.line + 1)} to ${String(end.line + 1)}`;
    // The name comes from a file system: keys of a terminal in it are not pressed.
    const name = file.replaceAll(/\p{Cc}/gu, "");
    const text = isEmpty ? `@${name} ` : `@${name} (lines ${lines}) `;
    const terminal = await this.show();
    terminal?.sendText(text, false);
  }

  provideTerminalProfile(): vscode.TerminalProfile | undefined {
    const options = this.options(undefined, false);
    return typeof options === "string" ? undefined : new vscode.TerminalProfile(options);
  }

  dispose(): void {
    this.listening.dispose();
  }

  private options(folder: string | undefined, resume: boolean): vscode.TerminalOptions | string {
    const settings = commandSettings();
    const command = findCommand(settings.command);
    if (command === undefined) {
      return absence(settings.command);
    }
    return {
      name: NAME,
      shellPath: command,
      shellArgs: chatWords(settings, resume),
      iconPath: new vscode.ThemeIcon("home"),
      isTransient: true,
      ...(folder === undefined ? {} : { cwd: folder }),
    };
  }
}

function location(): vscode.TerminalLocation | vscode.TerminalEditorLocationOptions {
  const wanted = vscode.workspace.getConfiguration("inhouse.chat").get<string>("location", "beside");
  return wanted === "panel"
    ? vscode.TerminalLocation.Panel
    : { viewColumn: vscode.ViewColumn.Beside };
}
