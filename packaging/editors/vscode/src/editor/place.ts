/** Where a document belongs: the folder that inhouse works in, and its name there. */

import { homedir } from "node:os";
import { basename, dirname, isAbsolute, relative, sep } from "node:path";
import * as vscode from "vscode";

/** The folder, the document's name in it, and whether the folder is an opened workspace folder. */
export interface Place {
  readonly folder: string;
  readonly file: string;
  readonly opened: boolean;
}

/** Schemes of buffers that a person writes in. */
const WRITTEN = new Set(["file", "untitled", "vscode-notebook-cell", "vscode-userdata"]);

/** Whether a person writes in this document, and it is no output, diff or commit message. */
export function isWritten(document: vscode.TextDocument): boolean {
  return WRITTEN.has(document.uri.scheme);
}

/** The place of a document. One that belongs to no folder has that of the file itself. */
export function placeOf(uri: vscode.Uri): Place {
  const found = vscode.workspace.getWorkspaceFolder(uri);
  const opened = found ?? (uri.scheme === "untitled" ? firstFolder() : undefined);
  if (opened !== undefined) {
    return { folder: opened.uri.fsPath, file: nameBelow(opened.uri.fsPath, uri), opened: true };
  }
  const folder = uri.scheme === "file" ? dirname(uri.fsPath) : homedir();
  return { folder, file: basename(uri.path), opened: false };
}

/** The path of a document below a folder with "/", else its path or its bare name. */
export function nameBelow(folder: string, uri: vscode.Uri): string {
  if (uri.scheme === "untitled") {
    return basename(uri.path);
  }
  const name = relative(folder, uri.fsPath);
  const outside = name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name);
  return outside ? uri.fsPath : name.split(sep).join("/");
}

/** The folder that a command without a document works in; undefined when none is open. */
export async function chooseFolder(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const around =
    editor === undefined ? undefined : vscode.workspace.getWorkspaceFolder(editor.document.uri);
  if (around !== undefined) {
    return around.uri.fsPath;
  }
  if (folders.length <= 1) {
    return folders[0]?.uri.fsPath;
  }
  const chosen = await vscode.window.showWorkspaceFolderPick();
  return chosen?.uri.fsPath;
}

function firstFolder(): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.workspaceFolders?.[0];
}
